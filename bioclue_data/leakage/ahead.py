"""What takes long to make is made while the one before it is used."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator

Made = TypeVar("Made")


def ahead(made: Iterator[Made]) -> Iterator[Made]:
    """The same, in the same order; one more is made, in a thread, while one is used. None is none."""
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(next, made, None)
        while True:
            one = coming.result()
            if one is None:
                return
            coming = pool.submit(next, made, None)
            yield one
            del one  # before the next one is waited for: two at a time are enough
