"""MIMICause: sentences with two marked spans, `<e1>…</e1>` and `<e2>…</e2>`, and how one causes the other.

`Cause(E1,E2)` is a relation from E1 to E2, `Cause(E2,E1)` one from E2 to E1; `Other` has no direction. The
marks are no part of the text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec

from bioclue_data.errors import SourceError
from bioclue_data.readers import standoff, table
from bioclue_data.readers.document import Document, Layers, Sources

if TYPE_CHECKING:
    from collections.abc import Iterator

COLUMNS = frozenset({"E1", "E2", "Text", "Label"})
TABLE: table.Options = msgspec.convert({"columns": {}}, table.Options)
MARK = re.compile(r"<(/?)(e[12])>")
LABEL = re.compile(r"(\w+)\((E[12]),(E[12])\)")
UNDIRECTED = "Other"
TYPE = "span"


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """There is nothing to say."""


def read(sources: Sources, options: Options) -> Iterator[Document]:  # noqa: ARG001 - what readers are given
    """Read row after row.

    Raises:
        SourceError: a file lacks a column, a text does not mark both spans once, or a label is none.
    """
    for file in sources.files:
        for position, (place, row) in enumerate(table.records(file, TABLE, COLUMNS)):
            yield Document(
                source_id=str(position),
                file=file.name,
                locator=place,
                layers=_layers(row, f"{file.name}, {place}"),
            )


def _layers(row: dict[str, str], where: str) -> Layers:
    text, spans = _unmarked(row["Text"], where)
    entities = [standoff.mention(n, TYPE, [spans[n]], row[n]) for n in ("E1", "E2")]
    return {"text": text, "entities": entities, "relations": [_relation(row["Label"], where)]}


def _unmarked(marked: str, where: str) -> tuple[str, dict[str, tuple[int, int]]]:
    """The text without marks, and the spans that they marked."""
    starts: dict[str, int] = {}
    ends: dict[str, int] = {}
    pieces, at, last = [], 0, 0
    for match in MARK.finditer(marked):
        pieces.append(marked[last : match.start()])
        at, last = at + match.start() - last, match.end()
        place = ends if match[1] else starts
        if match[2].upper() in place:
            raise SourceError(f"{match[0]} stands twice", where=where, remedy="get the file again")
        place[match[2].upper()] = at
    if starts.keys() != {"E1", "E2"} or ends.keys() != starts.keys():
        raise SourceError("the text does not mark both spans", where=where, remedy="get the file again")
    return "".join([*pieces, marked[last:]]), {name: (starts[name], ends[name]) for name in starts}


def _relation(label: str, where: str) -> dict[str, Any]:
    match = LABEL.fullmatch(label)
    if match is None and label != UNDIRECTED:
        remedy = "labels are Other, or a name with (E1,E2) or (E2,E1)"
        raise SourceError(f"{label!r} is no label", where=where, remedy=remedy)
    kind, source, target = match.groups() if match else (UNDIRECTED, "E1", "E2")
    args = [standoff.argument("source", "entity", source), standoff.argument("target", "entity", target)]
    return {"id": "R1", "type": kind, "args": args}
