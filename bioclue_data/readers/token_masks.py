"""Token masks: a JSON object of sentences by id, and beside it one of annotations per type of mention.

An annotation is a list of masks, one per annotator, with a 0 or 1 for each token; tokens are what stands
between single blanks. There is no adjudicated gold: a token belongs to a mention if more than half of the
annotators marked it, and a mention is a run of such tokens. What each annotator marked is kept in `extra`.
"""

from __future__ import annotations

from itertools import accumulate, groupby
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from bioclue_data.errors import SourceError
from bioclue_data.readers import json_values, standoff
from bioclue_data.readers.document import Document, Sources

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bioclue_data.sources.files import SourceFile

REMEDY = "check that sentences and annotations are of the same release"
T = TypeVar("T")


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a record may say about masks."""

    # The side sources with the annotations; their names are the types of the mentions.
    types: tuple[str, ...]
    # What stands in an id between that of the document and the number of the sentence.
    id_separator: str = ":"


class Masks(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the annotators marked in one sentence, and who they are."""

    annotations: list[list[int]]
    wids: list[int]


def read(sources: Sources, options: Options) -> Iterator[Document]:
    """Read sentence after sentence, in layers `text` and `entities`, type by type.

    Raises:
        RecordError: a type has no side source of its name.
        SourceError: a file has another shape, a sentence lacks an annotation, an annotation its sentence, or
            masks do not fit the tokens or the annotators.
    """
    masks = {kind: _masks(sources, kind) for kind in options.types}
    for file in sources.files:
        sentences = _object(file, str)
        for kind, given in masks.items():
            for alone in sorted(given.keys() ^ sentences.keys()):
                message = f"{alone} has no sentence, or no annotation of {kind}"
                raise SourceError(message, where=file.name, remedy=REMEDY)
        for identifier, text in sentences.items():
            yield _document(
                file, identifier, text, {kind: masks[kind][identifier] for kind in masks}, options
            )


def _masks(sources: Sources, kind: str) -> dict[str, Masks]:
    found: dict[str, Masks] = {}
    for file in sources.beside(kind):
        found.update(_object(file, Masks))
    return found


def _object(file: SourceFile, kind: type[T]) -> dict[str, T]:
    """A JSON object whose values are all of one kind."""
    shape = dict[str, kind]  # type: ignore[valid-type]
    return json_values.typed(json_values.whole(file), shape, file.name, REMEDY)


def _document(
    file: SourceFile, identifier: str, text: str, masks: Mapping[str, Masks], options: Options
) -> Document:
    where = f"{file.name}, {identifier}"
    for kind, given in masks.items():
        if len(set(given.wids)) != len(given.annotations):
            message = f"{len(given.annotations)} masks of {kind} by the annotators {given.wids}"
            raise SourceError(message, where=where, remedy=REMEDY)
    document = identifier.split(options.id_separator, maxsplit=1)[0]
    spans = [(span, kind) for kind, given in masks.items() for span in _runs(text, given.annotations, where)]
    entities = [
        standoff.mention(f"T{number}", kind, [span], text[slice(*span)])
        for number, (span, kind) in enumerate(spans, 1)
    ]
    return Document(
        source_id=identifier,
        file=file.name,
        locator=identifier,
        layers={"text": text, "entities": entities},
        document_id=document,
        group_id=document,
        extra=_extra(masks),
    )


def _extra(masks: Mapping[str, Masks]) -> dict[str, Any]:
    """What each annotator marked, as text of 0 and 1."""
    return {
        kind: {
            str(who): "".join(map(str, mask)) for who, mask in zip(given.wids, given.annotations, strict=True)
        }
        for kind, given in masks.items()
    }


def _runs(text: str, masks: list[list[int]], where: str) -> Iterator[tuple[int, int]]:
    """Spans of the tokens that more than half of the masks mark, run by run."""
    tokens = text.split(" ")
    if any(len(mask) != len(tokens) for mask in masks):
        raise SourceError(f"a mask does not fit the {len(tokens)} tokens", where=where, remedy=REMEDY)
    starts = [*accumulate((len(token) + 1 for token in tokens), initial=0)]
    marked = [2 * sum(votes) > len(votes) for votes in zip(*masks, strict=True)]
    for inside, group in groupby(range(len(marked)), marked.__getitem__):
        run = list(group)
        if inside:
            yield starts[run[0]], starts[run[-1]] + len(tokens[run[-1]])
