"""Alignments: texts in two languages, a sentence per line, and beside them which sentences translate which.

A line of the alignment is `document<tab>1,2 <=> 3<tab>status`; sentences count from 1, and `omitted` stands
for none. What is aligned becomes an item.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from bioclue_data.errors import SourceError
from bioclue_data.readers import standoff
from bioclue_data.readers.document import Document, Sources

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bioclue_data.sources.files import SourceFile

COLUMNS = 3
NONE = "omitted"
ARROW = " <=> "
REMEDY = "check that texts and alignment are of the same release"


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a record may say about aligned documents."""

    # Suffix of the files on the left of the arrow, and their language; the same for those on the right.
    sources: tuple[str, str]
    targets: tuple[str, str]
    # The side source with the texts.
    texts: str = "texts"


def read(sources: Sources, options: Options) -> Iterator[Document]:
    """Read alignment after alignment, in layers `sources` and `targets`; an omitted side is `[]`.

    Raises:
        RecordError: there is no side source with the texts.
        SourceError: a line has another shape, or names a text or a sentence that is not there.
    """
    texts = {file.name: _sentences(file) for file in sources.beside(options.texts)}
    for file in sources.files:
        for number, line in standoff.lines(file):
            if line:
                yield _document(line, file, number, texts, options)


def _sentences(file: SourceFile) -> list[str]:
    return [line for _, line in standoff.lines(file)]


def _document(
    line: str, file: SourceFile, number: int, texts: Mapping[str, Sequence[str]], options: Options
) -> Document:
    where = standoff.place(file, number)
    cells = line.split("\t")
    sides = cells[1].split(ARROW) if len(cells) == COLUMNS else []
    if len(sides) != 2:
        raise SourceError(
            "a line should be a document, an alignment and a status", where=where, remedy=REMEDY
        )
    name, alignment, status = cells
    return Document(
        source_id=f"{name}/{alignment.replace(ARROW, '=')}",
        file=file.name,
        locator=f"line {number}",
        layers={
            layer: _segments(name + suffix, side, language, texts, where)
            for layer, side, (suffix, language) in zip(
                ("sources", "targets"), sides, (options.sources, options.targets), strict=True
            )
        },
        document_id=name,
        group_id=name,
        extra={"status": status},
    )


def _segments(
    name: str, numbers: str, language: str, texts: Mapping[str, Sequence[str]], where: str
) -> list[dict[str, Any]]:
    if numbers == NONE:
        return []
    found = [standoff.natural(number, "a sentence", where) for number in numbers.split(",")]
    if name not in texts or not all(0 < number <= len(texts[name]) for number in found):
        raise SourceError(f"{name} has no sentence {numbers}", where=where, remedy=REMEDY)
    return [{"id": str(number), "language": language, "text": texts[name][number - 1]} for number in found]
