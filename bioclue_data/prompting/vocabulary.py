"""The names that an answer may use, as the labelled tables of a dataset have them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

NAMES = {
    "boolqa": "answer",
    "ee": "events.type",
    "nen": "entities.norms.db",
    "ner": "entities.type",
    "nli": "label",
    "re": "relations.type",
    "tc": "labels",
}
ROLES = {"ee": "events.args.role", "re": "relations.args.role"}


@dataclass(frozen=True)
class Vocabulary:
    """Closed sets of a dataset's task, sorted.

    Attributes:
        names: Labels; types of mentions, relations or events; names of vocabularies; keys of records.
        roles: Of arguments.
    """

    names: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()


def vocabulary(task: str, paths: Iterable[Path]) -> Vocabulary:
    """What the tables of a task use."""
    tables = list(paths)
    if task == "t2s":
        return Vocabulary(tuple(sorted({key for path in tables for key in _keys(path)})))
    found = [_used(tables, where[task]) if task in where else () for where in (NAMES, ROLES)]
    return Vocabulary(*found)


def _used(paths: Iterable[Path], place: str) -> tuple[str, ...]:
    column, *fields = place.split(".")
    used: set[str] = set()
    for path in paths:
        values = pq.read_table(path, columns=[column]).column(column)
        used.update(value for value in _inside(values, fields).to_pylist() if value is not None)
    return tuple(sorted(used))


def _inside(values: Any, fields: list[str]) -> Any:
    """The distinct values of a field inside lists of structs."""
    if pa.types.is_list(values.type):
        values = pc.list_flatten(values)
    for field in fields:
        values = pc.struct_field(values, field)
        if pa.types.is_list(values.type):
            values = pc.list_flatten(values)
    return pc.unique(values)


def _keys(path: Path) -> set[str]:
    """Keys of the objects that outputs are made of."""
    outputs = pq.read_table(path, columns=["output"]).column("output").to_pylist()
    values = [json.loads(output) for output in outputs if output]
    objects = [one for value in values for one in (value if isinstance(value, list) else [value])]
    return {key for one in objects if isinstance(one, dict) for key in one}
