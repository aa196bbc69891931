"""Batches of corpora that stay in memory, packed, so that the next group of rows need not read them."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from bioclue_data.matching.tokens import PADDING, Texts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from bioclue_data.leakage.scanning import Records

ROOM = 192 << 20  # bytes of texts
CODEC = "lz4_raw"


class _Packed(NamedTuple):
    """A batch; `texts` is packed, and has so many bytes when it is not."""

    batch: Records
    texts: Any
    size: int

    def records(self) -> Records:
        import pyarrow as pa  # noqa: PLC0415

        data = np.frombuffer(pa.decompress(self.texts, self.size, CODEC), np.uint8)
        return self.batch._replace(texts=Texts(data, self.batch.texts.offsets))


def _packed(batch: Records) -> _Packed:
    import pyarrow as pa  # noqa: PLC0415

    begin, end = batch.texts.offsets[0], batch.texts.offsets[-1] + PADDING
    data = batch.texts.data[begin:end]
    nothing = Texts(np.zeros(0, np.uint8), batch.texts.offsets - begin)
    return _Packed(batch._replace(texts=nothing), pa.compress(data, CODEC, asbytes=True), len(data))


Read = tuple["Iterable[Records]", dict[str, Any]]


class Held:
    """What was read of units that are small enough. Threads share it.

    Args:
        room: Bytes of texts that are kept, counted as they are when they are not packed.
    """

    def __init__(self, room: int = ROOM) -> None:
        self._units: dict[Any, tuple[list[_Packed], dict[str, Any]]] = {}
        self._room = room
        self._lock = threading.Lock()

    def read(self, key: Any, read: Callable[[], Read], *, keep: bool) -> Read:
        """Batches of a unit, and what was read, which is complete when they are through.

        Args:
            key: Of the unit.
            read: Reads it, if it is not held.
            keep: Will it be asked for again? If not, what is held of it is let go.
        """
        if key in self._units:
            held, about = self._units[key] if keep else self._units.pop(key)
            return (one.records() for one in held), about
        batches, about = read()
        return self._keeping(key, batches, about) if keep else batches, about

    def _keeping(self, key: Any, batches: Iterable[Records], about: dict[str, Any]) -> Iterator[Records]:
        """The batches; kept while there is room, and dropped when there is none: a packed file swells."""
        kept: list[_Packed] = []
        for batch in batches:
            if about["bytes"] <= self._room:
                kept.append(_packed(batch))
            else:
                kept.clear()
            yield batch
        with self._lock:
            if about["bytes"] <= self._room:
                self._room -= about["bytes"]
                self._units[key] = kept, about
