"""Rows of content are completed or refused with the place, and hash the same before and after Parquet."""

from __future__ import annotations

import hashlib
import io
import json
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bioclue_data.contracts.contract import load, tasks
from bioclue_data.contracts.fields import Field, ListOf, Struct, Type
from bioclue_data.contracts.rows import canonical, canonical_json, complete, content_hash
from bioclue_data.errors import InvalidDataError
from tests.valid_rows import table_of, valid_rows

MENTION = {"id": "T1", "type": "Drug", "spans": [{"start": 0, "end": 3}], "text": "abc"}
NORM = {"group": 0, "db": "MESH", "id": "D999001", "relation": "exact"}
SPANS = "entities[0].spans"


def _nen(*mentions: Any, **columns: Any) -> dict[str, Any]:
    return {"text": "abc def", "entities": list(mentions), **columns}


def test_missing_nullable_fields_become_null_in_the_contracts_order() -> None:
    row = complete(load("nen"))(_nen({**MENTION, "norms": [NORM]}))
    assert list(row) == ["text", "passages", "entities", "concepts"]
    assert row["passages"] is None
    assert list(row["entities"][0]) == ["id", "type", "unified", "spans", "text", "norms", "attributes"]
    assert row["entities"][0]["norms"][0] == {**NORM, "name": None}


def test_the_row_that_is_given_stays_as_it_is() -> None:
    given_row = _nen({**MENTION})
    complete(load("nen"))(given_row)
    assert given_row == _nen(MENTION)


@pytest.mark.parametrize(
    ("row", "place", "what"),
    [
        (
            _nen(MENTION, {**MENTION, "norms": [{**NORM, "grp": 1}]}),
            "entities[1].norms[0].grp",
            "no such field",
        ),
        (_nen(MENTION, txt="x"), "txt", "no such field"),
        ({"entities": []}, "text", "missing"),
        ({"text": None}, "text", "missing"),
        (_nen({"id": "T1", "type": "a", "text": "b"}), SPANS, "missing"),
        (_nen({**MENTION, "spans": [{"start": 0}]}), f"{SPANS}[0].end", "missing"),
        (_nen({**MENTION, "spans": None}), SPANS, "missing"),
        (_nen({**MENTION, "spans": [None]}), f"{SPANS}[0]", "an object is expected, found NoneType"),
        (_nen({**MENTION, "spans": {"start": 0, "end": 1}}), SPANS, "a list is expected, found dict"),
        (_nen({**MENTION, "spans": "0-3"}), SPANS, "a list is expected, found str '0-3'"),
        (_nen("T1"), "entities[0]", "an object is expected"),
        (
            _nen({**MENTION, "spans": [{"start": "0", "end": 1}]}),
            f"{SPANS}[0].start",
            "int is expected, found str",
        ),
        (
            _nen({**MENTION, "spans": [{"start": True, "end": 1}]}),
            f"{SPANS}[0].start",
            "int is expected, found bool",
        ),
        (
            _nen({**MENTION, "spans": [{"start": 0.0, "end": 1}]}),
            f"{SPANS}[0].start",
            "int is expected, found float",
        ),
        (_nen({**MENTION, "text": 5}), "entities[0].text", "str is expected, found int"),
        ([], "", "an object is expected"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_place(row: Any, place: str, what: str) -> None:
    with pytest.raises(InvalidDataError) as caught:
        complete(load("nen"))(row)
    assert caught.value.where == place
    assert what in caught.value.what
    assert "nen.toml" in caught.value.remedy


def test_strings_in_lists_are_checked() -> None:
    with pytest.raises(InvalidDataError) as caught:
        complete(load("tc"))({"text": "a", "mode": "multi", "labels": ["x", None]})
    assert caught.value.where == "labels[1]"


def test_whole_numbers_become_floats_where_floats_stand() -> None:
    row = complete(load("tc"))({"text": "a", "mode": "ordinal", "value": 3})
    assert repr(row["value"]) == "3.0"
    with pytest.raises(InvalidDataError, match="float is expected"):
        complete(load("tc"))({"text": "a", "mode": "ordinal", "value": True})


def test_other_kinds_of_strings_become_plain() -> None:
    class Marked(str):
        __slots__ = ()

    row = complete(load("tc"))({"text": Marked("a"), "mode": "multi", "labels": [Marked("x")]})
    assert (type(row["text"]), type(row["labels"][0])) == (str, str)


def test_canonical_json_has_one_spelling() -> None:
    row = complete(load("nen"))({"text": 'é\n"𠀀', "entities": [{**MENTION, "unified": "drug", "norms": []}]})
    assert canonical(load("nen"))(row).decode() == (
        '{"entities":[{"id":"T1","norms":[],"spans":[{"end":3,"start":0}],"text":"abc","type":"Drug"}],'
        '"text":"é\\n\\"𠀀"}'
    )
    assert canonical_json({"b": [1.0, 1e16, 0.1], "a": None}) == '{"a":null,"b":[1.0,1e+16,0.1]}'


def test_the_hash_is_the_sha256_of_the_canonical_json() -> None:
    row = valid_rows("ner")[0]
    assert content_hash(load("ner"))(row) == hashlib.sha256(canonical(load("ner"))(row)).hexdigest()


def test_derived_fields_do_not_change_the_hash_and_empty_lists_do() -> None:
    hashed = content_hash(load("ner"))
    plain, unified, empty = (
        complete(load("ner"))({"text": "abc", "entities": entities})
        for entities in ([MENTION], [{**MENTION, "unified": "drug"}], [{**MENTION, "attributes": []}])
    )
    assert hashed(plain) == hashed(unified) != hashed(empty)


@pytest.mark.parametrize(
    ("task", "row"),
    [
        ("tc", {"text": "a", "mode": "ordinal", "value": float("nan")}),
        ("tc", {"text": "a", "mode": "ordinal", "value": float("-inf")}),
        ("ner", {"text": "a\ud83d"}),
    ],
)
def test_what_json_cannot_hold_is_refused(task: str, row: dict[str, Any]) -> None:
    with pytest.raises(InvalidDataError, match="no JSON in UTF-8"):
        canonical(load(task))(complete(load(task))(row))


SCALARS = {
    "string": st.text(st.characters(exclude_categories=["Cs"]), max_size=6),
    "bool": st.booleans(),
    "int16": st.integers(-(2**15), 2**15 - 1),
    "int32": st.integers(-(2**31), 2**31 - 1),
    "float64": st.floats(allow_nan=False, allow_infinity=False) | st.integers(-1000, 1000),
}
SCALARS["dictionary<string>"] = SCALARS["string"]


def _values(kind: Type) -> st.SearchStrategy[Any]:
    if isinstance(kind, ListOf):
        return st.lists(_values(kind.item), max_size=3)
    return _objects(kind.fields) if isinstance(kind, Struct) else SCALARS[kind.name]


def _objects(fields: tuple[Field, ...]) -> st.SearchStrategy[dict[str, Any]]:
    required = {field.name: _values(field.type) for field in fields if not field.null}
    optional = {field.name: st.none() | _values(field.type) for field in fields if field.null}
    return st.fixed_dictionaries(required, optional=optional)


@pytest.mark.parametrize("task", tasks())
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_hash_is_the_same_after_parquet(task: str, data: st.DataObject) -> None:
    contract = load(task)
    given_rows = data.draw(st.lists(_objects(contract.content), min_size=1, max_size=3))
    rows = [complete(contract)(row) for row in given_rows]
    buffer = io.BytesIO()
    pq.write_table(table_of(task, rows), buffer)
    back = pq.read_table(buffer).to_pylist()
    encoded = canonical(contract)
    assert [encoded(row) for row in back] == [encoded(row) for row in rows]
    assert [row["content_hash"] for row in back] == [content_hash(contract)(row) for row in back]
    assert all(json.loads(encoded(row)) == json.loads(encoded(complete(contract)(row))) for row in rows)
