"""A built folder of invented samples: every task and language, some with two datasets or one alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from bioclue_data import api
from bioclue_data.building.build import Outcome
from bioclue_data.records import catalogue


def names() -> list[str]:
    """Configs of one dataset each, so that a shared config holds one or two."""
    known = catalogue.load()
    chosen: list[str] = []
    seen: dict[str, int] = {}
    for entry in known.entries.values():
        for task in entry.record.tasks if entry.record.read else ():
            *shared, own = known.configs_of(entry.record, task)
            kind = shared[0] if shared else f"alone {task}"
            seen[kind] = seen.get(kind, 0) + 1
            if seen[kind] <= (2 if kind.endswith("_en") else 1):
                chosen.append(own)
    return chosen


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """The folder, called bioclue."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BIOCLUE_CACHE", str(tmp_path_factory.mktemp("cache")))
        return api.build(*names(), sample=True, out=tmp_path_factory.mktemp("built") / "bioclue")


def header_of(text: str) -> dict[str, Any]:
    """The YAML of a card."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    found: dict[str, Any] = yaml.load(text.partition("\n---\n")[0], loader)
    return found


def disagreements(folder: Path) -> list[str]:
    """Where `dataset_info`, read by `datasets`, is not what lies in the config's Parquet files."""
    import datasets
    import pyarrow.parquet as pq
    from datasets.info import DatasetInfosDict
    from huggingface_hub import DatasetCardData

    header = header_of((folder / "README.md").read_text("utf-8"))
    infos = DatasetInfosDict.from_dataset_card_data(DatasetCardData(**header))
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    wrong = []
    described: set[str] = set()
    for config in header["configs"]:
        info = infos[config["config_name"]]
        files = {part["split"]: [folder / path for path in part["path"]] for part in config["data_files"]}
        rows = {split: sum(pq.read_metadata(p).num_rows for p in paths) for split, paths in files.items()}
        if {split.name: split.num_examples for split in info.splits.values()} != rows:
            wrong.append(f"{config['config_name']}: rows")
        if info.download_size != sum(path.stat().st_size for paths in files.values() for path in paths):
            wrong.append(f"{config['config_name']}: download_size")
        schemas = {pq.read_schema(path) for paths in files.values() for path in paths}
        features = [datasets.Features.from_arrow_schema(schema) for schema in schemas]
        said = features if info.features is None else [info.features]
        if any(found != said[0] or list(found) != list(said[0]) for found in features):
            wrong.append(f"{config['config_name']}: features")
        if info.features is not None:
            described.add(config["config_name"].rpartition("_")[2])
            described.add(config["config_name"].partition("_")[0])
    tasks = {table["task"] for made in manifest["datasets"].values() for table in made["tables"]}
    return wrong + [f"{task}: features in no config" for task in tasks - described]
