from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioclue_data.errors import SourceError
from bioclue_data.readers import standoff
from tests.reader_files import write

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@given(TEXTS, st.data())
def test_offsets_in_bytes_and_units_come_back_as_code_points(text: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(text)))
    in_bytes = len(text[:at].encode())
    in_units = len(text[:at].encode("utf-16-le")) // 2
    assert standoff.Positions(text, "code_points").at(at, "x") == at
    assert standoff.Positions(text, "utf8").at(in_bytes, "x") == at
    assert standoff.Positions(text, "utf16").at(in_units, "x") == at


@pytest.mark.parametrize(("unit", "offset"), [("utf8", 1), ("utf16", 1)])
def test_an_offset_inside_a_character_is_refused(unit: standoff.Unit, offset: int) -> None:
    with pytest.raises(SourceError, match="middle of a character") as caught:
        standoff.Positions("𝛼 tea", unit).at(offset, "a.txt, line 3")
    assert caught.value.where == "a.txt, line 3"
    assert "unit" in caught.value.remedy


def test_an_offset_past_the_end_stays_past_it() -> None:
    assert standoff.Positions("发热", "utf8").at(9, "x") == 5
    assert standoff.Positions("发热", "utf8").units == 6
    assert standoff.Positions("tea", "utf16").units == 3


def test_only_newlines_end_lines(tmp_path) -> None:
    [file] = write(tmp_path, {"a.txt": "one\r\ntwo\rstill\u2028two\u0085\n\nfour\r"})
    assert list(standoff.lines(file)) == [
        (1, "one"),
        (2, "two\rstill\u2028two\u0085"),
        (3, ""),
        (4, "four\r"),
    ]


def test_passages_are_spans_and_empty_ones_keep_their_place() -> None:
    text, passages = standoff.passages(
        [("t", "title", "甲乙"), ("m", "methods", ""), ("a", "abstract", "x")], "\n"
    )
    assert text == "甲乙\n\nx"
    assert [(p["type"], text[p["start"] : p["end"]]) for p in passages] == [
        ("title", "甲乙"),
        ("abstract", "x"),
    ]


def test_empty_passages_at_the_end_add_nothing() -> None:
    assert standoff.passages([("t", "title", "x"), ("a", "abstract", "")], "\n")[0] == "x"
    assert standoff.passages([("t", "title", "")], "\n") == ("", [])
