"""CSV and TSV at the speed of the scan: a record is the cells of a row, a line each."""
# mypy: disable-error-code="no-untyped-def, misc"

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from bioclue_data.leakage.reading.window import Taken, through
from bioclue_data.matching.compiled import inlined, kernel
from bioclue_data.matching.tokens import PADDING, Texts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bioclue_data.leakage.reading.notes import Notes

_DELIMITERS = "\t,;|"
_ROWS = 50  # that are looked at
_EVEN = 0.9  # of them have as many cells
_SENTENCE = re.compile(r"[.。？?！!；;，,]\s*$|[。？！，]|^-?[\d.,]+$")
_HIGHEST = 4096  # columns that can be chosen from
QUOTE, NEWLINE, RETURN = ord('"'), ord("\n"), ord("\r")


class Dialect(NamedTuple):
    """How a table is written.

    Attributes:
        delimiter: One character.
        quoting: A cell may stand in quotes.
        header: Names of the columns; empty: the first row is a record.
    """

    delimiter: str
    quoting: bool
    header: tuple[str, ...]


def dialect_of(head: bytes, *, whole: bool) -> Dialect | None:
    """The dialect of a table that begins so, None if this is no table."""
    text = head[: 2**16].decode("utf-8", "ignore")  # no cell is longer than the csv module allows
    cut = not whole or len(head) > 2**16
    best: tuple[float, Dialect] | None = None
    for delimiter in _DELIMITERS:
        for quoting in (True, False) if '"' in text else (True,):
            rows, clean = _parse(text, delimiter, quoting)
            rows = rows[: len(rows) - cut][:_ROWS]
            if len(rows) < 2:
                continue
            width, count = Counter(map(len, rows)).most_common(1)[0]
            even = count / len(rows)
            if width < 2 or even < _EVEN or not (header(rows, width) or _is_tabular(text, rows, delimiter)):
                continue
            fit = even - (0 if clean else 0.2)
            if best is None or fit > best[0]:
                best = fit, Dialect(delimiter, quoting, header(rows, width))
    return best[1] if best else None


def _parse(text: str, delimiter: str, quoting: bool) -> tuple[list[list[str]], bool]:
    """Rows, and whether every quote stands where the rules want it."""
    mode: Any = csv.QUOTE_MINIMAL if quoting else csv.QUOTE_NONE
    found: list[list[list[str]]] = []
    clean = False
    try:
        for strict in (False, True) if quoting else (False,):
            rows: list[list[str]] = []
            found.append(rows)
            lines = io.StringIO(text.replace("\0", " "), newline="")
            reader = csv.reader(lines, delimiter=delimiter, quoting=mode, strict=strict)
            rows.extend(row for row in reader if row)
        clean = True
    except csv.Error as error:
        clean = "unexpected end" in str(error)
    return found[0], clean


def _is_tabular(text: str, rows: list[list[str]], delimiter: str) -> bool:
    """Without a header: prose has commas too, but blanks behind them, and blank lines between paragraphs."""
    if delimiter == "\t":
        return True
    blank_lines = text.count("\n\n") + text.count("\r\n\r\n")
    spaced = text.count(f"{delimiter} ") / max(1, text.count(delimiter))
    return len(rows) >= 10 and blank_lines < 0.2 * len(rows) and spaced < 0.5


def header(rows: list[list[str]], width: int) -> tuple[str, ...]:
    """The names of `width` columns if the first row has them, else ()."""
    names = [name.strip() for name in rows[0]]
    if len(names) != width or len(set(names)) < width:
        return ()
    # The column of row numbers that pandas writes has no name.
    if any(len(name) > 64 or _SENTENCE.search(name) or name.count(" ") > 4 for name in names):
        return ()
    if not all(names[1:]):
        return ()
    below = {(i, cell.strip()) for row in rows[1:] for i, cell in enumerate(row)}
    return () if below & set(enumerate(names)) else tuple(names)


def records(
    pieces: Iterator[bytes], dialect: Dialect, fields: tuple[str, ...], notes: Notes, limit: int
) -> Iterator[Texts]:
    """The rows of a table; the header is none."""
    taker = _Rows(dialect, _chosen(dialect, fields, notes), notes)
    return through(pieces, taker.take, notes, limit=limit, lines=True)


def _chosen(dialect: Dialect, fields: tuple[str, ...], notes: Notes) -> Any:
    chosen = np.ones(_HIGHEST, np.bool_)
    if fields:
        chosen[:] = [i < len(dialect.header) and dialect.header[i] in fields for i in range(_HIGHEST)]
        if missing := sorted(set(fields) - set(dialect.header)):
            notes.add(f"the table has no column {', '.join(missing)}")
    return chosen


@dataclass
class _Rows:
    dialect: Dialect
    chosen: Any
    notes: Notes
    headed: bool = False

    def take(self, block: Any, origin: int, last: bool) -> Taken:
        end = len(block) - PADDING
        out = np.empty(end + 2 * PADDING, np.uint8)
        offsets = np.zeros(end // 2 + 3, np.int64)
        delimiter = ord(self.dialect.delimiter)
        found, consumed, unclosed = _rows(
            block, end, delimiter, self.dialect.quoting, self.chosen, last, out, offsets
        )
        if unclosed >= 0:
            self.notes.add(f"the quoted cell that begins at byte {origin + unclosed:,} never ends")
        first = 1 if self.dialect.header and not self.headed and found else 0
        self.headed = self.headed or bool(found)
        return Taken(Texts(out, offsets[first : found + 1]), consumed)


@kernel
def _rows(block, end, delimiter, quoting, chosen, last, out, offsets):
    """-> (rows, bytes consumed, where a quoted cell began that the end of the file cuts, or -1)."""
    found, to, at, start, unclosed = 0, 0, 0, 0, -1
    while at < end:
        at, to, blank, unclosed = _cells(block, at, end, delimiter, quoting, chosen, out, to, last)
        at, complete = _line_end(block, at, end, last)
        if not complete:
            break
        if not blank:
            offsets[found + 1] = to
            found += 1
        start = at
    return found, np.int64(start), np.int64(unclosed if last else -1)


@inlined
def _cells(block, at, end, delimiter, quoting, chosen, out, to, last):
    """Copy the chosen cells of a row -> (its end, bytes so far, is it blank, where a cut cell begins)."""
    column, blank, unclosed = 0, True, -1
    while True:
        cell = to
        if quoting and at < end and block[at] == QUOTE:
            opening, blank = at, False
            at, to, closed = _quoted(block, at, end, out, to, last)
            unclosed = unclosed if closed else opening
        while at < end and not (block[at] == delimiter or block[at] == NEWLINE or block[at] == RETURN):
            out[to] = block[at]
            to += 1
            at += 1
        blank = blank and to == cell
        if to > cell:
            if column >= chosen.size or not chosen[column]:
                to = cell
            else:
                out[to] = NEWLINE
                to += 1
        if at >= end or block[at] != delimiter:
            return at, to, blank, unclosed
        blank = False
        column += 1
        at += 1


@inlined
def _quoted(block, at, end, out, to, last):
    """Copy what stands between quotes -> (next byte, bytes so far, was there a second quote?)."""
    at += 1
    while at < end:
        byte = block[at]
        if byte == QUOTE:
            if at + 1 < end and block[at + 1] == QUOTE:
                at += 1
            elif at + 1 == end and not last:  # it may be the first of two
                break
            else:
                return at + 1, to, True
        out[to] = byte
        to += 1
        at += 1
    return end, to, False


@inlined
def _line_end(block, at, end, last):
    """Pass a line end -> (next byte, is the line complete?)."""
    if at >= end:
        return at, last
    if block[at] == NEWLINE:
        return at + 1, True
    if at + 1 < end:
        return at + (2 if block[at + 1] == NEWLINE else 1), True
    return end, last
