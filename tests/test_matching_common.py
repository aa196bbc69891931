"""Common windows: found in many texts of several sources, and left out of what is looked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from bioclue_data.matching import common
from bioclue_data.matching import index as indexes
from bioclue_data.matching.index import ANCHOR, build
from bioclue_data.matching.tokens import texts_of, tokenise_all
from bioclue_data.matching.windows import SEED, SHORT_SEED, filter_of, may_hold_each, windows_of

if TYPE_CHECKING:
    from pathlib import Path

OFTEN = "ask your doctor about this"
TEXTS = common.TEXTS // common.SOURCES + 1


def generated(*sources: list[str]) -> common.Common:
    return common.generate([texts_of(texts[:5]), texts_of(texts[5:])] for texts in sources)


def windows(text: str, seed: Any = SEED) -> Any:
    return windows_of(tokenise_all(texts_of([text])), seed).hashes


def test_windows_of_many_texts_in_several_sources_are_common() -> None:
    sources = [[f"{OFTEN} number{i} of{source} mine" for i in range(TEXTS)] for source in range(3)]
    made = generated(*sources)
    assert may_hold_each(windows(OFTEN), made.filters[0]).all()
    assert may_hold_each(windows(OFTEN, SHORT_SEED), made.filters[1]).all()
    assert not may_hold_each(windows("the knee of a mouse is blue"), made.filters[0]).any()


@pytest.mark.parametrize(
    "sources",
    [
        [[OFTEN] * TEXTS, [OFTEN] * TEXTS, ["other"]],  # two sources
        [[OFTEN] * (TEXTS - 2)] * 3,  # not enough texts
        [[f"{OFTEN} " * TEXTS], [OFTEN], [OFTEN]],  # often in one text
    ],
)
def test_others_are_not(sources: list[list[str]]) -> None:
    assert not any(filter_.any() for filter_ in generated(*sources).filters)


def test_fields_are_not_looked_for_by_common_windows_unless_they_have_few_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = common.Common((filter_of(windows(OFTEN)), filter_of(windows(OFTEN, SHORT_SEED))), "1")
    monkeypatch.setattr(common, "load", lambda: made)
    fields = [OFTEN, f"{OFTEN} blue knee", f"{OFTEN} blue"]
    index = build(texts_of(fields), np.arange(3, dtype=np.int32), np.full(3, ANCHOR, np.uint8))
    assert index.window_counts.tolist() == [3, 2, 4]  # of windows of three words; PART of them must be left


def test_what_ships_fits_the_seeds_and_is_written_the_same_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped, written = common.load(), common.FILE.read_bytes()
    assert [int(bits.size) for bits in shipped.filters] > [1, 1]
    monkeypatch.setattr(common, "FILE", tmp_path / "common.npz")
    common.save(shipped)
    assert common.FILE.read_bytes() == written
    for text in ("what are the symptoms of", "which of the following is", "最可能的诊断是"):
        assert common.is_common(windows(text), False).any(), text
    assert indexes._header()["common"] == shipped.version
