"""`cards/`: what is committed passes the Hub's rules, keeps its links, and says what the record says."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from bioclue_data.building import flags
from bioclue_data.contracts import rules
from bioclue_data.leakage import corpora
from bioclue_data.publish import card, facts
from bioclue_data.records import catalogue, hub, licences
from bioclue_data.records.record import SPLITS
from tests.built_sample import header_of

ROOT = Path(__file__).resolve().parent.parent
KNOWN = facts.load(ROOT / "cards" / "facts.json")
ENTRIES = catalogue.load().entries


def text_of(name: str) -> str:
    return (ROOT / "cards" / f"{name}.md").read_text("utf-8")


@pytest.mark.parametrize("name", ENTRIES)
def test_the_hub_would_take_it_and_it_says_the_terms(name: str) -> None:
    record, text = ENTRIES[name].record, text_of(name)
    assert hub.card_faults(text) == []
    terms = licences.terms(record)
    publish = "yes" if licences.may_publish(record) else "no"
    assert f"- **Licence:** {record.licence.id}: " in text
    assert f"- **Published by us:** {publish}" in text
    assert ("non-commercial" in text.split("### Licensing Information")[1]) >= terms.non_commercial
    assert not re.search(r"\n\n\n|\bNone\b|More Information Needed|\{\{|\{%", text)
    for fault in record.known_faults:
        assert f"{fault.rule}: {rules.describe(fault.rule).title}" in text.replace("](../docs/rules.md)", "")
    for overlap in record.overlaps:
        assert f"({overlap.dataset}.md)" in text


def test_links_lead_somewhere() -> None:
    headings = re.findall(r"^#+ (.*)$", (ROOT / "docs" / "contracts.md").read_text("utf-8"), re.MULTILINE)
    anchors = {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in headings}
    for name in ENTRIES:
        for target, anchor in re.findall(r"\]\(([\w./]+\.md)#?([^)]*)\)", text_of(name)):
            assert (ROOT / "cards" / target).resolve().is_file(), (name, target)
            assert not anchor or anchor in anchors, (name, anchor)


def test_facts_are_of_datasets_that_are_there_and_hold_numbers_and_labels_only() -> None:
    path = ROOT / "cards" / "facts.json"
    assert path.stat().st_size < 1_000_000
    assert path.read_text("utf-8") == facts.text_of(json.loads(path.read_text("utf-8")))
    assert len(KNOWN) > 150
    for dataset, tasks in KNOWN.items():
        assert set(tasks) <= set(ENTRIES[dataset].record.tasks)
        for splits in tasks.values():
            assert set(splits) <= set(SPLITS)
            for found in splits.values():
                check_facts(found)


def check_facts(found: dict[str, Any]) -> None:
    labels = found.pop("labels", {})
    assert len(labels) <= facts.MOST_LABELS
    assert found.get("all_labels", 0) >= sum(labels.values())
    assert all(len(name) <= facts.LONGEST_LABEL and number > 0 for name, number in labels.items())
    characters = found["characters"]
    assert characters == sorted(characters)
    assert max(found["same_within"], found["same_across"]) <= found["rows"]
    numbers = {name: value for name, value in found.items() if name != "characters"}
    assert all(isinstance(value, int) for value in numbers.values())


def test_a_verified_split_has_facts() -> None:
    """The facts are those of the records: who adds a dataset measures it."""
    without = [
        f"{name} {split}"
        for name, entry in ENTRIES.items()
        for split in SPLITS
        if entry.record.status_of(split) == "verified"
        and not any(split in splits for splits in KNOWN.get(name, {}).values())
    ]
    assert without == [], "run scripts/measure_facts.py on a folder with them"


def test_a_card_shows_what_was_measured() -> None:
    measured: dict[str, dict[str, dict[str, Any]]] = {
        "re": {
            "train": {
                "rows": 1200, "labelled": True, "characters": [5, 10, 20, 30, 44, 99],
                "labels": {"causes": 30, "treats": 10}, "all_labels": 60, "more_labels": 2,
                "same_within": 7, "same_across": 3,
            },
            "test": {
                "rows": 4, "labelled": True, "characters": [5, 10, 20, 30, 44, 99],
                "labels": {"causes": 4}, "all_labels": 4, "more_labels": 0,
                "same_within": 0, "same_across": 3,
            },
        }
    }  # fmt: skip
    record = ENTRIES["bc5cdr"].record
    text = card.card(catalogue.load(), record, measured)
    assert "| `re` | train | 1200 | 5, 20, 44, 99 | 7 | 3 |" in text
    assert "| causes | 30 (50.0%) | 4 (100.0%) |\n| treats | 10 (16.7%) | 0 (0.0%) |" in text
    assert "| (others) | 2 names | 0 names |" in text
    measured["re"]["test"]["more_labels"] = 1
    assert "| treats | 10 (16.7%) | in (others) |" in card.card(catalogue.load(), record, measured)
    assert "1,204 rows were read" in text
    assert "已从真实文件读取 1,204 行" in text
    assert header_of(text)["size_categories"] == ["1K<n<10K"]
    without = card.card(catalogue.load(), record, {})
    assert "### Data Instances" not in without
    assert "### Labels" not in without
    assert "size_categories" not in header_of(without)


def test_a_card_shows_the_flags_that_ship() -> None:
    checks, counts = flags.counted()
    (dataset, split), found = next((key, found) for key, found in counts.items() if key[0] == "med_qa_en")
    text = text_of(dataset)
    names = {check.partition("@")[0] for check in checks[dataset, split]}
    assert f"Looked for in {len(names)} corpora, " in text
    for corpus, verdicts in found.items():
        numbers = " | ".join(
            f"{verdicts.get(v, 0)}" + (f" + {verdicts[v + '?']} low" if v + "?" in verdicts else "")
            for v in ("exact", "near_duplicate", "suspected", "source_overlap")
        )
        named = f"`{corpus}`" + (" (evaluation)" if corpora.get(corpus).kind == "evaluation" else "")
        assert f"| {named} | {split} | {numbers} |" in text
