"""The README of a built folder: the Hub takes its YAML, `datasets` agrees, a person finds what counts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from bioclue_data.building import folder as folders
from bioclue_data.building import readme
from bioclue_data.building.build import Outcome
from bioclue_data.contracts import contract as contracts
from bioclue_data.errors import RecordError, UsageError
from bioclue_data.records import catalogue, hub, licences
from tests.built_sample import built, disagreements, header_of
from tests.own import Own, item

__all__ = ["built"]


@pytest.fixture(scope="module")
def card(built: Outcome) -> str:
    return (built.folder / "README.md").read_text("utf-8")


def test_our_words_are_in_the_hubs_lists() -> None:
    words = hub.vocabulary()
    assert set(words.tasks) == set(contracts.tasks())
    assert {w[0] for w in words.tasks.values()} <= words.task_categories
    assert {w[1] for w in words.tasks.values() if len(w) > 1} <= words.task_ids
    assert set(words.licence_ids.values()) <= words.licences
    open_ids = {name for name in licences.table() if name.startswith(("CC", "MIT", "Apache", "BSD", "GPL"))}
    hubs = {words.licence_ids.get(name, name.lower()) for name in open_ids}
    assert hubs <= words.licences


@pytest.mark.parametrize(
    ("rows", "category"),
    [
        (0, "n<1K"),
        (999, "n<1K"),
        (1000, "1K<n<10K"),
        (897_684, "100K<n<1M"),
        (10**12, "n>1T"),
        (10**15, "n>1T"),
    ],
)
def test_size_categories(rows: int, category: str) -> None:
    assert hub.size_category(rows) == category


def test_the_hub_would_take_the_card(card: str) -> None:
    assert hub.card_faults(card) == []


@pytest.mark.parametrize("dumper", [yaml.SafeDumper, getattr(yaml, "CSafeDumper", yaml.SafeDumper)])
@pytest.mark.parametrize("name", ["a: b", "- 病", "no", "1e3", "𠮷", "x\ny ", "'#'", "\u2028", "a b " * 4000])
def test_any_name_comes_back_from_the_header(name: str, dumper: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readme, "_DUMPER", dumper)
    text = readme.front_matter({"pretty_name": name, "configs": [{name: 1}]})
    assert yaml.safe_load(text) == {"pretty_name": name, "configs": [{name: 1}]}


def test_whoever_writes_the_header_writes_the_same(card: str) -> None:
    header = header_of(card)
    slow = yaml.safe_dump(header, allow_unicode=True, sort_keys=False, width=10_000)
    assert readme.front_matter(header) == slow
    assert yaml.safe_load(slow) == header


FAULTS: dict[str, dict[str, Any]] = {
    "task_categories": {"task_categories": ["ner"]},
    "task_ids": {"task_ids": ["ner"]},
    "size_categories": {"size_categories": ["10<n"]},
    "license: 'mine'": {"license": "mine"},
    "license: missing": {"license": None},
    "license_name: to be given": {"license_name": None},
    "license_name: 'A b'": {"license_name": "A b"},
    "license_link": {"license_link": "docs/licences.txt"},
    "language": {"language": ["zh-Hans"]},
    "tags": {"tags": [""]},
    "extra_gated_fields": {"extra_gated_fields": {"I agree": "yes"}},
    "task: no key": {"task": "ner"},
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found(card: str, fault: str) -> None:
    changed = header_of(card) | FAULTS[fault]
    assert any(fault in line for line in hub.faults(changed))


def test_planted_faults_of_configs_are_found(card: str) -> None:
    def changed(place: str, **values: Any) -> list[str]:
        header = header_of(card)
        header[place][0] = header[place][0] | values
        return hub.faults(header)

    second = header_of(card)["configs"][1]["config_name"]
    outside = [{"split": "train", "path": ["../secret.parquet"]}]
    assert any("twice" in line for line in changed("configs", config_name=second))
    assert any("leaves the folder" in line for line in changed("configs", data_files=outside))
    named = [{"split": "a-b", "path": ["x"]}]
    assert any("cannot name" in line for line in changed("configs", data_files=named))
    assert any("not one for each" in line for line in changed("dataset_info", config_name="other"))
    assert any("dataset_size" in line for line in changed("dataset_info", dataset_size=1))
    assert any("other splits" in line for line in changed("dataset_info", splits=[], dataset_size=0))


def test_a_card_without_yaml_or_too_large_is_found(card: str) -> None:
    assert hub.card_faults(card[4:]) == ["no YAML between two lines of ---"]
    assert "more than" in hub.card_faults(card + "x" * hub.MOST_BYTES)[0]


def test_datasets_agrees_with_every_config(built: Outcome) -> None:
    assert disagreements(built.folder) == []


def test_sizes_are_those_that_datasets_measures(
    built: Outcome, card: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One config of each kind of table, loaded in full."""
    import datasets

    infos = {info["config_name"]: info for info in header_of(card)["dataset_info"]}
    assert len(infos) > 80
    by_task = {name.rpartition("_")[2]: name for name in infos}
    for name in (by_task[task] for task in ("ee", "mcqa", "cqa", "rank", "dialogue", "t2s", "tc")):
        loaded = datasets.load_dataset(str(built.folder), name, cache_dir=str(tmp_path))
        first = next(iter(loaded.values()))
        measured = {split.name: (split.num_bytes, split.num_examples) for split in first.info.splits.values()}
        said = {split["name"]: (split["num_bytes"], split["num_examples"]) for split in infos[name]["splits"]}
        assert measured == said, name
        assert first.info.dataset_size == infos[name]["dataset_size"]
        assert first.info.download_size == infos[name]["download_size"]


def test_every_dataset_stands_in_the_section_of_its_task(built: Outcome, card: str) -> None:
    known = catalogue.load()
    sections = {part.split("\n")[0]: part for part in card.split("\n### ")}
    for dataset, made in built.manifest["datasets"].items():
        record = known.find(dataset).record
        for table in made["tables"]:
            (line,) = [
                line
                for line in sections[table["path"].split("/")[0]].splitlines()
                if f"| [`{dataset}`]" in line or f"| `{dataset}` |" in line
            ]
            assert record.licence.id in line
            assert f"`{dataset}_{table['task']}`" in line
            assert ("not published by us" in line) is not licences.may_publish(record)
            assert str(table["rows"]) in line


def test_what_the_hub_can_carry_is_counted_over_the_catalogue(card: str) -> None:
    chinese = [
        entry.record
        for entry in catalogue.load().entries.values()
        if "ner" in entry.record.tasks and entry.record.config_language == "cn"
    ]
    publishable = sum(record.access == "open" and licences.terms(record).redistribute for record in chinese)
    assert f"The Hub can carry {publishable} of {len(chinese)} datasets" in card
    assert publishable < len(chinese) / 2


def test_licences_are_listed_with_their_datasets(built: Outcome) -> None:
    text = (built.folder / "LICENSE.md").read_text("utf-8")
    for dataset in built.manifest["datasets"]:
        record = catalogue.load().find(dataset).record
        (line,) = [line for line in text.splitlines() if line.startswith(f"| {record.licence.id} |")]
        assert f"`{dataset}`" in line
        assert ("non-commercial" in line) is licences.terms(record).non_commercial
        assert ("no redistribution" in line) is not licences.terms(record).redistribute


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Own:
    monkeypatch.setenv("BIOCLUE_CACHE", str(tmp_path / "cache"))
    made = Own(tmp_path)
    made.record()
    made.put("train.json", [item(1), item(2)])
    made.put("test.json", [{"id": "1", "text": "测试句"}])
    return made


def test_one_licence_is_named_and_withheld_gold_and_gate_are_said(own: Own) -> None:
    text = (own.build().folder / "README.md").read_text("utf-8")
    header = header_of(text)
    assert header["license"] == "mit"
    assert "extra_gated_prompt" in header  # clinical
    assert "1 (gold withheld)" in text
    assert "No row of this folder was looked for in a corpus." in text
    assert hub.card_faults(text) == []


def test_a_folder_with_a_record_that_is_not_at_hand(own: Own) -> None:
    manifest = own.build().manifest
    text = readme.readme(manifest, catalogue.load(None))
    assert "| `own` | `own_ner` | 2 | 1 (gold withheld) | unknown | unknown |" in text
    assert "`own`" in (own.root / "bioclue" / "LICENSE.md").read_text("utf-8")


def test_a_licence_that_the_table_does_not_hold_is_an_error_and_nothing_is_written(own: Own) -> None:
    path = own.root / "records/own/dataset.toml"
    path.write_text(path.read_text("utf-8").replace('"MIT"', '"Sale-1.0"'), "utf-8")
    with pytest.raises(RecordError, match=r"'Sale-1.0' is not in .*\n.*use one that is, `unknown`"):
        own.build()
    assert not (own.root / "bioclue").exists()


def test_a_folder_of_before_is_refused_with_the_remedy(own: Own) -> None:
    outcome = own.build()
    for table in outcome.manifest["datasets"]["own"]["tables"]:
        del table["arrow_bytes"]
    with pytest.raises(UsageError, match="build it again"):
        readme.readme(outcome.manifest, catalogue.load(own.root / "records"))


@pytest.mark.parametrize("name", ["README.md", "LICENSE.md", "croissant.json", "citation.bib"])
def test_validate_misses_a_file(own: Own, name: str) -> None:
    from bioclue_data import api

    folder = own.build().folder
    (folder / name).unlink()
    (fault,) = api.validate(folder, records=own.root / "records")
    assert (fault.rule, fault.item_id) == ("F1", name)


def test_validate_sees_a_card_of_other_tables(own: Own) -> None:
    from bioclue_data import api

    folder = own.build().folder
    for name in ("README.md", "croissant.json"):
        path = folder / name
        before = path.read_text("utf-8")
        manifest = json.loads((folder / folders.MANIFEST).read_text("utf-8"))
        table = manifest["datasets"]["own"]["tables"][0]
        digest = folders.digest(manifest["datasets"]["own"]["tables"])
        path.write_text(before.replace(digest, "0" * 64).replace(table["sha256"], "0" * 64), "utf-8")
        assert {fault.item_id for fault in api.validate(folder, records=own.root / "records")} == {name}
        path.write_text(before, "utf-8")
