"""What stands by itself in a text: the compiled rule against the plain one, and what either side may be."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bioclue_data.matching import reference
from bioclue_data.matching.alone import FAR
from bioclue_data.matching.candidates import candidates, scratch
from bioclue_data.matching.index import ANCHOR, build
from bioclue_data.matching.scan import scan
from bioclue_data.matching.tokens import texts_of
from bioclue_data.matching.verify import verify
from tests.matching import stands_alone

FIELD, FIELD_ZH, NUMBER, WORD = "blue knee", "蓝膝", "5 knees", "zorbifans"
FIELDS = [FIELD, FIELD_ZH, NUMBER, WORD]
PIECES = [
    *"\n\t\0|｜:：()（）【】[]<>/_-*\\.．,，。；、?“”「 \u00a0\u3000\u200b\ufe0f\x7f",
    *("é", "é", "1", "12", "Q1", "abc", "A", "7b8c", "ff", "ﬃ", "一", "十", "甲", "𠀀"),
    *("①", "⑴", "⒜", "㈠", "1\u20e3", "😀", "\U000e0041", "\U00032500"),
    *("[INST]", "</user>", "<|end|>", "[3]", "<5", " - ", "1. ", "). "),
]
SHORT = st.lists(st.sampled_from(PIECES), max_size=6).map("".join)
FILL = st.tuples(st.sampled_from("_= é"), st.integers(0, FAR + 2)).map(lambda drawn: drawn[0] * drawn[1])
AROUND = st.tuples(SHORT, st.just("") | FILL, SHORT).map("".join)


def found_in(field: str, text: str) -> tuple[bool, bool]:
    """Does the scan find a field by itself in a text, and does the closer look?"""
    texts = texts_of(["x", text, "x"])
    index = build(texts_of([field]), np.zeros(1, np.int32), np.array([ANCHOR], np.uint8))
    hits, _ = scan(texts, index)
    found = candidates(hits, index, scratch(index))
    scores = verify(texts, index, found)
    return bool(hits.alone.any()), bool(len(found.texts)) and bool(scores.alone.all())


def plain(field: str, text: str) -> bool:
    own, tokens = reference.words(field), reference.tokens(text)
    return any(
        stands_alone(text, tokens[i].start, tokens[i + len(own) - 1].end)
        for i in range(len(tokens) - len(own) + 1)
        if [token.text for token in tokens[i : i + len(own)]] == own
    )


@settings(max_examples=1000, deadline=None)
@given(AROUND, st.sampled_from(FIELDS), AROUND)
@example("", FIELD, "_" * FAR)
@example("", FIELD, "_" * (FAR + 1))
@example("_" * FAR, FIELD, "")
@example("_" * (FAR + 1), FIELD, "")
@example("1." + "_" * (FAR - 1), FIELD, "")
@example("①" + "_" * FAR, FIELD, "")
@example("", FIELD, "<" + "a" * 22 + "> x")
@example("", FIELD, "<" + "a" * 23 + "> x")
@example("x [" + "a" * 22 + "]", FIELD, "")
@example("x [" + "a" * 23 + "]", FIELD, "")
@example("7b8c. ", FIELD, "")
@example("7b8. ", FIELD, "")
@example("😀 ", FIELD, "\U000e0041 😀")
@example("𠀀 ", FIELD, "")
@example("① ", WORD, "")
@example("é ", WORD, "")
def test_the_compiled_rule_is_the_plain_one(before: str, field: str, after: str) -> None:
    text = before + field + after
    assert found_in(field, text) == (plain(field, text),) * 2


def test_every_character_beside_a_field() -> None:
    texts = [
        text
        for code in (*range(0x3400), *range(0xFE00, 0x10000), *range(0x1F000, 0x1FB00))
        for text in (f"w {chr(code)} {FIELD_ZH}", f"{FIELD_ZH} {chr(code)} w")
    ]
    index = build(texts_of([FIELD_ZH]), np.zeros(1, np.int32), np.array([ANCHOR], np.uint8))
    hits, _ = scan(texts_of(texts), index)
    assert hits.texts.tolist() == [*range(len(texts))]
    wrong = [
        text for text, is_alone in zip(texts, hits.alone, strict=True) if is_alone != plain(FIELD_ZH, text)
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("before", "after", "alone"),
    [
        ("ww. ", "", False),
        ("ww (ww), ", "", False),
        ("ww（ww）。", "", False),
        ("ww (ww) ", "", True),
        ("ww: “", "”", True),
        ("ww - ", "", False),
        ("ww 1. ", "", False),
        ("ww: 1. ", "", True),
        ("1.1. ", "", False),
        ("5% ", "", False),
        ("C-", "", False),
        ("1 ", "", False),
        ("Abc. ", "", False),
        ("ww [3] ", "", False),
        ("[3] ", "", True),
        ("ww > ", "", False),
        ("", " < ww", False),
        ("", " [3] ww", False),
        ("", "[/INST] ww", True),
        ("", ", ww.", False),
        ("", " (ww).", False),
        ("", "____\nw", True),
    ],
)
def test_sides(before: str, after: str, alone: bool) -> None:
    assert found_in(FIELD, before + FIELD + after) == (alone, alone)


@pytest.mark.parametrize(
    ("text", "alone"),
    [("0.5 knees", False), ("0、5 knees", False), ("0. 5 knees", True), ("(0)5 knees", True)],
)
def test_a_number_behind_a_point_is_no_field(text: str, alone: bool) -> None:
    assert found_in(NUMBER, text) == (alone, alone)
