"""The catalogue as a whole: every record, offline."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from bioclue_data.contracts import contract, rules
from bioclue_data.errors import RecordError, UsageError
from bioclue_data.records import catalogue, licences
from bioclue_data.records.needs import LISTING, needs
from bioclue_data.records.record import SPLITS, Record

ENTRIES = list(catalogue.load().entries.values())
IDS = [entry.record.id for entry in ENTRIES]
CATALOGUE_ROWS = 165

MINIMAL = """
id = "{id}"
name = "Own"
tasks = ["ner"]
language = "en"
domain = "clinical"
citation = "unknown"
licence = {{ id = "unknown", read_on = "unknown" }}
access = "open"
"""


def own_record(folder: Path, name: str = "own", extra: str = "", text: str = MINIMAL) -> Path:
    target = folder / name
    target.mkdir(parents=True)
    (target / "dataset.toml").write_text(text.format(id=name) + textwrap.dedent(extra), encoding="utf-8")
    return folder


def test_every_row_of_the_landscape_is_served_once() -> None:
    served = [row for entry in ENTRIES for row in entry.record.catalogue]
    assert len(served) == len(set(served)) == CATALOGUE_ROWS


@pytest.mark.parametrize("entry", ENTRIES, ids=IDS)
def test_record_keeps_the_rules_of_the_catalogue(entry: catalogue.Entry) -> None:
    record = entry.record
    assert record.tasks or record.note, "a record without a task says why"
    assert set(record.tasks) <= set(contract.tasks())
    licences.terms(record)
    unified = set(contract.unified_types()) | {""}
    assert set(record.terms.entities.values()) <= unified
    if record.derived_from:
        assert record.derived_from in IDS
    for fault in record.known_faults:
        assert rules.describe(fault.rule)
        assert fault.train or fault.validation or fault.test
        assert set(fault.tasks) <= set(record.tasks)
    for split in record.splits.items() if record.splits else []:
        assert needs(entry, split[1])


@pytest.mark.parametrize(
    "entry", [e for e in ENTRIES if e.record.read], ids=[e.record.id for e in ENTRIES if e.record.read]
)
def test_loader_has_a_sample_and_a_citation(entry: catalogue.Entry) -> None:
    assert (entry.folder / "sample").is_dir()
    assert entry.record.citation != "unknown"
    assert entry.record.domain != "unknown"


@pytest.mark.parametrize("entry", ENTRIES, ids=IDS)
def test_a_count_that_differs_from_the_published_one_has_a_reason(entry: catalogue.Entry) -> None:
    record = entry.record
    assert not differing(record) or record.expected.observed.reason, differing(record)


def differing(record: Record) -> list[str]:
    published, observed = record.expected.published, record.expected.observed
    if published is None:
        return []
    return [
        f"{split} {key}"
        for split in SPLITS
        for key, count in getattr(published, split).items()
        if getattr(observed, split).get(key, count) != count
    ]


def test_content_folders_hold_no_code() -> None:
    root = Path(__file__).resolve().parent.parent
    assert not [path for folder in ("schemas", "loaders") for path in (root / folder).rglob("*.py")]


def test_names_and_aliases_are_found_and_near_names_suggested() -> None:
    loaded = catalogue.load()
    assert loaded.find("pubmedqa").record.id == "pubmed_qa"
    with pytest.raises(UsageError, match="cmeee") as caught:
        loaded.find("cmeeee")
    assert caught.value.exit_code == 2
    with pytest.raises(UsageError, match="ner_cn"):
        loaded.config("nercn")


def test_config_holds_datasets_of_its_task_and_language() -> None:
    pairs = catalogue.load().config("ner_cn")
    assert "cmeee" in {entry.record.id for entry, _ in pairs}
    assert {task for _, task in pairs} == {"ner"}
    assert [entry.record.id for entry, _ in catalogue.load().config("cmeee_ner")] == ["cmeee"]


def test_a_shared_config_leaves_out_what_is_derived_from_what_it_holds() -> None:
    loaded = catalogue.load()
    assert "cmeee_v2" not in {entry.record.id for entry, _ in loaded.config("ner_cn")}
    assert [entry.record.id for entry, _ in loaded.config("cmeee_v2_ner")] == ["cmeee_v2"]


def test_own_records_stand_beside_ours(tmp_path: Path) -> None:
    loaded = catalogue.load(own_record(tmp_path))
    assert loaded.find("own").record.status == "declared"
    assert len(loaded.entries) == len(ENTRIES) + 1


@pytest.mark.parametrize(
    ("extra", "complaint"),
    [
        ("licens = 1", "licens"),
        ('aliases = ["cmeee"]', "claimed by"),
        ("tasks = 3", "Cannot overwrite|overwrite|tasks"),
        ("[splits]\norigin = 3", "splits.origin"),
        ("= broken", "Invalid|Expected"),
    ],
)
def test_a_wrong_record_is_refused_by_name_and_key(tmp_path: Path, extra: str, complaint: str) -> None:
    with pytest.raises(RecordError, match=complaint) as caught:
        catalogue.load(own_record(tmp_path, extra=extra))
    assert "own" in str(caught.value)


def test_a_gated_record_names_the_page(tmp_path: Path) -> None:
    text = MINIMAL.replace('"open"', '"credentialed"')
    with pytest.raises(RecordError, match="obtain"):
        catalogue.load(own_record(tmp_path, text=text))


def test_a_record_bears_the_name_of_its_folder(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="id is 'other'"):
        catalogue.load(own_record(tmp_path, text=MINIMAL.replace("{id}", "other")))


def test_an_empty_records_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no record here"):
        catalogue.load(tmp_path)


def test_a_tree_is_held_to_its_count_and_manifest(tmp_path: Path) -> None:
    extra = """
    read = { format = "brat" }
    [splits]
    origin = "none"
    train = { tree = "a/", count = 1, manifest = "00" }
    """
    folder = own_record(tmp_path, extra=extra)
    (folder / "own" / LISTING).write_text(f"a/1.txt\t3\t{'0' * 64}\n", encoding="utf-8")
    entry = catalogue.load(folder).find("own")
    assert entry.record.splits is not None
    assert entry.record.splits.train is not None
    with pytest.raises(RecordError, match="1 files with manifest"):
        needs(entry, entry.record.splits.train)
