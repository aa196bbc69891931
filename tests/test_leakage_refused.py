"""What `bioclue leakage` refuses of a built folder before it begins, and what it says then."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.leakage import Command
from tests.own import Own

pytest_plugins = ("tests.leakage_fixtures",)


OF_OWN = ("leakage", "scan", "bioclue", "--records", "records", "--corpus", "corpus")


@pytest.mark.parametrize("is_absolute", [False, True])
def test_write_leaves_what_is_outside_the_folder(own: Own, bioclue: Command, is_absolute: bool) -> None:
    folder, outside = own.root / "bioclue", own.root / "precious.parquet"
    path = "ner_cn/own/test-00000-of-00001.parquet"
    outside.write_bytes((folder / path).read_bytes())
    before = outside.read_bytes()
    manifest = (folder / "manifest.json").read_text(encoding="utf-8")
    there = str(outside) if is_absolute else "../precious.parquet"
    (folder / "manifest.json").write_text(manifest.replace(path, there), encoding="utf-8")
    done = bioclue(*OF_OWN, "--write")
    assert (done.code, "leads out of the folder" in done.err) == (2, True)
    assert outside.read_bytes() == before


def test_write_is_refused_before_the_scan(own: Own, bioclue: Command, monkeypatch: Any) -> None:
    monkeypatch.setattr("os.access", lambda path, mode: Path(path).name != "bioclue" or not mode & os.W_OK)
    done = bioclue(*OF_OWN, "--write")
    assert (done.code, "bioclue: this folder may not be written" in done.err) == (2, True)
    assert not (own.root / "leakage").exists()


@pytest.mark.parametrize("command", [("scan", "corpus", "--corpus", "corpus"), ("matrix", "corpus")])
def test_what_no_build_made_is_told_with_what_to_do(
    command: tuple[str, ...], here: Path, bioclue: Command
) -> None:
    done = bioclue("leakage", *command)
    assert (done.code, "name a folder that `bioclue build` made" in done.err) == (2, True)
    assert "--out" not in done.err
    done = bioclue("build", "bc5cdr", "--sample", "--out", "corpus")
    assert (done.code, "choose another --out" in done.err) == (2, True)


@pytest.mark.parametrize(
    ("options", "said", "remedy"),
    [
        (["--split", "tset"], "no split tset here", "did you mean test?"),
        (["--split", "test", "--split", "dev"], "no split dev here", "it has test, train"),
        (["--dataset", "own", "--dataset", "owm"], "no dataset owm here", "did you mean own?"),
        (["--config", "ner_en"], "no config ner_en here", "did you mean ner_cn"),
        (["--fields", "text"], "--fields names those of a FILE", "--corpus-fields chooses"),
        (["--fields", "text", "--corpus-fields", "text"], "--fields names those of a FILE", "leave it out"),
    ],
)
def test_options_that_would_do_nothing(
    own: Own, bioclue: Command, options: list[str], said: str, remedy: str
) -> None:
    done = bioclue(*OF_OWN, *options)
    assert (done.code, f"bioclue: {said}" in done.err, remedy in done.err) == (2, True, True), done.err
    if "--split" in options or "--dataset" in options:
        done = bioclue("leakage", "matrix", "bioclue", "--records", "records", *options)
        assert (done.code, said in done.err, remedy in done.err) == (2, True, True), done.err


def test_nothing_of_a_built_folder_to_check(own: Own, bioclue: Command) -> None:
    path = own.root / "bioclue/manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["datasets"]["own"]["tables"][0]["configs"] = ["apart"]
    path.write_text(json.dumps(manifest), encoding="utf-8")
    done = bioclue(*OF_OWN, "--config", "apart", "--split", "train")
    assert (done.code, "nothing here to check" in done.err) == (2, True)
