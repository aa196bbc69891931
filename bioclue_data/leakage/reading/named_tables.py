"""Tables that only their names tell from prose: with one column, uneven rows or very long cells."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

from bioclue_data.leakage.reading import tables

_NAME = re.compile(r"\.(csv|tsv)(\.(gz|zst|xz|bz2))?$", re.IGNORECASE)
_NO_DELIMITER = "\x1f"  # stands in no text: a row is one cell
_BLANK = 0.01  # of the rows: more separate sentences, whose tokens stand one a line
_SINGLE = 0.2  # of the rows with one cell where the first has several: more are lines of a text


def dialect_of(uri: str, head: bytes, *, whole: bool) -> tables.Dialect | None:
    """The dialect of a table by its name and beginning (UTF-8); None if it is called otherwise or is none."""
    if not (named := _NAME.search(uri)):
        return None
    text = head.decode("utf-8", "ignore").rstrip()
    delimiter = "\t" if named[1].lower() == "tsv" else max(",;\t|", key=lambda one: _width(text, one))
    if _width(text, delimiter) < 2:
        delimiter = _NO_DELIMITER
    rows, quoting = _rows(text, delimiter, quoting=True), True
    if rows is None:
        rows, quoting = _rows(text, delimiter, quoting=False), False
    rows = (rows or [])[: None if whole else -1]
    filled = [row for row in rows if row]
    single = sum(len(row) == 1 for row in filled) if delimiter != _NO_DELIMITER else 0
    if len(filled) < 2 or len(rows) - len(filled) > _BLANK * len(rows) or single > _SINGLE * len(rows):
        return None
    return tables.Dialect(delimiter, quoting, tables.header(filled, len(filled[0])))


def _width(text: str, delimiter: str) -> int:
    """How many cells the first row has."""
    return len(next(iter(_rows(text.lstrip()[: 2**16], delimiter, quoting=True) or []), []))


def _rows(text: str, delimiter: str, *, quoting: bool) -> list[list[str]] | None:
    """Rows; None if quotes do not stand where the rules want them."""
    csv.field_size_limit(max(len(text) + 1, csv.field_size_limit()))
    mode: Any = csv.QUOTE_MINIMAL if quoting else csv.QUOTE_NONE
    lines = io.StringIO(text.replace("\0", " "), newline="")
    rows: list[list[str]] = []
    try:
        for row in csv.reader(lines, delimiter=delimiter, quoting=mode, strict=True):
            rows.append(row)  # noqa: PERF402 - those before an error are kept
    except csv.Error as error:
        if "unexpected end" not in str(error):
            return None
    return rows
