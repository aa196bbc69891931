"""What a contract is made of: typed fields. Plain values; `contract` reads them from `schemas/*.toml`."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

SCALARS: Mapping[str, type] = MappingProxyType(
    {"string": str, "dictionary<string>": str, "bool": bool}
    | dict.fromkeys(("int16", "int32", "int64"), int)
    | dict.fromkeys(("float32", "float64"), float)
)
"""Arrow types that a contract may name, and the Python type of their values."""


@dataclass(frozen=True, slots=True)
class Scalar:
    """A type of `SCALARS`."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list whose elements are never null."""

    item: Type

    def __str__(self) -> str:
        return f"list<{self.item}>"


@dataclass(frozen=True, slots=True)
class Struct:
    """A fragment: named fields in order."""

    name: str
    fields: tuple[Field, ...]

    def __str__(self) -> str:
        return self.name


Type: TypeAlias = Scalar | ListOf | Struct


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
    def required(self) -> frozenset[str]:
        """Names of the content columns that may not be null."""
        return frozenset(field.name for field in self.content if not field.null)
