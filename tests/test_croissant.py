"""`croissant.json`: mlcroissant opens it without a word, and reads through it what lies in the tables."""

from __future__ import annotations

import json
from typing import Any

import pyarrow.parquet as pq
import pytest

from bioclue_data.building import croissant
from bioclue_data.building.build import Outcome
from bioclue_data.building.configs import tables_of
from bioclue_data.records import catalogue
from tests.built_sample import built

__all__ = ["built"]
RECOMMENDED = "datePublished"  # a build knows no day: the same sources give the same bytes


@pytest.fixture(scope="module")
def document(built: Outcome) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((built.folder / "croissant.json").read_text("utf-8"))
    return found


@pytest.fixture(scope="module")
def opened(built: Outcome) -> Any:
    mlcroissant = pytest.importorskip("mlcroissant")
    return mlcroissant.Dataset(built.folder / "croissant.json")


def test_mlcroissant_finds_nothing_wrong(opened: Any) -> None:
    issues = opened.metadata.issues
    assert not issues.errors
    assert all(RECOMMENDED in warning for warning in issues.warnings)
    assert len(opened.metadata.data_biases) == 1


@pytest.mark.parametrize("config", ["mcqa_en", "ner_cn", "tc_en"])
def test_records_are_the_rows(opened: Any, built: Outcome, config: str) -> None:
    paths = [table["path"] for table in tables_of(built.manifest)[config]]
    rows = [row for path in sorted(paths) for row in pq.read_table(built.folder / path).to_pylist()]
    records = {record[f"{config}/item_id"].decode(): record for record in opened.records(record_set=config)}
    assert len(records) == len(rows) > 0
    for row in rows:
        record = records[row["item_id"]]
        for column, value in row.items():
            if isinstance(value, str):
                assert record[f"{config}/{column}"] == value.encode()
            elif isinstance(value, list) and value and isinstance(value[0], dict):
                assert members(record[f"{config}/{column}"], config, column) == plain(value)


def members(found: list[dict[str, Any]], config: str, column: str) -> list[dict[str, Any]]:
    prefix = f"{config}/{column}/"
    return [{name.removeprefix(prefix): value for name, value in one.items()} for one in found]


def plain(value: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Members that are no lists, as mlcroissant gives them: texts as bytes."""
    return [
        {
            name: member.encode() if isinstance(member, str) else member
            for name, member in element.items()
            if name not in {"spans", "norms", "attributes", "args", "trigger", "members"}
        }
        for element in value
    ]


def test_files_have_their_hashes_and_every_config_its_set(built: Outcome, document: dict[str, Any]) -> None:
    files = {one["@id"]: one for one in document["distribution"] if one["@type"] == "cr:FileObject"}
    sets = {one["@id"]: one["includes"] for one in document["distribution"] if one["@type"] == "cr:FileSet"}
    tables = {t["path"]: t for made in built.manifest["datasets"].values() for t in made["tables"]}
    assert {path: one["sha256"] for path, one in files.items()} == {p: t["sha256"] for p, t in tables.items()}
    assert sets == {
        f"{name}.files": sorted(table["path"] for table in those)
        for name, those in tables_of(built.manifest).items()
    }


def test_record_sets_hold_every_table_and_none_is_of_no_use(built: Outcome, document: dict[str, Any]) -> None:
    configs = {name: {t["path"] for t in those} for name, those in tables_of(built.manifest).items()}
    chosen = [one["@id"] for one in document["recordSet"]]
    assert set().union(*(configs[name] for name in chosen)) == set().union(*configs.values())
    for name in chosen:
        others = set().union(*(configs[other] for other in chosen if other != name))
        assert not configs[name] <= others, name


def test_the_same_manifest_gives_the_same_bytes(built: Outcome) -> None:
    once = croissant.croissant(built.manifest, catalogue.load())
    again = json.loads(json.dumps(built.manifest, sort_keys=True))
    assert croissant.croissant(again, catalogue.load()) == once
    assert once == (built.folder / "croissant.json").read_text("utf-8")
