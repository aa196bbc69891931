"""What is left out before the closer look would have had no verdict: the whole scan with and without it."""

from __future__ import annotations

from typing import Any
from unittest import mock

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from bioclue_data.leakage import scanning, search
from bioclue_data.leakage.findings import findings
from bioclue_data.leakage.items import Items
from bioclue_data.leakage.least import least, worth_comparing
from bioclue_data.leakage.rows import Row
from bioclue_data.leakage.scanning import Records, scan_records
from bioclue_data.leakage.search import search_for
from bioclue_data.leakage.verdicts import VERDICTS, Thresholds
from bioclue_data.matching.bounds import ALONE, ANYHOW, SUPPORTED, WHOLE, Bounds, Least
from bioclue_data.matching.index import Index
from bioclue_data.matching.tokens import texts_of
from tests.leakage import indexed

WORDS = ["fever", "cough", "which", "is", "dyspnoea", "drug", "蓝灯笼", "闪烁", "发热", "咳嗽", "的", "40"]


def row(
    number: int, question: str, options: list[str] | None = None, answers: list[str] | None = None
) -> Row:
    asked = {"question": question, "context": None, "detail": None, "rationale": None}
    fields = {
        **asked,
        "options": [{"text": text} for text in options or []],
        "answers": [{"text": text} for text in answers or []],
    }
    task = "qa" if options is None else "mcqa"
    return Row(f"{number:064x}", f"own:test:{number}", "own", "test", task, False, fields)


def annotated(number: int, text: str, mentions: list[str] | None = None) -> Row:
    fields = {"text": text, "entities": [{"text": mention} for mention in mentions or []]}
    return row(number, text)._replace(task="ner", fields=fields)


def everything(items: Items, index: Index, thresholds: Thresholds) -> Least:
    """Least that every candidate has."""
    count = len(index.kinds)
    nothing, none = np.zeros(count, np.float32), np.zeros(count, np.int32)
    return Least(nothing, nothing, nothing, none, index.needed, np.zeros(count, np.uint8), nothing)


def found(rows: list[Row], records: list[str]) -> tuple[dict[int, Any], list[dict[str, Any]]]:
    own = search_for(rows, Thresholds())
    seen = scan_records([Records(texts_of(records), "corpus", 0)], own, threads=1)
    return seen, list(findings(seen, own, "corpus", ""))


TEXTS = st.lists(st.sampled_from(WORDS), min_size=1, max_size=9).map(" ".join)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_nothing_with_a_verdict_is_left_out(data: st.DataObject) -> None:
    kinds = st.one_of(
        st.tuples(TEXTS),
        st.tuples(TEXTS, st.lists(TEXTS, max_size=3)),
        st.tuples(TEXTS, st.none(), st.lists(TEXTS, min_size=1, max_size=2)),
    )
    drawn = data.draw(st.lists(kinds, min_size=1, max_size=4))
    shared = data.draw(st.booleans())  # the same question in every item
    rows = [row(i, drawn[0][0] if shared else parts[0], *parts[1:]) for i, parts in enumerate(drawn)]
    rows += [annotated(len(rows) + i, *parts[:2]) for i, parts in enumerate(drawn)]
    texts = [
        text
        for parts in drawn
        for part in parts
        for text in ([part] if isinstance(part, str) else part or [])
    ]
    pieces = st.lists(st.one_of(st.sampled_from(texts), TEXTS), min_size=1, max_size=6)
    joined = st.tuples(st.sampled_from(["\n", " "]), pieces).map(lambda drawn: drawn[0].join(drawn[1]))
    records = data.draw(st.lists(joined, min_size=1, max_size=3))
    with (
        mock.patch.object(search, "least", everything),
        mock.patch.object(scanning, "worth_comparing", lambda bounds, *_: bounds.longest),
    ):
        whole = found(rows, records)
    assert found(rows, records) == whole


def asked(rows: list[Row], **thresholds: float) -> dict[str, list[int]]:
    items, index = indexed(rows)
    needed = least(items, index, Thresholds(**thresholds))
    own = items.roles == 0
    return {
        "windows": needed.windows[own].tolist(),
        "all": index.window_counts[own].tolist(),
        "lone": needed.lone[own].tolist(),
    }


def test_short_items_without_support_must_be_there_whole() -> None:
    short, long = "one two three four five six seven", "one two three four five six seven eight nine"
    few = asked([row(0, short), row(1, long)])
    assert few["windows"] == [5, 1]
    assert few["all"] == [5, 7]
    assert few["lone"] == [WHOLE, ANYHOW]
    assert asked([row(0, short)], short=5)["windows"] == [1]
    assert asked([row(0, short)], run=6)["windows"] == [1]
    assert asked([row(0, short, answers=["eight"])])["windows"] == [1]
    assert asked([row(0, short, options=["eight"])])["windows"] == [1]


def test_of_equal_items_one_with_support_is_enough() -> None:
    short = "one two three four five six seven"
    assert asked([row(0, short), row(1, short)])["windows"][0] == 5
    for place in range(3):
        rows = [row(i, short, answers=["eight"] if i == place else []) for i in range(3)]
        assert asked(rows)["windows"][0] == 1


def test_a_run_of_characters_and_a_word_can_be_long_in_a_short_item() -> None:
    assert asked([row(0, "蓝灯笼闪烁次数为蓝灯笼闪")])["lone"] == [WHOLE]
    assert asked([row(0, "蓝灯笼闪烁次数为 40")])["lone"] == [ANYHOW]


def test_what_needs_support() -> None:
    assert asked([annotated(0, "one two three")])["lone"] == [SUPPORTED]
    assert asked([annotated(0, "one two three four")])["lone"] == [ANYHOW]
    pair = {"text_a": "one", "text_b": "two"}
    assert asked([row(0, "")._replace(task="sts", fields=pair)])["lone"] == [ALONE, ALONE]
    assert asked([row(0, "one two three", options=["four"])])["lone"] == [ALONE]
    assert asked([row(0, "one two three four five", options=["four"])])["lone"] == [ANYHOW]
    assert asked([row(0, "one two three four five", answers=["four"])])["lone"] == [WHOLE]
    question = "which of these lamps does the keeper of the third ward light"
    template = [row(i, question, options=[f"lamp {i}"]) for i in range(60)]
    assert asked(template)["lone"] == [WHOLE] * 60


def test_answers_are_compared_if_one_of_them_can_be_there() -> None:
    items, index = indexed([row(0, "blue lamp", answers=["one two", "three four"]), row(1, "red lamp")])
    needed = least(items, index, Thresholds())
    shares = np.array([1, 0.5, 0.5, 1, 0.8, 0.5, 0.6], np.float32)
    numbers, fields = np.array([0, 0, 0, 1, 2, 2, 2], np.int32), np.array([0, 1, 2, 3, 0, 1, 2], np.int32)
    longest = np.arange(1, 8, dtype=np.int32)
    bounds = Bounds(numbers, fields, shares, shares, longest, shares, shares > 0)
    assert worth_comparing(bounds, items, needed).tolist() == [1, 0, 0, 4, 5, 0, 0]
    shares[6] = 0.71
    assert worth_comparing(bounds, items, needed).tolist() == [1, 0, 0, 4, 5, 6, 7]


def test_options_or_an_answer_beside_a_word_in_a_sentence() -> None:
    rows = [row(0, "blue lamp", options=["retinol drops", "thiamine powder", "zinc"], answers=None)]
    record = "there is a blue lamp in it, and {} and {}."
    assert found(rows, [record.format("retinol drops", "no powder")])[0] == {}
    both, _ = found(rows, [record.format("thiamine powder", "zinc")])
    assert VERDICTS[both[0].best.verdict] == "exact"
    answered = [row(0, "blue lamp", answers=[" ".join(f"word{i}" for i in range(200))])]
    known = " ".join(f"word{i}" for i in range(55, 200))
    assert VERDICTS[found(answered, [record.format(known, "zinc")])[0][0].best.verdict] == "exact"
    assert found(answered, [record.format(known[:600], "zinc")])[0] == {}
