"""What reading gives: batches of records, each one text."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from bioclue_data.matching.tokens import PADDING, Texts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SIZE = 8 * 2**20  # bytes of text in a batch, about
FIRST = 2**20  # in the first one, so that others have something to do soon

BLANK = ord(" ")  # and what comes before it: line feeds, tabs
BEGINNING = 4096  # bytes that mostly tell that there is text


class Batch(NamedTuple):
    """Some records of a file, one after the other.

    Attributes:
        texts: Their texts.
        first: Number of the first record; records of a file count from 0.
        problems: What was found to be wrong since the batch before, a sentence each.
        templates: Lines that many records of the file have; see `templates`.
    """

    texts: Texts
    first: int
    problems: list[str]
    templates: tuple[bytes, ...] = ()


def packed(values: list[bytes]) -> Texts:
    """Texts of values that are UTF-8 already."""
    offsets = np.zeros(len(values) + 1, np.int64)
    np.cumsum([len(value) for value in values], out=offsets[1:])
    return Texts(np.frombuffer(b"".join([*values, bytes(PADDING)]), np.uint8), offsets)


def grouped(values: Iterable[bytes]) -> Iterator[Texts]:
    """Texts of about SIZE bytes."""
    held: list[bytes] = []
    size = 0
    for value in values:
        held.append(value)
        size += len(value)
        if size >= SIZE:
            yield packed(held)
            held, size = [], 0
    if held:
        yield packed(held)


def size_of_text(texts: Texts) -> int:
    """Bytes of records; 0 if all are blank, as the line feeds of empty strings are."""
    data = texts.data[texts.offsets[0] : texts.offsets[-1]]
    begins = data[:BEGINNING] > BLANK
    return len(data) if begins.any() or (data > BLANK).any() else 0
