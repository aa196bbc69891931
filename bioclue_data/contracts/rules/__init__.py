"""The rules that rows must keep, as words; the tests that go with them stand in the modules beside.

The words come from `schemas/rules.toml`, so that the catalogue and the documentation can name a rule
without loading polars. `bioclue_data.contracts.rules.looks` joins each code with what it looks at.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

import msgspec

from bioclue_data.errors import RecordError
from bioclue_data.locations import content

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

COMMON = ("G1", "G2", "G3", "G4", "G5", "G6", "G7", "G8", "I13")
"""Codes of the rules that hold for every contract."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One invariant of a row.

    Attributes:
        code: Short and stable: `I3`. Records declare known faults by it.
        title: What holds.
        explanation: Why it matters, in one sentence.
        remedy: What the author of a record, or the user, does about it.
        severity: `error`: the row is refused; `warning`: it is kept and marked.
    """

    code: str
    title: str
    explanation: str
    remedy: str
    severity: Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Terms:
    """What a record promises about its data beyond the contract.

    Attributes:
        labels: Layer to its closed set. Layers: `entities`, `relations`, `events`, `corefs` (types),
            `roles` (of arguments), `arguments` (types of text arguments), `labels` (tc), `label` (nli),
            `answer` (boolqa), `turns` (labels of turns). A layer that is missing is not checked.
        arity: Exact number of arguments of every relation; None: not checked.
        value_range: Least and greatest value of an ordinal scale (tc).
        joiner: What stands between the pieces of a discontinuous mention's text.
        schema: Name of the JSON Schema of `output` (t2s): `schemas/json/<name>.schema.json`.
    """

    labels: Mapping[str, frozenset[str]] = field(default_factory=dict)
    arity: int | None = None
    value_range: tuple[float, float] | None = None
    joiner: str = " "
    schema: str | None = None


class _Words(msgspec.Struct, forbid_unknown_fields=True):
    title: str
    explanation: str
    remedy: str
    severity: Literal["error", "warning"]


@cache
def rules() -> Mapping[str, Rule]:
    """All rules by code, in the order of `schemas/rules.toml`.

    Raises:
        RecordError: The file cannot be read or a rule lacks a word.
    """
    path = content("schemas") / "rules.toml"
    try:
        words = msgspec.toml.decode(path.read_bytes(), type=dict[str, _Words])
    except (msgspec.DecodeError, OSError) as error:
        raise RecordError(str(error), where="schemas/rules.toml", remedy="correct the file") from error
    return MappingProxyType({code: Rule(code, **msgspec.structs.asdict(w)) for code, w in words.items()})


def describe(code: str) -> Rule:
    """The rule of a code.

    Raises:
        RecordError: There is no such rule.
    """
    if rule := rules().get(code):
        return rule
    raise RecordError(f"there is no rule {code!r}", remedy="schemas/rules.toml holds all rules")


def applying(checks: Iterable[str]) -> tuple[str, ...]:
    """Codes of all rules that a table whose contract names `checks` can break, reading included."""
    reading = (code for code in rules() if code.startswith("R"))
    return (*COMMON, *checks, *reading)
