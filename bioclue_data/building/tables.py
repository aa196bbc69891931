"""Parquet files whose bytes depend on the rows alone."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from bioclue_data.building.flags import LEAKED, check_of

if TYPE_CHECKING:
    from pathlib import Path

ROW_GROUP = 4096
Checks = dict[str, dict[str, int]]
CHUNKING = {"min_chunk_size": 256 * 1024, "max_chunk_size": 1024 * 1024, "norm_level": 0}


@dataclass(frozen=True, slots=True)
class Written:
    """A finished Parquet file.

    Attributes:
        arrow_bytes: Size of its rows in memory, as `datasets` counts it.
        checked: Rows that were looked for in at least one corpus.
        leaked: Rows that `clean=True` leaves out.
        checks: Each check that some row went through -> verdict -> rows in which it found that.
    """

    rows: int
    bytes: int
    sha256: str
    arrow_bytes: int
    checked: int
    leaked: int
    checks: Checks


class TableWriter:
    """Writes one Parquet file; every table given is one row group (the last may be shorter)."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path, self._rows = path, 0
        self._writer = pq.ParquetWriter(
            path,
            schema,
            compression="zstd",
            write_page_index=True,
            use_content_defined_chunking=CHUNKING,
        )

    def write(self, table: pa.Table) -> None:
        """Append a row group of at most `ROW_GROUP` rows."""
        self._writer.write_table(table.combine_chunks(), row_group_size=ROW_GROUP)
        self._rows += table.num_rows

    def close(self) -> Written:
        """Finish the file, hash it and measure it as a reader finds it."""
        self._writer.close()
        size, hashed = self._path.stat().st_size, file_sha256(self._path)
        return Written(self._rows, size, hashed, *_read_back(self._path))


def _read_back(path: Path) -> tuple[int, int, int, Checks]:
    """Bytes in memory, rows checked and leaked, and checks, by row groups as `datasets` reads them."""
    size = checked = leaked = 0
    checks: Checks = {}
    with pq.ParquetFile(path) as file:
        for group in range(file.num_row_groups):
            table = file.read_row_group(group)
            size += sum(_plain(column).nbytes for column in table.columns)
            leaks = table["leakage"].combine_chunks()
            checked += len(leaks) - leaks.null_count
            found = pc.is_in(pc.struct_field(pc.list_flatten(leaks), "verdict"), pa.array(sorted(LEAKED)))
            leaked += pc.count_distinct(pc.list_parent_indices(leaks).filter(found)).as_py()
            _count_checks(checks, table["leakage_checked"].combine_chunks(), pc.list_flatten(leaks))
    return size, checked, leaked, checks


def _count_checks(checks: Checks, done: pa.ListArray, leaks: pa.StructArray) -> None:
    """Add the checks of a row group, and what they found."""
    for check in pc.list_flatten(done).unique().to_pylist():
        checks.setdefault(check, {})
    names = ("corpus", "revision", "method", "verdict")
    facts = pa.table({name: pc.struct_field(leaks, name) for name in names})
    for row in facts.group_by(list(names)).aggregate([([], "count_all")]).to_pylist():
        found = checks.setdefault(check_of(row), {})
        found[row["verdict"]] = found.get(row["verdict"], 0) + row["count_all"]


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column as `datasets` stores it: dictionaries as strings, the members of a null struct null too."""
    if pa.types.is_dictionary(column.type):
        return column.cast(column.type.value_type)
    if pa.types.is_struct(column.type):
        return pa.chunked_array([_members_null(chunk) for chunk in column.chunks], column.type)
    return column


def _members_null(structs: pa.StructArray) -> pa.StructArray:
    fields = list(structs.type)
    return pa.StructArray.from_arrays(structs.flatten(), fields=fields, mask=structs.is_null())


def file_sha256(path: Path) -> str:
    """SHA-256 of a file, read in pieces."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()
