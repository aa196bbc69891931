"""A table of texts, and beside it a table of mentions with offsets, joined by the id of the text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from bioclue_data.errors import SourceError
from bioclue_data.readers import standoff, table
from bioclue_data.readers.document import Document, Sources

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bioclue_data.sources.files import SourceFile

Mentions = dict[str, list[dict[str, Any]]]


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a record may say about two tables; the column names are those of the source."""

    # The side source with the mentions.
    mentions: str = "mentions"
    # The column with the id of the text, in both tables.
    id: str = "id"
    # The column with the text.
    text: str = "text"
    # Columns of the mentions.
    type: str = "type"
    start: str = "start"
    end: str = "end"
    string: str = "string"
    # Whether `end` is the position of the last character.
    end_inclusive: bool = False
    # What separates the columns of both tables; by default a tab in `.tsv`, else a comma.
    delimiter: str = ""


def read(sources: Sources, options: Options) -> Iterator[Document]:
    """Read text after text with its mentions in the order of their table.

    A mention is printed as in the table; where that cell is empty, as the text at its offsets.

    Raises:
        RecordError: there is no such side source.
        SourceError: a table lacks a column, an offset is no number, or mentions belong to no text.
    """
    written = table.Options(columns={}, delimiter=options.delimiter)
    mentions = _mentions(sources.beside(options.mentions), options, written)
    seen = set()
    for file in sources.files:
        for place, row in table.records(file, written, {options.id, options.text}):
            seen.add(row[options.id])
            yield _document(file, place, row, mentions.get(row[options.id], []), options)
    for identifier in mentions.keys() - seen:
        alone = mentions[identifier]
        raise SourceError(
            f"{len(alone)} mentions of the text {identifier!r}, which is not there",
            where=alone[0]["place"],
            remedy="check that both tables are of the same release",
        )


def _mentions(files: Sequence[SourceFile], options: Options, written: table.Options) -> Mentions:
    """The rows of the mentions by the id of their text, each with its place."""
    wanted = {options.id, options.type, options.start, options.end, options.string}
    found: Mentions = {}
    for file in files:
        for place, row in table.records(file, written, wanted):
            found.setdefault(row[options.id], []).append({**row, "place": f"{file.name}, {place}"})
    return found


def _document(
    file: SourceFile, place: str, row: Mapping[str, str], mentions: list[dict[str, Any]], options: Options
) -> Document:
    identifier, text = row[options.id], row[options.text]
    entities = [_mention(f"T{number}", text, given, options) for number, given in enumerate(mentions, 1)]
    return Document(
        source_id=identifier,
        file=file.name,
        locator=place,
        layers={"text": text, "entities": entities},
        document_id=identifier,
        group_id=identifier,
    )


def _mention(identifier: str, text: str, row: Mapping[str, str], options: Options) -> dict[str, Any]:
    where = row["place"]
    start = standoff.natural(row[options.start], "the begin of a mention", where)
    end = standoff.natural(row[options.end], "the end of a mention", where) + options.end_inclusive
    printed = row[options.string] or text[start:end]
    return standoff.mention(identifier, row[options.type], [(start, end)], printed)
