"""MeDAL: abbreviations that were put into abstracts in place of their expansions, one per row.

`LOCATION` counts words between blanks, from 0. The abbreviation is the one mention of its text and the target
of the label; the expansion is the name of its concept.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from bioclue_data.errors import SourceError
from bioclue_data.readers import standoff, table
from bioclue_data.readers.document import Document, Layers, Sources

if TYPE_CHECKING:
    from collections.abc import Iterator

COLUMNS = frozenset({"ABSTRACT_ID", "TEXT", "LOCATION", "LABEL"})
TABLE: table.Options = msgspec.convert({"columns": {}}, table.Options)
WORD = re.compile(r"[^ ]+")
TYPE = "abbreviation"


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a record may say.

    Attributes:
        db: Name of the vocabulary of expansions; it gives names and no ids.
    """

    db: str


def read(sources: Sources, options: Options) -> Iterator[Document]:
    """Read row after row.

    Raises:
        SourceError: a file lacks a column, or the text has no word at the location.
    """
    for file in sources.files:
        for position, (place, row) in enumerate(table.records(file, TABLE, COLUMNS)):
            yield Document(
                source_id=str(position),
                file=file.name,
                locator=place,
                layers=_layers(row, options, f"{file.name}, {place}"),
                document_id=row["ABSTRACT_ID"],
                group_id=row["ABSTRACT_ID"],
            )


def _layers(row: dict[str, str], options: Options, where: str) -> Layers:
    text = row["TEXT"]
    start, end = _word(text, standoff.natural(row["LOCATION"], "LOCATION", where), where)
    mention = standoff.mention("T1", TYPE, [(start, end)], text[start:end])
    norm = {"group": 0, "db": options.db, "name": row["LABEL"], "relation": "exact"}
    return {
        "text": text,
        "entities": [{**mention, "norms": [norm]}],
        "target": {"start": start, "end": end, "text": text[start:end]},
        "mode": "single",
        "labels": [row["LABEL"]],
    }


def _word(text: str, index: int, where: str) -> tuple[int, int]:
    words = list(WORD.finditer(text))
    if index >= len(words):
        remedy = "get the file again"
        raise SourceError(f"the text has no word {index}", where=where, remedy=remedy)
    return words[index].span()
