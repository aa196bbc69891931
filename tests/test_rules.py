"""Every rule fires where it must and nowhere else, and its words are there."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bioclue_data.contracts.check import Checker, Terms
from bioclue_data.contracts.contract import complete, load, tasks
from bioclue_data.contracts.rules import COMMON, applying, describe, rules
from bioclue_data.contracts.rules.frames import Batch
from bioclue_data.contracts.rules.looks import FRAMES, LOOKS
from bioclue_data.errors import RecordError
from tests import rule_cases_items, rule_cases_texts
from tests.rule_cases import TERMS, Case, changed, faults
from tests.valid_rows import table_of, valid_table

CASES = [*rule_cases_items.CASES, *rule_cases_texts.CASES]
NOT_OF_ROWS = {code for code in rules() if re.fullmatch(r"[RF]\d", code)}


@pytest.mark.parametrize(
    "case", CASES, ids=lambda case: f"{case.code}-{case.task}-{'-'.join(case.changes)[:60]}"
)
def test_fires_exactly_where_it_must(case: Case) -> None:
    found = faults(changed(case.task, case.changes), case.task, case.terms)
    own = [fault for fault in found if fault.rule == case.code]
    assert sorted((fault.row, fault.place) for fault in own) == sorted(case.places)
    assert {fault.rule for fault in found} == {case.code} | case.also
    assert {fault.severity for fault in own} == {describe(case.code).severity}
    assert all(fault.detail and len(fault.detail) <= 200 for fault in own)
    assert all(
        fault.item_id == changed(case.task, case.changes)["item_id"][fault.row].as_py() for fault in own
    )


@pytest.mark.parametrize("task", tasks())
def test_valid_tables_have_no_faults(task: str) -> None:
    assert faults(valid_table(task), task) == []
    assert faults(valid_table(task), task, Terms()) == []


def test_every_rule_has_a_case() -> None:
    assert {case.code for case in CASES} == set(rules()) - NOT_OF_ROWS


def test_no_rule_is_idle_under_the_terms_of_the_cases() -> None:
    for case in CASES:
        terms = case.terms or TERMS.get(case.task, Terms())
        if case.code != "G8":
            assert LOOKS[case.code](terms), case
            batch = Batch(_rows(case.task), load(case.task).gold, terms, FRAMES)
            assert any(batch[look.frame].height for look in LOOKS[case.code](terms)), case


def _rows(task: str):
    return Checker(load(task), Terms(), stored=True)._rows(valid_table(task))


def test_codes_of_contracts_and_rules_are_the_same() -> None:
    named = {code for task in tasks() for code in load(task).checks}
    assert named | set(COMMON) == set(rules()) - NOT_OF_ROWS
    assert set(LOOKS) | {"G8"} == set(rules()) - NOT_OF_ROWS


def test_every_rule_says_what_why_and_what_to_do() -> None:
    for rule in rules().values():
        assert rule.title.strip(), rule
        assert rule.explanation.endswith("."), rule
        assert rule.remedy.endswith("."), rule
        assert "\n" not in rule.title + rule.explanation + rule.remedy, rule


def test_describe_refuses_an_unknown_code() -> None:
    assert describe("I3").title
    with pytest.raises(RecordError, match="Z9"):
        describe("Z9")


def test_remarks_of_readers_can_be_declared_for_every_contract() -> None:
    assert {"R1", "I13", "Q1"} <= set(applying(["Q1"]))


def test_a_missing_layer_is_not_checked() -> None:
    table = changed("ner", {"0.entities.1.type": "Anything"})
    assert faults(table, "ner", Terms()) == []


TEXT = st.text(
    st.one_of(
        st.sampled_from("ab 痛膝\u0301\u0308\u200d😀👩𠀀𪚥\ufeff\r\n"),
        st.characters(exclude_categories=["Cs"]),
    ),
    min_size=1,
    max_size=40,
)


@st.composite
def texts_with_spans(draw: st.DrawFn) -> tuple[str, list[tuple[int, int]]]:
    text = draw(TEXT)
    edges = (
        draw(st.lists(st.integers(0, len(text)), min_size=2, max_size=8, unique=True).map(sorted))
        if len(text) > 1
        else [0, 1]
    )
    return text, list(zip(edges[::2], edges[1::2], strict=False))


def _row(text: str, spans: list[tuple[int, int]], shift: int = 0) -> dict:
    pieces = [text[start:end] for start, end in spans]
    edges = [{"start": start + shift, "end": end + shift} for start, end in spans]
    single = [
        {"id": f"T{i}", "type": "a", "spans": [edge], "text": piece}
        for i, (edge, piece) in enumerate(zip(edges, pieces, strict=True))
    ]
    whole = {"id": "W", "type": "b", "spans": edges, "text": " ".join(pieces)}
    return complete(load("ner"))({"text": text, "entities": [*single, whole]})


@settings(max_examples=60, deadline=None)
@given(st.lists(texts_with_spans(), min_size=1, max_size=4))
def test_right_offsets_never_fire(items: list[tuple[str, list[tuple[int, int]]]]) -> None:
    found = faults(table_of("ner", [_row(*item) for item in items]), "ner", Terms())
    assert [fault for fault in found if fault.severity == "error"] == []


@settings(max_examples=60, deadline=None)
@given(texts_with_spans(), st.integers(-3, 3).filter(bool))
def test_a_wrong_offset_always_fires(item: tuple[str, list[tuple[int, int]]], shift: int) -> None:
    text, spans = item
    wrong = [
        i
        for i, (start, end) in enumerate(spans)
        if start + shift < 0
        or end + shift > len(text)
        or text[start + shift : end + shift] != text[start:end]
    ]
    found = faults(table_of("ner", [_row(text, spans, shift)]), "ner", Terms())
    fired = {
        int(match[1])
        for f in found
        if f.severity == "error" and (match := re.match(r"entities\[(\d+)\]", f.place))
    }
    assert fired - {len(spans)} == set(wrong)
    assert (len(spans) in fired) == bool(wrong)


def test_roles_do_not_matter_in_a_table_without_relations() -> None:
    assert faults(valid_table("ner"), "ner", Terms(labels={"roles": frozenset({"agent"})})) == []
