"""The columns that a mapping can fill: those of all contracts."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from bioclue_data import contract
from bioclue_data.fields import Field, ListOf, Struct

if TYPE_CHECKING:
    from collections.abc import Mapping


@cache
def columns() -> Mapping[str, tuple[Field, ...]]:
    """Name of a content column -> its distinct types over all contracts (two for a few names).

    A column counts as nullable if some task lets it be null: what another task requires of it, the task's
    own check will say.
    """
    found: dict[str, dict[Any, Field]] = {}
    for task in contract.tasks():
        for field in contract.load(task).content:
            types = found.setdefault(field.name, {})
            known = types.get(field.type)
            types[field.type] = field if known is None or field.null else known
    return {name: tuple(types.values()) for name, types in found.items()}


def column(name: str, spec: Any) -> Field | None:
    """The column of that name; where two contracts differ, the one that has the fields that `spec` maps."""
    candidates = columns().get(name, ())
    return next((field for field in candidates if _fits(field, spec)), candidates[0] if candidates else None)


def _fits(field: Field, spec: Any) -> bool:
    item = field.type.item if isinstance(field.type, ListOf) else field.type
    first = spec[0] if isinstance(spec, list) and spec else spec
    if not isinstance(item, Struct) or not isinstance(first, dict):
        return True
    return {inner.name for inner in item.fields} >= first.keys() - {"each", "parse", "where"}
