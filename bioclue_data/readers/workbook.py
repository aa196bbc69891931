"""Rows of an Excel workbook as texts."""

from __future__ import annotations

import re
import warnings
import zipfile
from contextlib import closing
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any, BinaryIO

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from bioclue_data.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from openpyxl import Workbook

    from bioclue_data.sources.files import SourceFile

ZIP = b"PK\x03\x04"
# ISO/IEC 29500 in its strict form has namespaces of its own, which openpyxl passes over in silence.
STRICT = {
    b"http://purl.oclc.org/ooxml/spreadsheetml/main": b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    b"http://purl.oclc.org/ooxml/officeDocument/": b"http://schemas.openxmlformats.org/officeDocument/2006/",
}
CELLS = ("xl/worksheets/sheet", "xl/sharedStrings")  # parts that hold texts; namespaces stand in their root
_ROOT = re.compile(rb"<[A-Za-z][^>]*>")


def workbook_rows(file: SourceFile, sheet: str | int) -> Iterator[tuple[int, list[str]]]:
    """Number (from 1, as Excel shows it) and cells of every row of a sheet; empty cells are `""`.

    Args:
        file: The workbook.
        sheet: Name of the sheet, or its place, from 0.

    Raises:
        SourceError: not a workbook, or there is no such sheet.
    """
    with file.open() as stream, closing(_opened(stream, file.name)) as book:
        page = _sheet(book, sheet, file.name)
        page.reset_dimensions()  # the extent that a file states may be wrong; the rows are what counts
        for number, cells in enumerate(page.iter_rows(values_only=True), start=1):
            yield number, [_text(cell) for cell in cells]


def _opened(stream: BinaryIO, name: str) -> Workbook:
    content = BytesIO(stream.read())
    if not content.getvalue().startswith(ZIP):
        raise _no_workbook(name, "it is no zip file", "save a workbook of Excel 97 (.xls) as .xlsx")
    try:
        book = _load(content)
        return book if book.sheetnames else _load(_translated(content))
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError) as error:
        raise _no_workbook(name, str(error), "the file is damaged: get it again") from error


def _load(content: BytesIO) -> Workbook:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about styles and extensions; no cell depends on them
        return load_workbook(content, read_only=True, data_only=True)


def _no_workbook(name: str, why: str, remedy: str) -> SourceError:
    return SourceError(f"not a workbook (.xlsx): {why}", where=name, remedy=remedy)


def _translated(strict: BytesIO) -> BytesIO:
    """A strict workbook with the usual namespaces; cells are not touched."""
    usual = BytesIO()
    with zipfile.ZipFile(strict) as source, zipfile.ZipFile(usual, "w") as target:
        for info in source.infolist():
            content = source.read(info)
            root = _ROOT.search(content) if info.filename.startswith(CELLS) else None
            edge = root.end() if root else len(content)
            head = content[:edge]
            for old, new in STRICT.items():
                head = head.replace(old, new)
            target.writestr(info, head + content[edge:])
    return usual


def _sheet(book: Workbook, sheet: str | int, name: str) -> Any:
    names = book.sheetnames
    if not names:
        raise _no_workbook(name, "it has no sheet", "save it again as .xlsx")
    if sheet not in names and (isinstance(sheet, str) or sheet >= len(names)):
        raise SourceError(
            f"there is no sheet {sheet!r}", where=name, remedy=f"sheets: {', '.join(map(repr, names))}"
        )
    return book[sheet if isinstance(sheet, str) else names[sheet]]


def _text(cell: Any) -> str:
    """A cell as text: whole numbers without a point, dates as ISO 8601."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, (datetime, date, time)):
        return cell.isoformat()
    return str(cell) if not isinstance(cell, timedelta) else str(cell.total_seconds())
