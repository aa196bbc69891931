"""Scores of written texts against the libraries, in English and Chinese."""

from __future__ import annotations

import string

import pytest
import sacrebleu
from hypothesis import given, settings
from hypothesis import strategies as st
from rouge_score.rouge_scorer import RougeScorer

from bioclue_data.metrics import texts
from tests.scoring import Row, scores, written

WORDS = st.lists(
    st.sampled_from(["pain", "knee", "in", "the", "left", "mice", "42"]), min_size=1, max_size=12
)
ENGLISH = WORDS.map(" ".join)
LETTERS = dict(zip("疼痛膝关节发热咳嗽", string.ascii_lowercase, strict=False))
CHINESE = st.text(st.sampled_from([*LETTERS]), min_size=1, max_size=12)
KEYS = ["rouge1", "rouge2", "rougeL"]


@settings(deadline=None)
@given(st.lists(ENGLISH, min_size=1, max_size=2), ENGLISH)
def test_rouge_of_english_is_the_librarys(references: list[str], text: str) -> None:
    expected = RougeScorer(KEYS).score_multi(references, text)
    assert list(texts.rouge(references, text).values()) == [expected[key].fmeasure for key in KEYS]


@settings(deadline=None)
@given(CHINESE, CHINESE)
def test_rouge_of_chinese_is_that_of_single_characters(reference: str, text: str) -> None:
    """Each character as a word of its own, of letters that the library's tokeniser keeps."""
    one, other = (" ".join(LETTERS[char] for char in side) for side in (reference, text))
    expected = RougeScorer(KEYS).score(one, other)
    assert list(texts.rouge([reference], text).values()) == [expected[key].fmeasure for key in KEYS]


def test_rouge_keeps_words_of_chinese_texts_whole() -> None:
    assert texts.rouge(["CT检查：12次"], "CT 检查 12次")["rouge_l"] == 1.0
    assert texts.rouge(["CT检查"], "C检查")["rouge_1"] == pytest.approx(2 * 2 / 6)


@settings(deadline=None)
@given(st.lists(st.tuples(ENGLISH, ENGLISH), min_size=1, max_size=5))
def test_bleu_of_english_is_the_librarys(pairs: list[tuple[str, str]]) -> None:
    found = scores(texts.TRANSLATION, *((written(gold), written(text)) for gold, text in pairs))
    gold, said = zip(*pairs, strict=True)
    assert found["bleu"] == pytest.approx(sacrebleu.corpus_bleu([*said], [[*gold]]).score / 100)
    chrf = [sacrebleu.sentence_chrf(text, [reference]).score / 100 for reference, text in pairs]
    assert found["chrf"] == pytest.approx(sum(chrf) / len(chrf))


@settings(deadline=None)
@given(st.lists(st.tuples(CHINESE, CHINESE), min_size=1, max_size=5))
def test_bleu_of_chinese_is_the_librarys(pairs: list[tuple[str, str]]) -> None:
    rows = [(written(gold, language="zh-Hans"), written(text, language="zh-Hans")) for gold, text in pairs]
    gold, said = zip(*pairs, strict=True)
    expected = sacrebleu.corpus_bleu([*said], [[*gold]], tokenize="zh").score / 100
    assert scores(texts.TRANSLATION, *rows)["bleu"] == pytest.approx(expected)


def answers(*given_: str) -> Row:
    return {"answers": [{"text": text} for text in given_]}


@pytest.mark.parametrize(
    ("gold", "said", "exact", "f1"),
    [
        (["The left knee."], "left knee", 1.0, 1.0),
        (["left knee"], "the knee of mice", 0.0, 2 * 1 / (2 + 3)),
        (["a", "left knee"], "left knee pain", 0.0, 2 * 2 / (2 + 3)),
        (["膝关节疼痛。"], "膝关节 疼痛", 1.0, 1.0),
        (["膝关节疼痛"], "关节痛", 0.0, 2 * 3 / (5 + 3)),
        (["CT检查"], "ct 检查", 1.0, 1.0),
        (["knee knee"], "knee", 0.0, 2 * 1 / (2 + 1)),
    ],
)
def test_answers_as_in_squad_and_cmrc(gold: list[str], said: str, exact: float, f1: float) -> None:
    found = scores(texts.EXTRACTED, (answers(*gold), answers(said)))
    assert found == {"exact_match": exact, "token_f1": pytest.approx(f1)}


def test_no_answer_is_right_only_where_there_is_none() -> None:
    assert scores(texts.EXTRACTED, (answers(), answers()))["exact_match"] == 1.0
    assert scores(texts.EXTRACTED, (answers(), answers("x")))["token_f1"] == 0.0
    assert scores(texts.EXTRACTED, (answers("x"), answers()))["token_f1"] == 0.0


def test_the_best_reference_counts() -> None:
    one = scores(texts.SUMMARY, (written("knee pain", "left knee"), written("left knee")))
    assert one == {"rouge_l": 1.0, "rouge_1": 1.0, "rouge_2": 1.0}


def test_a_reply_is_the_turn_at_its_place() -> None:
    turns = [
        {"index": number, "role": role, "text": text}
        for number, (role, text) in enumerate([("patient", "pain?"), ("doctor", "in the left knee")])
    ]
    row = {"language": "en", "target_turn": None, "turns": turns}
    other = row | {"turns": [turns[0] | {"text": "no"}, turns[1] | {"text": "in the knee"}]}
    found = scores(texts.REPLY, (row, other))
    assert found["rouge_1"] == pytest.approx(2 * 3 / 7)
    assert texts.reply_at(row | {"turns": turns[:1]}) is None
    assert texts.reply_at(row | {"target_turn": 0}) == 0
