"""Exports for language models: the licence gate, clean items, and runs of the harnesses on all configs."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from bioclue_data.building.build import Outcome
from bioclue_data.errors import UsageError
from bioclue_data.export import prompted
from bioclue_data.export._built import built_manifest
from bioclue_data.export.prompted._export import export
from bioclue_data.records import catalogue, licences
from bioclue_data.scoring.score import Options, score
from tests.export_lines import lines
from tests.scoring import LABELLED, leak, mark
from tests.test_cli import bioclue

pytest_plugins = ("tests.shared_fixtures",)
COPYING = [name for name in prompted.formats() if prompted.load(name).COPIES_ROWS]


@pytest.fixture(scope="module")
def built(every_sample: Outcome) -> Path:
    return every_sample.folder


@pytest.fixture(scope="module")
def configs(built: Path) -> tuple[str, ...]:
    """Configs that every table is in: over datasets, or of one that is in none of those."""
    tables = [table for made in built_manifest(built)["datasets"].values() for table in made["tables"]]
    return tuple(sorted({table["configs"][0] for table in tables}))


def test_there_are_three_formats_and_two_copy_rows() -> None:
    assert prompted.formats() == ("chat", "inspect", "lm-eval")
    assert COPYING == ["chat", "inspect"]


@pytest.mark.parametrize("name", COPYING)
def test_only_what_may_be_shared_is_copied(
    built: Path, configs: tuple[str, ...], tmp_path: Path, name: str
) -> None:
    done = export(name, built, configs, tmp_path)
    entries = catalogue.load().entries
    shared = {key for key, entry in entries.items() if licences.may_publish(entry.record)}
    found = {
        (item.get("item_id") or item["id"]).partition(":")[0]
        for path in done.written
        if path.suffix == ".jsonl"
        for item in lines(path)
    }
    assert found
    assert found <= shared
    held = {config.rpartition("_")[0] for config in done.held_back}
    assert held.isdisjoint(shared)
    assert (
        found | held | {config.rpartition("_")[0] for config in done.hidden}
        == built_manifest(built)["datasets"].keys()
    )
    assert all("may not be shared" in why for why in done.held_back.values())


@pytest.mark.parametrize("name", COPYING)
@pytest.mark.parametrize("dataset", ["cmeee", "nejm_case_challenge"])
def test_a_gated_dataset_alone_is_refused(built: Path, tmp_path: Path, name: str, dataset: str) -> None:
    with pytest.raises(UsageError, match="may not be shared"):
        export(name, built, (dataset,), tmp_path / "out")
    assert not [*tmp_path.rglob("*")]


def test_a_dataset_without_a_record_is_held_back(tmp_path: Path) -> None:
    from tests.own import Own, item

    own = Own(tmp_path, body=Own.body.replace(', withheld = ["entities"]', ""))
    own.record()
    own.put("train.json", [item(1)])
    own.put("test.json", [item(2)])
    folder = own.build().folder
    with pytest.raises(UsageError, match="no record says"):
        export("chat", folder, ("own",), tmp_path / "out")
    assert export("chat", folder, ("own",), tmp_path / "out", records=tmp_path / "records").written


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["jsonl", "cmeee", "--clean"], "--clean is for chat, inspect and lm-eval"),
        (["lm-eval", "cmeee", "--predictions", "p.jsonl"], "takes no --predictions"),
        (["lm-evla", "cmeee"], "lm-eval"),
        (["lm-eval", "nothing_like_it"], "is not in this folder"),
    ],
)
def test_what_does_not_go_together(built: Path, tmp_path: Path, arguments: list[str], complaint: str) -> None:
    done = bioclue("export", *arguments, "--from", str(built), cwd=tmp_path)
    assert done.returncode == 2
    assert complaint in done.stderr
    assert not [*tmp_path.iterdir()]


def test_nothing_is_written_over_nor_half(built: Path, tmp_path: Path) -> None:
    export("lm-eval", built, ("cmeee_ner",), tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    with pytest.raises(UsageError, match="exists already"):
        export("lm-eval", built, ("ner_cn",), tmp_path)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_items_without_gold_are_left_out_and_said(built: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nothing can be written: medhopqa_qa"):
        export("lm-eval", built, ("medhopqa",), tmp_path)


def test_lm_eval_writes_no_rows(built: Path, tmp_path: Path) -> None:
    done = export("lm-eval", built, ("ner_cn", "mcqa_en", "tc_cn", "nejm_case_challenge"), tmp_path)
    assert done.held_back == {}
    assert {path.suffix for path in done.written} == {".yaml", ".py"}
    assert all(path.stat().st_size < 4000 for path in done.written)
    assert str(tmp_path) not in (tmp_path / "utils.py").read_text("utf-8")


def test_chat_is_messages_in_turn(built: Path, tmp_path: Path) -> None:
    written = export("chat", built, ("tc_en", "dialogue_cn", "mcqa_en"), tmp_path).written
    chats = [chat for path in written for chat in lines(path)]
    assert {path.parent.parent.name for path in written} >= {"tc_en", "mcqa_en"}
    for chat in chats:
        roles = [message["role"] for message in chat["messages"]]
        assert roles[-1] == "assistant"
        assert all(one != other for one, other in pairwise(roles))
        assert all(message["content"] for message in chat["messages"])


@pytest.fixture
def leaked(tmp_path: Path) -> Path:
    """A dataset of which the first of three test items was found in a corpus."""
    import pyarrow.parquet as pq

    from tests.own import Own

    own = Own(tmp_path, tasks=("tc",), body=LABELLED)
    own.record()
    own.put("validation.json", [{"id": str(n), "text": f"文本{n}号", "label": "甲"} for n in range(3)])
    own.put("train.json", [{"id": "t", "text": "训练", "label": "乙"}])
    own.put("test.json", [{"id": "x", "text": "测试"}])
    folder = own.build().folder
    mark(folder, "validation", [[leak("exact")]], 1, 2)
    assert pq.read_table(folder / "tc_cn/own/validation-00000-of-00001.parquet").num_rows == 3
    return folder


@pytest.mark.parametrize("name", prompted.formats())
def test_leaked_items_can_be_left_out(leaked: Path, tmp_path: Path, name: str) -> None:
    counts = []
    for clean in (False, True):
        out = tmp_path / f"{name}-{clean}"
        done = export(name, leaked, ("own",), out, clean=clean, records=tmp_path / "records")
        if name == "lm-eval":
            task = yaml.load(
                (out / "own_tc.yaml").read_text("utf-8").replace("!function", ""), yaml.SafeLoader
            )
            from bioclue_data.export.prompted._lm_eval_task import load

            found = load(leaked, **task["dataset_kwargs"])
            assert found["examples"]["target"] == ["乙"]
            counts.append(len(found["test"]))
        else:
            files = [path for path in done.written if "train" not in path.name and path.suffix == ".jsonl"]
            counts.append(sum(len(lines(path)) for path in files))
    assert counts == [3, 2]


def offline(tmp_path: Path) -> dict[str, str]:
    cache = {name: str(tmp_path / name) for name in ("HF_HOME", "HF_DATASETS_CACHE", "TIKTOKEN_CACHE_DIR")}
    flags = {
        "HF_HUB_OFFLINE": "1",
        "HF_DATASETS_OFFLINE": "1",
        "PYTHONPATH": str(Path(__file__).parent.parent),
    }
    return {**os.environ, **cache, **flags, "INSPECT_LOG_DIR": str(tmp_path / "logs")}


def run(tmp_path: Path, *arguments: str) -> str:
    command = [sys.executable, "-m", *arguments]
    done = subprocess.run(
        command, cwd=tmp_path, env=offline(tmp_path), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def test_lm_eval_runs_every_config_and_scores_as_we_do(
    built: Path, configs: tuple[str, ...], tmp_path: Path
) -> None:
    """Two of three answers of the model are the gold, so that scores are neither 0 nor 1."""
    done = export("lm-eval", built, configs, tmp_path / "tasks")
    out = tmp_path / "out"
    asked = [config for config in configs if config not in done.hidden]
    run(tmp_path, "tests.harness_parrot", "tasks", "out", *(f"bioclue_{config}" for config in asked))
    results = json.loads((out / "results.json").read_text("utf-8"))["results"]
    samples = sorted(out.glob("bioclue_*.jsonl"))
    between = 0
    for path in samples:
        config = path.stem.removeprefix("bioclue_")
        [entry] = score(path, config, built, Options(resamples=0))["datasets"]
        for name, value in scores_of(entry):
            harness = results[path.stem][f"{name},none"]
            assert harness == pytest.approx(value, abs=1e-12, nan_ok=True), (config, name)
            between += 0 < value < 1
    assert between > 100
    assert len(samples) == len(asked_parts(built)) - len(done.hidden)
    assert all(any(name.endswith(",none") for name in results[f"bioclue_{config}"]) for config in asked)


def scores_of(entry: Any) -> Iterator[tuple[str, float]]:
    for name, value in entry["groups"]["all"]["scores"].items():
        yield name, float("nan") if value is None else value[0]


def asked_parts(folder: Path) -> set[tuple[str, str]]:
    """Dataset and task of every table."""
    made = built_manifest(folder)["datasets"]
    return {(dataset, table["task"]) for dataset, one in made.items() for table in one["tables"]}


def test_lm_eval_runs_with_its_dummy_model_and_examples(built: Path, tmp_path: Path) -> None:
    names = ("cmeee_ner", "med_qa_en_mcqa")
    export("lm-eval", built, names, tmp_path / "tasks")
    tasks = ",".join(f"bioclue_{name}" for name in names)
    options = ("--include_path", "tasks", "--num_fewshot", "1", "--log_samples", "--output_path", "out")
    shown = run(tmp_path, "lm_eval", "run", "--model", "dummy", "--tasks", tasks, *options)
    assert all(f"bioclue_{name}" in shown for name in names)
    logged = {path.name.partition("_2")[0]: path for path in tmp_path.glob("out/**/samples_*.jsonl")}
    [sample] = [path for name, path in logged.items() if "cmeee" in name]
    report = score(sample, "cmeee_ner", built, Options(resamples=0))
    assert report["datasets"][0]["groups"]["all"]["scores"]["f1"][0] == 0.0


def shareable(folder: Path, configs: tuple[str, ...]) -> tuple[str, ...]:
    """For each config the config of one dataset that may be shared and is not hidden."""
    entries, found = catalogue.load().entries, {}
    for dataset, task in sorted(asked_parts(folder)):
        tables = [t for t in built_manifest(folder)["datasets"][dataset]["tables"] if t["task"] == task]
        if licences.may_publish(entries[dataset].record) and any(table["labelled"] for table in tables):
            found.setdefault(tables[0]["configs"][0], f"{dataset}_{task}")
    assert len({name.rpartition("_")[2] for name in found.values()}) > 12
    return tuple(one for config, one in found.items() if config in configs and config != one)


def test_inspect_runs_and_scores_as_we_do(built: Path, configs: tuple[str, ...], tmp_path: Path) -> None:
    """One dataset of each task and language."""
    done = export("inspect", built, shareable(built, configs), tmp_path / "tasks")
    run(tmp_path, "tests.inspect_parrot", "tasks", "out.json")
    results = json.loads((tmp_path / "out.json").read_text("utf-8"))
    assert set(results) == {f"bioclue_{path.stem}" for path in done.written if path.suffix == ".jsonl"}
    between = 0
    for name, result in results.items():
        assert result["status"] == "success", name
        (tmp_path / "said.jsonl").write_text(
            "".join(json.dumps(one) + "\n" for one in result["samples"]), "utf-8"
        )
        config = name.removeprefix("bioclue_")
        [entry] = score(tmp_path / "said.jsonl", config, built, Options(resamples=0))["datasets"]
        expected = {key: value for key, value in scores_of(entry) if not math.isnan(value)}
        assert result["scores"] == pytest.approx(expected, abs=1e-12), name
        between += any(0 < value < 1 for value in expected.values())
    assert between > 5
