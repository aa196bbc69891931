"""The shape of a table: exactly the Arrow schema of its contract, and no null where none may be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa

from bioclue_data.errors import InvalidDataError

if TYPE_CHECKING:
    from collections.abc import Iterator


def match_schema(found: pa.Schema, expected: pa.Schema) -> None:
    """Compare two Arrow schemas: names, order, types, nullability.

    Raises:
        InvalidDataError: They differ; the message shows every difference, field by field.
    """
    if found.equals(expected):
        return
    lines = list(_differences(list(found), list(expected), ""))
    remedy = "make the table with contract.arrow_schema; do not let another library choose the types"
    raise InvalidDataError("\n  ".join(["the Arrow schema differs from the contract", *lines]), remedy=remedy)


def _differences(found: list[pa.Field], expected: list[pa.Field], place: str) -> Iterator[str]:
    ours, theirs = {field.name: field for field in expected}, {field.name: field for field in found}
    for name in ours.keys() - theirs.keys():
        yield f"{place}{name}: missing"
    for name in theirs.keys() - ours.keys():
        yield f"{place}{name}: not in the contract"
    for name in ours.keys() & theirs.keys():
        yield from _difference(theirs[name], ours[name], place + name)
    if ours.keys() == theirs.keys() and list(ours) != list(theirs):
        yield f"{place or 'columns'}: expected the order {', '.join(ours)}; found {', '.join(theirs)}"
    if len(theirs) < len(found):
        yield f"{place or 'columns'}: a name is given twice"


def _difference(found: pa.Field, expected: pa.Field, place: str) -> Iterator[str]:
    if found.nullable != expected.nullable:
        words = ("not null", "nullable")
        yield f"{place}: expected {words[expected.nullable]}, found {words[found.nullable]}"
    if found.type.equals(expected.type):
        return
    if pa.types.is_struct(found.type) and pa.types.is_struct(expected.type):
        yield from _differences(list(found.type), list(expected.type), f"{place}.")
    elif pa.types.is_list(found.type) and pa.types.is_list(expected.type):
        yield from _difference(found.type.value_field, expected.type.value_field, f"{place}[]")
    else:
        yield f"{place}: expected {expected.type}, found {found.type}"


def forbidden_nulls(table: pa.Table) -> list[tuple[int, str]]:
    """Row and place of every null in a field that may not be null; Arrow itself does not refuse them."""
    return [
        (row, place)
        for field, column in zip(table.schema, table.columns, strict=True)
        if any(_has_null(chunk, field) for chunk in column.chunks)
        for row, value in enumerate(column.to_pylist())
        for place in _null_places(value, field, field.name)
    ]


def _has_null(array: pa.Array, field: pa.Field) -> bool:
    if array.null_count:
        if not field.nullable:
            return True
        array = array.drop_null()
    if pa.types.is_struct(field.type):
        return any(map(_has_null, array.flatten(), field.type))
    if pa.types.is_list(field.type):
        return _has_null(array.flatten(), field.type.value_field)
    return False


def _null_places(value: Any, field: pa.Field, place: str) -> Iterator[str]:
    if value is None:
        if not field.nullable:
            yield place
    elif pa.types.is_struct(field.type):
        for inner in field.type:
            yield from _null_places(value[inner.name], inner, f"{place}.{inner.name}")
    elif pa.types.is_list(field.type):
        for i, element in enumerate(value):
            yield from _null_places(element, field.type.value_field, f"{place}[{i}]")
