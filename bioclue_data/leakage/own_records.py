"""Records of a file of the user's, with fields. Packing, encoding and kind are told as those of corpora."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from bioclue_data import spreadsheets
from bioclue_data.errors import UsageError
from bioclue_data.leakage.reading import arrow_ipc, json_kind, raw, sniff, tables, utf8
from bioclue_data.leakage.reading.notes import Notes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_REMEDY = "JSON, CSV, TSV, a spreadsheet, Parquet or Arrow; text in UTF-8, UTF-16, GB 18030 or Big5"
_SEPARATORS = {".csv": ",", ".tsv": "\t"}
_LINE_ENDS = re.compile(r"\r\n?|\n")
_END = "end"  # a row that is put behind a table: inside a cell, if a quote is still open there


def records_of(path: Path, fields: Sequence[str]) -> list[dict[str, Any]]:
    """The records; the fields tell records from what stands around them.

    Raises:
        UsageError: the file cannot be read.
    """
    try:
        data = _unpacked(path)
        if (kind := sniff.binary_kind(data)) in {"arrow", "parquet"}:
            return _columns(data, is_arrow=kind == "arrow")
        if spreadsheets.may_be_one(data):
            return _of_a_sheet(data, fields)
        return _of_text(path, _text(data), fields)
    except RecursionError:
        raise UsageError("cannot be read: brackets are nested too deeply", where=str(path)) from None
    except raw.FAULTS as error:
        raise UsageError(f"cannot be read: {error}", where=str(path), remedy=_REMEDY) from error


def _unpacked(path: Path) -> bytes:
    """All bytes.

    Raises:
        ValueError: they can not be read to the end.
    """
    notes = Notes()
    data = b"".join(raw.pieces(str(path), notes))
    if problems := notes.take():
        raise ValueError(problems[0])
    return data


def _columns(data: bytes, *, is_arrow: bool) -> list[dict[str, Any]]:
    import pyarrow.parquet as pq  # noqa: PLC0415

    source = pa.BufferReader(data)
    rows: list[dict[str, Any]] = (
        arrow_ipc.opened(source).read_all() if is_arrow else pq.read_table(source)
    ).to_pylist()
    return rows


def _text(data: bytes) -> str:
    """The text of a file.

    Raises:
        ValueError: it has none, or some of it cannot be decoded.
    """
    if sniff.binary_kind(data) == "xml":
        raise ValueError("this is XML")
    if strange := sniff.stranger(data):
        raise ValueError(f"this is {strange}")
    notes = Notes()
    text = b"".join(utf8.text(iter([data]), notes)).decode()
    notes.close()
    if wrong := [problem for problem in notes.take() if utf8.NULS not in problem]:
        raise ValueError(wrong[0].replace(" and were replaced", ""))
    return text


def _of_text(path: Path, text: str, fields: Sequence[str]) -> list[dict[str, Any]]:
    head = text[: 2**18].encode()
    endings = [ending.lower() for ending in path.suffixes[-2:]]  # the last one may be .gz
    usual = next((_SEPARATORS[ending] for ending in endings if ending in _SEPARATORS), "")
    is_whole = len(text) <= 2**18
    if usual or (not json_kind.is_json(head, whole=is_whole) and tables.dialect_of(head, whole=is_whole)):
        csv.field_size_limit(max(len(text) + len(_END) + 1, csv.field_size_limit()))
        return _table(text, _separator(text, fields, usual or ","))
    return _json(text, fields)


def _separator(text: str, fields: Sequence[str], usual: str) -> str:
    """The one by which the header has most of the fields; the usual one, if it has as many."""

    def known(separator: str) -> int:
        header: list[str] = next(csv.reader(io.StringIO(text, newline=""), delimiter=separator), [])
        return len(set(fields) & set(header))

    separators: tuple[str, ...] = (usual, *"\t,;|")
    return max(separators, key=known)


def _of_a_sheet(data: bytes, fields: Sequence[str]) -> list[dict[str, Any]]:
    """Rows of the sheet whose first row has most of the fields, by the names there.

    Raises:
        ValueError: this is no spreadsheet, or no such table.
    """
    with spreadsheets.opened(data) as book:

        def known(sheet: str) -> int:
            header: list[str] = next(spreadsheets.rows_of(book, sheet, 1), [])
            return len(set(fields) & set(header))

        rows = list(spreadsheets.rows_of(book, max(book.sheet_names, key=known)))
    (_, names), *lines = [(number, row) for number, row in enumerate(rows, start=1) if any(row)] or [(0, [])]
    while names and not names[-1]:  # a sheet has no edge: these are no columns
        names.pop()
    return _by_names(names, lines, "row")


def _table(text: str, separator: str) -> list[dict[str, Any]]:
    """Rows by the names of the header.

    Raises:
        ValueError: no such table, or a quote is not closed.
    """
    (_, names), *lines = _lines(text, separator)
    if len(names) == 1:
        lines = [(number, [separator.join(row)]) for number, row in lines]
    return _by_names(names, lines, "line")


def _by_names(names: list[str], lines: list[tuple[int, list[str]]], what: str) -> list[dict[str, Any]]:
    """Rows by the names of their cells; what a row lacks at its end is empty. `what`: what a number counts.

    Raises:
        ValueError: two columns have one name, or a row has more cells than the header.
    """
    if twice := [name for name, times in Counter(names).items() if name and times > 1]:
        raise ValueError(f"two columns are called {', '.join(twice)}")
    rows = []
    for number, cells in lines:
        if any(cells[len(names) :]):
            raise ValueError(f"{what} {number}: {len(cells)} cells, but the header has {len(names)}")
        rows.append(
            {name: cell for name, cell in zip_longest(names, cells[: len(names)], fillvalue="") if name}
        )
    return rows


def _lines(text: str, separator: str) -> list[tuple[int, list[str]]]:
    """The rows of a table, the header first, each with the number of its last line.

    Raises:
        ValueError: a quote is not closed.
    """
    reader = csv.reader(io.StringIO(f"{text}\n{_END}", newline=""), delimiter=separator)
    found = [(reader.line_num, row) for row in reader]
    number, last = found.pop()
    if last != [_END]:
        begin = number - len(_LINE_ENDS.findall(last[-1]))
        raise ValueError(f"line {begin}: a quote opens a cell and is not closed")
    return [found[0], *(line for line in found[1:] if line[1])]


def _json(text: str, fields: Sequence[str]) -> list[dict[str, Any]]:
    """Objects of an array, of lines, or in an object around them.

    Raises:
        ValueError: something else; the line is named.
    """
    try:
        value = json.loads(text)
    except json.JSONDecodeError:
        if text.lstrip().startswith("["):
            raise
        return _json_lines(text)
    if isinstance(value, list):
        return _objects(value, "element")
    return _inside(value, fields) if isinstance(value, dict) else _objects([value], "value")


def _json_lines(text: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for number, line in enumerate(_LINE_ENDS.split(text), start=1):
        if line.strip():
            try:
                found += _objects([json.loads(line)], f"line {number}, object")
            except ValueError as error:
                what = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
                raise ValueError(what if what.startswith("line") else f"line {number}: {what}") from error
    return found


def _inside(value: dict[str, Any], fields: Sequence[str]) -> list[dict[str, Any]]:
    """An object that has a field is a record; others hold lists of records, or records by id."""
    lists = [member for member in value.values() if isinstance(member, list) and member]
    if any(field in value for field in fields) or not value:
        return [value]
    if any(isinstance(member[0], dict) for member in lists):
        return [row for rows in lists for row in rows if isinstance(row, dict)]
    members = list(value.values())
    return members if all(isinstance(member, dict) for member in members) else [value]


def _objects(values: list[Any], what: str) -> list[dict[str, Any]]:
    for number, value in enumerate(values, start=1):
        if not isinstance(value, dict):
            raise ValueError(f"{what} {number} is no JSON object")
    return values
