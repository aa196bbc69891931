"""The closer look: scores against plain Python, spans, pairs, and what variants of a text score."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bioclue_data.leakage.findings import holds
from bioclue_data.matching import index as indexes
from bioclue_data.matching import reference
from bioclue_data.matching.bounds import first_look, least_of_all
from bioclue_data.matching.candidates import Candidates, candidates, scratch
from bioclue_data.matching.compare import RUN_OF_SINGLES, RUN_OF_WORDS
from bioclue_data.matching.index import ANCHOR, ANYWHERE, FINE, HALF, NEAR, Index, build
from bioclue_data.matching.scan import scan
from bioclue_data.matching.tokens import texts_of
from bioclue_data.matching.verify import FLOOR, REACH, Scores, verify
from tests.matching import few, folded, nasty, stands_alone

if TYPE_CHECKING:
    from collections.abc import Sequence

ITEM = (
    "A 61-year-old farmer has had a dry cough and night sweats for nine weeks; the film shows a cavity in "
    "the left upper lobe. Which test should be asked for before any treatment is begun?"
)
ITEM_ZH = "患者男六十一岁，干咳伴夜间盗汗九周，胸片显示左上肺空洞，在开始任何治疗之前首先应当做哪一项检查？"
AROUND = "Nothing of this sentence is of any use to the reader. " * 30
AROUND_ZH = "这句话对读者来说没有任何意义，只是为了占据一些位置而已。" * 30


def index_of(fields: Sequence[tuple[str, int]]) -> Index:
    """One item with some fields."""
    texts = texts_of([text for text, _ in fields])
    return build(texts, np.zeros(len(fields), np.int32), np.array([kind for _, kind in fields], np.uint8))


def scores_in(fields: Sequence[tuple[str, int]], record: str) -> Scores | None:
    """Scores of the item's fields in a record, None if it is not even a candidate."""
    index, texts = index_of(fields), texts_of([record])
    found = candidates(scan(texts, index)[0], index, scratch(index))
    return verify(texts, index, found) if len(found.texts) else None


def share(item: str, record: str) -> float:
    found = scores_in([(item, ANCHOR)], record)
    return float(found.fine[0]) if found else 0.0


def runs(field: str, text: str) -> tuple[int, float]:
    """Longest common run of at least two tokens, and the share of the field in runs long enough."""
    ours, theirs = folded(field), folded(text)
    longest, covered = 0, np.zeros(len(ours), bool)
    before = np.zeros(len(ours) + 1, int)
    for token, single in theirs:
        now = np.zeros(len(ours) + 1, int)
        for j, (other, _) in enumerate(ours):
            if token == other:
                length = now[j + 1] = before[j] + 1
                longest = max(longest, length)
                if length >= (RUN_OF_SINGLES if single else RUN_OF_WORDS):
                    covered[j + 1 - length : j + 1] = True
        before = now
    return (longest if longest >= 2 else 0), float(covered.mean())


@settings(max_examples=400, deadline=None)
@given(few(least=2, most=30), few(most=45))
@example("a b c d e f g h i j k l ", "d e f g h i j k x a b c d e f g h ")
@example("肝 a 炎 b 心 c 肝 d 疗 e 炎 ", "a 炎 b 心 c 肝 d 疗 e 炎 肝 a 炎 b 心 c 肝 d 疗 ")
def test_scores_of_a_text_that_is_one_stretch(field: str, text: str) -> None:
    size = len(folded(field))
    text = "".join(piece for piece, _ in zip(_tokens(text), range(size + 8), strict=False))
    index, texts = index_of([(field, ANCHOR)]), texts_of([text])
    whole = [np.array([value], np.int32) for value in (0, 0, 0, len(folded(text)))]
    found = verify(texts, index, Candidates(*whole, np.ones(1, np.uint64), np.zeros(1, np.uint64)))
    pairs = {tuple(pair) for pair in _pairs(text)}
    weights = [w for w, pair in zip(index.fine[1:], _pairs(field), strict=True) if tuple(pair) in pairs]
    assert found.fine[0] == pytest.approx(sum(weights) / index.fine.sum(), abs=1e-5)
    longest, covered = runs(field, text)
    assert found.longest[0] == longest
    assert found.covered[0] == pytest.approx(covered)


def _tokens(text: str) -> list[str]:
    data = text.encode()
    return [f"{data[token.start : token.end].decode()} " for token in reference.tokens(text)]


def _pairs(text: str) -> list[list[str]]:
    words = [word for word, _ in folded(text)]
    return [words[i : i + FINE.word] for i in range(len(words) - 1)]


PIECES = [
    "gene ", "GENE ", "é", "e\u0301", "Ｐ５３ ", "ﬁ", "Ⅳ", "肝", "炎", "療", "疗", "\U00020000", "\U0002f800",
    "カ", "\u200b", "\u00ad", "\ufe0f", "\U000e0100", "😀", "б", "한", "，", ". ", "of ", "the ",
]  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(
    st.lists(
        st.tuples(nasty(PIECES), st.sampled_from([ANCHOR, HALF, NEAR, ANYWHERE])), min_size=1, max_size=4
    ),
    st.lists(nasty(PIECES), min_size=1, max_size=3),
    st.data(),
)
def test_scores_and_spans_are_sound(fields: list[tuple[str, int]], parts: list[str], data: Any) -> None:
    parts = parts + data.draw(st.lists(st.sampled_from([text for text, _ in fields]), max_size=3))
    record = "".join(data.draw(st.permutations(parts)))
    found = scores_in([*fields, (ITEM, ANCHOR)], record)
    if found is None:
        return
    assert found.fields.tolist() == list(range(len(fields) + 1))
    raw = record.encode()
    for scores in (found.fine, found.wide, found.covered, found.aligned):
        assert ((scores >= 0) & (scores <= 1.00001)).all()
    for row, (field, _) in enumerate(fields):
        size, longest = len(folded(field)), int(found.longest[row])
        start, end = int(found.starts[row]), int(found.ends[row])
        run_start, run_end = int(found.run_starts[row]), int(found.run_ends[row])
        raw[start:end].decode()
        run = raw[run_start:run_end].decode()
        assert 0 <= longest <= size
        assert (longest > 0) == (end > start) == (found.fine[row] > 0)
        if longest:
            assert start <= run_start < run_end <= end
            assert holds(field, run)
            assert len(folded(run)) == longest


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.tuples(few(most=30), st.sampled_from([ANCHOR, ANCHOR, HALF, NEAR, ANYWHERE]), st.booleans()),
        min_size=1,
        max_size=8,
    ),
    st.lists(st.tuples(few(most=40), st.integers(0, 900)), min_size=1, max_size=3),
)
def test_no_score_is_above_its_bound(
    fields: list[tuple[str, int, bool]], parts: list[tuple[str, int]]
) -> None:
    items = np.cumsum([new for *_, new in fields]) - fields[0][2]
    kinds = np.array([kind for _, kind, _ in fields], np.uint8)
    index = build(texts_of([text for text, *_ in fields]), items.astype(np.int32), kinds)
    texts = texts_of(["".join(f"{text}\n{fields[0][0]} x {'y ' * filler}" for text, filler in parts)] * 2)
    hits, prints = scan(texts, index)
    found = candidates(hits, index, scratch(index))
    kept, most = first_look(prints, index, found, least_of_all(index))
    scores = verify(texts, index, found)
    pairs = list(zip(found.texts.tolist(), found.items.tolist(), strict=True))
    still = [pairs.index(pair) for pair in zip(kept.texts.tolist(), kept.items.tolist(), strict=True)]
    rows = np.flatnonzero(np.isin(scores.candidates, still))
    assert most.fields.tolist() == scores.fields[rows].tolist()
    assert np.bincount(most.candidates).tolist() == np.bincount(scores.candidates)[still].tolist()
    for name in ("fine", "covered", "longest", "aligned"):
        assert (getattr(most, name) >= getattr(scores, name)[rows]).all(), name
    is_whole = scores.longest[rows] == np.diff(index.token_offsets)[most.fields]
    assert (most.alone | ~scores.alone[rows] | ~is_whole).all()
    for left in set(scores.candidates.tolist()) - set(still):
        own = np.flatnonzero((scores.candidates == left) & np.isin(kinds[scores.fields], (ANCHOR, HALF)))
        halves = own[kinds[scores.fields[own]] == HALF]
        assert scores.fine[own].max() < FLOOR or scores.fine[halves].min(initial=1) < FLOOR
        assert (scores.longest[own] < RUN_OF_WORDS).all()


@pytest.mark.parametrize(("item", "around"), [(ITEM, AROUND), (ITEM_ZH, AROUND_ZH), (ITEM, AROUND_ZH)])
@pytest.mark.parametrize("places", [(0, 1), (1, 0), (1, 1), (20, 3)])
def test_the_item_itself_wherever_it_stands(item: str, around: str, places: tuple[int, int]) -> None:
    record = around * places[0] + item + around * places[1]
    found = scores_in([(item, ANCHOR)], record)
    assert found
    assert found.fine[0] == pytest.approx(1)
    assert found.wide[0] == pytest.approx(1)
    assert found.covered[0] == 1
    assert found.longest[0] == len(folded(item))
    run = record.encode()[found.run_starts[0] : found.run_ends[0]].decode()
    assert item.startswith(run)
    assert len(item) - len(run) <= 1


@settings(max_examples=300, deadline=None)
@given(
    few(least=1, most=8),
    st.lists(nasty([*PIECES, "\n", "：", ": ", "。", "、", "1) ", "?"]), max_size=4),
    st.data(),
)
def test_fields_stand_by_themselves_or_not(field: str, parts: list[str], data: Any) -> None:
    record = "".join(data.draw(st.permutations([*parts, field, field])))
    found = scores_in([(field, ANCHOR)], record)
    size = len(folded(field))
    if found is None or found.longest[0] < size:
        assert found is None or found.alone[0]
        return
    own = folded(field)
    tokens = reference.tokens(record)
    places = []
    for i in range(len(tokens) - size + 1):
        if [(token.text, token.single) for token in tokens[i : i + size]] == own:
            start, end = tokens[i].start, tokens[i + size - 1].end
            if stands_alone(record, start, end):
                places.append((start, end))
    assert found.alone[0] == bool(places)
    if places:
        assert (found.run_starts[0], found.run_ends[0]) == places[0]


@pytest.mark.parametrize(
    ("record", "alone"),
    [
        ("问题：头晕\n回答：多休息。", True),
        ("1) 头晕。", True),
        ("头晕", True),
        ("患者自述头晕三天。", False),
        ("伴头晕、乏力、心悸。", False),
        ("患者自述头晕三天。\n头晕？", True),
        ("患者自述三天。头晕？", False),
    ],
)
def test_a_line_is_no_part_of_a_sentence(record: str, alone: bool) -> None:
    found = scores_in([("头晕", ANCHOR)], record)
    assert found
    assert bool(found.alone[0]) is alone


WIDE = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)})


@pytest.mark.parametrize(
    "variant",
    [
        ITEM.upper(),
        ITEM.translate(WIDE),
        ITEM.replace(" ", "  \n"),
        ITEM.replace(",", "").replace("-", " ").replace(";", " -- "),
        ITEM.replace("e", "e\u0301"),
        ITEM.replace("o", "o\u00ad"),
        ITEM_ZH.replace("岁", "歲").replace("显", "顯").replace("开", "開").replace("检", "檢"),
        ITEM_ZH.replace("，", " , ").replace("？", ""),
        "\u200b".join(ITEM_ZH),
    ],
)
def test_width_case_script_and_marks_change_nothing(variant: str) -> None:
    item = ITEM_ZH if "夜" in variant else ITEM
    found = scores_in([(item, ANCHOR)], f"{AROUND}{variant}{AROUND_ZH}")
    assert found
    assert found.longest[0] == len(folded(item))
    assert found.fine[0] == pytest.approx(1)


def test_what_is_left_out_costs_its_share() -> None:
    words = ITEM.split()
    without = [word for number, word in enumerate(words) if number % 10 != 5]
    assert 0.7 < share(ITEM, AROUND + " ".join(without) + AROUND) < 0.95
    without_zh = "".join(letter for number, letter in enumerate(ITEM_ZH) if number % 10 != 5)
    assert 0.7 < share(ITEM_ZH, AROUND_ZH + without_zh + AROUND_ZH) < 0.95
    half = " ".join(words[: len(words) // 2])
    assert 0.4 < share(ITEM, AROUND + half + AROUND) < 0.6


def test_clauses_in_another_order() -> None:
    for item, cut, around in ((ITEM, ";", AROUND), (ITEM_ZH, "，", AROUND_ZH)):
        clauses = item.strip(".?？").split(cut)
        found = scores_in([(item, ANCHOR)], around + cut.join(reversed(clauses)) + around)
        assert found
        assert 0.85 < found.fine[0] < 1
        assert found.longest[0] < len(folded(item))


def test_a_long_text_does_not_collect_an_item_from_everywhere() -> None:
    words = ITEM.split()
    pieces = [" ".join(words[i : i + 6]) for i in range(0, len(words), 6)]
    for filler in (AROUND[:330], AROUND):
        assert 0 < share(ITEM, f" {filler} ".join(pieces)) < 0.35
    assert share(ITEM, " . ".join(pieces)) > 0.75


def test_the_best_of_several_places_counts() -> None:
    words = ITEM.split()
    record = f"{' '.join(words[:9])} {AROUND} {ITEM} {AROUND} {' '.join(words[:20])}"
    found = scores_in([(ITEM, ANCHOR)], record)
    assert found
    start = record.index(ITEM)
    assert (found.run_starts[0], found.run_ends[0]) == (start, start + len(ITEM) - 1)
    assert found.fine[0] == pytest.approx(1)


def test_one_shared_clause_is_little() -> None:
    other = "An old sailor has had a dry cough and night sweats for nine weeks and wants to know the cause."
    assert 0 < share(ITEM, AROUND + other) < 0.45
    assert share(ITEM, AROUND) == 0


PAIR = (
    ("After which meal should the new tablets against high blood pressure be swallowed?", HALF),
    ("After which meal should the new tablets against high blood sugar be swallowed?", HALF),
)
PAIR_ZH = (("高血压病人早上吃药还是晚上吃药比较好", HALF), ("高血压病人早上吃药还是中午吃药比较好", HALF))


def shares(pair: Sequence[tuple[str, int]], record: str) -> list[float]:
    found = scores_in(pair, record)
    assert found
    return found.fine.tolist()


@pytest.mark.parametrize("pair", [PAIR, PAIR_ZH, PAIR[::-1], PAIR_ZH[::-1]])
def test_halves_of_a_pair_need_a_place_each(pair: tuple[tuple[str, int], ...]) -> None:
    (one, _), (other, _) = pair
    for only in (one, other):
        assert min(shares(pair, f"{AROUND}{only}{AROUND}")) < 0.5
    for both in (f"{one} {other}", f"{other} {one}"):
        assert shares(pair, f"{AROUND}{both}{AROUND}") == pytest.approx([1, 1])


@pytest.mark.parametrize("order", [1, -1])
def test_a_half_that_is_a_part_of_the_other_must_stand_elsewhere_too(order: int) -> None:
    part = PAIR[0][0]
    whole = f"{part} My doctor did not say."
    pair = [(whole, HALF), (part, HALF)][::order]
    assert min(shares(pair, f"{AROUND}{whole}{AROUND}")) < 0.5
    for both in (f"{whole}\t{part}", f"{part}\t{whole}"):
        assert shares(pair, f"{AROUND}{both}{AROUND}") == pytest.approx([1, 1])


@pytest.mark.parametrize("turned", [False, True])
def test_a_half_that_is_there_whole_takes_no_token_of_the_other(turned: bool, monkeypatch: Any) -> None:
    end = "be swallowed after"  # so common that it weighs next to nothing
    pair = [f"red tablets for a cough {end} lunch", f"may drops against very dry eyes in winter {end} lunch"]
    others = [f"the pill of ward {n} could {end} {'lunch' if n < 2 else 'dinner'}" for n in range(40)]
    monkeypatch.setattr(indexes, "OTHERS", 0)
    texts = texts_of([*pair, *others])
    kinds = np.array([HALF] * 2 + [ANCHOR] * len(others), np.uint8)
    index = build(texts, np.array([0, *range(len(others) + 1)], np.int32), kinds)
    record = texts_of(["\t".join(pair[::-1] if turned else pair)])
    found = candidates(scan(record, index)[0], index, scratch(index))
    scores = verify(record, index, found)
    assert scores.longest[scores.fields < 2].tolist() == [len(text.split()) for text in pair]


def test_of_equal_halves_each_must_be_there() -> None:
    pair = [PAIR[0], PAIR[0]]
    for times in (1, 2):
        found = scores_in(pair, "\n".join([PAIR[0][0]] * times))
        assert found
        assert sum(found.longest == len(PAIR[0][0].split())) == times


WORDS = st.lists(
    st.sampled_from(["fever", "cough", "blood", "lungs", "heart", "night", "sweat", "pains", "liver"]),
    min_size=4,
    unique=True,
)


@settings(max_examples=300, deadline=None)
@given(st.tuples(WORDS, WORDS), st.booleans())
def test_both_halves_are_there_whole_where_they_follow_one_another(
    words: tuple[list[str], list[str]], turned: bool
) -> None:
    texts = [" ".join(half) for half in words]
    found = scores_in([(text, HALF) for text in texts], "\t".join(texts[::-1] if turned else texts))
    assert found
    assert found.longest.tolist() == [len(half) for half in words]


def test_the_place_of_a_half_is_free_again_for_the_next_item() -> None:
    texts = texts_of([PAIR[0][0]])
    fields = texts_of([PAIR[0][0], PAIR[1][0], PAIR[1][0], PAIR[0][0], PAIR[0][0]])
    index = build(fields, np.array([0, 0, 1, 1, 2], np.int32), np.array([HALF] * 4 + [ANCHOR], np.uint8))
    scores = verify(texts, index, candidates(scan(texts, index)[0], index, scratch(index)))
    assert scores.candidates.tolist() == [0, 0, 1, 1, 2]
    assert scores.fine[4] == pytest.approx(1)
    assert min(scores.fine[:2]) < 0.5
    assert min(scores.fine[2:4]) < 0.5


def test_options_count_near_the_question_and_answers_anywhere() -> None:
    fields = [
        (ITEM, ANCHOR),
        ("sputum smear for acid-fast rods", NEAR),
        ("biopsy", NEAR),
        ("lobar shadow", ANYWHERE),
    ]
    support = "sputum smear for acid-fast rods, biopsy, lobar shadow"
    near = scores_in(fields, f"{AROUND}{ITEM} {support} {AROUND}")
    assert near
    assert near.fine.tolist() == pytest.approx([1, 1, 1, 1])
    filler = "nothing here . " * (REACH * 3)
    far = scores_in(fields, f"{ITEM} {filler} {support}")
    assert far
    assert far.fine.tolist() == pytest.approx([1, 0, 0, 1])


def test_a_field_of_one_token_is_there_or_not() -> None:
    fields = [(ITEM, ANCHOR), ("biopsy", NEAR), ("是", NEAR), ("?!", NEAR), ("", NEAR)]
    found = scores_in(fields, f"{ITEM} (a) BIOPSY")
    assert found
    assert found.fine.tolist() == pytest.approx([1, 1, 0, 0, 0])
    assert found.longest.tolist()[1:] == [1, 0, 0, 0]
    assert (found.starts[1], found.ends[1]) == (len(ITEM) + 5, len(ITEM) + 11)


def test_short_items_whole() -> None:
    for item, there, other in (
        ("chest film", "ask for a Chest-Film now", "a film of the chest"),
        ("肝炎", "病人有肝炎吗", "肝有炎症"),
        ("what is p53", "Q: What is P53? A: a gene", "what p53 is"),
    ):
        assert share(item, there) == 1
        assert share(item, other) == 0


def test_many_candidates_and_texts_at_once_equal_one_by_one() -> None:
    items = [f"{ITEM} case {i}" for i in range(20)] + [f"{ITEM_ZH}{i}" for i in range(20)]
    index = build(texts_of(items), np.arange(40, dtype=np.int32), np.zeros(40, np.uint8))
    records = [f"{AROUND}{item}" for item in items[::3]] + ["", ITEM[:80], ITEM_ZH]
    together = texts_of(records)
    found = candidates(scan(together, index)[0], index, scratch(index))
    scores = verify(together, index, found)
    for number, record in enumerate(records):
        texts = texts_of([record])
        one = candidates(scan(texts, index)[0], index, scratch(index))
        rows = found.texts[scores.candidates] == number
        alone = verify(texts, index, one)
        for name in Scores._fields[1:]:
            assert getattr(scores, name)[rows].tolist() == getattr(alone, name).tolist()
