"""Rows of built tables one by one, with their columns: for scripts that change or render them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from bioclue_data.leakage.fields import ALL
from bioclue_data.leakage.rows import Row, leaves, together
from bioclue_data.leakage.targets import Choice, tables

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from bioclue_data.leakage.fields import Field


def rows_of_tables(folder: Path, configs: tuple[str, ...]) -> Iterator[Row]:
    """Rows of all tables of some configs."""
    for dataset, table in tables(folder, Choice(configs=configs)):
        columns = ["content_hash", "item_id", *leaves(table["task"])]
        for batch in pq.ParquetFile(folder / table["path"]).iter_batches(columns=columns):
            for row in batch.to_pylist():
                where = dataset, table["split"], table["task"]
                yield Row(row["content_hash"], row["item_id"], *where, False, row)


def fields_of(row: Row) -> list[tuple[Field, str]]:
    """The texts of a row, with their fields."""
    (rows,) = together([row])
    return [(ALL[field], text) for field, text in zip(rows.fields, rows.texts.to_pylist(), strict=True)]


def item_texts(rows: Iterable[Row]) -> Iterator[str]:
    """The texts that rows are looked for by."""
    for some in together(rows):
        is_item = pa.array([ALL[field].role == "item" for field in some.fields], pa.bool_())
        yield from some.texts.filter(is_item).to_pylist()
