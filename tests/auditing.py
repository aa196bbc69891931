"""Clean invented tables to plant faults in, and the audit of them."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterator
from typing import Any

import polars as pl
import pyarrow as pa

from bioclue_data.audit import run
from bioclue_data.audit.table import Table
from bioclue_data.contracts.contract import arrow_schema, complete, load
from tests.valid_items import Row
from tests.valid_rows import table_of

TESTED = 10  # of the rows, the last ones, that stand in test
_SOUNDS = ("ba", "ce", "di", "fo", "gu", "ha", "ji", "ko", "lu", "me", "ni", "po")
_SIGNS = "肝肾肺胃心脾骨皮血眼耳鼻口手足腰背胸腹头痛热寒咳喘肿红痒麻晕"


def sentence(number: int, words: int = 12) -> str:
    """A sentence of words that do not exist; one for each number."""
    chance = random.Random(number)
    return " ".join("".join(chance.choices(_SOUNDS, k=3)) for _ in range(words)) + "."


def chinese(number: int, signs: int = 30) -> str:
    """A line of Simplified Chinese characters without a meaning."""
    return "".join(random.Random(number).choices(_SIGNS, k=signs)) + "。"


def clean(task: str, rows: int = 40) -> list[Row]:
    """Rows without a fault; the last ones are of test."""
    made = []
    for i in range(rows):
        split = "test" if i >= rows - TESTED * rows // 40 else "train"
        common = {"item_id": f"invented:{split}:{i}", "split": split, "language": "en"}
        made.append(common | _CONTENT[task](i))
    return made


def _mention(text: str, kind: str, word: int = 2) -> Row:
    surface = text.split()[word]
    start = text.index(surface)
    span = {"start": start, "end": start + len(surface)}
    return {"id": f"T{word}", "type": kind, "spans": [span], "text": surface}


def _ner(i: int) -> Row:
    text = sentence(i)
    return {"text": text, "entities": [_mention(text, "Drug" if i % 2 else "Disease")]}


def _mcqa(i: int) -> Row:
    options = [{"key": key, "text": sentence(1000 * (i + 1) + k, 3)} for k, key in enumerate("ABCD")]
    keys = ["ABCD"[i % 4]]
    return {"question": sentence(i), "options": options, "answer_keys": keys, "multiple": False}


_CONTENT = {
    "ner": _ner,
    "mcqa": _mcqa,
    "tc": lambda i: {"text": sentence(i), "mode": "single", "labels": ["yes" if i % 2 else "no"]},
    "nli": lambda i: {
        "text_a": sentence(i),
        "text_b": sentence(-1 - i),
        "label": ("entailment", "neutral", "contradiction")[i % 3],
    },
    "sts": lambda i: {
        "text_a": sentence(i),
        "text_b": sentence(-1 - i),
        "kind": "similarity",
        "score": float(i % 2),
        "score_min": 0.0,
        "score_max": 1.0,
    },
    "cqa": lambda i: {
        "question": sentence(i),
        "contexts": [{"id": "c", "type": None, "text": sentence(-1 - i, 30)}],
        "answers": [{"text": sentence(5000 + i, 2)}],
    },
}


def table(task: str, rows: list[Row], order: int | None = None) -> Table:
    """Rows as the checks take them; shuffled, if an order is given."""
    whole = complete(load(task))
    rows = [whole({k: v for k, v in row.items() if k not in _COMMON}) | _common(row) for row in rows]
    if order is not None:
        random.Random(order).shuffle(rows)
    for row in rows:
        row.setdefault("group_id", None)
        row.setdefault("quality", [])
    return Table("invented", task, Held(_arrow(task, rows), 16 if order else len(rows)))


class Held:
    """Rows in memory, in batches of some rows."""

    def __init__(self, rows: pa.Table, batch: int) -> None:
        self._rows, self._batch = rows, max(batch, 1)

    def batches(self, columns: Collection[str] = ()) -> Iterator[pa.Table]:
        """Slices; at least one."""
        rows = self._rows.select(sorted(columns)) if columns else self._rows
        for first in range(0, max(len(self._rows), 1), self._batch):
            yield rows.slice(first, self._batch)


_COMMON = ("item_id", "split", "language", "group_id", "document_id", "quality")


def _common(row: Row) -> Row:
    return {name: row[name] for name in _COMMON if name in row}


def _arrow(task: str, rows: list[dict[str, Any]]) -> pa.Table:
    made = table_of(task, rows)
    assert made.schema == arrow_schema(load(task))
    return made


def findings(task: str, rows: list[Row], order: int | None = None) -> pl.DataFrame:
    """What all checks find in the rows."""
    return run.look(table(task, rows, order))


def found(task: str, rows: list[Row], check: str, order: int | None = None) -> set[str]:
    """Ids of the items that one check finds; the split, where it is about a split."""
    frame = run.look(table(task, rows, order), [check])
    return set(frame.select(pl.coalesce("item_id", "split")).to_series())


def usual_mention(rows: list[Row]) -> None:
    """Every row says two words, which are one mention."""
    for row in rows:
        start = len(row["text"]) + 1
        row["text"] += " zorplin quorvex"
        span = {"start": start, "end": start + 15}
        row["entities"] = [{"id": "T1", "type": "Drug", "spans": [span], "text": "zorplin quorvex"}]
