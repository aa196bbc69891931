"""One row of content: made complete or refused, and its canonical JSON, over which the content hash runs.

The functions are compiled once per contract into closures: they run for every mention of every dataset.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from bioclue_data.contracts.fields import SCALARS, Contract, Field, ListOf, Scalar, Struct, Type
from bioclue_data.errors import InvalidDataError


class _Misfit(Exception):  # noqa: N818 - it never leaves this module
    """A value that does not fit; the place is put together on the way out."""

    def __init__(self, what: str, place: str = "") -> None:
        super().__init__(what)
        self.what, self.place = what, place

    def within(self, step: str) -> _Misfit:
        return _Misfit(self.what, step + self.place)


_Fill = Callable[[Any], Any]


@cache
def complete(contract: Contract) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    """The completer of one row of content columns.

    It returns a new row with all keys in the contract's order: nullable fields that are missing become
    None, whole numbers in float fields become floats. It raises InvalidDataError naming the place
    (`entities[3].norms[0].group`) for an unknown key, a missing field that may not be null, or a value
    of another type.
    """
    fill = _struct_filler(contract.content)

    def completed(row: Mapping[str, Any]) -> dict[str, Any]:
        try:
            filled: dict[str, Any] = fill(row)
        except _Misfit as misfit:
            place = misfit.place.lstrip(".")
            remedy = f"compare with schemas/{contract.name}.toml and fragments.toml"
            raise InvalidDataError(misfit.what, where=place, remedy=remedy) from None
        return filled

    return completed


def _struct_filler(fields: tuple[Field, ...]) -> _Fill:
    blank = dict.fromkeys(field.name for field in fields)
    scalars = tuple((f.name, SCALARS[f.type.name], f.null) for f in fields if isinstance(f.type, Scalar))
    nested = tuple((f.name, _filler(f.type), f.null) for f in fields if not isinstance(f.type, Scalar))

    def fill(value: Any) -> dict[str, Any]:
        if value.__class__ is not dict and not isinstance(value, Mapping):
            raise _Misfit(f"an object is expected, found {_shown(value)}")
        row = {**blank, **value}
        if len(row) != len(blank):
            raise _Misfit("there is no such field", f".{next(key for key in row if key not in blank)}")
        for name, kind, null in scalars:
            if row[name].__class__ is not kind:
                row[name] = _cast(row[name], kind, null, name)
        for name, inner, null in nested:
            if (inside := row[name]) is not None:
                try:
                    row[name] = inner(inside)
                except _Misfit as misfit:
                    raise misfit.within(f".{name}") from None
            elif not null:
                raise _Misfit("the field is missing and may not be null", f".{name}")
        return row

    return fill


def _filler(kind: Type) -> _Fill:
    if isinstance(kind, Struct):
        return _struct_filler(kind.fields)
    if isinstance(kind, ListOf):
        return _list_filler(_filler(kind.item))
    expected = SCALARS[kind.name]
    return lambda value: value if value.__class__ is expected else _cast(value, expected, False, "")


def _list_filler(inner: _Fill) -> _Fill:
    def fill(values: Any) -> list[Any]:
        if not isinstance(values, (list, tuple)):
            raise _Misfit(f"a list is expected, found {_shown(values)}")
        done: list[Any] = []
        try:
            for value in values:
                done.append(inner(value))  # noqa: PERF401 - its length is the index of the element that fails
        except _Misfit as misfit:
            raise misfit.within(f"[{len(done)}]") from None
        return done

    return fill


def _cast(value: Any, kind: type, null: bool, name: str) -> Any:
    """The value as `kind` where nothing is lost; else a misfit. Scalars of another class come here."""
    place = f".{name}" if name else ""
    if value is None:
        if null:
            return None
        raise _Misfit("the field is missing and may not be null", place)
    if kind is float and value.__class__ is int:
        return float(value)
    if kind is str and isinstance(value, str):  # a parser's own kind of string
        return str(value)
    raise _Misfit(f"{kind.__name__} is expected, found {_shown(value)}", place)


def _shown(value: Any) -> str:
    text = repr(value)
    return f"{type(value).__name__} {text if len(text) <= 60 else text[:59] + '…'}"


_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode


def canonical_json(value: object) -> str:
    """A JSON value in its one spelling: keys sorted, no blanks, nothing escaped that need not be.

    Raises:
        ValueError: A number is not finite, or the value is none of JSON's types (TypeError).
    """
    return _encode(value)


@cache
def canonical(contract: Contract) -> Callable[[Mapping[str, Any]], bytes]:
    """The canonical JSON, in UTF-8, of the content columns of a completed row.

    Derived fields and fields that are null are left out at every level, so that a nullable field that is
    added later changes no hash; `[]` is kept. Other columns of the row are ignored: a row of
    `table.to_pylist()` gives the same bytes. It raises InvalidDataError for a number that is not finite
    and for a lone surrogate.
    """
    prune = _struct_pruner(contract.content)

    def encoded(row: Mapping[str, Any]) -> bytes:
        try:
            return canonical_json(prune(row)).encode("utf-8")
        except ValueError as error:
            remedy = "let the reader leave the value out and declare the fault"
            raise InvalidDataError(f"the row has no JSON in UTF-8: {error}", remedy=remedy) from error

    return encoded


@cache
def content_hash(contract: Contract) -> Callable[[Mapping[str, Any]], str]:
    """The SHA-256, in hexadecimal digits, of the canonical JSON of a completed row."""
    encoded = canonical(contract)
    return lambda row: hashlib.sha256(encoded(row)).hexdigest()


def _struct_pruner(fields: tuple[Field, ...]) -> _Fill:
    kept = tuple((field.name, _pruner(field.type)) for field in fields if not field.derived)

    def prune(row: Mapping[str, Any]) -> dict[str, Any]:
        return {
            name: value if inner is None else inner(value)
            for name, inner in kept
            if (value := row[name]) is not None
        }

    return prune


def _pruner(kind: Type) -> _Fill | None:
    if isinstance(kind, Struct):
        return _struct_pruner(kind.fields)
    if isinstance(kind, ListOf) and (inner := _pruner(kind.item)):
        return lambda values: [inner(value) for value in values]
    return None
