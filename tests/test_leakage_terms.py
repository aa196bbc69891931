"""A term that is an item counts only by itself and beside its annotations: terms alone are in every list."""

from __future__ import annotations

from typing import Any

import pytest

from tests.test_leakage_distance import verdict

TERM, TERM_ZH = "velkin swelling", "青灯肿"
NORM = {"name": "Zorbid oedema (finding)", "id": "Z0012345"}
NORM_ZH = {"name": "蓝灯性水肿", "id": None}


def term(text: str, *norms: dict[str, Any]) -> dict[str, Any]:
    return {"text": text, "entities": [{"text": text, "norms": list(norms)}]}


@pytest.mark.parametrize("task", ["ner", "nen", "re"])
@pytest.mark.parametrize("record", ["{}", "- cough\n- {}\n- fever", "Symptom: {}", "1. {}"])
def test_a_term_in_a_list_is_no_leak(task: str, record: str) -> None:
    for text in (TERM, TERM_ZH):
        assert verdict(task, term(text, NORM), record.format(text)) == ("", False)


def test_a_term_by_itself_beside_its_concept_may_be_one() -> None:
    fields = term(TERM, NORM)
    assert verdict("nen", fields, f"{TERM}\nZorbid oedema (finding)") == ("exact", False)
    assert verdict("nen", fields, f"term: {TERM}\nid: Z0012345") == ("exact", False)
    assert verdict("nen", term(TERM_ZH, NORM_ZH), f"归一化：\n{TERM_ZH}\n候选：蓝灯性水肿") == (
        "exact",
        False,
    )
    assert verdict("nen", fields, f"{TERM}\nZorbid fever (finding)") == ("", False)


def test_a_term_in_a_sentence_is_none_whatever_is_beside_it() -> None:
    fields = term(TERM, NORM)
    assert verdict("nen", fields, f"She had a {TERM} again.\nZorbid oedema (finding)") == ("", False)
    assert verdict("nen", term(TERM_ZH, NORM_ZH), f"原为右{TERM_ZH}痛\n蓝灯性水肿") == ("", False)


def test_a_concept_that_has_the_term_in_its_name_does_not_stand_for_both() -> None:
    fields = term(TERM, {"name": f"{TERM} (finding)", "id": "7"})
    assert verdict("nen", fields, f"{TERM} (finding)\ncough (finding)\n7") == ("", False)
    assert verdict("nen", fields, f"{TERM}\n{TERM} (finding)") == ("exact", False)
    assert verdict("nen", term(TERM, {"name": TERM, "id": None}), f"{TERM}\n{TERM}") == ("", False)


def test_a_text_of_four_words_counts_without_annotations() -> None:
    assert verdict("ner", term("velkin swelling of knees"), "1. velkin swelling of knees") == ("exact", False)
    assert verdict("tc", {"text": TERM, "context": None}, f"1. {TERM}") == ("exact", False)
