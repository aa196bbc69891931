"""What a split should look like: from the dataset's record, or from an older build of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from bioclue_data.audit.table import Table
from bioclue_data.audit.tables import Files, units

if TYPE_CHECKING:
    from pathlib import Path

    from bioclue_data.records.record import Record

LAYERS = {
    "tc": "labels",
    "nli": "label",
    "boolqa": "answer",
    "ner": "entities",
    "re": "relations",
    "ee": "events",
}
"""The layer that holds the labels of a task, as the counts of records call it."""


class Expected(NamedTuple):
    """Distributions of one split.

    Attributes:
        rows: Number of rows; None: not known.
        labels: How often each label comes; empty: not known.
        length: Median of `Table.lengths`; None: not known.
    """

    rows: int | None
    labels: dict[str, int]
    length: float | None


def of_record(record: Record, task: str) -> dict[str, Expected]:
    """By split, what the record says was observed; rows only where the dataset has one task."""
    found = {}
    for split in ("train", "validation", "test"):
        counts: dict[str, int] = getattr(record.expected.observed, split) or {}
        prefix = f"{LAYERS.get(task)}."
        labels = {name.removeprefix(prefix): n for name, n in counts.items() if name.startswith(prefix)}
        rows = counts.get("documents") if len(record.tasks) == 1 else None
        if rows is not None or labels:
            found[split] = Expected(rows, labels, None)
    return found


def of_table(table: Table) -> dict[str, Expected]:
    """By split, what a table looks like."""
    labels: dict[str, dict[str, int]] = {}
    for split, label, number in table.labels.select("split", "label", "number").iter_rows():
        labels.setdefault(split, {})[label] = number
    return {
        split: Expected(rows, labels.get(split, {}), _median(table.lengths.filter(pl.col("split") == split)))
        for split, rows in table.counts.iter_rows()
    }


def _median(lengths: pl.DataFrame) -> float | None:
    """Median of `length`, each of which comes `rows` times."""
    median: float | None = lengths.select(pl.col("length").repeat_by("rows").explode().median()).item()
    return median


def of_folder(folder: Path) -> dict[tuple[str, str], dict[str, Expected]]:
    """By dataset and task, what the tables of an older build look like."""
    return {
        (dataset, task): of_table(Table(dataset, task, Files(paths)))
        for dataset, task, paths in units(folder, ())
    }
