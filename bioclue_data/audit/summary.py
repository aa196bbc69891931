"""Counts of an audit, as `audit.json` has them and the page shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import polars as pl

from bioclue_data.audit import check as checks
from bioclue_data.version import VERSION

if TYPE_CHECKING:
    from bioclue_data.audit.baseline import Judged


def summarise(judged: Judged, rows: pl.DataFrame) -> dict[str, Any]:
    """Counts by check, by dataset, and of what was looked at.

    Args:
        judged: Findings, with those that are accepted.
        rows: `Audit.rows`.
    """
    findings = judged.findings
    return {
        "version": VERSION,
        "rows": int(rows["rows"].sum()),
        "findings": len(findings),
        "accepted": len(findings) - findings["accepted"].null_count(),
        "severities": {name: len(findings.filter(severity=name)) for name in reversed(checks.SEVERITIES)},
        "checks": _by_check(findings),
        "datasets": _by_dataset(findings, rows),
        "stale": judged.stale,
    }


def _by_check(findings: pl.DataFrame) -> list[dict[str, Any]]:
    counts = findings.group_by("check", "dataset", "task").agg(
        findings=pl.len(), items=pl.col("item_id").drop_nulls().n_unique()
    )
    counts = counts.group_by("check").agg(
        pl.col("findings", "items").sum(), datasets=pl.col("dataset").n_unique()
    )
    by_code = {row["check"]: row for row in counts.iter_rows(named=True)}
    nothing = {"findings": 0, "items": 0, "datasets": 0}
    return [
        {"check": code, **msgspec.to_builtins(words), **by_code.get(code, nothing)}
        for code, words in checks.words().items()
    ]


def _by_dataset(findings: pl.DataFrame, rows: pl.DataFrame) -> list[dict[str, Any]]:
    keys = ("dataset", "task")
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    counts = findings.group_by(*keys, "check", "severity", "split").agg(
        findings=pl.len(), accepted=pl.col("accepted").count()
    )
    for row in counts.sort(*keys, "check", "split").iter_rows(named=True):
        found.setdefault((row.pop("dataset"), row.pop("task")), []).append(row)
    return [
        {"dataset": dataset, "task": task, "rows": number, "found": found.get((dataset, task), [])}
        for dataset, task, number in rows.group_by(*keys).agg(pl.col("rows").sum()).sort(*keys).iter_rows()
    ]
