"""What `bioclue leakage` writes to a terminal: one line over the other, and no name that acts on it."""

from __future__ import annotations

import errno
import json
import os
import sys
from pathlib import Path

import pytest

from bioclue_data.leakage import revisions
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


def test_an_interrupted_scan_says_how_to_go_on(
    here: Path, terminal: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("bioclue_data.leakage.run.found.table", interrupted)
    done = terminal(*SCAN, "corpus")
    said = done.err.rpartition(CLEAR)[2]
    assert (done.code, said) == (130, "the same command goes on where it was\ninterrupted\n")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(errno.ENOSPC, "No space left", "a/b"), "error: a/b: No space left\n  remedy: make room"),
        (
            OSError(errno.EFBIG, "File too large", b"b"),
            "b: File too large\n  remedy: the file system",
        ),
        (
            PermissionError(errno.EACCES, "Permission denied", "c"),
            "c: Permission denied\n  remedy: see that you",
        ),
        (OSError(errno.EIO, "I/O error", 3), "error: I/O error\n"),
        (OSError("whatever it is"), "error: whatever it is\n"),
    ],
)
def test_errors_of_the_system_have_a_place_and_a_remedy(
    here: Path, bioclue: Command, monkeypatch: pytest.MonkeyPatch, error: OSError, said: str
) -> None:
    monkeypatch.setattr("bioclue_data.leakage.run.found.table", lambda _: (_ for _ in ()).throw(error))
    done = bioclue(*SCAN, "corpus")
    assert (done.code, said in done.err) == (2, True), done.err


@pytest.mark.parametrize("out", ["here", "here/below", "file", "file/below", "old"])
def test_an_out_that_cannot_be_written_is_refused_before_the_work(
    here: Path, bioclue: Command, monkeypatch: pytest.MonkeyPatch, out: str
) -> None:
    for folder in ("here", "old/parts"):
        (here / folder).mkdir(parents=True)
    (here / "file").write_text("precious")
    may = os.access
    refused = {"here", "old/parts"}
    monkeypatch.setattr(
        os, "access", lambda path, mode: not (mode & os.W_OK and str(path) in refused) and may(path, mode)
    )
    monkeypatch.setattr(revisions, "file_sha256", lambda _: pytest.fail("hashed"))
    done = bioclue(*SCAN, "corpus", "--out", out)
    assert (done.code, f"error: --out {out}: " in done.err, "another --out" in done.err) == (2, True, True)


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
