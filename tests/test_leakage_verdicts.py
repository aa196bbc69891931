"""What finding some fields of an item means: a test for each rule and each threshold."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bioclue_data.leakage.least import least
from bioclue_data.leakage.verdicts import NONE, VERDICTS, Judged, Thresholds, judge
from bioclue_data.matching.bounds import ANYHOW, WHOLE
from bioclue_data.matching.index import ANCHOR, ANYWHERE, HALF, NEAR
from bioclue_data.matching.verify import Scores

ITEM, CONTEXT, SUPPORT = range(3)


class Row(NamedTuple):
    """A field, and how much of it was found; tokens are words. `aligned` and `plain`: if not said, `fine`."""

    role: int
    tokens: int
    fine: float
    longest: int = 0
    covered: float = 0.0
    kind: int = ANCHOR
    common: bool = False
    public: bool = False
    alone: bool = True
    template: bool = False
    inside: bool = False
    aligned: float = -1.0
    plain: float = -1.0


def question(
    tokens: int, fine: float, longest: int = 0, covered: float = 0.0, *, common: bool = False
) -> Row:
    return Row(ITEM, tokens, fine, longest, covered, common=common)


def half(tokens: int, fine: float, longest: int = 0) -> Row:
    return Row(ITEM, tokens, fine, longest, kind=HALF)


def aligned(tokens: int, share: float, fine: float = 0.5) -> Row:
    return Row(ITEM, tokens, fine, aligned=share, plain=share)


def option(fine: float, tokens: int = 3) -> Row:
    return Row(SUPPORT, tokens, fine, tokens if fine == 1 else 0, kind=NEAR)


def answer(fine: float, tokens: int = 20) -> Row:
    return Row(SUPPORT, tokens, fine, kind=ANYWHERE)


def context(fine: float, tokens: int = 200) -> Row:
    return Row(CONTEXT, tokens, fine)


def arrays(*candidates: list[Row]) -> tuple[Any, Any, Scores]:
    """Items, index and scores of some candidates, each of an item of its own."""
    rows = [row for candidate in candidates for row in candidate]
    numbers = [number for number, candidate in enumerate(candidates) for _ in candidate]
    items = SimpleNamespace(
        keys=candidates,
        units=np.array([row.tokens for row in rows], np.float32),
        roles=np.array([row.role for row in rows], np.int8),
        kinds=np.array([row.kind for row in rows], np.uint8),
        common=np.array([row.common for row in rows], bool),
        templates=np.array([row.template for row in rows], bool),
        inside=np.array([row.inside for row in rows], bool),
        public=np.array([candidate[0].public for candidate in candidates], bool),
        items=np.array(numbers, np.int32),
    )
    index = SimpleNamespace(
        token_offsets=np.cumsum([0, *(row.tokens for row in rows)]),
        window_counts=np.array([row.tokens for row in rows], np.int32),
        needed=np.ones(len(rows), np.int32),
        alike=np.full(len(rows), -1, np.int32),
    )
    nothing = np.zeros(len(rows), np.int32)
    scores = Scores(
        np.array(numbers, np.int32),
        np.arange(len(rows), dtype=np.int32),
        *(np.array([getattr(row, name) for row in rows], np.float32) for name in ("fine", "fine", "covered")),
        np.array([row.longest for row in rows], np.int32),
        *[nothing] * 4,
        np.array([row.fine if row.plain < 0 else row.plain for row in rows], np.float32),
        np.array([row.fine if row.aligned < 0 else row.aligned for row in rows], np.float32),
        np.array([row.alone for row in rows], bool),
    )
    return items, index, scores


def judged(*candidates: list[Row], **thresholds: float) -> Judged:
    items, index, scores = arrays(*candidates)
    return judge(scores, items, index, Thresholds(**thresholds))


def verdict(*rows: Row, **thresholds: float) -> str:
    return VERDICTS[judged(list(rows), **thresholds).verdicts[0]]


def low(*rows: Row) -> bool:
    return bool(judged(list(rows)).low_confidence[0])


def test_all_tokens_in_one_run_are_exact() -> None:
    assert verdict(question(40, 1, 40)) == "exact"
    assert verdict(question(40, 1, 39)) == "near_duplicate"
    assert verdict(question(2, 1, 2)) == "exact"


def test_a_word_in_a_sentence_is_no_copy_of_a_very_short_item() -> None:
    inside = question(3, 1, 3)._replace(alone=False)
    assert verdict(question(3, 1, 3)) == "exact"
    assert verdict(inside) == ""
    assert verdict(inside, answer(1)) == "exact"
    assert verdict(inside, option(1), option(1)) == "exact"
    assert verdict(question(3, 1, 3), inside) == "exact"
    assert verdict(question(1, 1, 1), inside._replace(tokens=2, longest=2)) == ""


def test_a_term_counts_by_itself_and_with_an_annotation() -> None:
    assert verdict(half(3, 1, 3)) == ""
    assert verdict(half(3, 1, 3), answer(1)) == "exact"
    assert low(half(3, 1, 3), answer(1))
    assert verdict(half(3, 1, 3)._replace(alone=False), answer(1)) == ""
    assert verdict(half(4, 1, 4)._replace(alone=False)) == "exact"
    assert not low(half(4, 1, 4), answer(1))
    assert low(half(7, 1, 7)._replace(alone=False), answer(1))
    assert not low(half(8, 1, 8)._replace(alone=False), answer(1))
    assert verdict(half(1, 1, 1), half(2, 1, 2)) == "exact"


def test_an_answer_that_is_part_of_the_item_is_no_support() -> None:
    inside = question(3, 1, 3)._replace(alone=False)
    assert verdict(inside, answer(1, 2)._replace(inside=True)) == ""
    assert verdict(inside, answer(1, 2)._replace(inside=True), answer(1, 2)) == "exact"
    assert low(question(6, 1, 6), answer(1)._replace(inside=True))
    most = question(20, 0.6), answer(1, 60)._replace(inside=True)
    assert verdict(*most, question=0.5) == ""


def test_of_a_question_about_a_case_the_case_or_the_options_must_be_there() -> None:
    stem = question(12, 1, 12)
    assert verdict(stem, context(0.4), option(0), option(0)) == "partial"
    assert verdict(question(4, 1, 4), context(0.4), option(0), option(0)) == ""
    assert verdict(stem, context(0.5), option(0), option(0)) == "exact"
    assert verdict(stem, context(0), option(1), option(0)) == "exact"
    assert verdict(stem, context(0), answer(0)) == "exact"
    assert verdict(stem, context(0.4), option(0), option(0), context=0.4) == "exact"
    assert verdict(question(20, 0.9, 7), context(0), option(0), option(0)) == ""


def test_a_question_that_many_items_have_is_no_sign_of_one() -> None:
    whole = question(12, 1, 12)._replace(template=True, alone=False)
    assert verdict(whole) == "exact"
    assert low(whole)
    assert not low(whole, option(1), option(1))
    template = question(12, 0.95, 11)._replace(template=True)
    assert verdict(template) == ""
    assert verdict(template, option(1), option(1)) == "near_duplicate"
    assert verdict(template, answer(1)) == "near_duplicate"
    assert verdict(template, question(12, 1, 12)) == "near_duplicate"
    assert verdict(template, context(0.9)) == "source_overlap"
    assert verdict(*[half(12, 1, 12)._replace(template=True)] * 2) == "exact"


def test_all_item_fields_must_be_there() -> None:
    assert verdict(question(40, 1, 40), question(40, 1, 40)) == "exact"
    assert verdict(question(40, 1, 40), question(40, 0)) == "partial"
    assert verdict(question(40, 1, 40, 1.0), question(4, 0)) == "near_duplicate"
    assert verdict(question(10, 1, 10, 1.0), question(90, 0.3)) == "partial"


@pytest.mark.parametrize(
    ("tokens", "needed"), [(8, 0.9), (19, 0.8), (30, 0.7), (31, 0.7), (500, 0.7)], ids=str
)
def test_the_shorter_the_more_must_be_there_for_a_near_duplicate(tokens: int, needed: float) -> None:
    assert verdict(question(tokens, needed + 0.01)) == "near_duplicate"
    assert verdict(question(tokens, needed - 0.01)) != "near_duplicate"
    assert verdict(question(tokens, 0.99), near_short=0.995, near_long=0.995) == "suspected"


@pytest.mark.parametrize(("tokens", "needed"), [(8, 0.8), (19, 0.675), (30, 0.55), (500, 0.55)], ids=str)
def test_the_shorter_the_more_must_be_there_to_be_suspected(tokens: int, needed: float) -> None:
    assert verdict(question(tokens, needed + 0.01)) == "suspected"
    assert verdict(question(tokens, needed - 0.01)) == ""
    assert verdict(question(tokens, needed - 0.01), suspected_short=0, suspected_long=0) == "suspected"


def test_below_short_an_item_must_be_there_whole() -> None:
    assert verdict(question(7, 0.99, 6)) == ""
    assert verdict(question(7, 1, 7)) == "exact"
    assert verdict(question(7, 0.99, 6), short=7) == "near_duplicate"
    assert verdict(question(20, 0.72), long=60) != "suspected"


def test_runs_are_ngram_or_partial() -> None:
    assert verdict(question(100, 0.4, 30, 0.51)) == "ngram"
    assert verdict(question(100, 0.4, 30, 0.5)) == "partial"
    assert verdict(question(100, 0.4, 30, 0.5), ngram=0.4) == "ngram"
    assert verdict(question(100, 0.4, 8)) == "partial"
    assert verdict(question(100, 0.4, 7)) == ""
    assert verdict(question(100, 0.4, 7), run=7) == "partial"


def test_a_context_alone_is_a_shared_source() -> None:
    found = judged([context(0.9), question(40, 0.1)])
    assert VERDICTS[found.verdicts[0]] == "source_overlap"
    assert found.scores[0] == pytest.approx(0.9)
    assert found.rows[0] == 0
    assert verdict(Row(CONTEXT, 200, 1, 200, 1), question(40, 0.1)) == "source_overlap"
    assert verdict(Row(CONTEXT, 200, 1, 200, 1)) == "source_overlap"
    assert verdict(context(0.49)) == ""
    assert verdict(context(0.49), context=0.4) == "source_overlap"
    assert verdict(context(0.9), question(40, 0.8)) == "near_duplicate"


def test_rare_words_alone_are_not_enough() -> None:
    name = question(10, 0.95, 5)._replace(plain=0.6)
    assert verdict(name) == ""
    assert verdict(name, plain_short=0.6) == "near_duplicate"
    assert verdict(name._replace(fine=0.8)) == ""
    assert verdict(name._replace(fine=0.8, plain=0.65)) == "suspected"
    assert verdict(name, answer(1)) == "near_duplicate"
    assert verdict(question(10, 0.95, 9)._replace(plain=0.6)) == "partial"
    assert verdict(question(30, 0.95, 7)._replace(plain=0.3)) == "near_duplicate"
    assert verdict(question(30, 0.95, 7)._replace(plain=0.29)) == ""
    assert verdict(question(30, 0.95, 7)._replace(plain=0.35), plain_long=0.4) == ""


@pytest.mark.parametrize(("tokens", "needed"), [(8, 0.8), (19, 0.725), (30, 0.65), (500, 0.65)], ids=str)
def test_words_in_their_order_are_suspected_too(tokens: int, needed: float) -> None:
    assert verdict(aligned(tokens, needed + 0.01)) == "suspected"
    assert verdict(aligned(tokens, needed - 0.01)) == ""
    assert verdict(aligned(tokens, needed - 0.01), aligned_short=0.7, aligned_long=0.5) == "suspected"
    assert verdict(aligned(tokens, 1.0)) == "suspected"


def test_options_help_a_question() -> None:
    options = [option(1)] * 2
    assert verdict(aligned(30, 0.64)) == ""
    assert verdict(aligned(20, 0.71)) == ""
    assert verdict(aligned(20, 0.71), *options) == "suspected"
    assert verdict(aligned(20, 0.69), *options) == ""
    assert verdict(aligned(20, 0.69), *options, question=0.6) == "suspected"
    assert verdict(aligned(20, 0.71, fine=0.7), *options) == "near_duplicate"
    assert verdict(aligned(20, 0.69, fine=0.7), *options) == "suspected"


def test_an_answer_helps_a_question_from_its_support_on() -> None:
    assert verdict(aligned(30, 0.71, 0.2), answer(0.71, 100), aligned_long=0.7) == "suspected"
    assert verdict(aligned(30, 0.71, 0.2), answer(0.69, 100), aligned_long=0.72) == ""
    assert verdict(aligned(20, 0.71, 0.2), answer(0.69, 100)) == ""
    assert verdict(aligned(20, 0.71, 0.2), answer(0.69, 100), support=0.6) == "suspected"
    assert verdict(question(30, 0.3), answer(1, 100)) == ""


def test_a_question_without_its_details_beside_its_answer_is_suspected() -> None:
    title, details = question(10, 1, 10), question(46, 0)
    assert verdict(title, details, answer(1)) == "suspected"
    assert verdict(title, details, answer(0.7, 8)) == "suspected"
    assert verdict(title, details, answer(0.69)) == "partial"
    assert verdict(title, details, answer(1, 7)) == "partial"
    assert verdict(question(10, 0.95, 9), details, answer(1)) == "partial"
    assert verdict(question(3, 1, 3), details, answer(1)) == ""
    assert verdict(title._replace(template=True), details, answer(1)) == "partial"
    assert verdict(title, details, answer(1)._replace(inside=True)) == "partial"
    assert verdict(half(10, 1, 10), half(46, 0), answer(1)) == "partial"
    assert not low(question(10, 1, 10, common=True), details, answer(1))


def test_without_its_options_more_of_an_item_must_be_there() -> None:
    assert verdict(question(40, 0.8), *[option(0)] * 5) == "near_duplicate"
    assert verdict(question(40, 1, 40), *[option(0)] * 5) == "exact"
    assert verdict(question(40, 0.75), *[option(0)] * 5) == ""
    assert verdict(question(40, 0.75), option(1), option(0)) == "near_duplicate"
    assert verdict(question(40, 0.65), option(1), option(0)) == "suspected"
    assert verdict(question(40, 0.65), *[option(0)] * 5) == ""
    assert verdict(question(40, 0.65), option(1), *[option(0)] * 2) == ""
    assert verdict(question(40, 0.65), option(1), *[option(0)] * 2, options=0.3) == "suspected"
    assert verdict(aligned(40, 0.79), *[option(0)] * 5) == ""
    assert verdict(aligned(40, 0.81), *[option(0)] * 5) == "suspected"
    assert verdict(aligned(40, 0.79), *[option(0)] * 5, bare_long=0.75) == "suspected"
    assert verdict(aligned(8, 0.84), *[option(0)] * 5) == ""
    assert verdict(aligned(8, 0.86), *[option(0)] * 5) == "suspected"


def test_each_half_of_a_pair_must_be_there() -> None:
    assert verdict(half(20, 1, 20), half(20, 1, 20)) == "exact"
    assert verdict(half(40, 1, 40), half(8, 0)) == "partial"
    assert verdict(half(60, 1, 60), half(8, 0.7)) == "partial"
    assert verdict(half(60, 1, 60), half(8, 0.91)) == "near_duplicate"
    assert verdict(half(60, 1, 60), half(3, 0)) == "partial"
    assert verdict(half(60, 0.9), half(3, 1, 3)) == "near_duplicate"


def test_a_long_half_needs_a_little_less() -> None:
    assert verdict(half(60, 1, 60), half(16, 0.61)) == "near_duplicate"
    assert verdict(half(60, 1, 60), half(16, 0.59)) == "suspected"
    assert verdict(half(60, 1, 60), half(16, 0.44)) == "partial"
    assert verdict(half(60, 1, 60), half(16, 0.61), half=30) != "near_duplicate"


def test_options_do_not_make_up_for_a_half() -> None:
    assert verdict(half(30, 0.5), half(30, 0.5), answer(1, 200)) == ""


def test_short_or_common_items_without_support_are_of_low_confidence() -> None:
    assert low(question(7, 1, 7))
    assert not low(question(8, 1, 8))
    assert low(question(40, 1, 40, common=True))
    assert not low(question(7, 1, 7), answer(0.7, 2))
    assert not low(question(7, 1, 7), option(1), option(1), option(0))
    assert low(question(7, 1, 7), option(1), option(0.9), option(0.9))
    assert not low(question(7, 0.5, 2))


def test_an_item_is_common_only_if_all_of_it_is() -> None:
    rare, common = question(40, 1, 40), question(40, 1, 40, common=True)
    assert not low(rare, common)
    assert not low(common, rare)
    assert low(common, common)


def test_a_pair_of_common_halves_is_not_common() -> None:
    common = half(40, 1, 40)._replace(common=True)
    assert not low(common, common)


def test_a_public_text_alone_is_a_shared_source() -> None:
    text = question(100, 1, 100, 1.0)._replace(public=True)
    found = judged([text])
    assert VERDICTS[found.verdicts[0]] == "source_overlap"
    assert found.scores[0] == pytest.approx(1)
    label = option(1)._replace(public=True)
    assert verdict(text, label) == "exact"
    assert verdict(text, label._replace(fine=0.0)) == "source_overlap"
    assert verdict(text, label, label._replace(fine=0.0)) == "source_overlap"
    assert verdict(text, label, label, label._replace(fine=0.0)) == "exact"


def test_scores_stand_beside_the_verdict() -> None:
    found = judged(
        [question(40, 0.8, 10, 0.25), question(10, 0.3, 3, 0.5)], [question(30, 0.5), option(1, 30)]
    )
    assert found.scores.tolist() == pytest.approx([0.7, 0.75])
    assert judged([aligned(30, 0.8)]).scores.tolist() == pytest.approx([0.8])
    assert judged([aligned(20, 0.71), option(1, 9)]).scores.tolist() == pytest.approx([0.8])
    assert found.covered.tolist() == pytest.approx([0.3, 0])
    assert found.longest.tolist() == pytest.approx([10, 0])


def test_the_evidence_is_the_longest_run_of_what_the_verdict_is_about() -> None:
    found = judged(
        [context(0.9), question(30, 1, 20), question(30, 1, 30), option(1)],
        [Row(CONTEXT, 50, 0.9, 20), question(30, 0.1, 3)],
    )
    assert found.rows.tolist() == [2, 4]


def test_nothing_judged_is_nothing() -> None:
    assert len(judged().verdicts) == 0


def shares() -> st.SearchStrategy[float]:
    return st.sampled_from([0, 0.3, 0.44, 0.5, 0.54, 0.56, 0.6, 0.66, 0.7, 0.75, 0.8, 0.84, 0.9, 1])


@st.composite
def fields(draw: st.DrawFn, role: int, kind: int) -> Row:
    tokens = draw(st.sampled_from([1, 3, 4, 7, 8, 9, 14, 16, 20, 29, 30, 40, 100]))
    longest = draw(st.integers(0, tokens))
    fine = 1 if longest == tokens else draw(shares())
    covered = draw(shares()) if longest >= 8 else 0
    flags = [draw(st.booleans()) for _ in range(4)]
    in_order = draw(shares()) if kind == ANCHOR and 0.4 <= fine < 1 else -1
    return Row(role, tokens, fine, longest, covered, kind, *flags, in_order)


SUPPORTS = st.one_of(fields(SUPPORT, NEAR), fields(SUPPORT, ANYWHERE))
ITEMS = st.lists(fields(ITEM, ANCHOR), min_size=1, max_size=2)
PAIRS = st.lists(fields(ITEM, HALF), min_size=1, max_size=2)


@settings(max_examples=1000, deadline=None)
@given(
    st.one_of(
        st.tuples(ITEMS, st.lists(st.one_of(fields(CONTEXT, ANCHOR), SUPPORTS), max_size=4)),
        st.tuples(PAIRS, st.lists(SUPPORTS, max_size=3)),
    ),
    st.fixed_dictionaries(
        {}, optional={"run": st.just(5.0), "short": st.just(4.0), "near_long": st.just(0.5)}
    ),
)
def test_whatever_has_a_verdict_has_the_least_that_verdicts_need(
    parts: tuple[list[Row], list[Row]], changed: dict[str, float]
) -> None:
    rows = [*parts[0], *parts[1]]
    assert is_kept(rows, **changed) or judged(rows, **changed).verdicts[0] == NONE


def is_kept(rows: list[Row], **thresholds: float) -> bool:
    """As the first look decides it."""
    items, index, scores = arrays(rows)
    needed = least(items, index, Thresholds(**thresholds))
    has_share = scores.fine >= needed.fine
    is_anchor = np.isin(items.kinds, (ANCHOR, HALF))
    is_run = (scores.longest >= needed.run) | (scores.covered >= needed.covered)
    is_enough = (has_share | (scores.aligned >= needed.aligned))[is_anchor].any()
    if not (is_run[is_anchor].any() or (is_enough and has_share[items.kinds == HALF].all())):
        return False
    is_whole = scores.longest == index.window_counts
    if not ((needed.windows == index.needed) | is_whole)[is_anchor].any():
        return False
    is_alone = is_whole & ((needed.lone == WHOLE) | scores.alone)
    supports = (scores.fine >= needed.support) * np.where(items.kinds == NEAR, 1, 2)
    return bool(
        ((needed.lone == ANYHOW) | is_alone)[is_anchor].all()
        or (has_share & (needed.lone == ANYHOW))[is_anchor].any()
        or supports[~is_anchor].sum() >= 2
    )


@pytest.mark.parametrize(
    ("rows", "found", "thresholds"),
    [
        ([question(40, 0.56)], "suspected", {}),
        ([question(8, 0.81)], "suspected", {}),
        ([question(40, 0.56), question(40, 0.56)], "suspected", {}),
        ([aligned(40, 0.66)], "suspected", {}),
        ([aligned(14, 0.71), answer(1, 12)], "suspected", {}),
        ([aligned(4, 0.71), answer(1, 100)], "near_duplicate", {}),
        ([question(40, 0.51)], "near_duplicate", {"near_long": 0.5}),
        ([question(5, 1, 5), question(60, 0), answer(0.7, 8)], "suspected", {}),
        ([half(20, 0.46), half(20, 0.9)], "suspected", {}),
        ([half(4, 1, 4), half(20, 0.9)], "near_duplicate", {}),
        ([question(3, 1, 3)], "exact", {}),
        ([question(200, 0.1, 8)], "partial", {}),
        ([question(20, 0.1, 10, 0.51)], "ngram", {"run": 99}),
        ([context(0.51)], "source_overlap", {}),
    ],
)
def test_each_rule_alone_is_enough_to_be_looked_at(
    rows: list[Row], found: str, thresholds: dict[str, float]
) -> None:
    assert verdict(*rows, **thresholds) == found
    assert is_kept(rows, **thresholds)


@pytest.mark.parametrize(
    "rows",
    [
        [question(40, 0.54, 7), answer(1)],
        [question(3, 0.66, 2), option(1), option(1)],
        [question(10, 0.7, 7)],
        [half(20, 0.9), half(20, 0.4)],
        [context(0.49)],
        [Row(CONTEXT, 200, 0.49, 50)],
    ],
)
def test_less_is_not_enough(rows: list[Row]) -> None:
    items, index, scores = arrays(rows)
    needed = least(items, index, Thresholds())
    anchors = np.isin(items.kinds, (ANCHOR, HALF))
    has_share = scores.fine >= needed.fine
    assert not ((scores.longest >= needed.run) & anchors).any()
    assert not (scores.aligned >= needed.aligned)[anchors].any()
    assert not has_share[anchors].all()
