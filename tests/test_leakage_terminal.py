"""What `bioclue leakage` writes to a terminal: one line over the other, and no name that acts on it."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.leakage import ITEMS, QUESTIONS, SCAN, Command, lines, records

pytest_plugins = ("tests.leakage_fixtures",)
CLEAR = "\r\033[K"
NASTY = "a\x1b[2J\n\tb\u202e"


@pytest.fixture
def terminal(bioclue: Command, monkeypatch: pytest.MonkeyPatch) -> Command:
    """The command line, on a terminal."""
    monkeypatch.setenv("TERM", "xterm")

    def call(*arguments: str | Path) -> object:
        monkeypatch.setattr(type(sys.stderr), "isatty", lambda _: True)
        return bioclue(*arguments)

    return call


def test_the_line_of_progress_is_cleared_before_results(here: Path, terminal: Command) -> None:
    done = terminal(*SCAN, "corpus")
    assert done.code == 0, done.err
    assert done.err.count(CLEAR) > 1
    assert done.err.rpartition(CLEAR)[2].splitlines() == ["3 rows checked against 22 records"]


def test_the_line_of_progress_is_cleared_before_an_error(
    here: Path, terminal: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bioclue_data.leakage.run.found.table", lambda _: (_ for _ in ()).throw(OSError("x")))
    done = terminal(*SCAN, "corpus")
    assert (done.code, done.err.rpartition(CLEAR)[2][:6]) == (2, "error:")


def test_a_dumb_terminal_gets_no_codes(
    here: Path, terminal: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "dumb")
    done = terminal(*SCAN, "corpus")
    assert (done.code, done.err) == (0, "3 rows checked against 22 records\n")


def test_names_do_not_act_on_the_terminal(here: Path, terminal: Command) -> None:
    (here / NASTY).mkdir()
    (here / NASTY / f"{NASTY}.jsonl").write_text(lines(records(0)) + '{"text": "x', encoding="utf-8")
    (here / NASTY / f"{NASTY}.png").write_bytes(b"")
    (here / "a.json").write_text(json.dumps([*ITEMS, {"q": QUESTIONS[0], NASTY: 1}, {"q": "?"}]))
    scan = ("leakage", "scan", "a.json", "--corpus", NASTY, "--fields", f"q,{NASTY}")
    done = terminal(*scan)
    assert done.code == 1, done.err
    shown = done.out + done.err.replace(CLEAR, "")
    assert not [code for code in NASTY if code in shown.replace("\n", "") and not code.isprintable()]
    assert "a[U+001B][2J[U+000A][U+0009]b[U+202E]" in done.out
    assert all(line.partition(" ")[0] != "b[U+202E]" for line in shown.splitlines())
    assert [corpus["corpus"] for corpus in json.loads(terminal(*scan, "--json").out)["corpora"]] == [NASTY]
