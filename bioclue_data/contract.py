"""Contracts: one schema per task type, read from `schemas/*.toml`, and what follows from it.

A contract names the columns of a task. From it come the Arrow schema, a completer that gives one row of
content all its fields or refuses it, and the canonical JSON over which the content hash runs.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import msgspec

from bioclue_data.errors import InvalidDataError, RecordError, UsageError
from bioclue_data.locations import content
from bioclue_data.rules import COMMON, rules

if TYPE_CHECKING:
    import pyarrow as pa

SCALARS: Mapping[str, type] = MappingProxyType(
    {"string": str, "dictionary<string>": str, "bool": bool}
    | dict.fromkeys(("int16", "int32", "int64"), int)
    | dict.fromkeys(("float32", "float64"), float)
)
"""Arrow types that a contract may name, and the Python type of their values."""

_NO_CONTRACTS = frozenset({"fragments", "labels", "rules"})


@dataclass(frozen=True, slots=True)
class Scalar:
    """A type of `SCALARS`."""

    name: str


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list whose elements are never null."""

    item: Type


@dataclass(frozen=True, slots=True)
class Struct:
    """A fragment: named fields in order."""

    name: str
    fields: tuple[Field, ...]


Type = Scalar | ListOf | Struct


@dataclass(frozen=True, slots=True)
class Field:
    """A column, or a field of a struct.

    Attributes:
        null: It may be null.
        derived: The package computes it; it is no part of the content hash.
        reveals: It tells the gold answer; no prompt may hold it.
    """

    name: str
    type: Type
    null: bool = False
    doc: str = ""
    derived: bool = False
    reveals: bool = False


@dataclass(frozen=True, slots=True)
class Contract:
    """The schema of one task type.

    Attributes:
        gold: Paths of the fields that hold the answer: `answer_keys`, or `entities.norms` inside a list.
        checks: Codes of the rules beyond those that hold for every contract.
        common: Columns that every contract has, in order.
        content: Columns of this task, in order.
    """

    name: str
    title: str
    title_zh: str
    doc: str
    version: str
    gold: tuple[str, ...]
    checks: tuple[str, ...]
    common: tuple[Field, ...]
    content: tuple[Field, ...]

    @property
    def columns(self) -> tuple[Field, ...]:
        """All columns, the common ones first."""
        return self.common + self.content

    @property
    def required(self) -> tuple[str, ...]:
        """Names of the content columns that may not be null."""
        return tuple(field.name for field in self.content if not field.null)


@dataclass(frozen=True, slots=True)
class UnifiedType:
    """A mention type of the vocabulary that all datasets share."""

    name: str
    name_zh: str


class _FieldSpec(msgspec.Struct, forbid_unknown_fields=True):
    type: str
    null: bool = False
    doc: str = ""
    derived: bool = False
    reveals: bool = False


class _Head(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    title: str
    title_zh: str
    doc: str
    version: str
    gold: tuple[str, ...]
    checks: tuple[str, ...]


_Specs = dict[str, str | _FieldSpec]


def tasks() -> tuple[str, ...]:
    """Names of all task types, sorted."""
    return tuple(sorted(p.stem for p in content("schemas").glob("*.toml") if p.stem not in _NO_CONTRACTS))


@cache
def load(task: str) -> Contract:
    """The contract of a task type.

    Raises:
        UsageError: There is no such task; near names are suggested.
        RecordError: The contract file is wrong.
    """
    if task not in tasks():
        near = ", ".join(difflib.get_close_matches(task, tasks(), n=3, cutoff=0.5)) or ", ".join(tasks())
        raise UsageError(f"there is no task {task!r}", remedy=f"use one of: {near}")
    return read_contract(content("schemas") / f"{task}.toml")


def read_contract(path: Path) -> Contract:
    """Read a contract file over the `fragments.toml` that lies beside it.

    Raises:
        RecordError: A key, type, rule code or gold path is unknown; file and key are named.
    """
    shared = _decode(path.with_name("fragments.toml"))
    own = _decode(path)
    head = {key: own.pop(key) for key in _Head.__struct_fields__ if key in own}
    parser = _Parser({key: _specs(table, key, path) for key, table in (shared | own).items()}, path)
    contract = Contract(
        **msgspec.structs.asdict(_converted(head, _Head, "", path)),
        common=parser.fields("common"),
        content=parser.fields("columns"),
    )
    _check(contract, path)
    return contract


@cache
def unified_types() -> Mapping[str, UnifiedType]:
    """The unified mention types by key, in the order of `schemas/labels.toml`."""
    path = content("schemas") / "labels.toml"
    return MappingProxyType(_converted(_decode(path), dict[str, UnifiedType], "", path))


def _decode(path: Path) -> dict[str, Any]:
    try:
        return msgspec.toml.decode(path.read_bytes(), type=dict[str, Any])
    except (msgspec.DecodeError, OSError) as error:
        raise _wrong(path, "", str(error)) from error


def _converted(value: Any, kind: Any, key: str, path: Path) -> Any:  # noqa: ANN401 - whatever `kind` says
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise _wrong(path, key, str(error)) from error


def _specs(table: Any, key: str, path: Path) -> _Specs:  # noqa: ANN401 - parsed TOML
    specs: _Specs = _converted(table, _Specs, key, path)
    return specs


def _wrong(path: Path, key: str, what: str) -> RecordError:
    where = f"schemas/{path.name}: {key}" if key else f"schemas/{path.name}"
    return RecordError(what, where=where, remedy="correct the contract; fragments.toml explains the grammar")


class _Parser:
    """Turns field specifications into typed fields; fragments are resolved by name."""

    def __init__(self, tables: Mapping[str, _Specs], path: Path) -> None:
        self._tables, self._path = tables, path

    def fields(self, table: str, inside: tuple[str, ...] = ()) -> tuple[Field, ...]:
        if table not in self._tables:
            raise _wrong(self._path, table, f"there is no table [{table}]")
        return tuple(self._field(name, spec, (*inside, table)) for name, spec in self._tables[table].items())

    def _field(self, name: str, spec: str | _FieldSpec, inside: tuple[str, ...]) -> Field:
        spec = _FieldSpec(spec) if isinstance(spec, str) else spec
        kind = self._type(spec.type, f"{inside[-1]}.{name}", inside)
        return Field(name, kind, spec.null, spec.doc, spec.derived, spec.reveals)

    def _type(self, text: str, key: str, inside: tuple[str, ...]) -> Type:
        if text in SCALARS:
            return Scalar(text)
        if listed := re.fullmatch(r"list<(.+)>", text):
            return ListOf(self._type(listed[1], key, inside))
        if text in inside:
            raise _wrong(self._path, key, f"the fragment {text!r} contains itself")
        if text not in self._tables or text in {"common", "columns"}:
            raise _wrong(self._path, key, f"unknown type {text!r}")
        return Struct(text, self.fields(text, inside))


def _check(contract: Contract, path: Path) -> None:
    if contract.name != path.stem:
        raise _wrong(path, "name", f"{contract.name!r} is not the name of the file")
    names = [field.name for field in contract.columns]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise _wrong(path, "columns", f"{twice[0]!r} is a common column")
    for i, code in enumerate(contract.checks):
        if code not in rules():
            raise _wrong(path, f"checks[{i}]", f"unknown rule code {code!r}")
        if code in COMMON or code in contract.checks[:i]:
            raise _wrong(path, f"checks[{i}]", f"rule {code} is applied already")
    for i, gold in enumerate(contract.gold):
        _check_gold(contract, gold, f"gold[{i}]", path)


def _check_gold(contract: Contract, gold: str, key: str, path: Path) -> None:
    fields = contract.content
    for step in gold.split("."):
        found = {field.name: field for field in fields}.get(step)
        if found is None:
            raise _wrong(path, key, f"{gold!r} is no column")
        kind = found.type.item if isinstance(found.type, ListOf) else found.type
        fields = kind.fields if isinstance(kind, Struct) else ()
    if not found.null:
        raise _wrong(path, key, f"{gold!r} may not be null, so it cannot be withheld")


@cache
def arrow_schema(contract: Contract) -> pa.Schema:
    """The Arrow schema: nullable exactly where the contract says so, elements of lists never null.

    The child of a list is called `element`, as Parquet calls it: a table that was read back is equal to
    the one that was written, metadata included.
    """
    import pyarrow as pa  # noqa: PLC0415 - 0.3 s that the catalogue need not pay

    return pa.schema([_arrow_field(field) for field in contract.columns])


def _arrow_field(field: Field) -> pa.Field:
    import pyarrow as pa  # noqa: PLC0415 - as above

    return pa.field(field.name, _arrow_type(field.type), nullable=field.null)


def _arrow_type(kind: Type) -> pa.DataType:
    import pyarrow as pa  # noqa: PLC0415 - as above

    if isinstance(kind, ListOf):
        return pa.list_(pa.field("element", _arrow_type(kind.item), nullable=False))
    if isinstance(kind, Struct):
        return pa.struct([_arrow_field(field) for field in kind.fields])
    if kind.name == "dictionary<string>":
        return pa.dictionary(pa.int32(), pa.string())
    return pa.type_for_alias(kind.name)


class _Misfit(Exception):
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

    def fill(value: Any) -> dict[str, Any]:  # noqa: ANN401 - the point is to find out
        if not isinstance(value, Mapping):
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
    def fill(values: Any) -> list[Any]:  # noqa: ANN401 - the point is to find out
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


def _cast(value: Any, kind: type, null: bool, name: str) -> Any:  # noqa: ANN401 - the point is to find out
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


def _shown(value: Any) -> str:  # noqa: ANN401 - the point is to find out
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
