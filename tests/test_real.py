"""All datasets at hand on their real files: counts and hashes only, never text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from bioclue_data import api
from bioclue_data.building.build import Outcome
from bioclue_data.records import catalogue
from bioclue_data.records.record import SPLITS
from tests.own import digest

pytest_plugins = ("tests.shared_fixtures",)
pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def built(every_dataset: Outcome) -> Outcome:
    return every_dataset


def tables(built: Outcome, column: str) -> list[tuple[str, dict[str, Any]]]:
    """(dataset, table) of every table whose contract has that column."""
    return [
        (dataset, table)
        for dataset, made in built.manifest["datasets"].items()
        for table in made["tables"]
        if column in pq.read_schema(built.folder / table["path"]).names
    ]


def test_every_verified_split_is_built_with_the_declared_counts(built: Outcome) -> None:
    """The build itself compares counts and faults with the record; here: nothing was left out."""
    verified = {
        (entry.record.id, split)
        for entry in catalogue.load().entries.values()
        for split in SPLITS
        if entry.record.splits and entry.record.status_of(split) == "verified"
    }
    made = {(d, t["split"]) for d, facts in built.manifest["datasets"].items() for t in facts["tables"]}
    assert verified == made
    assert len(verified) >= 50


@pytest.mark.parametrize(
    ("dataset", "split", "counts"),
    [
        ("ncbi_disease", "train", {"documents": 593, "entities": 5145}),
        ("bc5cdr", "test", {"documents": 500, "entities": 9809, "relations": 1066}),
        ("cmeee", "validation", {"documents": 5000, "entities": 20300}),
        ("pubmed_qa", "test", {"documents": 500, "answer.yes": 276}),
        ("chip_sts", "train", {"documents": 16000}),
        ("bionlp_st_2013_cg", "train", {"documents": 300, "events": 8803, "corefs": 466}),
    ],
)
def test_counts_as_published(built: Outcome, dataset: str, split: str, counts: dict[str, int]) -> None:
    found = built.manifest["datasets"][dataset]["counts"][split]
    assert {name: found[name] for name in counts} == counts


def test_every_mention_is_its_span_outside_declared_faults(built: Outcome) -> None:
    """Counted here in plain Python, apart from the checker."""
    mentions = 0
    for dataset, table in tables(built, "entities"):
        differing = 0
        joiner = catalogue.load().find(dataset).record.terms.joiner
        for row in pq.read_table(built.folder / table["path"], columns=["text", "entities"]).to_pylist():
            for mention in row["entities"] or []:
                mentions += 1
                if mention["spans"][-1]["end"] > len(row["text"]):
                    continue  # rule I1's
                pieces = [row["text"][span["start"] : span["end"]] for span in mention["spans"]]
                differing += joiner.join(pieces) != mention["text"]
        assert differing == table["faults"].get("I3", 0), (dataset, table["path"])
    assert mentions > 100_000


def test_hidden_gold_is_null_and_unlabelled(built: Outcome) -> None:
    hidden = {
        ("cmeee", "entities"),
        ("cmeee_v2", "entities"),
        ("cmeie", "relations"),
        ("chip_ctc", "labels"),
        ("chip_sts", "score"),
        ("ceval_medical", "answer_keys"),
    }
    for dataset, column in hidden:
        path = next(t["path"] for d, t in tables(built, column) if d == dataset and t["split"] == "test")
        table = pq.read_table(built.folder / path, columns=["labelled", column])
        assert table.column(column).null_count == table.num_rows, dataset
        assert table.column("labelled").to_pylist() == [False] * table.num_rows


def test_the_folder_is_valid_and_says_so(built: Outcome) -> None:
    assert api.validate(built.folder) == []


def test_the_manifest_names_no_place_of_this_machine(built: Outcome, real_data: Path) -> None:
    for name in ("manifest.json", "README.md"):
        text = (built.folder / name).read_text("utf-8")
        assert str(real_data) not in text
        assert str(Path.home()) not in text


def test_one_dataset_twice_gives_the_same_bytes(built: Outcome, real_data: Path, tmp_path: Path) -> None:
    again = api.build("ncbi_disease", out=tmp_path / "again", mirror=str(real_data / "mirror"), offline=True)
    new = {path: sha for path, sha in digest(again.folder).items() if path.endswith(".parquet")}
    old = digest(built.folder)
    assert new
    assert {path: old[path] for path in new} == new
