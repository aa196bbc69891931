"""Rows that are looked for, with their texts as Arrow holds them: no text becomes a Python string."""

from __future__ import annotations

from itertools import groupby, islice
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bioclue_data.leakage.fields import ALL, FIELDS, FIRST, SINGLE_LISTS, Field
from bioclue_data.matching.tokens import PADDING, Texts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

AT_ONCE = 4096  # rows that come one by one and are put together
_STRINGS = pa.large_string()
_LINE_FEED = pa.scalar("\n", _STRINGS)
_NONE: dict[str, Any] = {}


class Row(NamedTuple):
    """A row.

    Attributes:
        content_hash: What findings are keyed by.
        item_id: Id of the row.
        dataset, split, task: Where it belongs.
        public: The text is public without the item: an abstract.
        fields: The columns of the task that it has; none where its texts stand beside it, but of a variant
            those in which it differs.
        variant: What an item in other words or another language is called; empty: the item as it is.
    """

    content_hash: str
    item_id: str
    dataset: str
    split: str
    task: str
    public: bool
    fields: dict[str, Any] = _NONE
    variant: str = ""

    @property
    def table(self) -> tuple[str, str, str]:
        """Dataset, split and task."""
        return self.dataset, self.split, self.task

    @property
    def population(self) -> tuple[str, ...]:
        """What it is weighted in: its table, or the variants of one kind of its table."""
        return *self.table, self.variant


class Rows(NamedTuple):
    """Rows, and the texts of their fields, in the order of the rows, and of the fields of a task.

    Attributes:
        keys: The rows, without their fields.
        owners: int64[texts]; the row of each text.
        fields: int16[texts]; its field: a place in `fields.ALL`.
        texts: large_string[texts]; none is empty.
    """

    keys: list[Row]
    owners: Any
    fields: Any
    texts: Any

    def __len__(self) -> int:
        return len(self.keys)

    def part(self, first: int, last: int) -> Rows:
        """The rows [first, last); no text is copied."""
        begin, end = np.searchsorted(self.owners, (first, last)).tolist()
        owners = self.owners[begin:end] - first
        return Rows(
            self.keys[first:last], owners, self.fields[begin:end], self.texts.slice(begin, end - begin)
        )

    def of_each(self) -> Any:
        """large_string[rows]: the texts of each row, a line each."""
        first = np.searchsorted(self.owners, np.arange(len(self.keys)))
        return _joined_from(first, self.texts)


def texts_of(strings: Any) -> Texts:
    """Texts of a large_string array without nulls."""
    if not len(strings):
        return Texts(np.zeros(PADDING, np.uint8), np.zeros(1, np.int64))
    _, places, data = strings.buffers()
    offsets = np.frombuffer(places, np.int64)[strings.offset : strings.offset + len(strings) + 1]
    size = int(offsets[-1] - offsets[0])
    packed = np.zeros(size + PADDING, np.uint8)
    if size:
        packed[:size] = np.frombuffer(data, np.uint8)[offsets[0] : offsets[-1]]
    return Texts(packed, offsets - offsets[0])


def joined(parts: list[Rows]) -> Rows:
    """Rows one after the other."""
    if len(parts) == 1:
        return parts[0]
    shifts = np.cumsum([0, *map(len, parts)])
    owners = [part.owners + shift for part, shift in zip(parts, shifts, strict=False)]
    return Rows(
        [key for part in parts for key in part.keys],
        np.concatenate([np.zeros(0, np.int64), *owners]),
        np.concatenate([np.zeros(0, np.int16), *(part.fields for part in parts)]),
        pa.concat_arrays([pa.array([], _STRINGS), *(part.texts for part in parts)]),
    )


def together(rows: Iterable[Row] | Iterable[Rows]) -> Iterator[Rows]:
    """Rows as they are, and those that come one by one AT_ONCE at a time."""
    for is_single, some in groupby(rows, key=lambda one: isinstance(one, Row)):
        if not is_single:
            yield from some  # type: ignore[misc]
            continue
        while singles := list(islice(some, AT_ONCE)):
            yield _of_singles(singles)  # type: ignore[arg-type]


def _of_singles(rows: list[Row]) -> Rows:
    places: dict[str, list[int]] = {}
    for place, row in enumerate(rows):
        places.setdefault(row.task, []).append(place)
    parts = []
    for task, own in places.items():
        batch = pa.RecordBatch.from_pylist([rows[place].fields for place in own], schema=_schema(task))
        owners, fields, texts = _texts(batch, task)
        parts.append((np.array(own)[owners], fields, texts))
    return _in_order([row._replace(fields=_NONE) for row in rows], parts)


def changed(rows: Rows, places: Sequence[int], others: Sequence[Row]) -> Rows:
    """Some of the rows with other texts in the columns that `others` have; the rest of each is as it was."""
    given = _of_singles(list(others))
    replaced = np.zeros((len(others), len(ALL)), bool)
    for number, row in enumerate(others):
        replaced[number, [_place(row.task, field) for field in said_in(row.task, row.fields)]] = True
    begins, ends = (np.searchsorted(rows.owners, np.array(places) + past) for past in (0, 1))
    owners = np.repeat(np.arange(len(places)), ends - begins)
    taken = np.concatenate([np.zeros(0, np.int64), *map(np.arange, begins, ends)])
    kept = ~replaced[owners, rows.fields[taken]]
    owners, taken = owners[kept], taken[kept]
    own = owners, rows.fields[taken], rows.texts.take(pa.array(taken))
    return _in_order(list(others), [own, (given.owners, given.fields, given.texts)])


def said_in(task: str, columns: Iterable[str]) -> list[Field]:
    """The fields of a task whose texts are in some columns; in those of elements where one has a list."""
    return [field for field in FIELDS[task] if field.path.removesuffix(".text") in columns]


def _place(task: str, field: Field) -> int:
    return FIRST[task] + FIELDS[task].index(field)


def of_batch(batch: Any, task: str, keys: list[Row]) -> Rows:
    """Rows of a record batch that has at least the fields of its task."""
    return _in_order(keys, [_texts(batch, task)])


def leaves(task: str) -> list[str]:
    """The columns that a table of the task is read for, as Parquet calls them."""
    return [field.path.replace(".", ".list.element.") for field in FIELDS[task]]


def _in_order(keys: list[Row], parts: list[tuple[Any, Any, Any]]) -> Rows:
    owners, fields = (np.concatenate([part[place] for part in parts]) for place in (0, 1))
    order = np.lexsort((fields, owners))
    texts = pa.concat_arrays([part[2] for part in parts]).take(pa.array(order))
    return Rows(keys, owners[order], fields[order], texts)


def _texts(batch: Any, task: str) -> tuple[Any, Any, Any]:
    """Of each text of the fields of a task: its row, its field, and itself; field by field."""
    found = [_values(batch, field) for field in FIELDS[task]]
    sizes = [len(owners) for owners, _ in found]
    fields = np.repeat(np.arange(FIRST[task], FIRST[task] + len(found)), sizes).astype(np.int16)
    return np.concatenate([owners for owners, _ in found]), fields, pa.concat_arrays([v for _, v in found])


def _values(batch: Any, field: Field) -> tuple[Any, Any]:
    """The texts of a field, and the rows that they are of.

    One of each row, or one for each element of a list of alternatives, without repetitions.
    """
    column, *members = field.path.split(".")
    values, owners = batch.column(column), np.arange(len(batch))
    for member in members:
        owners = owners[pc.list_parent_indices(values).to_numpy()]
        values = pc.struct_field(pc.list_flatten(values), member)
    is_there = pc.fill_null(pc.greater_equal(pc.utf8_length(values), field.shortest), False)
    values = values.filter(is_there).cast(_STRINGS)
    owners = owners[is_there.to_numpy(zero_copy_only=False)]
    if field.name in SINGLE_LISTS:
        return _distinct(owners, values)
    return _lines(owners, values) if members else (owners, values)


def _distinct(owners: Any, values: Any) -> tuple[Any, Any]:
    """Without what the same owner had before."""
    codes = values.dictionary_encode().indices.to_numpy()
    _, first = np.unique(owners * (len(values) + 1) + codes, return_index=True)
    first.sort()
    return owners[first], values.take(pa.array(first))


def _lines(owners: Any, values: Any) -> tuple[Any, Any]:
    """All values of an owner as one, a line each."""
    rows, first = np.unique(owners, return_index=True)
    return rows, _joined_from(first, values)


def _joined_from(first: Any, values: Any) -> Any:
    """Runs of values as one, a line each; `first`: where the runs begin."""
    runs = pa.LargeListArray.from_arrays(np.append(first, len(values)).astype(np.int64), values)
    return pc.binary_join(runs, _LINE_FEED)


def _schema(task: str) -> Any:
    return pa.schema(_kinds([field.path.split(".") for field in FIELDS[task]]))


def _kinds(paths: list[list[str]]) -> list[tuple[str, Any]]:
    """Names and types of what the paths lead through: text, or a list of elements with members."""
    members: dict[str, list[list[str]]] = {}
    for first, *rest in paths:
        members.setdefault(first, []).append(rest)
    return [
        (name, pa.list_(pa.struct(_kinds(rest))) if rest[0] else pa.string())
        for name, rest in members.items()
    ]
