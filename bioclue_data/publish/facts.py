"""Facts measured on built tables, for the cards: rows, lengths, labels, repeats. Numbers and label names.

`cards/facts.json` holds those of a build from all real files at hand (`scripts/measure_facts.py`), so that
cards can be made, and checked, where these files are not.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    import polars as pl

    from bioclue_data.audit.batch import Batch
    from bioclue_data.building.folder import Manifest

Facts = dict[str, Any]
QUANTILES = (0.0, 0.25, 0.5, 0.75, 0.95, 1.0)
MOST_LABELS = 30
LONGEST_LABEL = 80


def load(path: Path) -> dict[str, dict[str, dict[str, Facts]]]:
    """Dataset -> task -> split -> facts, as `measured` made them; empty if the file is not there."""
    if not path.is_file():
        return {}
    facts: dict[str, dict[str, dict[str, Facts]]] = json.loads(path.read_text(encoding="utf-8"))
    return facts


def text_of(facts: Mapping[str, Any]) -> str:
    """The text of the file: one line for each split, so that a change can be read."""
    lines = []
    for dataset, tasks in sorted(facts.items()):
        inner = []
        for task, splits in sorted(tasks.items()):
            rows = ",\n".join(f"   {json.dumps(name)}: {_line(found)}" for name, found in splits.items())
            inner.append(f"  {json.dumps(task)}: {{\n{rows}\n  }}")
        lines.append(f" {json.dumps(dataset)}: {{\n" + ",\n".join(inner) + "\n }")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _line(found: Facts) -> str:
    return json.dumps(found, ensure_ascii=False)


def measured(folder: Path, manifest: Manifest, dataset: str) -> dict[str, dict[str, Facts]]:
    """Task -> split -> facts of one dataset of a built folder.

    Each has rows, labelled, characters (of the first input field: minimum, quartiles, 95 %, maximum);
    where the gold has names: labels (up to 30, most frequent first), all_labels (how many were given) and
    more_labels (how many names are left out); same_within and same_across: rows whose input (case, width,
    accents and blanks aside) came before in the split, or stands in another split.
    """
    tables = manifest["datasets"][dataset]["tables"]
    tasks = sorted({table["task"] for table in tables})
    return {
        task: _of_task(folder, task, [table for table in tables if table["task"] == task]) for task in tasks
    }


def _of_task(folder: Path, task: str, tables: Iterable[dict[str, Any]]) -> dict[str, Facts]:
    import pyarrow as pa  # noqa: PLC0415 - cards are made without it
    import pyarrow.parquet as pq  # noqa: PLC0415

    from bioclue_data.audit.batch import Batch  # noqa: PLC0415
    from bioclue_data.records.record import SPLITS  # noqa: PLC0415

    parts = {table["split"]: pq.read_table(folder / table["path"]) for table in tables}
    batch = Batch.of(task, pa.concat_tables(parts.values()).unify_dictionaries())
    repeats = _repeats(batch)
    return {
        split: {
            "rows": parts[split].num_rows,
            "labelled": all(parts[split]["labelled"].to_pylist()),
            "characters": _quantiles(batch.lengths, split),
            **_labels(batch, split),
            **repeats[split],
        }
        for split in SPLITS
        if split in parts
    }


def _quantiles(lengths: pl.DataFrame, split: str) -> list[int]:
    found = lengths.filter(split=split)["length"].fill_null(0)
    return [int(found.quantile(share, "nearest") or 0) for share in QUANTILES]


def _labels(batch: Batch, split: str) -> Facts:
    import polars as pl  # noqa: PLC0415 - as above

    values = batch.labels.filter(split=split)["label"]
    if values.is_empty() and not batch.gold.is_empty():
        gold = batch.gold.join(batch.rows.select("row", "split"), on="row")
        values = gold.filter(split=split)["gold"]
    if values.is_empty():
        return {}
    counts = values.value_counts().sort([pl.col("count"), pl.first()], descending=[True, False])
    shown = counts.head(MOST_LABELS).rows()
    if any(len(label) > LONGEST_LABEL for label, _ in shown):
        return {}
    more = max(0, len(counts) - MOST_LABELS)
    return {"labels": dict(shown), "all_labels": len(values), "more_labels": more}


def _repeats(batch: Batch) -> dict[str, Facts]:
    """Split -> rows whose input came before in it, and rows whose input stands in another split."""
    import polars as pl  # noqa: PLC0415 - as above

    keyed = batch.inputs.join(batch.marks, on="row").select("split", same=pl.struct("key", "marks").hash())
    counted = keyed.with_columns(
        first=pl.struct("split", "same").is_first_distinct(), splits=pl.col("split").n_unique().over("same")
    )
    found = counted.group_by("split").agg(
        same_within=(~pl.col("first")).sum(), same_across=(pl.col("splits") > 1).sum()
    )
    return {row.pop("split"): row for row in found.iter_rows(named=True)}
