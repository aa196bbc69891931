"""Sheets of spreadsheets as rows of texts: Excel (.xlsx, .xlsm, .xlsb, .xls) and OpenDocument (.ods)."""

from __future__ import annotations

import zipfile
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any

from python_calamine import CalamineError, CalamineWorkbook, PasswordError

if TYPE_CHECKING:
    from collections.abc import Iterator

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
LARGEST = 2**29  # bytes of a spreadsheet when it is unpacked, all of which has to be in memory


class NoSpreadsheetError(ValueError):
    """The bytes are something else; its text says why."""


def may_be_one(head: bytes) -> bool:
    """Can a file that begins so be a spreadsheet? Other archives and documents of Office begin so, too."""
    return head.startswith((ZIP, OLE))


@contextmanager
def opened(content: bytes) -> Iterator[CalamineWorkbook]:
    """A spreadsheet, for `sheet_names` and `rows_of`.

    Raises:
        NoSpreadsheetError: it is none.
        ValueError: it is damaged, needs a password, or would take more memory than LARGEST.
    """
    if not may_be_one(content):
        raise NoSpreadsheetError("it is no zip file and no old Office document")
    if (size := _unpacked(content)) > LARGEST:
        raise ValueError(f"it has {size:,} bytes unpacked, and {LARGEST:,} can be read: save it as CSV")
    try:
        book = CalamineWorkbook.from_filelike(BytesIO(content))
    except PasswordError:
        raise ValueError("it needs a password") from None
    except CalamineError as error:
        if "detect file format" in str(error):
            raise NoSpreadsheetError("no spreadsheet is in it") from error
        raise ValueError(str(error)) from error
    if not book.sheet_names:
        raise ValueError("it has no sheet")
    try:
        yield book
    except CalamineError as error:
        raise ValueError(str(error)) from error
    finally:
        book.close()


def rows_of(book: CalamineWorkbook, sheet: str, most: int | None = None) -> Iterator[list[str]]:
    """The cells of every row of a sheet, or of the first ones, from A1 on; empty cells are `""`."""
    for cells in book.get_sheet_by_name(sheet).to_python(skip_empty_area=False, nrows=most):
        yield [_text(cell) for cell in cells]


def _unpacked(content: bytes) -> int:
    if not content.startswith(ZIP):
        return len(content)
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            return sum(info.file_size for info in archive.infolist())
    except zipfile.BadZipFile as error:
        raise ValueError(str(error)) from error


def _text(cell: Any) -> str:
    """A cell as text: whole numbers without a point, dates as ISO 8601."""
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, (datetime, date, time)):
        return cell.isoformat()
    return str(cell) if not isinstance(cell, timedelta) else str(cell.total_seconds())
