"""One more is made while one is used, and no more than that."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from bioclue_data.leakage.ahead import ahead


def test_the_order_stays_and_one_is_made_ahead() -> None:
    made: list[int] = []
    is_made = [threading.Event() for _ in range(5)]

    def numbers() -> Iterator[int]:
        for number, event in enumerate(is_made):
            made.append(number)
            event.set()
            yield number

    for number in ahead(numbers()):
        if number < 4:
            assert is_made[number + 1].wait(10)
        assert made == list(range(min(number + 2, 5)))
    assert made == list(range(5))
    assert list(ahead(iter(()))) == []


def test_a_fault_comes_behind_what_was_made_before_it() -> None:
    def faulty() -> Iterator[str]:
        yield "one"
        raise ValueError("two")

    coming = ahead(faulty())
    assert next(coming) == "one"
    with pytest.raises(ValueError, match="two"):
        next(coming)


def test_what_is_not_wanted_any_more_ends() -> None:
    closed = threading.Event()

    def endless() -> Iterator[int]:
        try:
            while True:
                yield 1
        finally:
            closed.set()

    source = endless()
    coming = ahead(source)
    assert next(coming) == 1
    coming.close()
    source.close()
    assert closed.is_set()
