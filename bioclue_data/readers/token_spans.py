"""Token spans, the JSON Lines of SciERC and DyGIE: sentences are lists of tokens, spans count tokens.

Positions run on over the sentences of a document, and ends are inclusive. The tokens of a sentence are joined
by one blank and its sentences by a newline, so the text is not that of the original document.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Any

import msgspec

from bioclue_data.errors import SourceError
from bioclue_data.readers import standoff
from bioclue_data.readers.document import Document, Layers, Sources
from bioclue_data.readers.json_text import parsed

if TYPE_CHECKING:
    from collections.abc import Iterator

ARITY = 2
REMEDY = "get the file again; if the source is so, it needs a reader of its own"


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a record may say about token spans."""

    # The roles of the two arguments in the order of the source, each with the types of mentions that it takes
    # (a span may bear several); no types: any.
    arguments: dict[str, tuple[str, ...]]

    def __post_init__(self) -> None:
        if len(self.arguments) != ARITY:
            raise ValueError(f"arguments should name {ARITY} roles")


class _Item(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One document, as the source writes it: lists with one entry per sentence."""

    doc_key: str
    sentences: list[list[str]]
    ner: list[list[tuple[int, int, str]]]
    relations: list[list[tuple[int, int, int, int, str]]]


@dataclass
class _Text:
    """The text of a document, and where each of its tokens stands."""

    text: str
    passages: list[dict[str, Any]]
    tokens: list[tuple[int, int]]


def read(sources: Sources, options: Options) -> Iterator[Document]:
    """Read document after document, in layers `text`, `passages` (sentences), `entities` and `relations`.

    Raises:
        SourceError: a line has another shape, a span leaves the document, or a relation joins a span that is
            no mention of a type that the role takes.
    """
    for file in sources.files:
        for number, line in standoff.lines(file):
            if line.strip():
                where = standoff.place(file, number)
                item = _item(parsed(line, file.name, number), where)
                yield Document(
                    source_id=item.doc_key,
                    file=file.name,
                    locator=f"line {number}",
                    layers=_layers(item, options, where),
                    document_id=item.doc_key,
                    group_id=item.doc_key,
                )


def _item(value: Any, where: str) -> _Item:
    try:
        return msgspec.convert(value, _Item)
    except msgspec.ValidationError as error:
        raise SourceError(str(error), where=where, remedy=REMEDY) from error


def _layers(item: _Item, options: Options, where: str) -> Layers:
    whole = _joined(item.sentences)
    entities = [
        standoff.mention(f"T{number}", kind, [span], whole.text[slice(*span)])
        for number, (span, kind) in enumerate(_spans(item, whole, where), 1)
    ]
    by_span: dict[tuple[int, int], list[dict[str, Any]]] = {}
    for (first, last, _), entity in zip(_flat(item.ner), entities, strict=True):
        by_span.setdefault((first, last), []).append(entity)
    relations = [
        _relation(f"R{number}", given, by_span, options, where)
        for number, given in enumerate(_flat(item.relations), 1)
    ]
    return {"text": whole.text, "passages": whole.passages, "entities": entities, "relations": relations}


def _flat(lists: list[list[Any]]) -> list[Any]:
    return [entry for sentence in lists for entry in sentence]


def _joined(sentences: list[list[str]]) -> _Text:
    pieces = [(str(number), "sentence", " ".join(tokens)) for number, tokens in enumerate(sentences)]
    text, passages = standoff.passages(pieces, "\n")
    places, start = [], 0
    for sentence, (_, _, joined) in zip(sentences, pieces, strict=True):
        begins = accumulate((len(token) + 1 for token in sentence), initial=start)
        places += [(begin, begin + len(token)) for begin, token in zip(begins, sentence, strict=False)]
        start += len(joined) + 1
    return _Text(text, passages, places)


def _spans(item: _Item, whole: _Text, where: str) -> Iterator[tuple[tuple[int, int], str]]:
    for first, last, kind in _flat(item.ner):
        if not 0 <= first <= last < len(whole.tokens):
            message = f"the span {first}-{last} leaves the {len(whole.tokens)} tokens of {item.doc_key}"
            raise SourceError(message, where=where, remedy=REMEDY)
        yield (whole.tokens[first][0], whole.tokens[last][1]), kind


def _relation(
    identifier: str,
    given: tuple[int, int, int, int, str],
    by_span: dict[tuple[int, int], list[dict[str, Any]]],
    options: Options,
    where: str,
) -> dict[str, Any]:
    spans = ((given[0], given[1]), (given[2], given[3]))
    arguments = [
        standoff.argument(role, "entity", _mention(by_span.get(span, []), types, span, where))
        for (role, types), span in zip(options.arguments.items(), spans, strict=True)
    ]
    return {"id": identifier, "type": given[4], "args": arguments}


def _mention(found: list[dict[str, Any]], types: tuple[str, ...], span: tuple[int, int], where: str) -> str:
    """Give the id of the first mention that the role takes."""
    for entity in found:
        if not types or entity["type"] in types:
            return str(entity["id"])
    wanted = " or ".join(types) or "mention"
    raise SourceError(
        f"a relation joins the tokens {span[0]}-{span[1]}, where no {wanted} stands",
        where=where,
        remedy="correct `arguments` of `[read]`, or get the file again",
    )
