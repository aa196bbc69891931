"""The alignment of a field with its stretch: against plain Python, and what changes of a text cost."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bioclue_data.matching.align import EDGE, JUMP, LEAST, LONGEST, SKIPPED, TRANSLATED
from bioclue_data.matching.bounds import first_look, least_of_all
from bioclue_data.matching.candidates import Candidates
from bioclue_data.matching.index import ANCHOR, ANYWHERE, HALF, NEAR, Index, build
from bioclue_data.matching.scan import scan
from bioclue_data.matching.tokens import texts_of
from bioclue_data.matching.verify import Scores, verify
from tests.matching import few, folded

ITEM = "Which enzyme of the liver turns the green pigment of bile into the one that stains the skin yellow?"
ITEM_ZH = "下列哪一种肝脏中的酶能够把胆汁中的绿色色素转化为使皮肤变黄的色素？"


def compared(field: str, text: str, kind: int = ANCHOR) -> tuple[Index, Scores]:
    """Scores of a field in a text."""
    index, texts = (
        build(texts_of([field]), np.zeros(1, np.int32), np.array([kind], np.uint8)),
        texts_of([text]),
    )
    return index, verify(texts, index, candidate(text), 0.0)


def candidate(text: str) -> Candidates:
    """The only item in the only text, anywhere in it."""
    whole = [np.array([value], np.int32) for value in (0, 0, 0, len(folded(text)))]
    return Candidates(*whole, np.ones(1, np.uint64), np.zeros(1, np.uint64))


def aligned(field: str, text: str, kind: int = ANCHOR) -> float:
    return float(compared(field, text, kind)[1].aligned[0])


def plain(index: Index, field: list[tuple[str, bool]], text: list[tuple[str, bool]]) -> float:
    """The same by the definition: cells over all ways to go on, in float64."""
    after = [*index.fine[1:].tolist(), 0.0]
    pairs = list(zip(index.fine.tolist(), after, strict=True))
    weights = [min(pair) if min(pair) > 0 else max(pair) for pair in pairs]
    mean = sum(weights) / len(weights)
    singles = sum(single for _, single in field) * 2 > len(field)
    never = float("-inf")
    row, top = [never] * (len(text) + 1), 0.0
    for (token, single), weight in zip(field, weights, strict=True):
        cells = [never]
        for j, (other, other_single) in enumerate(text, 1):
            ways = [row[j], cells[-1] - (float(SKIPPED) * mean if other_single == singles else 0.0)]
            if token == other:
                ways += [row[j - 1] + weight, max(top - float(JUMP) * mean, 0.0) + weight]
            elif single != other_single:
                ways.append(row[j - 1] + float(TRANSLATED) * weight)
            cells.append(max(ways))
        row, top = cells, max(top, *cells)
    return top / sum(weights)


@settings(max_examples=300, deadline=None)
@given(few(least=3, most=24), few(least=2, most=EDGE))
def test_it_is_the_best_way_through_both_texts(field: str, text: str) -> None:
    index, found = compared(field, text, NEAR)
    share = float(found.fine[0])
    if 0 < share < 1:
        assert found.aligned[0] == pytest.approx(min(plain(index, folded(field), folded(text)), 1), abs=1e-4)
    else:
        assert found.aligned[0] == share


@pytest.mark.parametrize("item", [ITEM, ITEM_ZH])
def test_a_missing_word_costs_less_than_another_in_its_place(item: str) -> None:
    words, blank = (item.split(), " ") if " " in item else (list(item), "")
    middle = len(words) // 2
    missing = blank.join(words[:middle] + words[middle + 1 :])
    replaced = blank.join([*words[:middle], *(["kidney"] if blank else ["肾"]), *words[middle + 1 :]])
    assert compared(item, missing)[1].fine[0] == compared(item, replaced)[1].fine[0]
    assert 0.9 < aligned(item, replaced) < aligned(item, missing) < 1


def test_a_translated_term_costs_half_of_its_weight_at_most() -> None:
    assert aligned(ITEM, ITEM.replace("bile", "胆汁")) > aligned(ITEM, ITEM.replace("bile ", ""))
    assert aligned(ITEM_ZH, ITEM_ZH.replace("胆汁", "bile")) > aligned(ITEM_ZH, ITEM_ZH.replace("胆汁", ""))
    assert aligned(ITEM, ITEM.replace("bile", "胆汁")) > aligned(ITEM, ITEM.replace("bile", "blood"))


def test_clauses_that_change_places_cost_a_jump() -> None:
    first, second = "a patient of sixty years coughs blood, ", "and his left lung shows a round shadow "
    assert 0.8 < aligned(first + second, second + first) < 1
    scattered = " ".join(reversed((first + second).split()))
    assert aligned(first + second, scattered) < 0.3


def test_another_question_of_the_same_kind_is_less_than_a_part_of_it() -> None:
    other = (
        "Which enzyme of the kidney turns the red pigment of blood into the one that stains the urine dark?"
    )
    words = ITEM.split()
    part = " ".join(word for at, word in enumerate(words) if at % 5)
    assert aligned(ITEM, other) < 0.7 < aligned(ITEM, part)


def test_what_is_not_aligned_has_its_share_of_windows() -> None:
    half = " ".join(ITEM.split()[::2]) + " the one that stains the skin yellow"
    for kind in (HALF, ANYWHERE):
        _, found = compared(ITEM, half, kind)
        assert found.aligned[0] == found.fine[0]
    little = "nothing of it but the one that"
    _, found = compared(ITEM, little)
    assert 0 < found.fine[0] < LEAST
    assert found.aligned[0] == found.fine[0]
    long = " ".join(f"word{i}" for i in range(LONGEST + 1))
    _, found = compared(long, long.replace("word7 ", ""))
    assert found.aligned[0] == found.fine[0] < 1
    shorter = long.replace(" word9 ", " ")
    assert aligned(shorter, shorter.replace("word7 ", "")) > found.fine[0]


@settings(deadline=None)
@given(st.sampled_from([ITEM, ITEM_ZH]), st.integers(0, 40))
def test_a_text_is_aligned_with_itself(item: str, before: int) -> None:
    assert aligned(item, f"{'x ' * before}{item}") == 1


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_no_translation_is_above_its_bound(data: st.DataObject) -> None:
    item, other = data.draw(st.sampled_from([(ITEM.split(), "肺"), (list(ITEM_ZH), " lung ")]))
    joint = "" if len(item[0]) == 1 else " "
    changed = data.draw(st.sets(st.integers(0, len(item) - 1), max_size=len(item) // 2))
    parts = [other if place in changed else part for place, part in enumerate(item)]
    cuts = sorted(data.draw(st.lists(st.integers(0, len(parts)), max_size=3)))
    clauses = [parts[a:b] for a, b in zip([0, *cuts], [*cuts, len(parts)], strict=True)]
    text = joint.join(part for clause in data.draw(st.permutations(clauses)) for part in clause)
    index, scores = compared(joint.join(item), text)
    _, bounds = first_look(scan(texts_of([text]), index)[1], index, candidate(text), least_of_all(index, 0))
    assert bounds.aligned[0] >= scores.aligned[0]


def test_a_bound_counts_the_tokens_that_could_be_translations() -> None:
    item = ITEM.split()
    text = " ".join(item[: len(item) // 2])
    found = [
        first_look(scan(texts_of([more]), index)[1], index, candidate(more), least_of_all(index, 0))[
            1
        ].aligned[0]
        for more in (text, f"{text} 肺", f"{text} 肺 肺", f"{text} {'肺' * 40}")
        for index in [compared(ITEM, more)[0]]
    ]
    assert found == sorted(set(found))


def test_a_bound_counts_them_once_more_after_each_jump_back() -> None:
    characters = [chr(0x4E00 + 5 * i) for i in range(70)]
    short, one, long, other, last = (
        "".join(characters[a:b]) for a, b in ((0, 4), (4, 20), (20, 50), (50, 66), (66, 70))
    )  # after the jump back to `long` the words stand for `other`, too
    text = f"{long}{short} {' '.join(f'word{i}' for i in range(16))} {last}"
    index, scores = compared(short + one + long + other + last, text)
    _, bounds = first_look(scan(texts_of([text]), index)[1], index, candidate(text), least_of_all(index, 0))
    assert bounds.aligned[0] >= scores.aligned[0]
    assert scores.aligned[0] > (len(short + long + last) + len(one) / 2) / len(characters)
