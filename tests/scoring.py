"""Invented gold and predictions for tests of metrics and scores."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from bioclue_data.metrics import registry
from bioclue_data.metrics.family import Family
from tests.valid_rows import valid_table

Row = dict[str, Any]
MODES = {"tc": ("single", "multi", "ordinal")}


def labelled_rows(task: str) -> list[Row]:
    """The valid rows of a task that have gold."""
    return [row for row in valid_table(task).to_pylist() if registry.scorable(task, row)]


def scores(family: Family, *pairs: tuple[Row, Row]) -> dict[str, float]:
    """The defined scores of pairs of gold and prediction."""
    found = family.score([family.count(*pair) for pair in pairs])
    return {name: value for name, value in found.items() if not math.isnan(value)}


def mention(kind: str, *places: tuple[int, int], number: int = 1) -> Row:
    spans = [{"start": start, "end": end} for start, end in places]
    return {"id": f"T{number}", "type": kind, "spans": spans, "text": "x", "norms": None}


def entities(*mentions: Row) -> Row:
    return {"entities": [one | {"id": f"T{number}"} for number, one in enumerate(mentions, 1)]}


def norms(*groups: tuple[str, ...]) -> list[Row]:
    return [
        {"group": group, "db": "D", "id": name, "name": None, "relation": "exact"}
        for group, names in enumerate(groups)
        for name in names
    ]


def written(*texts: str, language: str = "en") -> Row:
    """A row of several written texts."""
    return {"language": language, "targets": [{"language": None, "text": text} for text in texts]}


LABELLED = """
[splits]
origin = "official"
train = { file = "train.json" }
test = { file = "test.json", withheld = ["labels"] }
validation = { file = "validation.json" }
[read]
format = "json"
id = "id"
[read.columns]
text = "text"
labels = "label"
mode = "=single"
[terms]
labels = ["甲", "乙"]
"""


def leak(verdict: str) -> dict[str, Any]:
    return {
        "corpus": "c",
        "revision": "1",
        "method": "m",
        "verdict": verdict,
        "low_confidence": False,
        "score": 1.0,
        "field": "text",
        "matched": None,
    }


def mark(folder: Path, split: str, leaks: list[Any], leaked: int, checked: int) -> None:
    """Write the flags of the rows of `own` into its table, as a scan would."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = folder / f"tc_cn/own/{split}-00000-of-00001.parquet"
    table = pq.read_table(path)
    states = [
        leaks[n % len(leaks)] if n < leaked else [leak("ngram")] if n < checked else None
        for n in range(len(table))
    ]
    at = table.schema.get_field_index("leakage")
    pq.write_table(
        table.set_column(at, table.schema.field(at), pa.array(states, table.schema.field(at).type)), path
    )
