"""A whole check: units, parts, shards, resuming; the same findings whatever the way."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bioclue_data.leakage import findings as found
from bioclue_data.leakage import parts, revisions, run, targets
from bioclue_data.leakage.reading import reader
from bioclue_data.leakage.rows import together
from tests import leakage as own

NAMES = ("item_id", "verdict", "file", "record", "records")


@pytest.fixture(autouse=True)
def one_file_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "BUNDLE", 1)


@pytest.fixture
def corpus(tmp_path: Path) -> run.Source:
    return own.corpus(tmp_path / "corpus")


class Counting:
    """The engine of this process, with the units that it was given."""

    def __init__(self) -> None:
        self.units: list[run.Unit] = []
        self._inner = run._Threads()

    def __call__(self, units: Sequence[run.Unit], *rest: Any) -> Any:
        for unit, result in self._inner(units, *rest):
            self.units.append(unit)
            yield unit, result


def checked(*corpora: run.Source, rows: Any = None, **options: Any) -> list[dict[str, Any]]:
    table, _ = run.check(rows or own.rows(), corpora, run.Options(**options))
    assert table.schema == found.SCHEMA
    return table.to_pylist()


def brief(rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in NAMES) for row in rows]


def test_the_best_of_all_files_and_the_records_of_all(corpus: run.Source) -> None:
    table, summary = run.check(own.rows(), [corpus])
    expected = [(f"own:test:{n}", "exact", f"{n:03}.jsonl", 0, 2) for n in range(6)]
    assert brief(table.to_pylist()) == expected
    (about,) = summary.corpora
    assert (about["files"], about["records"], about["problems"]) == (6, 6 * 23, [])
    assert summary.datasets == [{"dataset": "own", "task": "qa", "split": "test", "rows": 6}]
    assert summary.problems == []


@pytest.mark.parametrize("threads", [1, 3])
def test_neither_threads_nor_units_matter(
    corpus: run.Source, threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = checked(corpus)
    assert checked(corpus, threads=threads) == expected
    monkeypatch.setattr(run, "BUNDLE", 1 << 20)
    assert checked(corpus, threads=threads) == expected


def test_groups_of_rows_do_not_matter(corpus: run.Source, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = run.check(own.rows(), [corpus])
    for name in ("GROUP_TOKENS", "PORTION"):
        monkeypatch.setattr(targets, name, 20)
    assert [group.is_last for group in targets.groups(own.rows())] == [False, False, False, True]
    table, summary = run.check(own.rows(), [corpus])
    assert brief(table.to_pylist()) == brief(expected[0].to_pylist())
    assert summary == expected[1]


def tokens_of(text: str) -> int:
    (rows,) = together([row._replace(fields=own.fields(text)) for row in own.rows()[:1]])
    return targets._sizes(rows)[0][0]


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", 0),
        ("a word has six characters, about", 5),
        ("a word — as “so” — has six characters, too; and naïve letters are letters", 15),
        ("右膝发出蓝色微光", 8),
        ("血压 120 mmHg，心率 80", 7),
    ],
)
def test_how_many_tokens_a_text_has_about(text: str, tokens: int) -> None:
    assert tokens_of(text) == tokens


def test_a_paper_with_a_dash_in_it_counts_no_more_than_without() -> None:
    plain = "The green lamp of the third ward blinked twice. " * 1000
    assert tokens_of(f"{plain}–") == pytest.approx(tokens_of(plain), abs=2)


def test_rows_of_long_texts_go_together() -> None:
    paper = "The green lamp of the third ward blinked twice – why is not known. " * 500
    rows = [row._replace(fields=own.fields(paper)) for row in own.rows() * 40]
    assert [(len(group.rows), group.is_last) for group in targets.groups(rows)] == [(240, True)]
    (group,) = targets.groups(rows)
    assert Counter(group.portions.tolist()) == {0: 60, 1: 60, 2: 60, 3: 60}


def test_files_are_asked_for_their_sizes_once_whatever_the_groups(
    corpus: run.Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    size = run._size
    monkeypatch.setattr(run, "_size", lambda file: asked.append(file) or size(file))
    monkeypatch.setattr(targets, "GROUP_TOKENS", 20)
    monkeypatch.setattr(targets, "PORTION", 20)
    checked(corpus, parts=tmp_path / "parts")
    assert len(list((tmp_path / "parts").iterdir())) > 12
    assert len(asked) == 2 * len(corpus.files)


def test_what_is_done_is_not_scanned_again(corpus: run.Source, tmp_path: Path) -> None:
    first, again, more = Counting(), Counting(), Counting()
    expected = checked(corpus, parts=tmp_path / "parts", engine=first)
    assert checked(corpus, parts=tmp_path / "parts", engine=again) == expected
    assert (len(first.units), len(again.units)) == (6, 0)
    one = sorted((tmp_path / "parts").iterdir())
    one[0].unlink()
    one[1].write_bytes(one[1].read_bytes()[:100])
    assert checked(corpus, parts=tmp_path / "parts", engine=more) == expected
    assert len(more.units) == 2


def test_other_rows_thresholds_fields_or_files_are_scanned(corpus: run.Source, tmp_path: Path) -> None:
    place = tmp_path / "parts"
    checked(corpus, parts=place)

    def scanned(source: run.Source, **options: Any) -> int:
        engine = Counting()
        checked(source, parts=place, engine=engine, **options)
        return len(engine.units)

    assert scanned(corpus, rows=own.rows(5)) == 6
    assert scanned(corpus, rows=[row._replace(item_id=f"{row.item_id}~2") for row in own.rows()]) == 6
    assert scanned(corpus, thresholds=run.Thresholds(near_long=0.71)) == 6
    assert scanned(run.Source(corpus.corpus, corpus.revision, corpus.files, ("text",))) == 6
    (Path(corpus.files[0])).write_text(own.lines(own.records(3)), encoding="utf-8")
    assert scanned(own.source(tmp_path / "corpus")) == 6
    assert scanned(own.source(tmp_path / "corpus")) == 0


def test_shards_join_to_one_run(corpus: run.Source, tmp_path: Path) -> None:
    expected, place = checked(corpus), tmp_path / "parts"
    shards = [checked(corpus, parts=place, shard=(n, 4)) for n in range(4)]
    assert max(map(len, shards)) < len(expected)
    assert {row["item_id"] for rows in shards for row in rows} == {row["item_id"] for row in expected}
    engine = Counting()
    assert checked(corpus, parts=place, engine=engine) == expected
    assert engine.units == []


def test_shards_of_two_machines_join_whatever_their_folders(corpus: run.Source, tmp_path: Path) -> None:
    expected = checked(corpus)
    elsewhere = tmp_path / "other machine" / "语料"
    shutil.copytree(tmp_path / "corpus", elsewhere)
    checked(corpus, parts=tmp_path / "here", shard=(0, 2))
    checked(own.source(elsewhere), parts=tmp_path / "there", shard=(1, 2))
    shutil.copytree(tmp_path / "there", tmp_path / "here", dirs_exist_ok=True)
    engine = Counting()
    assert checked(corpus, parts=tmp_path / "here", engine=engine) == expected
    assert engine.units == []


KILLED = """
import os, signal, sys
from pathlib import Path
from bioclue_data.leakage import run
from tests import leakage as own
run.BUNDLE = 1
def say(text):
    print(text, flush=True)
    if text.endswith("003.jsonl"):
        os.kill(os.getpid(), signal.SIGKILL)
run.check(own.rows(), [own.source(Path(sys.argv[1]))], run.Options(parts=Path(sys.argv[2])), say)
"""


def test_a_killed_run_goes_on(corpus: run.Source, tmp_path: Path) -> None:
    place = tmp_path / "parts"
    command = [sys.executable, "-c", KILLED, str(tmp_path / "corpus"), str(place)]
    killed = subprocess.run(command, capture_output=True, text=True, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert len(list(place.glob("*.parquet"))) == 3
    engine = Counting()
    assert checked(corpus, parts=place, engine=engine) == checked(corpus)
    assert [Path(unit.files[0]).name for unit in engine.units] == ["003.jsonl", "004.jsonl", "005.jsonl"]


def test_a_file_that_vanishes_is_told_and_the_rest_is_scanned(corpus: run.Source, tmp_path: Path) -> None:
    expected = checked(corpus)

    def say(text: str) -> None:
        Path(corpus.files[-1]).unlink(missing_ok=True)

    table, summary = run.check(own.rows(), [corpus], run.Options(parts=tmp_path / "parts"), say)
    assert len(table) == len(expected)
    assert table["verdict"].to_pylist()[:5] == ["exact"] * 5
    assert table["verdict"].to_pylist()[5] != "exact"
    assert len(summary.problems) >= 1
    assert all("005.jsonl" in problem for problem in summary.problems)


def test_a_file_that_changes_during_the_scan_is_told_and_scanned_again(
    corpus: run.Source, tmp_path: Path
) -> None:
    expected = checked(corpus)
    source = replace(corpus, states=revisions.states_of(corpus.files))
    path, whole = Path(corpus.files[-1]), Path(corpus.files[-1]).read_bytes()
    stood = path.stat()

    def say(text: str) -> None:
        if text.endswith("005.jsonl"):
            path.write_text(own.lines(own.records(filler=1)), encoding="utf-8")

    options = run.Options(parts=tmp_path / "parts")
    _, summary = run.check(own.rows(), [source], options, say)
    assert summary.problems == ["own_corpus: 005.jsonl: changed during the scan: start it again"]
    assert summary.corpora[0]["method"].endswith("+partial")
    assert len(list((tmp_path / "parts").glob("*.parquet"))) == 5
    path.write_bytes(whole)
    os.utime(path, ns=(stood.st_atime_ns, stood.st_mtime_ns))
    table, summary = run.check(own.rows(), [source], options)
    assert table.to_pylist() == expected
    assert summary.problems == []


def test_what_is_elsewhere_and_was_not_read_well_is_tried_again(tmp_path: Path) -> None:
    address = f"file://{tmp_path}/late.jsonl"
    source = run.Source("remote", "r", (address,))
    table, summary = run.check(own.rows(), [source], run.Options(parts=tmp_path / "parts"))
    assert (len(table), bool(summary.problems)) == (0, True)
    (tmp_path / "late.jsonl").write_text(own.lines(own.records(1)), encoding="utf-8")
    table, summary = run.check(own.rows(), [source], run.Options(parts=tmp_path / "parts"))
    assert (table["item_id"].to_pylist(), summary.problems) == (["own:test:1"], [])
    assert table["file"].to_pylist() == [address]


@pytest.mark.parametrize("tokens", [20, targets.GROUP_TOKENS])
def test_files_are_read_once_whatever_the_groups(
    corpus: run.Source, tokens: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened, engine = [], run._Threads()
    read = reader.read
    monkeypatch.setattr(reader, "read", lambda file, **rest: opened.append(file) or read(file, **rest))
    monkeypatch.setattr(targets, "GROUP_TOKENS", tokens)
    monkeypatch.setattr(targets, "PORTION", tokens)
    checked(corpus, engine=engine)
    assert opened == list(corpus.files)
    assert engine._held._units == {}  # the last rows do not need them any more


def test_names_of_parts_are_safe_and_of_bounded_length() -> None:
    name = parts.name("hf://datasets/某/" + "x" * 400 + "*?.jsonl", [], "")
    assert "/" not in name
    assert len(name) < 100


def test_nothing_of_this_machine_is_in_findings(
    corpus: run.Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert str(tmp_path) not in str(checked(corpus))
    alone = run.Source("one", "r", corpus.files[:1])
    assert {row["file"] for row in checked(alone)} == {"000.jsonl"}
    monkeypatch.chdir(tmp_path)
    relative = run.Source("one", "r", ("corpus/000.jsonl", str(tmp_path / "corpus/001.jsonl")))
    assert {row["file"] for row in checked(relative)} == {"000.jsonl", "001.jsonl"}
