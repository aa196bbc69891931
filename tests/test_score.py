"""`bioclue score`: groups, intervals, and what is refused."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bioclue_data.errors import UsageError
from bioclue_data.export._predictions import Predictions
from bioclue_data.metrics import registry
from bioclue_data.scoring.score import Options, score
from tests.own import Own
from tests.scoring import LABELLED, labelled_rows, leak, mark
from tests.test_cli import bioclue

COUNT = 60
QUICK = Options(resamples=0)


def label(number: int) -> str:
    return "甲" if number % 3 else "乙"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two datasets of one config; 20 rows of `own` are leaked, 20 clean, 20 unchecked."""
    root = tmp_path_factory.mktemp("score")
    for name in ("own", "other"):
        made = Own(root, id=name, tasks=("tc",), body=LABELLED)
        made.record()
        items = [{"id": str(n), "text": f"{name} 文本{n}号", "label": label(n)} for n in range(COUNT)]
        made.put("validation.json", items if name == "own" else items[:6])
        made.put("train.json", [{"id": "t", "text": "训练", "label": "甲"}])
        made.put("test.json", [{"id": "x", "text": "测试"}])
    folder = made.build("own", "other").folder
    mark(folder, "validation", [[leak("exact")], [leak("near_duplicate")], [leak("suspected")]], 20, 40)
    return folder


def predictions(
    folder: Path, right: Any, dataset: str = "own", split: str = "validation", count: int = COUNT
) -> Path:
    """A file of predictions: the gold where `right(number)`, else the other label."""
    other = {"甲": "乙", "乙": "甲"}
    path = folder / "predictions.jsonl"
    with path.open("a", encoding="utf-8") as file:
        for number in range(count):
            said = label(number) if right(number) else other[label(number)]
            file.write(json.dumps({"item_id": f"{dataset}:{split}:{number}", "labels": [said]}) + "\n")
    return path


def test_clean_leaked_and_unchecked_items_are_scored_apart(built: Path, tmp_path: Path) -> None:
    path = predictions(tmp_path, lambda number: number < 20 or number % 2 == 0)
    [entry] = score(path, "own_tc", built, QUICK)["datasets"]
    groups = {
        name: (group["items"], group["scores"]["accuracy"][0]) for name, group in entry["groups"].items()
    }
    assert groups == {"all": (60, 40 / 60), "clean": (20, 0.5), "leaked": (20, 1.0), "unchecked": (20, 0.5)}
    assert (entry["split"], entry["metrics"], entry["headline"]) == ("validation", "classes", "accuracy")


def test_items_that_authors_declare_are_not_clean(built: Path, tmp_path: Path) -> None:
    folder = tmp_path / "bioclue"
    shutil.copytree(built, folder)
    mark(folder, "validation", [[leak("declared")], [leak("declared"), leak("exact")]], 10, 20)
    [entry] = score(predictions(tmp_path, lambda _: True), "own_tc", folder, QUICK)["datasets"]
    sizes = {name: group["items"] for name, group in entry["groups"].items()}
    assert sizes == {"all": 60, "clean": 10, "leaked": 5, "declared": 5, "unchecked": 40}


def test_intervals_are_seeded_and_hold_the_score(built: Path, tmp_path: Path) -> None:
    path = predictions(tmp_path, lambda number: number % 4 > 0)
    reports = [score(path, "own", built, Options(resamples=500, seed=seed)) for seed in (1, 1, 2)]
    assert reports[0] == reports[1]
    assert reports[0]["datasets"] != reports[2]["datasets"]
    value, low, high = reports[0]["datasets"][0]["groups"]["all"]["scores"]["accuracy"]
    assert value == 0.75
    spread = 1.96 * np.sqrt(0.75 * 0.25 / COUNT)
    assert (low, high) == (pytest.approx(0.75 - spread, abs=0.04), pytest.approx(0.75 + spread, abs=0.04))


def test_many_resamples_are_made_in_pieces(
    built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bioclue_data.scoring import bootstrap

    path = predictions(tmp_path, lambda number: number % 4 > 0)
    once = score(path, "own", built, Options(resamples=300))
    monkeypatch.setattr(bootstrap, "AT_ONCE", COUNT * 7)
    assert score(path, "own", built, Options(resamples=300)) == once


def test_a_config_has_means_over_datasets_and_over_all_items(built: Path, tmp_path: Path) -> None:
    predictions(tmp_path, lambda _: True)
    path = predictions(tmp_path, lambda number: number < 3, "other", count=6)
    report = score(path, "tc_cn", built, Options(resamples=200))
    assert {entry["dataset"]: entry["items"] for entry in report["datasets"]} == {"own": 60, "other": 6}
    macro, micro = (report[how]["classes"]["all"]["scores"]["accuracy"] for how in ("macro", "micro"))
    assert macro[0] == 0.75
    assert micro[0] == pytest.approx(63 / 66)
    assert macro[1] <= macro[0] <= macro[2] < 1.0
    assert report["macro"]["classes"]["leaked"]["items"] == 20


def test_missing_predictions_are_an_error_or_wrong(built: Path, tmp_path: Path) -> None:
    path = predictions(tmp_path, lambda _: True, count=50)
    with pytest.raises(UsageError, match="10 items have no prediction, first own:validation:50"):
        score(path, "own", built, QUICK)
    [entry] = score(path, "own", built, Options(resamples=0, missing_as_wrong=True))["datasets"]
    assert entry["missing"] == 10
    assert entry["groups"]["all"]["scores"]["accuracy"][0] == pytest.approx(50 / 60)


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ({"item_id": "own:validation:99", "labels": ["甲"]}, "for no item"),
        ({"item_id": "own:test:x", "labels": ["甲"]}, "for no item"),
        ({"item_id": "own:validation:0", "labels": ["乙"]}, "second prediction"),
        ({"labels": ["甲"]}, "item_id"),
    ],
)
def test_predictions_that_fit_no_item(built: Path, tmp_path: Path, line: Any, complaint: str) -> None:
    path = predictions(tmp_path, lambda _: True)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
    with pytest.raises(UsageError, match=complaint):
        score(path, "own", built, QUICK)


def test_hidden_gold_is_not_scored(built: Path, tmp_path: Path) -> None:
    path = predictions(tmp_path, lambda _: True, split="test", count=1)
    with pytest.raises(UsageError, match="no labelled items in test"):
        score(path, "own", built, Options(split="test"))


def test_the_command(built: Path, tmp_path: Path) -> None:
    path = predictions(tmp_path, lambda number: number % 2 == 0)
    done = bioclue("score", str(path), "own_tc", "--from", str(built), "--bootstrap", "50")
    assert done.returncode == 0, done.stderr
    head, columns, accuracy, _ = done.stdout.splitlines()
    assert head == "own tc validation: 60 items"
    assert columns.split() == ["score", "all", "(60)", "clean", "(20)", "leaked", "(20)", "unchecked", "(20)"]
    assert accuracy.startswith("accuracy *")
    assert accuracy.count("0.5000 [") == 4
    done = bioclue("score", str(path), "own_tc", "--from", str(built), "--json", "--split", "validation")
    assert json.loads(done.stdout)["resamples"] == 1000
    done = bioclue("score", str(path), "own_tc", "--from", str(built), "--split", "train")
    assert (done.returncode, done.stdout) == (2, "")
    assert "for no item" in done.stderr


def test_relations_may_bring_mentions_of_their_own(tmp_path: Path) -> None:
    """A system that finds the mentions too has ids of its own for them."""
    gold = next(row for row in labelled_rows("re") if row["entities"] and row["relations"])
    renamed = json.loads(json.dumps(gold).replace('"T1"', '"X1"').replace('"T3"', '"X3"'))
    line = {"item_id": gold["item_id"], "relations": renamed["relations"]}
    family = registry.TASKS["re"]
    found = []
    for given in (line, line | {"entities": renamed["entities"]}):
        path = tmp_path / "p.jsonl"
        path.write_text(json.dumps(given), "utf-8")
        predicted = Predictions(path).filler("re")(gold)
        found.append(family.score([family.count(gold, predicted)])["f1"])
    assert found == [0.0, 1.0]
