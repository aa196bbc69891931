"""Valid tables for every task, made of invented rows: `valid_rows(task)` and `valid_table(task)`."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from bioclue_data.contracts.contract import Contract, arrow_schema, complete, content_hash, load
from tests import valid_items, valid_texts
from tests.valid_items import Row

_ROWS = valid_items.ROWS | valid_texts.ROWS


def valid_rows(task: str) -> list[Row]:
    """Several valid rows of content columns: English and Chinese; layers null, empty, filled, withheld."""
    return [complete(load(task))(row) for row in _ROWS[task]()]


def valid_table(task: str) -> pa.Table:
    """The valid rows as a table with all columns."""
    return table_of(task, valid_rows(task))


def table_of(task: str, rows: list[Row], **common: Any) -> pa.Table:
    """Rows of content columns as a table; `common` replaces common columns of every row."""
    contract = load(task)
    full = [_common(contract, i, row) | common | row for i, row in enumerate(rows)]
    return pa.Table.from_pylist(full, schema=arrow_schema(contract))


def _common(contract: Contract, i: int, row: Row) -> Row:
    return {
        "item_id": f"invented:train:{i}",
        "dataset": "invented",
        "split": "train",
        "subset": None,
        "split_origin": "none",
        "language": "zh-Hans" if any("\u4e00" <= char <= "\u9fff" for char in str(row)) else "en",
        "source_id": str(i),
        "document_id": None,
        "group_id": f"g{i}",
        "source": {"file": "invented.json", "locator": f"line {i + 1}", "revision": "0123456789ab"},
        "licence": "CC0-1.0",
        "access": "open",
        "labelled": not contract.gold or any(_given(row, path) for path in contract.gold),
        "content_hash": content_hash(contract)(row),
        "leakage": None if i % 2 else [],
        "leakage_checked": None if i % 2 else ["corpus@1#exact"],
        "quality": []
        if i
        else [{"rule": "I10", "severity": "warning", "place": "entities[0]", "detail": "' x'"}],
        "extra": None,
    }


def _given(row: Row, path: str) -> bool:
    column, _, field = path.partition(".")
    value = row[column]
    if value is None or not field:
        return value is not None
    return not value or any(element[field] is not None for element in value)
