"""A term that is an item counts only with what it was annotated with: terms alone are in every list."""

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


def test_a_term_beside_its_concept_is_one() -> None:
    fields = term(TERM, NORM)
    assert verdict("nen", fields, f"{TERM}\nZorbid oedema (finding)") == ("exact", True)
    assert verdict("nen", fields, f"The term {TERM} is Z0012345 there.") == ("exact", True)
    assert verdict("nen", term(TERM_ZH, NORM_ZH), f"原词：{TERM_ZH}，标准词：蓝灯性水肿") == ("exact", True)
    assert verdict("nen", fields, f"{TERM}\nZorbid fever (finding)") == ("", False)


def test_a_concept_that_has_the_term_in_its_name_does_not_stand_for_both() -> None:
    fields = term(TERM, {"name": f"{TERM} (finding)", "id": "7"})
    assert verdict("nen", fields, f"{TERM} (finding)\ncough (finding)\n7") == ("", False)
    assert verdict("nen", fields, f"{TERM}\n{TERM} (finding)") == ("exact", True)
    assert verdict("nen", term(TERM, {"name": TERM, "id": None}), f"{TERM}\n{TERM}") == ("", False)


def test_a_text_of_four_words_counts_without_annotations() -> None:
    assert verdict("ner", term("velkin swelling of knees"), "1. velkin swelling of knees") == ("exact", False)
    assert verdict("tc", {"text": TERM, "context": None}, f"1. {TERM}") == ("exact", False)
