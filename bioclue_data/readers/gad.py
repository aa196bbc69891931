"""GAD as BioBERT gives it: sentences with a masked gene and a masked disease, associated or not.

The training files have two columns and no header, the test files three (a position first) with one, and files
without any content stand for sets that do not exist. The masks are the mentions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from bioclue_data.errors import SourceError
from bioclue_data.readers import standoff
from bioclue_data.readers.document import Document, Layers, Sources

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bioclue_data.sources.files import SourceFile

HEADER = ["index", "sentence", "label"]
MASKS = {"gene": "@GENE$", "disease": "@DISEASE$"}
LABELS = {"0": False, "1": True}
RELATION = "association"


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """There is nothing to say."""


def read(sources: Sources, options: Options) -> Iterator[Document]:  # noqa: ARG001 - what readers are given
    """Read sentence after sentence.

    Raises:
        SourceError: a line has other columns, or a label is neither 0 nor 1.
    """
    for file in sources.files:
        for position, (number, cells) in enumerate(_rows(file)):
            yield Document(
                source_id=f"{file.subset}/{position}" if file.subset else str(position),
                file=file.name,
                locator=f"line {number}",
                layers=_layers(*cells, standoff.place(file, number)),
            )


def _rows(file: SourceFile) -> Iterator[tuple[int, tuple[str, str]]]:
    columns = 2
    for number, line in standoff.lines(file):
        cells = line.split("\t")
        if number == 1 and cells == HEADER:
            columns = len(HEADER)
            continue
        if len(cells) != columns:
            what = f"{len(cells)} cells under {columns} columns"
            raise SourceError(what, where=standoff.place(file, number), remedy="get the file again")
        yield number, (cells[-2], cells[-1])


def _layers(text: str, label: str, where: str) -> Layers:
    if label not in LABELS:
        raise SourceError(f"{label!r} is no label", where=where, remedy="labels are 0 and 1")
    entities = [mention for kind in MASKS for mention in _masks(text, kind)]
    args = [standoff.argument(m["type"], "entity", m["id"]) for m in entities]
    relation = {"id": "R1", "type": RELATION, "args": args}
    return {
        "text": text,
        "mode": "single",
        "labels": [label],
        "entities": entities,
        "relations": [relation] if LABELS[label] else [],
    }


def _masks(text: str, kind: str) -> list[dict[str, Any]]:
    """The first mask of a kind; a sentence has one of each."""
    start = text.find(MASKS[kind])
    if start < 0:
        return []
    end = start + len(MASKS[kind])
    return [standoff.mention(kind, kind, [(start, end)], text[start:end])]
