"""Contracts: one schema per task type, read from `schemas/*.toml`, and its Arrow schema."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import msgspec

from bioclue_data.contracts.fields import SCALARS, Contract, Field, ListOf, Scalar, Struct, Type
from bioclue_data.contracts.rows import canonical, complete, content_hash
from bioclue_data.contracts.rules import COMMON, rules
from bioclue_data.errors import RecordError, UsageError
from bioclue_data.locations import content

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pyarrow as pa

__all__ = [
    "Contract",
    "Field",
    "ListOf",
    "Scalar",
    "Struct",
    "Type",
    "UnifiedType",
    "arrow_schema",
    "canonical",
    "complete",
    "content_hash",
    "load",
    "read_contract",
    "tasks",
    "unified_types",
]


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


_COLUMN_TABLES = frozenset({"common", "columns"})
_Specs = dict[str, str | _FieldSpec]


@cache
def tasks() -> tuple[str, ...]:
    """Names of all task types, sorted: the files of `schemas/` that declare columns."""
    files = sorted(content("schemas").glob("*.toml"))
    return tuple(path.stem for path in files if "\n[columns]" in path.read_text(encoding="utf-8"))


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


def _converted(value: Any, kind: Any, key: str, path: Path) -> Any:
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise _wrong(path, key, str(error)) from error


def _specs(table: Any, key: str, path: Path) -> _Specs:
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
        if text == "dictionary<string>" and inside[-1] not in _COLUMN_TABLES:
            what = "a dictionary inside a list or struct cannot be read over several row groups at once"
            raise _wrong(self._path, key, what)
        if text in SCALARS:
            return Scalar(text)
        if listed := re.fullmatch(r"list<(.+)>", text):
            return ListOf(self._type(listed[1], key, inside))
        if text in inside:
            raise _wrong(self._path, key, f"the fragment {text!r} contains itself")
        if text not in self._tables or text in _COLUMN_TABLES:
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
        named = [field for field in fields if field.name == step]
        if not named:
            raise _wrong(path, key, f"{gold!r} is no column")
        kind = named[0].type.item if isinstance(named[0].type, ListOf) else named[0].type
        fields = kind.fields if isinstance(kind, Struct) else ()
    if not named[0].null:
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
