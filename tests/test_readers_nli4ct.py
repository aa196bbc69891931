from __future__ import annotations

import json
import re
import zipfile
from typing import Any

import pytest

from bioclue_data.errors import RecordError, SourceError
from bioclue_data.readers import nli4ct
from bioclue_data.readers.document import Document, Sources
from bioclue_data.sources.files import SourceFile
from tests.reader_files import documents, real, refuses_unknown_options, write

TRIALS = {
    "CT json/NCT01.json": {"Clinical Trial ID": "NCT01", "Results": ["Tea: ", "  𝛼 3 cups"], "Empty": []},
    "CT json/NCT02.json": {"Clinical Trial ID": "NCT02", "Results": ["茶壶", "  2 pots", "  1 lid"]},
}
SINGLE = {"Type": "Single", "Section_id": "Results", "Primary_id": "NCT01", "Statement": " Tea was drunk."}
GOLD = {"Label": "Entailment", "Primary_evidence_index": [1]}
BOTH = {
    **SINGLE,
    **GOLD,
    "Type": "Comparison",
    "Secondary_id": "NCT02",
    "Secondary_evidence_index": [2, 0, 2],
}


def read(folder, items: dict[str, Any], trials: dict[str, Any] = TRIALS, **options) -> list[Document]:
    side = write(folder, {name: json.dumps(trial, ensure_ascii=False) for name, trial in trials.items()})
    files = write(folder, {"train.json": json.dumps(items)})
    return documents(nli4ct, Sources(files, side={"trials": side}), **options)


def test_lines_become_the_premise(tmp_path) -> None:
    [found] = read(tmp_path, {"u-1": {**SINGLE, **GOLD}})
    assert found.layers == {
        "text_a": "Tea: \n  𝛼 3 cups",
        "text_b": " Tea was drunk.",
        "label": "Entailment",
        "evidence": [{"context": "text_a", "start": 6, "end": 16, "text": "  𝛼 3 cups"}],
    }
    assert (found.source_id, found.document_id, found.group_id, found.locator) == (
        "u-1",
        "NCT01",
        "NCT01",
        "/u-1",
    )
    assert found.extra == {"type": "Single", "section": "Results", "primary_lines": 2}


def test_the_second_trial_follows_the_first(tmp_path) -> None:
    [found] = read(tmp_path, {"u-1": BOTH})
    text = found.layers["text_a"]
    assert text == "Tea: \n  𝛼 3 cups\n茶壶\n  2 pots\n  1 lid"
    assert [text[e["start"] : e["end"]] for e in found.layers["evidence"]] == [
        "  𝛼 3 cups",
        "茶壶",
        "  1 lid",
    ]
    assert found.extra is not None
    assert found.extra["secondary_id"] == "NCT02"


def test_without_gold_the_layers_are_absent(tmp_path) -> None:
    [found] = read(tmp_path, {"u-1": SINGLE})
    assert found.layers.keys() == {"text_a", "text_b"}


@pytest.mark.parametrize(
    ("item", "what"),
    [
        ({**SINGLE, "Primary_id": "NCT09"}, "no trial NCT09"),
        ({**SINGLE, "Section_id": "Tea"}, "NCT01 has no section 'Tea'"),
        ({**SINGLE, "Primary_evidence_index": [2]}, "line 2, but the section has 2"),
        ({**SINGLE, "Primary_evidence_index": [-1]}, "line -1"),
        ({**BOTH, "Secondary_id": "NCT09"}, "no trial NCT09"),
        ({"Type": "Single"}, "missing required field"),
        ({**SINGLE, "Tea": 1}, "unknown field"),
    ],
)
def test_items_that_do_not_fit_are_refused(tmp_path, item, what) -> None:
    with pytest.raises(SourceError) as caught:
        read(tmp_path, {"u-1": item})
    assert re.search(what, caught.value.what)
    assert caught.value.where == "train.json, u-1"
    assert caught.value.remedy


def test_a_trial_of_another_shape_is_refused(tmp_path) -> None:
    with pytest.raises(SourceError) as caught:
        read(tmp_path, {"u-1": SINGLE}, {"CT json/NCT01.json": {"Results": [1]}})
    assert caught.value.where == "CT json/NCT01.json"


def test_the_trials_must_be_named() -> None:
    with pytest.raises(RecordError, match="'records'"):
        documents(nli4ct, Sources([], side={"trials": []}), trials="records")


def test_unknown_options_are_refused() -> None:
    refuses_unknown_options("nli4ct")


@pytest.mark.real
def test_real_counts(real_data) -> None:
    [archive] = real(real_data, "ai-systems/nli4ct/*/Complete_dataset.zip")
    names = [name for name in zipfile.ZipFile(archive.path).namelist() if name.endswith(".json")]
    members = {name: SourceFile(name, archive.path, "0", member=name) for name in names}
    trials = [file for name, file in members.items() if name.startswith("Complete_dataset/CT json/")]
    counts = {}
    for split in ("train", "dev", "Gold_test", "test"):
        file = members[f"Complete_dataset/{split}.json"]
        found = documents(nli4ct, Sources([file], side={"trials": trials}))
        labels = sum("label" in d.layers for d in found)
        counts[split] = (len(found), labels, sum(len(d.layers.get("evidence", [])) for d in found))
    assert len(trials) == 999
    assert counts == {
        "train": (1700, 1700, 20864),
        "dev": (200, 200, 1906),
        "Gold_test": (500, 500, 6043),
        "test": (500, 0, 0),
    }
