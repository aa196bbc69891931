"""Rows of a sheet of a spreadsheet as texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bioclue_data import spreadsheets
from bioclue_data.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bioclue_data.sources.files import SourceFile


def workbook_rows(file: SourceFile, sheet: str | int) -> Iterator[tuple[int, list[str]]]:
    """Number (from 1, as Excel shows it) and cells of every row of a sheet; empty cells are `""`.

    Args:
        file: The workbook.
        sheet: Name of the sheet, or its place, from 0.

    Raises:
        SourceError: not a workbook, or there is no such sheet.
    """
    with file.open() as stream:
        content = stream.read()
    try:
        with spreadsheets.opened(content) as book:
            rows = list(spreadsheets.rows_of(book, _name(sheet, book.sheet_names, file.name)))
    except ValueError as error:
        remedy = "the file is damaged, or no workbook: get it again"
        raise SourceError(f"not a workbook: {error}", where=file.name, remedy=remedy) from error
    yield from enumerate(rows, start=1)


def _name(sheet: str | int, names: list[str], file: str) -> str:
    if isinstance(sheet, int) and sheet < len(names):
        return names[sheet]
    if sheet in names:
        return str(sheet)
    raise SourceError(
        f"there is no sheet {sheet!r}", where=file, remedy=f"sheets: {', '.join(map(repr, names))}"
    )
