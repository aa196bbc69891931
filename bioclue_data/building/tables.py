"""Parquet files whose bytes depend on the rows alone."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from pathlib import Path

ROW_GROUP = 4096
CHUNKING = {"min_chunk_size": 256 * 1024, "max_chunk_size": 1024 * 1024, "norm_level": 0}


@dataclass(frozen=True, slots=True)
class Written:
    """A finished Parquet file."""

    rows: int
    bytes: int
    sha256: str


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
        """Finish the file and hash it."""
        self._writer.close()
        return Written(self._rows, self._path.stat().st_size, file_sha256(self._path))


def file_sha256(path: Path) -> str:
    """SHA-256 of a file, read in pieces."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()
