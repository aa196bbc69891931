"""A table of a built folder that is cut, or gone, is named by whatever reads the folder."""

from __future__ import annotations

import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from bioclue_data import api
from bioclue_data.building.flags import Flags
from bioclue_data.errors import InvalidDataError
from bioclue_data.leakage import flags
from tests.leakage import Command
from tests.own import digest

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


@pytest.mark.parametrize("how", ["edited", "gone"])
def test_a_table_that_is_not_what_was_built_is_not_flagged(
    built: Path, here: Path, bioclue: Command, how: str
) -> None:
    shutil.copytree(built, here / "bad")
    table = sorted((here / "bad").glob("ner_en/*/*.parquet"))[0]
    rows = pq.read_table(table)
    table.unlink()
    if how == "edited":
        pq.write_table(rows.slice(1), table)
    before = digest(here / "bad")
    done = bioclue("leakage", "scan", "bad", "--corpus", "corpus", "--write")
    assert done.code == 1
    assert str(table.relative_to(here)) in done.err
    assert "remedy: `bioclue validate bad`" in done.err
    assert digest(here / "bad") == before
    assert not (here / "leakage").exists()


def test_a_table_that_changed_during_the_scan_is_not_flagged(built: Path, here: Path) -> None:
    shutil.copytree(built, here / "bad")
    table = sorted((here / "bad").glob("ner_en/bc5cdr/test-*.parquet"))[0]
    pq.write_table(pq.read_table(table).slice(1), table)
    before = digest(here / "bad")
    with pytest.raises(InvalidDataError, match="not what was built"):
        flags.write_into(here / "bad", Flags({}, {("bc5cdr", "test"): ["c@1#m"]}))
    assert digest(here / "bad") == before
