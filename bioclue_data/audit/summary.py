"""Counts of an audit, as `audit.json` has them and the page shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import polars as pl

from bioclue_data.audit import check as checks
from bioclue_data.version import VERSION

if TYPE_CHECKING:
    from bioclue_data.audit.baseline import Judged

KEYS = ("dataset", "task", "check", "severity", "split")
PIECE = 100_000  # findings that are counted at a time: polars takes 250 bytes for each


def summarise(judged: Judged, rows: pl.DataFrame) -> dict[str, Any]:
    """Counts by check, by dataset, and of what was looked at.

    Args:
        judged: Findings, with those that are accepted.
        rows: `Audit.rows`.
    """
    findings = judged.findings
    counts = _counts(findings)
    return {
        "version": VERSION,
        "rows": int(rows["rows"].sum()),
        "findings": len(findings),
        "accepted": len(findings) - findings["accepted"].null_count(),
        "severities": {
            name: int(counts.filter(severity=name)["findings"].sum()) for name in reversed(checks.SEVERITIES)
        },
        "checks": _by_check(counts),
        "datasets": _by_dataset(counts, rows),
        "stale": judged.stale,
    }


def _counts(findings: pl.DataFrame) -> pl.DataFrame:
    """Findings, accepted ones and items by dataset, task, check, severity and split; findings are sorted."""
    same = pl.all_horizontal(pl.col(name).eq_missing(pl.col(name).shift()) for name in (*KEYS, "item_id"))
    marked = findings.with_columns(fresh=~same & pl.col("item_id").is_not_null())
    parts = [
        piece.group_by(KEYS).agg(
            findings=pl.len(), accepted=pl.col("accepted").count(), items=pl.col("fresh").sum()
        )
        for piece in marked.iter_slices(PIECE)
    ]
    empty = (
        findings.clear().group_by(KEYS).agg(*(pl.len().alias(n) for n in ("findings", "accepted", "items")))
    )
    return pl.concat([empty, *parts]).group_by(KEYS).agg(pl.all().sum())


def _by_check(counts: pl.DataFrame) -> list[dict[str, Any]]:
    sums = counts.group_by("check").agg(
        pl.col("findings", "items").sum(), datasets=pl.col("dataset").n_unique()
    )
    by_code = {row["check"]: row for row in sums.iter_rows(named=True)}
    nothing = {"findings": 0, "items": 0, "datasets": 0}
    return [
        {"check": code, **msgspec.to_builtins(words), **by_code.get(code, nothing)}
        for code, words in checks.words().items()
    ]


def _by_dataset(counts: pl.DataFrame, rows: pl.DataFrame) -> list[dict[str, Any]]:
    keys = ("dataset", "task")
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    counts = counts.select(*keys, "check", "severity", "split", "findings", "accepted")
    for row in counts.sort(*keys, "check", "split").iter_rows(named=True):
        found.setdefault((row.pop("dataset"), row.pop("task")), []).append(row)
    return [
        {"dataset": dataset, "task": task, "rows": number, "found": found.get((dataset, task), [])}
        for dataset, task, number in rows.group_by(*keys).agg(pl.col("rows").sum()).sort(*keys).iter_rows()
    ]
