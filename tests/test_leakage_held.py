"""What stays in memory of corpora comes back as it was, and goes when it is not asked for again."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from bioclue_data.leakage import held
from bioclue_data.leakage.scanning import Records
from bioclue_data.matching.tokens import PADDING, Texts, texts_of

if TYPE_CHECKING:
    from collections.abc import Iterator

TEXTS = [["the green lamp", "青蓝色的灯", ""], ["of the third ward " * 500]]


class Reader:
    """Reads two batches; counts how often."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> held.Read:
        self.times += 1
        about: dict[str, Any] = {"bytes": 0}
        return self._batches(about), about

    def _batches(self, about: dict[str, Any]) -> Iterator[Records]:
        for first, values in enumerate(TEXTS):
            texts = texts_of(["a header that is no text", *values])
            texts = Texts(texts.data, texts.offsets[1:])
            about["bytes"] += int(texts.offsets[-1] - texts.offsets[0])
            yield Records(texts, "a.jsonl", first, ((1, "b.jsonl", 7),))


def contents(read: held.Read) -> list[list[str]]:
    batches, about = read
    found = []
    for batch in batches:
        data, offsets = batch.texts
        assert len(data) >= offsets[-1] + PADDING
        assert batch.place(1) == ("b.jsonl", 7)
        found.append([data[a:b].tobytes().decode() for a, b in pairwise(offsets)])
    assert about["bytes"] == sum(len(value.encode()) for values in found for value in values)
    return found


def test_it_is_read_once_and_comes_back_as_it_was() -> None:
    kept, read = held.Held(), Reader()
    assert [contents(kept.read("a", read, keep=True)) for _ in range(3)] == [TEXTS] * 3
    assert read.times == 1


def test_it_goes_when_it_is_not_asked_for_again() -> None:
    kept, read = held.Held(), Reader()
    for keep in (True, False):
        assert contents(kept.read("a", read, keep=keep)) == TEXTS
    assert (read.times, kept._units) == (1, {})
    contents(kept.read("a", read, keep=False))
    assert (read.times, kept._units) == (2, {})


def test_units_are_told_apart_and_share_the_room() -> None:
    size = sum(len(value.encode()) for values in TEXTS for value in values)
    kept, first, second = held.Held(room=2 * size - 1), Reader(), Reader()
    for _ in range(2):
        contents(kept.read("a", first, keep=True))
        contents(kept.read("b", second, keep=True))
    assert (first.times, second.times) == (1, 2)


@pytest.mark.parametrize("room", [0, 100])
def test_what_swells_beyond_the_room_is_read_again(room: int) -> None:
    kept, read = held.Held(room=room), Reader()
    assert [contents(kept.read("a", read, keep=True)) for _ in range(2)] == [TEXTS] * 2
    assert (read.times, kept._units) == (2, {})
