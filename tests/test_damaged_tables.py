"""A table of a built folder that is cut, or gone, is named by whatever reads the folder."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bioclue_data import api
from tests.leakage import Command

pytest_plugins = ("tests.leakage_fixtures",)

COMMANDS = {
    "scan": ("leakage", "scan", "bad", "--corpus", "corpus", "--out", "found"),
    "matrix": ("leakage", "matrix", "bad"),
    "audit": ("audit", "bad", "--out", "audited"),
    "compare": ("compare", "bad", "good"),
    "export": ("export", "jsonl", "ner_en", "--from", "bad", "--out", "exported"),
}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BIOCLUE_CACHE", str(tmp_path_factory.mktemp("cache")))
        folder = tmp_path_factory.mktemp("built") / "bioclue"
        return api.build("ncbi_disease", "bc5cdr", sample=True, out=folder).folder


@pytest.mark.parametrize("is_gone", [False, True])
@pytest.mark.parametrize("name", COMMANDS)
def test_a_table_that_cannot_be_opened_is_named(
    built: Path, here: Path, bioclue: Command, name: str, is_gone: bool
) -> None:
    for copy in ("good", "bad"):
        shutil.copytree(built, here / copy)
    table = sorted((here / "bad").glob("ner_en/*/*.parquet"))[0]
    table.write_bytes(table.read_bytes()[:-100])
    if is_gone:
        table.unlink()
    done = bioclue(*COMMANDS[name])
    assert done.code != 0
    assert str(table.relative_to(here)) in done.err
    assert ("not there" in done.err or "No such file" in done.err) == is_gone
    assert is_gone or "remedy: `bioclue validate`" in done.err
    assert not any((here / left).exists() for left in ("exported", "audited"))
