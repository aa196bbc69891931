from __future__ import annotations

import pytest

from bioclue_data.readers import iob_offsets
from tests.reader_files import printed, read, refused, refuses_unknown_options, slices

TWO = "### 7\nTea\t0\t3\tTea pot\t|B-X\npot\t4\t7\t\t|I-X\n.\t7\t8\t\t|O\n\n### 8\nCup\t2\t5\tCup\t|B-Y\n"


def test_tokens_stand_at_their_offsets(tmp_path) -> None:
    first, second = read(iob_offsets, tmp_path, {"a.iob": TWO})
    assert (first.layers["text"], second.layers["text"]) == ("Tea pot.", "  Cup")
    assert slices(first) == printed(first) == ["Tea pot"]
    assert [d.layers["entities"][0]["type"] for d in (first, second)] == ["X", "Y"]
    assert [(d.source_id, d.locator) for d in (first, second)] == [("7", "line 1"), ("8", "line 6")]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("Tea\t0\t3\t\t|O\n", "a token of no document"),
        ("### 7\nTea\t0\t3\n", "3 columns instead of 5"),
        ("### 7\nTea\t0\t3\t\t|O\npot\t2\t5\t\t|O\n", "'pot' begins at 2"),
        ("### 7\nTea\tx\t3\t\t|O\n", "'x'"),
    ],
)
def test_what_does_not_fit_is_refused(tmp_path, text, what) -> None:
    assert what in refused(iob_offsets, tmp_path, {"a.iob": text}).what


def test_unknown_options_are_refused() -> None:
    refuses_unknown_options("iob_offsets")
