"""Audit a built folder: every check on every dataset and task."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from bioclue_data.audit import check as checks
from bioclue_data.audit.findings import SCHEMA, none
from bioclue_data.audit.table import Table
from bioclue_data.audit.tables import Files, units
from bioclue_data.building.workers import spread

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator
    from pathlib import Path

    from bioclue_data.audit.expected import Expected


class Audit(NamedTuple):
    """What an audit found.

    Attributes:
        findings: Frame of `findings.SCHEMA`, sorted.
        rows: Frame of dataset, task, split, rows: what was looked at.
        seconds: By check.
    """

    findings: pl.DataFrame
    rows: pl.DataFrame
    seconds: dict[str, float]


@dataclass(frozen=True)
class Unit:
    """What a worker looks at; plain values, so that it can be sent to a process."""

    dataset: str
    task: str
    paths: tuple[Path, ...]
    expected: dict[str, Expected] = field(default_factory=dict)
    checks: tuple[str, ...] = ()


def audit(
    folder: Path,
    datasets: Iterable[str] = (),
    say: Callable[[str], None] | None = None,
    expect: Callable[[str, str], dict[str, Expected]] | None = None,
    jobs: int = 1,
    codes: tuple[str, ...] = (),
) -> Audit:
    """Look at the tables of a built folder.

    Args:
        folder: As `bioclue build` makes it.
        datasets: Empty: all of them.
        say: Told what was looked at.
        expect: Dataset and task -> what their splits should look like.
        jobs: Tables looked at at the same time.
        codes: Only these checks; empty: all.

    Raises:
        UsageError: this is no built folder, or a dataset is not in it.
        BioclueError: a worker died.
    """
    found = [
        Unit(dataset, task, tuple(paths), expect(dataset, task) if expect else {}, codes)
        for dataset, task, paths in units(folder, tuple(datasets))
    ]
    found.sort(key=lambda unit: -sum(path.stat().st_size for path in unit.paths))
    done = []
    for looked in spread(look_at, found, jobs):
        done.append(looked)
        if say:
            say(" ".join(looked.rows.row(0)[:2]))
    return _joined(sorted(done, key=lambda looked: looked.rows.row(0)[:2]))


def look_at(unit: Unit) -> Audit:
    """All findings of one unit."""
    table = Table(unit.dataset, unit.task, Files(unit.paths), unit.expected)
    seconds = dict.fromkeys(checks.words(), 0.0)
    findings = look(table, unit.checks, seconds)
    names = {
        "dataset": pl.lit(unit.dataset),
        "task": pl.lit(unit.task),
        "split": pl.col("split").cast(pl.String),
    }
    return Audit(findings, table.counts.select(**names, rows="rows"), seconds)


def _joined(done: list[Audit]) -> Audit:
    seconds = {code: sum(one.seconds[code] for one in done) for code in checks.words()}
    rows = pl.concat([one.rows for one in done])
    return Audit(pl.concat([one.findings for one in done]), rows.sort("dataset", "task", "split"), seconds)


def look(table: Table, codes: Collection[str] = (), seconds: dict[str, float] | None = None) -> pl.DataFrame:
    """All findings of the checks that apply to a table, in a fixed order.

    Args:
        table: What is looked at.
        codes: Only these checks; empty: all.
        seconds: Gets the time of each check added.
    """
    spent = {} if seconds is None else seconds
    chosen = [check for check in checks.load().values() if check.applies(table.task)]
    chosen = [check for check in chosen if not codes or check.code in codes]
    parts: dict[str, list[pl.DataFrame]] = {check.code: [none()] for check in chosen}
    if any(check.look_at_rows for check in chosen):
        _look_at_rows(table, chosen, parts, spent)
    for check in chosen:
        if check.look:
            with _timed(check.code, spent):
                parts[check.code].append(check.look(table))
    found = [_complete(pl.concat(parts.pop(check.code)), check, table) for check in chosen]
    return pl.concat([pl.DataFrame(schema=SCHEMA), *found])


def _look_at_rows(
    table: Table, chosen: list[checks.Check], parts: dict[str, list[pl.DataFrame]], spent: dict[str, float]
) -> None:
    for batch in table.batches():
        for check in chosen:
            if check.look_at_rows:
                with _timed(check.code, spent):
                    parts[check.code].append(check.look_at_rows(batch))


@contextmanager
def _timed(code: str, seconds: dict[str, float]) -> Iterator[None]:
    begin = time.perf_counter()
    yield
    seconds[code] = seconds.get(code, 0.0) + time.perf_counter() - begin


def _complete(found: pl.DataFrame, check: checks.Check, table: Table) -> pl.DataFrame:
    facts = {
        "check": check.code,
        "severity": check.words.severity,
        "dataset": table.dataset,
        "task": table.task,
    }
    frame = found.with_columns(pl.lit(value).alias(name) for name, value in facts.items())
    return frame.select(pl.col(name).cast(kind) for name, kind in SCHEMA.items()).sort(
        "split", "item_id", "place", "detail", nulls_last=False
    )
