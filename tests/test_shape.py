"""The Arrow schema must be exactly the contract's, and nulls are found wherever they hide."""

from __future__ import annotations

import pyarrow as pa
import pytest

from bioclue_data.contracts.contract import arrow_schema, load
from bioclue_data.contracts.shape import forbidden_nulls, match_schema
from bioclue_data.errors import InvalidDataError
from tests.valid_rows import valid_table

SCHEMA = arrow_schema(load("ner"))


def _replaced(name: str, field: pa.Field) -> pa.Schema:
    return SCHEMA.set(SCHEMA.get_field_index(name), field)


def _entities(old: str, new: pa.Field | None) -> pa.Field:
    """The column of mentions with one field of the mention replaced or left out."""
    mention = SCHEMA.field("entities").type.value_type
    fields = [new if field.name == old else field for field in mention]
    inner = pa.struct([field for field in fields if field is not None])
    return pa.field("entities", pa.list_(pa.field("element", inner, nullable=False)))


@pytest.mark.parametrize(
    ("schema", "lines"),
    [
        (SCHEMA.append(pa.field("more", pa.string())), ["more: not in the contract"]),
        (SCHEMA.remove(SCHEMA.get_field_index("text")), ["text: missing"]),
        (
            _replaced("text", pa.field("text", pa.large_string(), nullable=False)),
            ["text: expected string, found large_string"],
        ),
        (_replaced("text", pa.field("text", pa.string())), ["text: expected not null, found nullable"]),
        (
            _replaced("extra", pa.field("extra", pa.string(), nullable=False)),
            ["extra: expected nullable, found not null"],
        ),
        (
            _replaced("split", pa.field("split", pa.string(), nullable=False)),
            ["split: expected dictionary", "found string"],
        ),
        (_replaced("entities", _entities("text", None)), ["entities[].text: missing"]),
        (
            _replaced("entities", _entities("id", pa.field("id", pa.int64(), False))),
            ["entities[].id: expected string, found int64"],
        ),
        (
            _replaced("entities", pa.field("entities", pa.large_list(pa.string()))),
            ["entities: expected list<", "found large_list<"],
        ),
        (pa.schema(list(SCHEMA)[::-1]), ["columns: expected the order item_id, dataset"]),
        (SCHEMA.append(SCHEMA.field("text")), ["columns: a name is given twice"]),
    ],
)
def test_differences_are_shown_field_by_field(schema: pa.Schema, lines: list[str]) -> None:
    with pytest.raises(InvalidDataError) as caught:
        match_schema(schema, SCHEMA)
    assert all(line in caught.value.what for line in lines)
    assert len(caught.value.what.splitlines()) == 2


def test_all_differences_come_in_one_message() -> None:
    schema = SCHEMA.remove(SCHEMA.get_field_index("text")).append(pa.field("more", pa.string()))
    with pytest.raises(InvalidDataError, match=r"text: missing[\s\S]*more: not in the contract"):
        match_schema(schema, SCHEMA)


def test_metadata_and_names_of_list_children_do_not_matter() -> None:
    match_schema(SCHEMA.with_metadata({"a": "b"}), SCHEMA)
    item = pa.field("leakage_checked", pa.list_(pa.field("item", pa.string(), nullable=False)))
    match_schema(_replaced("leakage_checked", item), SCHEMA)


def test_nulls_are_found_in_slices_and_chunks_and_under_null_parents() -> None:
    rows = valid_table("tc").to_pylist()
    rows[1]["target"]["text"] = None
    rows[3]["labels"] = ["positive", None]
    broken = pa.Table.from_pylist(rows, schema=arrow_schema(load("tc")))
    assert forbidden_nulls(valid_table("tc")) == []
    assert forbidden_nulls(broken) == [(1, "target.text"), (3, "labels[1]")]
    assert forbidden_nulls(broken.slice(2)) == [(1, "labels[1]")]
    assert forbidden_nulls(broken.slice(4)) == []
    assert forbidden_nulls(pa.concat_tables([valid_table("tc"), broken])) == [
        (7, "target.text"),
        (9, "labels[1]"),
    ]
