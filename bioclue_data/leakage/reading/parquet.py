"""Parquet: batches of all columns that can hold text, by row groups."""

from __future__ import annotations

from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq

from bioclue_data.leakage.reading import addresses, arrow_texts, raw
from bioclue_data.leakage.reading.batches import SIZE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bioclue_data.leakage.reading.notes import Notes
    from bioclue_data.matching.tokens import Texts

MAGIC = b"PAR1"


def records(uri: str, fields: tuple[str, ...], notes: Notes) -> Iterator[Texts]:
    """The rows; see `arrow_texts.records`."""
    with _opened(uri) as file:
        sizes = [file.metadata.row_group(i).total_byte_size for i in range(file.num_row_groups)]
        rows = min(2**20, max(1, int(file.metadata.num_rows * SIZE / max(1, *sizes, sum(sizes)))))
        yield from arrow_texts.records(
            file.schema_arrow,
            fields,
            lambda columns: addresses.each(uri, file.iter_batches(batch_size=rows, columns=columns)),
            notes,
        )


@contextmanager
def _opened(uri: str) -> Iterator[Any]:
    with addresses.told(uri):
        opened = raw.open_bytes(uri)
    with closing(opened):
        with addresses.told(uri):
            file = pq.ParquetFile(opened, pre_buffer=False, buffer_size=2**20)
        yield file
