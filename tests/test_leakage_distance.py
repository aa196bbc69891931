"""What is far apart in a long record does not belong together: halves of a pair, question and answer."""

from __future__ import annotations

from typing import Any

import pytest

from bioclue_data.leakage.rows import Row
from bioclue_data.leakage.scanning import Records, scan_records
from bioclue_data.leakage.search import search_for
from bioclue_data.leakage.verdicts import VERDICTS, Thresholds
from bioclue_data.matching.tokens import texts_of

LONGER = "Does a sailor with bleeding gums need any vitamin before he goes ashore again?"
SHORTER = "Which vitamin helps against scurvy among old sailors?"
OTHER = "Nothing of this line is about what is asked, it is about eleven lamps and a ward. "
LONG = {"text_a": LONGER, "text_b": SHORTER}
FAR, NEAR = OTHER * 300, OTHER * 3
CHINESE = {"text_a": "患者夜间咳嗽三周并且痰中带血应当先做什么检查", "text_b": "咳嗽带血丝三周首先要查哪一项"}


def verdict(task: str, fields: dict[str, Any], record: str) -> tuple[str, bool]:
    """Verdict and confidence of one item in one record."""
    search = search_for([Row("", "own:0", "own", "test", task, False, fields)], Thresholds())
    seen = scan_records([Records(texts_of([record]), "a.txt", 0)], search, 1)
    return (VERDICTS[seen[0].best.verdict], seen[0].best.confident) if seen else ("", False)


@pytest.mark.parametrize("pair", [LONG, {"text_a": SHORTER, "text_b": LONGER}, CHINESE])
@pytest.mark.parametrize("turned", [False, True])
def test_halves_count_where_they_are_near_each_other(pair: dict[str, str], turned: bool) -> None:
    first, second = sorted(pair.values(), key=len, reverse=turned)
    assert verdict("sts", pair, f"{FAR}{first}\n{NEAR}{second}\n{FAR}") == ("exact", True)
    assert verdict("sts", pair, f"{first}\n{FAR}{second}")[0] == "ngram"


@pytest.mark.parametrize("often", [LONGER, SHORTER])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_half_that_stands_in_several_places_is_taken_where_the_other_one_is(often: str, place: int) -> None:
    rare = SHORTER if often is LONGER else LONGER
    parts = [f"{often}\n{rare}\n" if n == place else f"{often}\n" for n in range(3)]
    assert verdict("sts", LONG, FAR.join(parts)) == ("exact", True)


def test_one_half_with_words_of_the_other_elsewhere_is_no_pair() -> None:
    changed = SHORTER.replace("scurvy", "the gout")
    found, _ = verdict("sts", LONG, f"{LONGER}\n{changed}\n{FAR}{SHORTER}\n")
    assert found in {"suspected", "ngram"}
    assert verdict("sts", LONG, f"{LONGER}\n{FAR}{LONGER}\n{FAR}{SHORTER}\n")[0] == "ngram"


def test_a_long_premise_reaches_further() -> None:
    premise = " ".join(f"Lamp {n} of ward {n * 7 % 13} was lit by sailor {n * 5 % 11}." for n in range(60))
    pair = {"text_a": premise, "text_b": SHORTER}
    assert verdict("nli", pair, f"{premise}\n{OTHER * 60}{SHORTER}\n{FAR}") == ("exact", True)


@pytest.mark.parametrize(("between", "confident"), [("", True), (OTHER * 150, True), (OTHER * 300, False)])
@pytest.mark.parametrize("answer_first", [False, True])
def test_an_answer_counts_also_behind_much_thinking(
    between: str, confident: bool, answer_first: bool
) -> None:
    fields = {"question": "What helps against scurvy?", "answers": [{"text": "ascorbic acid"}]}
    parts = [f"{fields['question']}\n", between, "\nascorbic acid\n"]
    record = "".join(reversed(parts) if answer_first else parts)
    assert verdict("qa", fields, record) == ("exact", confident)
