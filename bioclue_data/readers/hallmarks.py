"""Hallmarks of Cancer: a file of sentences per abstract, and beside it one line with the labels of them all.

The label line is `< < <A ANDB< …`: each `<` opens a sentence, `AND` stands before a further label, and blanks
around labels are no part of them. `NULL`, and nothing, mean: none of the hallmarks. A label that ends in `--`
is an inner node of the taxonomy; it is kept as the source prints it.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import msgspec

from bioclue_data.errors import SourceError
from bioclue_data.readers import standoff
from bioclue_data.readers.document import Document, Remark, Sources

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bioclue_data.sources.files import SourceFile

NONE = "NULL"


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a record may say: nothing but where the labels are."""

    # The side source with the label files; they have the names of the text files.
    labels: str = "labels"


def read(sources: Sources, options: Options) -> Iterator[Document]:
    """Read sentence after sentence; a label that stands twice on one is kept once and remarked as R2.

    Raises:
        RecordError: there is no such side source.
        SourceError: an abstract has no labels, labels have no abstract, or their numbers of sentences differ.
    """
    labels = _label_files(sources, options)
    for file in sources.files:
        yield from _sentences(file, labels[_stem(file)])


def _stem(file: SourceFile) -> str:
    return PurePosixPath(file.name).stem


def _label_files(sources: Sources, options: Options) -> dict[str, SourceFile]:
    labels = {_stem(file): file for file in sources.beside(options.labels)}
    texts = {_stem(file): file for file in sources.files}
    for alone in sorted(texts.keys() ^ labels.keys()):
        file = texts.get(alone) or labels[alone]
        lacks = "label file" if alone in texts else "text"
        raise SourceError(f"there is no {lacks} of this name", where=file.name, remedy="complete the source")
    return labels


def _sentences(file: SourceFile, label_file: SourceFile) -> Iterator[Document]:
    pmid = _stem(file)
    lines = list(standoff.lines(file))
    cells = _cells(label_file)
    if len(cells) != len(lines):
        raise SourceError(
            f"labels for {len(cells)} sentences, but {file.name} has {len(lines)}",
            where=label_file.name,
            remedy="get both files again",
        )
    for (number, text), cell in zip(lines, cells, strict=True):
        given = _labels(cell)
        labels = list(dict.fromkeys(given))
        yield Document(
            source_id=f"{pmid}-{number - 1}",
            file=file.name,
            locator=f"line {number}",
            layers={"text": text, "mode": "multi", "labels": labels},
            document_id=pmid,
            group_id=pmid,
            remarks=[_twice(label) for label in labels for _ in range(given.count(label) - 1)],
        )


def _twice(label: str) -> Remark:
    return Remark("R2", "labels", f"the source gives {label!r} again")


def _cells(file: SourceFile) -> list[str]:
    """What follows each `<`."""
    line, *more = [line for _, line in standoff.lines(file)] or [""]
    before, *cells = line.split("<")
    if more or before.strip():
        remedy = "get the file again; all labels stand on one line, which begins with '<'"
        raise SourceError("not a line of labels", where=file.name, remedy=remedy)
    return cells


def _labels(cell: str) -> list[str]:
    """The case decides: `and` occurs inside labels."""
    labels = [label.strip() for label in cell.split("AND")]
    return [label for label in labels if label not in ("", NONE)]
