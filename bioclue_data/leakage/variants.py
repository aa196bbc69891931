"""Variants: items in other words or another language, looked for beside the items as they are.

They come from a file of the user's: a parallel version of the dataset, what a translator or a language model
made of it. What finds a variant is a finding of its item.
"""

from __future__ import annotations

from itertools import chain, groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from bioclue_data.errors import UsageError
from bioclue_data.leakage.fields import FIELDS
from bioclue_data.leakage.own_files import columns_of
from bioclue_data.leakage.own_records import records_of
from bioclue_data.leakage.own_support import support_of, text_of, texts_in
from bioclue_data.leakage.rows import changed, joined, said_in, together

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from bioclue_data.leakage.rows import Row, Rows

ITEM, NAME = "item_id", "variant"  # columns of the file; the others are those of the items' tables
USUAL = "variant"  # what one without a name is called
_IDS = "the id of the row as its table has it, or of a FILE the row's number, from 0"


def _column(path: str) -> str:
    """The column of the tables that a field's texts are in."""
    return path.removesuffix(".text")


_COLUMNS = {  # and if it holds a list
    _column(field.path): field.path.endswith(".text")
    for field in chain(*FIELDS.values())
    if "." not in _column(field.path)
}


class Variant(NamedTuple):
    """What a record of the file says of an item.

    Attributes:
        record: Its number in the file, from 0.
        name: What kind of variant it is, as "translation".
        columns: The columns in which it differs, as the tables have them.
    """

    record: int
    name: str
    columns: dict[str, Any]

    def of(self, row: Row) -> Row | None:
        """The row in these words; None if they say nothing of what is looked for."""
        fields = said_in(row.task, self.columns)
        if not any(field.role == "item" for field in fields):
            return None
        columns = {_column(field.path): self.columns[_column(field.path)] for field in fields}
        return row._replace(fields=columns, variant=self.name)


class Variants:
    """The variants in a file, by the item.

    Args:
        path: The file. Its columns are those of the items: of the tables, or of a file of the user's.
        fields: The fields of the user's file, the question first; empty: the items are rows of tables.

    Attributes:
        of_item: Item id -> its variants.
        unknown: Columns of the file that the items do not have.

    Raises:
        UsageError: the file cannot be read, or a record of it names no item.
    """

    def __init__(self, path: Path, fields: Sequence[str] = ()) -> None:
        self.path, self.fields = path, fields
        self.of_item: dict[str, list[Variant]] = {}
        records = records_of(path, [ITEM])
        self.unknown = sorted({*chain(*records)} - {ITEM, NAME, *(fields or _COLUMNS)})
        for number, record in enumerate(records):
            item = text_of(record.get(ITEM))
            if not item:
                raise UsageError(f"record {number} has no {ITEM}", where=str(path), remedy=f"{ITEM}: {_IDS}")
            name = text_of(record.get(NAME)) or USUAL
            columns = _of_file(record, fields) if fields else _of_table(record)
            self.of_item.setdefault(item, []).append(Variant(number, name, columns))
        if not self.of_item:
            raise UsageError("no variants here: no records", where=str(path))

    def check(self, tasks: Mapping[str, Iterable[str]]) -> None:
        """See that there is something to look for in each record.

        Args:
            tasks: Of the rows that are checked: item id -> tasks. Those without variants may be missing.

        Raises:
            UsageError: a record is of no such row, or says nothing of what is looked for in it.
        """
        for item, own in self.of_item.items():
            where = f"{self.path}, record {own[0].record}"
            if item not in tasks:
                what, remedy = f"no row that is checked is called {item}", f"{ITEM}: {_IDS}"
                raise UsageError(what, where=where, remedy=remedy)
            names = {_column(f.path) for task in tasks[item] for f in FIELDS[task] if f.role == "item"}
            for one in own:
                if not names & one.columns.keys():
                    what, where = "it says nothing of the item", f"{self.path}, record {one.record}"
                    fill = self.fields[:1] or sorted(names)
                    raise UsageError(what, where=where, remedy=f"fill {' or '.join(fill)}")

    def beside(self, rows: Iterable[Row] | Iterable[Rows]) -> Iterator[Rows]:
        """The rows, and behind each table the variants of its items, those of one name together."""
        for _, parts in groupby(_by_table(together(rows)), key=lambda some: some.keys[0].table):
            found: dict[str, list[Rows]] = {}
            for some in parts:
                yield some
                for name, own in self._of_rows(some).items():
                    found.setdefault(name, []).append(own)
            yield from (joined(found[name]) for name in sorted(found))

    def _of_rows(self, rows: Rows) -> dict[str, Rows]:
        """The variants of some rows, by their names."""
        found: dict[str, list[tuple[int, Row]]] = {}
        for place, key in enumerate(rows.keys):
            for variant in self.of_item.get(key.item_id, ()):
                if row := variant.of(key):
                    found.setdefault(variant.name, []).append((place, row))
        return {name: changed(rows, *map(list, zip(*own, strict=True))) for name, own in found.items()}


def _by_table(rows: Iterable[Rows]) -> Iterator[Rows]:
    """The rows in parts that are of one table each."""
    for some in rows:
        first = 0
        for _, own in groupby(some.keys, key=lambda key: key.table):
            last = first + len(list(own))
            yield some.part(first, last)
            first = last


def _of_table(record: dict[str, Any]) -> dict[str, Any]:
    """The columns of a record that tables have, as these have them; those without letters are left out."""
    found: dict[str, Any] = {}
    for name, is_list in _COLUMNS.items():
        values = texts_in(record.get(name)) if is_list else [text_of(record.get(name))]
        if told := [text for text in values if _says(text)]:
            found[name] = [{"text": text} for text in told] if is_list else told[0]
    return found


def _of_file(record: dict[str, Any], fields: Sequence[str]) -> dict[str, Any]:
    """The same of a record that has the fields of a file of the user's."""
    question, *others = fields
    columns = columns_of(text_of(record.get(question)), support_of(record, others))
    return {name: value for name, value in columns.items() if value and (name != "question" or _says(value))}


def _says(text: str) -> bool:
    return any(map(str.isalnum, text))
