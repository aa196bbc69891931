"""Findings that were looked at and accepted: a TOML file with reasons.

An acceptance that no longer fits fails:

[[accept]]
check = "duplicate_in_split"
dataset = "mmlu_medical"
count = 156
reason = "78 questions stand in two subjects; the source publishes both."
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
import polars as pl

from bioclue_data.audit import check as checks
from bioclue_data.errors import UsageError
from bioclue_data.records.catalogue import parse_toml

if TYPE_CHECKING:
    from pathlib import Path


class Acceptance(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Findings of one check on one dataset; narrower with `task`, `split` and `item_id`.

    Attributes:
        count: How many findings there are: more or fewer, and the acceptance is stale.
        reason: Why nothing is done about them.
    """

    check: str
    dataset: str
    count: int
    reason: str
    task: str | None = None
    split: str | None = None
    item_id: str | None = None

    def covers(self) -> pl.Expr:
        """Is a finding one of those?"""
        named = {name: getattr(self, name) for name in ("check", "dataset", "task", "split", "item_id")}
        return pl.all_horizontal(
            pl.col(name).eq_missing(pl.lit(value)) for name, value in named.items() if value
        )


class _File(msgspec.Struct, forbid_unknown_fields=True):
    accept: list[Acceptance] = []


class Judged(NamedTuple):
    """Findings with `accepted` (the reason, or null), and acceptances that do not fit."""

    findings: pl.DataFrame
    stale: list[dict[str, Any]]


def load(path: Path) -> list[Acceptance]:
    """The acceptances of a file.

    Raises:
        RecordError: it is no such file.
        UsageError: a check that does not exist, or no reason.
    """
    file: _File = parse_toml(path, _File)
    for one in file.accept:
        if one.check not in checks.words():
            raise UsageError(f"no check {one.check!r}", where=str(path), remedy="see schemas/checks.toml")
        if not one.reason.strip():
            raise UsageError(f"{one.check} of {one.dataset} has no reason", where=str(path), remedy="say why")
    return file.accept


def judge(findings: pl.DataFrame, accepted: list[Acceptance], audited: set[str]) -> Judged:
    """Mark accepted findings; acceptances for datasets that were not audited are left alone."""
    findings = findings.with_columns(accepted=pl.lit(None, pl.String))
    stale = []
    for one in accepted:
        if one.dataset not in audited:
            continue
        found = findings.select(one.covers().sum()).item()
        if found == one.count:
            reason = pl.when(one.covers()).then(pl.lit(one.reason)).otherwise("accepted")
            findings = findings.with_columns(accepted=reason)
        else:
            stale.append(msgspec.to_builtins(one) | {"found": found})
    return Judged(findings, stale)
