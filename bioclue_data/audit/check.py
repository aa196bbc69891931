"""What a check is. Its words stand in `schemas/checks.toml`, its function in a module of `checks/`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

import msgspec

from bioclue_data import locations
from bioclue_data.errors import RecordError
from bioclue_data.records.catalogue import parse_toml

if TYPE_CHECKING:
    from types import ModuleType

    import polars as pl

    from bioclue_data.audit.batch import Batch
    from bioclue_data.audit.table import Table

Look = Callable[["Table"], "pl.DataFrame"]
LookAtRows = Callable[["Batch"], "pl.DataFrame"]
MODULES = (
    "copies", "labels", "mentions", "annotation", "choices", "characters", "layout", "language", "privacy",
    "shape", "drift",
)  # fmt: skip
SEVERITIES = ("note", "warning", "error")
"""The least first. A note is a fact that a user of the data should know."""


class FalseAlarms(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """How many findings on the real datasets were looked at, and were no fault.

    Attributes:
        looked: Findings drawn by `scripts/sample_findings.py`; all, if there are fewer.
        wrong: Of them, those that were no fault.
        seed: Of the drawing.
    """

    looked: int
    wrong: int
    seed: int = 7

    @property
    def said(self) -> str:
        """As pages say it."""
        return f"{self.wrong} of {self.looked}" if self.looked else "nothing found"


class Words(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What `schemas/checks.toml` says about a check."""

    title: str
    explanation: str
    severity: str
    remedy: str
    false_alarms: FalseAlarms


@dataclass(frozen=True)
class Check:
    """A check of the data of one dataset in one task.

    Attributes:
        code: As findings and baselines call it.
        look: Table -> frame of split, item_id, place, detail; does not depend on the order of rows. None:
            rows are looked at one by one.
        look_at_rows: Batch -> such a frame, where a row alone says whether something is wrong with it.
        words: Title, explanation, severity, remedy.
        tasks: Where it applies; empty: everywhere.
    """

    code: str
    look: Look | None
    look_at_rows: LookAtRows | None
    words: Words
    tasks: frozenset[str] = field(default_factory=frozenset)

    def applies(self, task: str) -> bool:
        """Is it a check for tables of this task?"""
        return not self.tasks or task in self.tasks


@lru_cache(maxsize=1)
def words() -> dict[str, Words]:
    """What is said about each check, by code, in the order of `schemas/checks.toml`.

    Raises:
        RecordError: the file is wrong.
    """
    said: dict[str, Words] = parse_toml(locations.content("schemas") / "checks.toml", dict[str, Words])
    return said


@lru_cache(maxsize=1)
def load() -> dict[str, Check]:
    """All checks by code, in that order.

    Raises:
        RecordError: functions and words do not agree.
    """
    modules = [import_module(f"bioclue_data.audit.checks.{name}") for name in MODULES]
    looks, rows, tasks = (_joined(modules, name) for name in ("LOOKS", "LOOKS_AT_ROWS", "TASKS"))
    if odd := set(words()) ^ {*looks, *rows}:
        remedy = "give every check one function and one entry"
        raise RecordError(f"unknown: {', '.join(sorted(odd))}", where="schemas/checks.toml", remedy=remedy)
    return {
        code: Check(code, looks.get(code), rows.get(code), said, frozenset(tasks.get(code, ())))
        for code, said in words().items()
    }


def _joined(modules: list[ModuleType], name: str) -> dict[str, Any]:
    """What modules have under a name, as one dictionary."""
    return {code: value for module in modules for code, value in getattr(module, name, {}).items()}
