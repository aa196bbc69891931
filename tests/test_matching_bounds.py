"""The first look: runs wherever they stand in a field, and who is looked at further."""

from __future__ import annotations

import numpy as np
import pytest

from bioclue_data.matching.bounds import Bounds, Least, first_look, least_of_all
from bioclue_data.matching.candidates import Candidates
from bioclue_data.matching.index import ANCHOR, HALF, build
from bioclue_data.matching.scan import scan
from bioclue_data.matching.tokens import texts_of

WORDS = [f"word{number}" for number in range(150)]


def looked_at(fields: list[str], kinds: list[int], text: str, least: Least | None = None) -> Bounds:
    """Bounds of one item, wherever it is in a text."""
    index = build(texts_of(fields), np.zeros(len(fields), np.int32), np.array(kinds, np.uint8))
    texts = texts_of([text])
    prints = scan(texts, index)[1]
    whole = [np.array([value], np.int32) for value in (0, 0, 0, prints.offsets[1] - 1)]
    found = Candidates(*whole, np.full(1, 2**64 - 1, np.uint64), np.zeros(1, np.uint64))
    return first_look(prints, index, found, least or least_of_all(index))[1]


@pytest.mark.parametrize("begin", [0, 1, 30, 55, 56, 57, 58, 59, 62, 63, 64, 65, 66, 70, 120, 121, 128, 142])
def test_a_run_is_seen_wherever_it_begins(begin: int) -> None:
    for size, is_run in ((8, True), (7, False), (12, True)):
        run = " ".join(WORDS[begin : begin + size])
        bounds = looked_at([" ".join(WORDS)], [ANCHOR], f"before it {run} and after it")
        length = len(run.split())
        assert bounds.longest.tolist() == ([length] if is_run and length >= 8 else [])
        assert not is_run or bounds.covered[0] == pytest.approx(length / len(WORDS) * (length >= 8))


@pytest.mark.parametrize("size", [1, 2, 7, 8, 63, 64, 65, 66, 128, 129, 130, 150])
def test_a_field_that_is_there_whole(size: int) -> None:
    field = " ".join(WORDS[:size])
    bounds = looked_at([field], [ANCHOR], f"before it {field} and after it")
    assert (bounds.fine.tolist(), bounds.aligned.tolist(), bounds.longest.tolist()) == ([1], [1], [size])
    assert bounds.covered.tolist() == [size >= 8]


def never_enough(fields: int) -> Least:
    """Least that nothing has."""
    share, run = np.full(fields, 2, np.float32), np.full(fields, 99, np.int32)
    return Least(share, share, share, run, run, np.zeros(fields, np.uint8), share)


def test_one_anchor_is_enough_but_of_halves_each_is_needed() -> None:
    here, absent = " ".join(WORDS[:6]), " ".join(WORDS[10:16])
    assert looked_at([here, absent], [ANCHOR, ANCHOR], here).fine.round(3).tolist() == [1, 0]
    assert looked_at([here, absent], [HALF, HALF], here).fine.tolist() == []
    assert looked_at([here, absent], [HALF, HALF], f"{here} {absent}").fine.tolist() == [1, 1]


@pytest.mark.parametrize("name", ["fine", "aligned", "covered", "run"])
def test_each_of_what_is_needed_is_enough(name: str) -> None:
    field = " ".join(WORDS[:20])
    text = " ".join([*WORDS[:9], "other", *WORDS[10:16], "other"])
    never = never_enough(1)
    assert looked_at([field], [ANCHOR], text, never).fine.tolist() == []
    reached = np.full(1, 9, np.int32) if name == "run" else np.full(1, 0.4, np.float32)
    assert len(looked_at([field], [ANCHOR], text, never._replace(**{name: reached})).fine) == 1
