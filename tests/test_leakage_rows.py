"""Rows with their texts: as a table has them, and one by one; against plain Python."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioclue_data.contracts.contract import arrow_schema, load
from bioclue_data.leakage.fields import ALL, FIELDS, FIRST, SINGLE_LISTS, Field
from bioclue_data.leakage.rows import Row, Rows, joined, leaves, of_batch, texts_of, together

TASKS = sorted(FIELDS)
TEXTS = st.one_of(st.none(), st.sampled_from(["", "blue", "blue lamp", "蓝灯", "Z00123", "Z0012", "a\nb"]))


def lists(members: list[list[str]]) -> st.SearchStrategy[Any]:
    """Lists of elements with these paths, or none."""
    names: dict[str, list[list[str]]] = {}
    for first, *rest in members:
        names.setdefault(first, []).append(rest)
    element = {name: lists(rest) if rest[0] else TEXTS for name, rest in names.items()}
    return st.one_of(st.none(), st.lists(st.fixed_dictionaries(element), max_size=4))


@st.composite
def rows_of(draw: st.DrawFn, tasks: st.SearchStrategy[str], most: int = 6) -> list[Row]:
    rows = []
    for number, task in enumerate(draw(st.lists(tasks, max_size=most))):
        paths: dict[str, list[list[str]]] = {}
        for field in FIELDS[task]:
            column, *members = field.path.split(".")
            paths.setdefault(column, []).append(members)
        columns = {name: draw(lists(rest) if rest[0] else TEXTS) for name, rest in paths.items()}
        rows.append(Row(f"{number:064x}", f"own:{number}", "own", "test", task, False, columns))
    return rows


def members(elements: Any, names: list[str]) -> list[str]:
    if not names:
        return [elements] if elements else []
    return [text for one in elements or () for text in members(one[names[0]], names[1:])]


def values(row: Row, field: Field) -> list[str]:
    """The texts of a field, by the book."""
    column, *names = field.path.split(".")
    found = [text for text in members(row.fields[column], names) if len(text) >= field.shortest]
    if field.name in SINGLE_LISTS:
        return list(dict.fromkeys(found))
    return ["\n".join(found)] if found else []


def expected(rows: list[Row]) -> list[tuple[int, int, str]]:
    return [
        (place, FIRST[row.task] + number, text)
        for place, row in enumerate(rows)
        for number, field in enumerate(FIELDS[row.task])
        for text in values(row, field)
    ]


def listed(rows: Rows) -> list[tuple[int, int, str]]:
    return list(zip(rows.owners.tolist(), rows.fields.tolist(), rows.texts.to_pylist(), strict=True))


@given(rows_of(st.sampled_from(TASKS)), st.data())
def test_rows_one_by_one(rows: list[Row], data: st.DataObject) -> None:
    whole = joined(list(together(rows)))
    assert listed(whole) == expected(rows)
    assert whole.keys == [row._replace(fields={}) for row in rows]
    cuts = sorted([0, len(rows), *data.draw(st.lists(st.integers(0, len(rows)), max_size=3))])
    parts = [whole.part(first, last) for first, last in pairwise(cuts)]
    for part, (first, last) in zip(parts, pairwise(cuts), strict=True):
        assert listed(part) == expected(rows[first:last])
        texts = [text for _, _, text in listed(part)]
        packed = texts_of(part.texts)
        data_of_texts, ends = packed.data.tobytes(), packed.offsets.tolist()
        assert [data_of_texts[a:b].decode() for a, b in pairwise(ends)] == texts
        lines = ["\n".join(text for owner, _, text in listed(part) if owner == n) for n in range(len(part))]
        assert part.of_each().to_pylist() == lines
    assert listed(joined(parts)) == listed(whole)
    assert joined(parts).keys == whole.keys


@given(st.sampled_from([task for task in TASKS if task != "file"]), st.data())
def test_rows_of_a_table(task: str, data: st.DataObject) -> None:
    rows = data.draw(rows_of(st.just(task)))
    columns = {name for field in FIELDS[task] for name in [field.path.partition(".")[0]]}
    schema = pa.schema([arrow_schema(load(task)).field(name).with_nullable(True) for name in sorted(columns)])
    loose = pa.schema([pa.field(field.name, _nullable(field.type)) for field in schema])
    sink = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_pylist([row.fields for row in rows], schema=loose), sink)
    keys = [row._replace(fields={}) for row in rows]
    file = pq.ParquetFile(pa.BufferReader(sink.getvalue()))
    found = list(_batches(file, task, keys))
    assert listed(joined(found)) == expected(rows)


def _batches(file: pq.ParquetFile, task: str, keys: list[Row]) -> Iterator[Rows]:
    first = 0
    for batch in file.iter_batches(2, columns=leaves(task)):
        yield of_batch(batch, task, keys[first : first + len(batch)])
        first += len(batch)


def _nullable(kind: pa.DataType) -> pa.DataType:
    """The same type, of which each part may be null."""
    if pa.types.is_list(kind):
        return pa.list_(_nullable(kind.value_type))
    if pa.types.is_struct(kind):
        return pa.struct([pa.field(field.name, _nullable(field.type)) for field in kind])
    return kind


@pytest.mark.parametrize("task", [task for task in TASKS if task != "file"])
def test_every_field_is_a_leaf_of_its_table(task: str, tmp_path: Path) -> None:
    pq.write_table(arrow_schema(load(task)).empty_table(), tmp_path / "table.parquet")
    assert set(leaves(task)) <= {column.path for column in pq.ParquetFile(tmp_path / "table.parquet").schema}


def test_ids_of_a_few_digits_are_left_out() -> None:
    ids = FIELDS["nen"][-1]
    assert ids.path == "entities.norms.id"
    norms = [{"name": None, "id": text} for text in ("9606", "12345", "123456", "123456")]
    row = Row("", "own:0", "own", "test", "nen", False, {"entities": [{"text": "x", "norms": norms}]})
    (rows,) = together([row])
    assert [ALL[field] for field in rows.fields] == [FIELDS["nen"][1], ids]
    assert rows.texts.to_pylist() == ["x", "123456"]


def test_no_rows() -> None:
    assert listed(joined([])) == []
    assert np.array_equal(texts_of(joined([]).texts).offsets, [0])
