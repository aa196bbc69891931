"""Arrow IPC: `datasets` saves it as streams (`*.arrow`), Feather as files; both are read from the front.

What a file has beside the stream in it is a table of contents at its end: without it a file that is cut
still gives what stands before the cut.
"""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from bioclue_data.leakage.reading import addresses, arrow_texts, raw
from bioclue_data.leakage.reading.arrow_types import as_bytes
from bioclue_data.leakage.reading.batches import SIZE
from bioclue_data.visible import readable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bioclue_data.leakage.reading.notes import Notes
    from bioclue_data.matching.tokens import Texts

_FILE = b"ARROW1\0\0"
_STREAM = b"\xff\xff\xff\xff"
_LARGEST = 2**28  # bytes of a schema: metadata of other bytes that begin so would be larger


def is_arrow(head: bytes) -> bool:
    """Does a file that begins so hold an Arrow stream?"""
    if head.startswith(_FILE):
        return True
    size = int.from_bytes(head[4:8], "little", signed=True)
    return head.startswith(_STREAM) and 0 < size < _LARGEST and size % 8 == 0


def opened(file: Any) -> Any:
    """The stream in an open Arrow file."""
    if file.read(len(_FILE)) != _FILE:
        file.seek(0)
    return pa.ipc.open_stream(file)


def records(uri: str, fields: tuple[str, ...], notes: Notes) -> Iterator[Texts]:
    """The rows; see `arrow_texts.records`."""
    with addresses.told(uri):
        file = _mapped(uri)
    with closing(file):
        with addresses.told(uri):
            stream = opened(file)
        yield from arrow_texts.records(
            stream.schema, fields, lambda columns: addresses.each(uri, _batches(stream, columns)), notes
        )


def _mapped(uri: str) -> Any:
    """Mapped where that is possible: of a batch only what is looked at is read."""
    can_be = "://" not in uri and readable(uri) == uri  # pyarrow opens no name that is not UTF-8
    return pa.memory_map(uri) if can_be else pa.PythonFile(raw.open_bytes(uri), "r")


def _batches(stream: Any, columns: list[str]) -> Iterator[Any]:
    """Batches of about SIZE bytes that are safe to read: damaged offsets would point anywhere."""
    wanted = [place for place, name in enumerate(stream.schema.names) if name in columns]
    for batch in stream:
        chosen = batch.select(wanted)
        for column in chosen.columns:
            column.view(as_bytes(column.type)).validate(full=True)
        rows = max(1, len(chosen) * SIZE // max(1, chosen.get_total_buffer_size()))
        for begin in range(0, len(chosen), rows):
            yield chosen.slice(begin, rows)
