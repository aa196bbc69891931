"""Tables with one token in each row, and its tag beside it."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, NamedTuple

from bioclue_data.leakage.reading.annotated import END, Tagged

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bioclue_data.leakage.reading.tables import Dialect

_TAG = re.compile(r"O|[BIESMLU][-_]\S+")
_LEAST = 10  # rows
_ROWS = 400  # that are looked at
_SHARE = 0.95  # of them have a tag, and a single word
_NUMBER = re.compile(r"[\d.:_-]+")
_NAMES = {"word", "words", "token", "tokens", "text", "char", "字", "词"}


class Columns(NamedTuple):
    """Columns of a table.

    Attributes:
        token, tag: Places of those with the tokens and their tags.
        name: Its name; empty if the table has no header.
        sentence: Place of the one that tells sentences apart; -1 if there is none.
    """

    token: int
    tag: int
    name: str
    sentence: int


def columns_of(head: bytes, dialect: Dialect) -> Columns | None:
    """The columns of a table of tokens that begins so; None if it is another table."""
    rows = _first_rows(head[: 2**16].decode("utf-8", "ignore"), dialect)
    width = min(map(len, rows), default=0)
    columns = [[row[place].strip() for row in rows] for place in range(width)]
    tags = [place for place, cells in enumerate(columns) if _are_tags(cells)]
    tokens = [place for place, cells in enumerate(columns) if place not in tags and _are_tokens(cells)]
    if len(rows) < _LEAST or not tags or not tokens:
        return None
    named = [place for place in tokens if dialect.header and dialect.header[place].strip().lower() in _NAMES]
    token = named[0] if named else max(tokens, key=lambda place: len(set(columns[place])))
    others = [place for place in range(token) if _are_sentences(columns[place])]
    name = dialect.header[token] if dialect.header else ""
    return Columns(token, tags[0], name, others[-1] if others else -1)


def _first_rows(head: str, dialect: Dialect) -> list[list[str]]:
    """Rows below the header that are whole; none if they cannot be told."""
    try:
        rows = [row for row in _rows([head], dialect) if any(row)]
    except csv.Error:
        return []
    return rows[bool(dialect.header) : -1][:_ROWS]


def tokens(pieces: Iterator[bytes], dialect: Dialect, columns: Columns) -> Iterator[Tagged]:
    """The tokens with their tags."""
    sentence, is_header = "", bool(dialect.header)
    for row in _rows((piece.decode("utf-8", "replace") for piece in pieces), dialect):
        if is_header and any(row):
            is_header = False
            continue
        if not any(row):
            yield END
            continue
        cells = [*row, *[""] * (max(columns.token, columns.tag, columns.sentence) + 1)]
        if columns.sentence >= 0 and cells[columns.sentence] not in {"", sentence}:
            sentence = cells[columns.sentence]
            yield END
        yield Tagged(cells[columns.token].encode(), cells[columns.tag].encode())


def _rows(pieces: Iterable[str], dialect: Dialect) -> Iterator[list[str]]:
    csv.field_size_limit(max(2**27, csv.field_size_limit()))
    quoting = csv.QUOTE_MINIMAL if dialect.quoting else csv.QUOTE_NONE
    return csv.reader(_lines(pieces), delimiter=dialect.delimiter, quoting=quoting)  # type: ignore[arg-type]


def _lines(pieces: Iterable[str]) -> Iterator[str]:
    rest = ""
    for piece in pieces:
        *lines, rest = io.StringIO(rest + piece.replace("\0", " "), newline="").readlines() or [""]
        yield from lines
    yield rest


def _are_tags(cells: list[str]) -> bool:
    tags = sum(_TAG.fullmatch(cell) is not None for cell in cells if cell)
    return cells.count("O") > 1 and tags >= _SHARE * sum(map(bool, cells))


def _are_tokens(cells: list[str]) -> bool:
    tokens = sum(bool(cell) and len(cell.split()) == 1 for cell in cells)
    numbers = sum(_NUMBER.fullmatch(cell) is not None for cell in cells)
    return tokens >= _SHARE * len(cells) and 2 * numbers < len(cells)


def _are_sentences(cells: list[str]) -> bool:
    """Do the values tell sentences apart: fewer of them than tokens, each one for tokens that follow?"""
    values = [cell for cell in cells if cell]
    return 0 < len(set(values)) <= len(cells) / 2
