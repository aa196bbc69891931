"""Fixtures of tests that scan from the command line, in this process."""

from __future__ import annotations

from pathlib import Path

import pytest

from bioclue_data import cli
from tests.leakage import ITEMS, QUESTIONS, Command, Done, lines, records
from tests.own import Own, item


@pytest.fixture
def bioclue(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """The command line, in this process."""

    def call(*arguments: str | Path) -> Done:
        monkeypatch.setattr("sys.argv", ["bioclue", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return Done(int(ended.value.code or 0), *capsys.readouterr())

    return call


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with items and a corpus that has the first two of them."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BIOCLUE_CACHE", str(tmp_path / "cache"))
    (tmp_path / "items.jsonl").write_text(lines(ITEMS), encoding="utf-8")  # type: ignore[arg-type]
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus/good.jsonl").write_text(lines(records(0, 2)), encoding="utf-8")
    return tmp_path


@pytest.fixture
def own(here: Path) -> Own:
    """A built folder in the working folder, with the record of its dataset."""
    made = Own(here)
    made.record()
    made.put("train.json", [item(number, text) for number, text in enumerate(QUESTIONS[:3])])
    made.put("test.json", [{"id": "0", "text": QUESTIONS[3]}])
    made.build()
    return made
