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
FIRST = 16  # rows of a group that tell how large its rows are


def records(uri: str, fields: tuple[str, ...], notes: Notes) -> Iterator[Texts]:
    """The rows; see `arrow_texts.records`."""
    with _opened(uri) as file:
        yield from arrow_texts.records(
            file.schema_arrow, fields, lambda columns: addresses.each(uri, _batches(file, columns)), notes
        )


def _batches(file: Any, columns: list[str]) -> Iterator[Any]:
    """Batches of about SIZE bytes, by what the first rows of each group have: packed ones tell little."""
    for group in range(file.num_row_groups):
        facts = file.metadata.row_group(group)
        some = {"row_groups": [group], "columns": columns}
        first = next(file.iter_batches(batch_size=FIRST, **some), None)
        if first is not None:
            size = max(first.nbytes / max(1, len(first)), facts.total_byte_size / max(1, facts.num_rows))
            yield from file.iter_batches(batch_size=max(1, int(SIZE / max(size, 1))), **some)


@contextmanager
def _opened(uri: str) -> Iterator[Any]:
    with addresses.told(uri):
        opened = raw.open_bytes(uri)
    with closing(opened):
        with addresses.told(uri):
            file = pq.ParquetFile(opened, pre_buffer=False, buffer_size=2**20)
        yield file
