"""Tables: CSV, TSV and Excel workbooks; a row is an object of texts, mapped by `[read.columns]`.

Columns have the names of the header. One without a name is named by its place, from "0", and so are all of a
table without a header. Rows without any content are passed over.
"""

from __future__ import annotations

import csv
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, Literal

from bioclue_data.errors import SourceError
from bioclue_data.readers.lines import lines
from bioclue_data.readers.mapping import Mapper, Mapping, Node, file_node

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bioclue_data.readers.document import Document, Sources
    from bioclue_data.sources.files import SourceFile

WORKBOOKS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
TAB_NAMES = (".tsv", ".tab", ".tsv.gz")
CELL_LIMIT = (1 << 31) - 1  # characters; the default of 131,072 is shorter than clinical notes and articles
NAMES_SHOWN = 30

Row = tuple[str, list[str]]


class Options(Mapping, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Options of the format `table`.

    Attributes:
        encoding: Of CSV and TSV files.
        delimiter: One character; by default a tab for `.tsv` and `.tab`, else a comma. Of several, the one
            that is most frequent in the first line that is read.
        quoting: False: quotation marks are content, and a line is a row. "loose": what follows a closing
            mark belongs to the cell, where it is an error else.
        ragged: Cells that a row lacks at its end are empty, where that is an error else; so in workbooks.
        header: True: the first row; False: there is none; or the names of the columns.
        skip: Lines (rows of a workbook) before the header.
        optional: Columns that a file may lack, such as the answers of a hidden test.
        sheet: Name of a workbook's sheet, or its place, from 0.
        group: A column: the rows with one value there are one item, which has them in `rows` and the value
            under the column's name. Such a file is read as a whole.
    """

    encoding: str = "utf-8"
    delimiter: str | tuple[str, ...] = ""
    quoting: bool | Literal["loose"] = True
    ragged: bool = False
    header: bool | tuple[str, ...] = True
    skip: int = 0
    optional: tuple[str, ...] = ()
    sheet: str | int = 0
    group: str = ""
    null: tuple[str, ...] = ("",)


def read(sources: Sources, options: Options) -> Iterator[Document]:
    """Yield the rows of the files.

    Raises:
        SourceError: a file is no such table, lacks a column, or a row has too few or too many cells, or does
            not fit the mapping; with its line (in a workbook: its row).
    """
    mapper = Mapper(options, sources.lookups)
    for file in sources.files:
        root = file_node(file)
        rows = _items(file, options, mapper.names)
        nodes = (Node(row, None, position, root, place) for position, (place, row) in enumerate(rows))
        yield from mapper.documents(nodes)


def _items(file: SourceFile, options: Options, names: set[str]) -> Iterable[tuple[str, dict[str, Any]]]:
    """Place and content of every item: a row, or the rows that belong together."""
    if not options.group:
        return records(file, options, names)
    groups: dict[str, tuple[str, dict[str, Any]]] = {}
    for place, row in records(file, options, {options.group}):
        value = row[options.group]
        _, item = groups.setdefault(value, (place, {options.group: value, "rows": []}))
        item["rows"].append(row)
    return groups.values()


def records(
    file: SourceFile, options: Options, wanted: frozenset[str] | set[str] = frozenset()
) -> Iterator[tuple[str, dict[str, str]]]:
    """Place and cells by column name of every row with content.

    Args:
        file: The table.
        options: How it is written; the mapping is not looked at.
        wanted: Columns that must be there.

    Raises:
        SourceError: as `read`.
    """
    content = (row for row in _rows(file, options) if any(row[1]))
    names, rows = _header(content, options, file.name)
    if missing := sorted(wanted - set(names) - set(options.optional)):
        shown = ", ".join(names[:NAMES_SHOWN])
        raise SourceError(
            f"there is no column {missing[0]!r}", where=file.name, remedy=f"the columns are: {shown}"
        )
    is_ragged = options.ragged or file.name.lower().endswith(WORKBOOKS)
    for place, cells in rows:
        yield place, dict(zip(names, _fitted(cells, names, is_ragged, f"{file.name}, {place}"), strict=True))


def _rows(file: SourceFile, options: Options) -> Iterator[Row]:
    if file.name.lower().endswith(WORKBOOKS):
        return _sheet_rows(file, options)
    return _text_rows(file, options)


def _sheet_rows(file: SourceFile, options: Options) -> Iterator[Row]:
    from bioclue_data.readers.workbook import workbook_rows  # noqa: PLC0415 - for workbooks only

    for number, cells in islice(workbook_rows(file, options.sheet), options.skip, None):
        yield f"row {number}", _trimmed(cells)


def _trimmed(cells: list[str]) -> list[str]:
    """A sheet has no edge: empty cells at the end of a row are no cells."""
    end = len(cells)
    while end and not cells[end - 1]:
        end -= 1
    return cells[:end]


def _text_rows(file: SourceFile, options: Options) -> Iterator[Row]:
    csv.field_size_limit(max(CELL_LIMIT, csv.field_size_limit()))
    with file.open_text(options.encoding) as text:
        content = islice(lines(text), options.skip, None)
        first = next(content, "")
        reader = csv.reader(
            chain([first], content),
            delimiter=_delimiter(options, file.name, first),
            quoting=csv.QUOTE_MINIMAL if options.quoting else csv.QUOTE_NONE,
            strict=options.quoting is True,
        )
        line = options.skip + 1
        try:
            for cells in reader:
                yield f"line {line}", cells
                line = options.skip + reader.line_num + 1
        except csv.Error as error:
            raise _broken(file.name, line, str(error)) from error


def _delimiter(options: Options, name: str, first: str) -> str:
    if isinstance(options.delimiter, tuple):
        return max(options.delimiter, key=first.count)
    return options.delimiter or ("\t" if name.lower().endswith(TAB_NAMES) else ",")


def _broken(name: str, line: int, why: str) -> SourceError:
    remedy = "look at the quotation marks; if they are content: quoting = false"
    return SourceError(
        f"the row that begins here is broken: {why}", where=f"{name}, line {line}", remedy=remedy
    )


def _header(rows: Iterator[Row], options: Options, name: str) -> tuple[Sequence[str], Iterator[Row]]:
    """The names of the columns, and the rows below them."""
    if isinstance(options.header, tuple):
        return _distinct(options.header, name), rows
    first = next(rows, None)
    if first is None:
        raise SourceError(
            "the table is empty", where=name, remedy="get the file again, or correct the record"
        )
    if options.header:
        return _distinct([cell or str(place) for place, cell in enumerate(first[1])], name), rows
    return [str(place) for place in range(len(first[1]))], chain([first], rows)


def _distinct(names: Sequence[str], file: str) -> Sequence[str]:
    if twice := next((name for name in names if names.count(name) > 1), None):
        remedy = "name the columns yourself: header = [ … ] with skip = 1"
        raise SourceError(f"two columns are called {twice!r}", where=file, remedy=remedy)
    return names


def _fitted(cells: list[str], names: Sequence[str], is_ragged: bool, where: str) -> list[str]:
    missing = len(names) - len(cells)
    if not missing:
        return cells
    if missing > 0 and is_ragged:
        return cells + [""] * missing
    remedy = "correct delimiter, quoting or header of the record, or get the file again"
    what = f"{len(cells)} cells under {len(names)} columns"
    raise SourceError(what, where=where, remedy=remedy)
