"""Cards against the real files: facts measured again, and sizes as `datasets` finds them. Numbers only."""

from __future__ import annotations

from pathlib import Path

import pytest

from bioclue_data.building.build import Outcome
from bioclue_data.building.flags import is_leaked
from bioclue_data.publish import facts
from tests.built_sample import disagreements, header_of
from tests.shared_builds import part

pytest_plugins = ("tests.shared_fixtures",)
pytestmark = pytest.mark.real
FACTS = Path(__file__).resolve().parent.parent / "cards" / "facts.json"
DATASETS = ("bc5cdr", "chip_sts", "ddi_corpus", "imcs21_dxy", "mmlu_redux_medical")


@pytest.fixture(scope="module")
def built(every_dataset: Outcome, tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    return part(every_dataset, tmp_path_factory.mktemp("real") / "bioclue", *DATASETS)


@pytest.mark.parametrize("dataset", DATASETS)
def test_the_facts_are_found_again(built: Outcome, dataset: str) -> None:
    assert facts.measured(built.folder, built.manifest, dataset) == facts.load(FACTS)[dataset]


def test_datasets_agrees_with_every_config(built: Outcome) -> None:
    assert disagreements(built.folder) == []


@pytest.mark.parametrize("config", ["bc5cdr_re", "ddi_corpus_ner", "mcqa_en", "dialogue_cn"])
def test_sizes_are_those_that_datasets_measures(built: Outcome, config: str, tmp_path: Path) -> None:
    import datasets

    header = header_of((built.folder / "README.md").read_text("utf-8"))
    (info,) = [info for info in header["dataset_info"] if info["config_name"] == config]
    loaded = datasets.load_dataset(str(built.folder), config, cache_dir=str(tmp_path))
    splits = next(iter(loaded.values())).info.splits.values()
    measured = [{"name": s.name, "num_bytes": s.num_bytes, "num_examples": s.num_examples} for s in splits]
    assert measured == info["splits"]


def test_leaked_rows_are_counted_as_clean_leaves_them_out(built: Outcome) -> None:
    import pyarrow.parquet as pq

    leaked = 0
    for made in built.manifest["datasets"].values():
        for table in made["tables"]:
            rows = pq.read_table(built.folder / table["path"], columns=["leakage"]).column(0).to_pylist()
            kept = [row for row in rows if not is_leaked(row)]
            assert table["leaked"] == len(rows) - len(kept)
            assert table["checked"] == sum(row is not None for row in rows)
            leaked += table["leaked"]
    assert leaked > 0
