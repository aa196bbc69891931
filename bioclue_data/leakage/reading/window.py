"""A window over a stream, for kernels that take whole records; it grows with a long one, up to a limit."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from bioclue_data.leakage.reading.batches import FIRST, SIZE, packed
from bioclue_data.matching.tokens import PADDING, Texts

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from bioclue_data.leakage.reading.notes import Notes


class Taken(NamedTuple):
    """What a kernel made of the window.

    Attributes:
        texts: The records that are complete.
        consumed: Bytes that they took.
        stop: What is behind this is not for the kernel.
    """

    texts: Texts
    consumed: int
    stop: bool = False


class _Window:
    def __init__(self, origin: int) -> None:
        self.array: Any = np.empty(SIZE + 2**20 + PADDING, np.uint8)
        self.filled = 0
        self.origin = origin

    def add(self, piece: bytes) -> None:
        end = self.filled + len(piece)
        if end + PADDING > len(self.array):
            grown = np.empty(max(end + PADDING, 2 * len(self.array)), np.uint8)
            grown[: self.filled] = self.array[: self.filled]
            self.array = grown
        self.array[self.filled : end] = np.frombuffer(piece, np.uint8)
        self.filled = end

    @property
    def block(self) -> Any:
        self.array[self.filled : self.filled + PADDING] = 0
        return self.array[: self.filled + PADDING]

    @property
    def held(self) -> bytes:
        return bytes(self.array[: self.filled])

    def drop(self, count: int) -> None:
        rest = self.filled - count
        if len(self.array) > 4 * SIZE and rest < SIZE:
            smaller = np.empty(SIZE + 2**20 + PADDING, np.uint8)
            smaller[:rest] = self.array[count : self.filled]
            self.array = smaller
        elif count:
            self.array[:rest] = self.array[count : self.filled].copy()
        self.filled, self.origin = rest, self.origin + count


def through(
    pieces: Iterator[bytes],
    take: Callable[[Any, int, bool], Taken],
    notes: Notes,
    *,
    limit: int,
    lines: bool,
    origin: int = 0,
) -> Generator[Texts, None, Iterator[bytes]]:
    """Give the records of a stream to a kernel, window by window.

    Args:
        pieces: UTF-8.
        take: The kernel: block with PADDING behind it, offset of its first byte, whether nothing follows.
        notes: What goes wrong.
        limit: Bytes that one record may take.
        lines: A record can only end with a line: one that is too long is left out. Else it ends the file.
        origin: Offset of the first byte.

    Returns:
        The pieces behind the place where the kernel stopped; none if it did not.
    """
    window, size, complete, wanted = _Window(origin), min(FIRST, limit), False, FIRST
    for piece in pieces:
        complete = complete or b"\n" in piece
        window.add(piece)
        if window.filled < size or (lines and not complete and window.filled < limit):
            continue
        if complete or not lines:
            taken = take(window.block, window.origin, False)
            window.drop(taken.consumed)
            yield taken.texts
            if taken.stop:
                return chain([window.held], pieces)
            wanted = min(2 * wanted, SIZE)
            size = min(limit, max(wanted, 2 * window.filled))
            complete = False
        if window.filled >= limit:
            where = f"the record at byte {window.origin:,} is longer than {limit:,} bytes"
            if not lines:
                notes.add(f"{where}: the file is left out from there on")
                return iter(())
            notes.add(f"{where}: left out")
            yield packed([b""])
            _skip_line(window, pieces)
            complete, size = b"\n" in window.held, min(SIZE, limit)
    taken = take(window.block, window.origin, True)
    window.drop(taken.consumed)
    yield taken.texts
    return iter([window.held] if taken.stop else ())


def _skip_line(window: _Window, pieces: Iterator[bytes]) -> None:
    """Go on behind the next line feed; what stands before it is not kept."""
    window.drop(window.filled)
    for piece in pieces:
        at = piece.find(b"\n")
        if at >= 0:
            window.origin += at + 1
            window.add(piece[at + 1 :])
            return
        window.origin += len(piece)
