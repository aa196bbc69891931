"""Spreadsheets: a record is the cells of a row, as in a table; one sheet after the other."""

from __future__ import annotations

import csv
import io
from itertools import islice
from typing import TYPE_CHECKING

from bioclue_data import spreadsheets
from bioclue_data.leakage.reading import sniff, tables

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bioclue_data.leakage.reading.notes import Notes
    from bioclue_data.matching.tokens import Texts

LARGEST = 2**26  # bytes of a file, all of which has to be in memory
_HEAD = 50  # rows that tell whether the first one is a header
_ROWS = 1000  # that are written at a time


def records(pieces: Iterator[bytes], fields: tuple[str, ...], notes: Notes, limit: int) -> Iterator[Texts]:
    """The rows of all sheets without their headers; if `fields` are chosen, of those sheets that have any."""
    content = _whole(pieces)
    if len(content) > LARGEST:
        notes.add(f"is a spreadsheet of more than {LARGEST:,} bytes, save it as CSV: not read")
        return
    try:
        with spreadsheets.opened(content) as book:
            headers = {
                name: _header(list(spreadsheets.rows_of(book, name, _HEAD))) for name in book.sheet_names
            }
            having = [name for name, header in headers.items() if set(header) & set(fields)]
            for name in having or headers:
                dialect = tables.Dialect(",", True, headers[name])
                rows = spreadsheets.rows_of(book, name)
                yield from tables.records(_written(rows), dialect, fields, notes, limit)
    except spreadsheets.NoSpreadsheetError:
        notes.add(f"is {sniff.stranger(content)}: not read")
    except ValueError as error:
        notes.add(f"cannot be read as a spreadsheet: {error}")


def _whole(pieces: Iterator[bytes]) -> bytes:
    """All bytes, or some more than LARGEST."""
    held, size = [], 0
    for piece in pieces:
        held.append(piece)
        size += len(piece)
        if size > LARGEST:
            break
    return b"".join(held)


def _header(rows: list[list[str]]) -> tuple[str, ...]:
    filled = [row for row in rows if any(row)]
    return tables.header(filled, len(filled[0])) if len(filled) > 1 else ()


def _written(rows: Iterable[list[str]]) -> Iterator[bytes]:
    """Rows with content as CSV."""
    filled = (row for row in rows if any(row))
    while some := list(islice(filled, _ROWS)):
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(some)
        yield text.getvalue().encode()
