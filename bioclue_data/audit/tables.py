"""The tables of a built folder, by dataset and task."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from bioclue_data.building import folder as folders
from bioclue_data.building.opened import open_table
from bioclue_data.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from pathlib import Path

UNSEEN = frozenset(
    {"leakage", "leakage_checked", "source", "extra", "licence", "access", "content_hash", "dataset"}
    | {"subset", "split_origin", "source_id", "passages"}
)
"""Columns that no check looks at: they are not read."""
BATCH = 8 << 20  # bytes of a batch, uncompressed
PIECE = 1 << 20  # bytes that are read at a time, as the file counts them


class Files:
    """Parquet files of one contract, as a source of rows."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._paths = paths

    def batches(self, columns: Collection[str] = ()) -> Iterator[pa.Table]:
        """The rows in the order of the files, in tables of about `BATCH` bytes; at least one table.

        Args:
            columns: These only; empty: all but `UNSEEN`.
        """
        held: list[pa.RecordBatch] = []
        size = given = 0
        for piece in self._pieces(columns):
            held.append(piece)
            size += piece.nbytes
            if size >= BATCH:
                yield pa.Table.from_batches(held)
                held, size, given = [], 0, given + 1
        if held:
            yield pa.Table.from_batches(held)
        elif not given:
            yield open_table(self._paths[0]).read()

    def _pieces(self, columns: Collection[str]) -> Iterator[pa.RecordBatch]:
        for path in self._paths:
            with open_table(path, pre_buffer=False) as file:
                chosen = columns or [name for name in file.schema_arrow.names if name not in UNSEEN]
                yield from file.iter_batches(_rows(file.metadata), columns=list(chosen), use_threads=False)


def _rows(facts: pq.FileMetaData) -> int:
    """How many rows are about a `PIECE`, where they are largest."""
    groups = [facts.row_group(number) for number in range(facts.num_row_groups)]
    most = max((group.total_byte_size / max(group.num_rows, 1) for group in groups), default=1)
    return max(1, int(PIECE / max(most, 1)))


def units(folder: Path, datasets: tuple[str, ...]) -> Iterator[tuple[str, str, list[Path]]]:
    """Dataset, task and files of each unit that is looked at as one; `datasets` empty: all.

    Raises:
        UsageError: this is no built folder, or a dataset is not in it.
    """
    manifest = folders.read_manifest(folder)
    built = (manifest or {"datasets": {}})["datasets"]
    if not built:
        raise UsageError("nothing here to audit", where=str(folder), remedy="build something first")
    if unknown := sorted(set(datasets) - set(built)):
        remedy = "see its README.md for datasets"
        raise UsageError(f"{', '.join(unknown)} is not in this folder", where=str(folder), remedy=remedy)
    for dataset in sorted(datasets or built):
        tables = built[dataset]["tables"]
        for task in sorted({table["task"] for table in tables}):
            yield dataset, task, [folder / table["path"] for table in tables if table["task"] == task]


def read(paths: list[Path]) -> pa.Table:
    """The rows of some files of one contract."""
    return pa.concat_tables([open_table(path).read() for path in paths])
