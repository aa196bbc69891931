"""Files of corpora that cannot be read, have strange names or are elsewhere: told, the rest is scanned."""

from __future__ import annotations

import io
import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from bioclue_data.building.replacing import replacing
from tests.elsewhere import Elsewhere
from tests.leakage import ITEMS, QUESTIONS, SCAN, Command, Done, exact, findings, lines, records
from tests.own import Own, item

pytest_plugins = ("tests.leakage_fixtures",)
POWERS = "-dac_override,-dac_read_search"


def as_a_user(*arguments: str) -> Done:
    """The command line in a process for which permissions count, also where tests run as root."""
    command = [sys.executable, "-m", "bioclue_data", *arguments]
    if os.geteuid() == 0:
        if not shutil.which("setpriv"):
            pytest.skip("root may read everything, and there is no setpriv")
        command = ["setpriv", "--bounding-set", POWERS, "--inh-caps", POWERS, *command]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return Done(done.returncode, done.stdout, done.stderr)


# What is no file, or may not be read


@pytest.mark.parametrize("options", [(), ("--revision", "v1")])
def test_what_is_no_regular_file_is_not_opened(
    options: tuple[str, ...], here: Path, bioclue: Command
) -> None:
    os.mkfifo(here / "corpus/pipe.jsonl")
    (here / "corpus/linked.jsonl").symlink_to("pipe.jsonl")
    (here / "corpus/endless.jsonl").symlink_to("/dev/zero")
    (here / "corpus/.hidden").symlink_to("pipe.jsonl")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("corpus/socket.jsonl")
    done = bioclue(*SCAN, "corpus", *options)
    assert done.code == 1
    for name in ("pipe", "linked", "endless", "socket"):
        assert f"problem: corpus: corpus/{name}.jsonl: is no regular file: not read\n" in done.err
    assert done.err.count("problem:") == 4
    assert exact() == ["0", "1"]


@pytest.mark.parametrize("name", ["pipe.jsonl", "pi*.jsonl", "/dev/null"])
def test_what_is_named_and_no_regular_file(name: str, here: Path, bioclue: Command) -> None:
    os.mkfifo(here / "pipe.jsonl")
    done = bioclue(*SCAN, name)
    assert (done.code, "is no regular file: not read" in done.err) == (2, True)


def test_a_folder_that_cannot_be_listed_is_named(here: Path) -> None:
    for name in ("closed", ".closed"):
        (here / "corpus" / name).mkdir()
        (here / "corpus" / name / "x.jsonl").write_text(lines(records(3)), encoding="utf-8")
        (here / "corpus" / name).chmod(0)
    done = as_a_user(*SCAN, "corpus")
    assert done.code == 1, done.err
    assert "problem: corpus: corpus/closed: cannot be listed: Permission denied" in done.err
    assert done.err.count("problem:") == 1
    assert "corpus/.closed" in done.err
    assert exact() == ["0", "1"]
    done = as_a_user(*SCAN, "corpus/closed")
    assert (done.code, "cannot be listed: Permission denied" in done.err) == (2, True)


@pytest.mark.parametrize("options", [(), ("--revision", "v1")])
def test_a_file_that_may_not_be_read_is_named_and_read_when_it_may(
    options: tuple[str, ...], here: Path
) -> None:
    closed = here / "corpus/closed.jsonl"
    closed.write_text(lines(records(3)), encoding="utf-8")
    closed.chmod(0)
    for _ in range(2):
        done = as_a_user(*SCAN, "corpus", *options)
        assert done.code == 1, done.err
        assert (
            "problem: corpus: closed.jsonl: cannot be read on from byte 0 (unpacked): Permission" in done.err
        )
        assert exact() == ["0", "1"]
    closed.chmod(0o644)
    done = as_a_user(*SCAN, "corpus", *options)
    assert (done.code, "problem" in done.err) == (0, False)
    assert exact() == ["0", "1", "2"]


# Names that are no UTF-8

GBK = os.fsdecode("题库".encode("gbk"))
READABLE = "\\xcc\\xe2\\xbf\\xe2"


def test_names_of_other_encodings_are_told(here: Path, bioclue: Command) -> None:
    assert bioclue(*SCAN, "corpus").code == 0
    (here / "corpus/good.jsonl").write_text(lines(records(filler=3)), encoding="utf-8")
    folder = here / "corpus" / GBK
    folder.mkdir()
    (folder / f"{GBK}.jsonl").write_text(lines(records(0, 2)), encoding="utf-8")
    (folder / f"empty{GBK}.jsonl").write_bytes(b"")
    (folder / f"gone{GBK}.jsonl").symlink_to("nowhere")
    (folder / f"{GBK}.png").write_bytes(b"x")
    os.mkfifo(folder / f"pipe{GBK}")
    done = bioclue(*SCAN, "corpus", "--json")
    assert (done.code, done.err.count("problem:")) == (1, 4)
    facts = json.loads(Path("leakage/scan.json").read_text(encoding="utf-8"))
    (told,) = facts["corpora"]
    assert told == json.loads(done.out)["corpora"][0]
    assert told["skipped"] == [f"corpus/{READABLE}/{READABLE}.png"]
    for name in ("empty", "gone", "pipe"):
        assert any(f"{READABLE}/{name}{READABLE}" in said for said in told["problems"])
    assert {row["file"] for row in findings()} == {f"{READABLE}/{READABLE}.jsonl"}
    assert READABLE.replace("\\", "\\\\") in Path("leakage/report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("options", [(), ("--revision", "v1")])
def test_a_corpus_and_items_of_such_names(options: tuple[str, ...], here: Path, bioclue: Command) -> None:
    folder = here / GBK
    shutil.copytree(here / "corpus", folder)
    items = folder / f"{GBK}.parquet"
    pq.write_table(pa.Table.from_pylist(ITEMS), here / "items.parquet")
    (here / "items.parquet").rename(items)
    scan = ("leakage", "scan", str(items), "--fields", "q", "--corpus")
    for corpus in (str(folder / "good.jsonl"), f"{GBK}/*.jsonl", str(folder)):
        done = bioclue(*scan, corpus, *options, "--out", str(folder / "out"))
        assert done.code == 0, done.err
    (found, *_) = pq.read_table((folder / "out/findings.parquet").open("rb")).to_pylist()
    assert (found["dataset"], found["corpus"]) == (f"{READABLE}.parquet", READABLE)


# What is no part of a corpus


@pytest.mark.parametrize("corpus", [".", "**/*", "*"])
def test_results_and_items_in_the_corpus_are_left_out(
    corpus: str, here: Path, bioclue: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "items.jsonl").rename(here / "corpus/items.jsonl")
    (here / "corpus/linked.jsonl").symlink_to("items.jsonl")
    monkeypatch.chdir(here / "corpus")
    for run in range(3):
        done = bioclue(*SCAN, corpus, *(("--revision", "v1") if corpus == "*" else ()))
        assert done.code == 0, done.err
        assert exact() == ["0", "1"]
        assert {(row["file"], row["records"]) for row in findings()} == {("good.jsonl", 1)}
        (about,) = json.loads(Path("leakage/scan.json").read_text(encoding="utf-8"))["corpora"]
        assert (about["files"], len(list(Path("leakage/parts").iterdir()))) == (1, 1)
        assert {"items.jsonl: what is checked", "linked.jsonl: what is checked"} <= set(about["skipped"])
        assert ("leakage/scan.json: results of this scan" in about["skipped"]) == bool(run)


def test_what_is_checked_is_scanned_where_it_is_named(here: Path, bioclue: Command) -> None:
    assert bioclue(*SCAN, "items.jsonl").code == 0
    assert exact() == ["0", "1", "2"]
    done = bioclue(*SCAN, "item*.jsonl")
    assert done.code == 2
    assert "only what is skipped: items.jsonl: what is checked" in done.err


def test_a_built_folder_in_the_corpus_is_left_out(here: Path, bioclue: Command) -> None:
    (here / "corpus/own").mkdir()
    made = Own(here / "corpus/own")
    made.record()
    made.put("train.json", [item(number, text) for number, text in enumerate(QUESTIONS[:3])])
    made.put("test.json", [{"id": "0", "text": QUESTIONS[3]}])
    made.build()
    shutil.rmtree(here / "corpus/own/files", ignore_errors=True)
    scan = (
        "leakage",
        "scan",
        "corpus/own/bioclue",
        "--records",
        "corpus/own/records",
        "--out",
        "o",
        "--corpus",
    )
    for corpus in ("corpus", "corpus/own/bio*/**/*.parquet", "corpus/**/*.parquet", "corpus/own/b*"):
        done = bioclue(*scan, corpus)
        assert "corpus/own/bioclue: what is checked" in done.err
    for corpus in ("corpus/own/bioclue", "corpus/own/bioclue/**/*.parquet", "corpus/own/bioclue/ner_cn"):
        assert bioclue(*scan, corpus).code == 0
        assert len([row for row in findings("o") if row["verdict"] == "exact"]) == 4


# Results: whole or as they were


def test_results_are_replaced_together_or_not_at_all(
    here: Path, bioclue: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert bioclue(*SCAN, "corpus").code == 0
    before = {path: path.read_bytes() for path in Path("leakage").iterdir() if path.is_file()}
    assert len(before) == 3
    (here / "corpus/more.jsonl").write_text(lines(records(3)), encoding="utf-8")
    monkeypatch.setattr("bioclue_data.leakage.report.render", lambda *_: "\udcff")
    with pytest.raises(UnicodeEncodeError):
        bioclue(*SCAN, "corpus")
    assert {path: path.read_bytes() for path in Path("leakage").iterdir() if path.is_file()} == before


def test_two_writers_of_one_file_do_not_meet(tmp_path: Path) -> None:
    place = tmp_path / "results/report.html"
    with replacing(place) as one, replacing(place) as other:
        one.write_text("one")
        other.write_text("other")
    assert place.read_text() == "one"
    with pytest.raises(RuntimeError), replacing(place) as one:
        one.write_text("half")
        raise RuntimeError
    assert (place.read_text(), list(place.parent.iterdir())) == ("one", [place])


# What is elsewhere


@pytest.fixture
def elsewhere() -> Iterator[MemoryFileSystem]:
    fsspec.register_implementation("elsewhere", Elsewhere, clobber=True)
    system = fsspec.filesystem("elsewhere")
    system.pipe("/corpus/good.jsonl", lines(records(0, 2)).encode())
    yield system
    system.store.clear()


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("elsewhere://closed", "Refused: nobody answers\n"),
        ("elsewhere://closed/*.jsonl", "Refused: nobody answers\n"),
        ("elsewhere://corpus/none.jsonl", "FileNotFoundError"),
        ("nosuch://host/a", "ValueError: Protocol not known: nosuch"),
        ("s3://bucket/a.jsonl", "EndpointConnectionError: Could not connect"),
    ],
)
def test_an_address_that_cannot_be_listed(
    address: str, said: str, here: Path, bioclue: Command, elsewhere: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    if address.startswith("s3"):
        pytest.importorskip("s3fs")
    for name, value in (("ACCESS_KEY_ID", "x"), ("SECRET_ACCESS_KEY", "x"), ("MAX_ATTEMPTS", "1")):
        monkeypatch.setenv(f"AWS_{name}", value)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    done = bioclue(*SCAN, address)
    assert done.code == 2
    assert f"{address}: cannot be listed: {said}" in done.err
    assert "remedy: look at the address" in done.err
    assert not (here / "leakage").exists()


@pytest.mark.parametrize(
    ("name", "said", "found"),
    [
        ("refused.jsonl", "cannot be read on: Refused: not for you", ["0", "1"]),
        ("breaks.jsonl", "cannot be read on: Refused: the line is dead", ["0", "1", "2"]),
        ("breaks.parquet", "Refused: the line is dead", ["0", "1"]),
    ],
)
def test_a_file_elsewhere_that_breaks_is_named_and_the_rest_is_scanned(
    name: str, said: str, found: list[str], bioclue: Command, here: Path, elsewhere: MemoryFileSystem
) -> None:
    content = records(3, filler=400)
    packed = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(content), packed)
    data = packed.getvalue() if name.endswith("parquet") else lines(content).encode()
    elsewhere.pipe(f"/corpus/{name}", data)
    elsewhere.pipe("/corpus/picture.png", b"x")
    done = bioclue(*SCAN, "elsewhere://corpus")
    assert done.code == 1
    assert f"problem: elsewhere://corpus: elsewhere:///corpus/{name}: " in done.err
    assert said in done.err
    assert "elsewhere:///corpus/picture.png" in done.err
    assert exact() == found


@pytest.mark.parametrize(
    ("name", "options", "expected"),
    [
        ("etag", (), (2, [1, 1, 2], ["1"])),
        ("dated", (), (2, [1, 1, 2], ["1"])),
        ("unknown", (), (3, [1, 2, 3], ["1"])),
        ("etag", ("--revision", "v1"), (1, [1, 1, 2], ["1"])),
        ("unknown", ("--revision", "v1"), (1, [1, 1, 1], ["0"])),  # as the user says
    ],
)
def test_what_changed_elsewhere_is_scanned_again(
    name: str,
    options: tuple[str, ...],
    expected: tuple[int, list[int], list[str]],
    bioclue: Command,
    here: Path,
    elsewhere: MemoryFileSystem,
) -> None:
    told, counts = set(), []
    elsewhere.pipe(f"/{name}/a.jsonl", lines(records(0)).encode())
    for run in range(3):
        if run == 2:
            elsewhere.pipe(f"/{name}/a.jsonl", lines(records(2)).encode())
        assert bioclue(*SCAN, f"elsewhere://{name}/a.jsonl", *options).code == 0
        told |= {row["revision"] for row in findings()}
        counts.append(len(list((here / "leakage/parts").iterdir())))
    assert (len(told), counts, exact()) == expected


def test_a_fault_of_ours_is_no_problem_of_a_file(
    here: Path, bioclue: Command, elsewhere: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise AssertionError("ours")

    monkeypatch.setattr("bioclue_data.leakage.reading.json_records.records", fails)
    with pytest.raises(AssertionError, match="ours"):
        bioclue(*SCAN, "elsewhere://corpus")


@pytest.mark.parametrize("below", ["corpus", "corpus/good.jsonl", "corpus/*.jsonl"])
def test_an_address_of_this_machine_is_the_path(below: str, here: Path, bioclue: Command) -> None:
    found = []
    for name in (str(here / below), f"file://{here / below}", f"local://{here / below}"):
        assert bioclue(*SCAN, name).code == 0
        found.append(findings())
    assert found[0] == found[1] == found[2]
    assert len(list((here / "leakage/parts").iterdir())) == 1


def test_a_missing_file_of_this_machine_is_missing_by_any_name(here: Path, bioclue: Command) -> None:
    done = bioclue(*SCAN, f"file://{here}/none.jsonl")
    assert (done.code, "neither a path here nor a known corpus" in done.err) == (2, True)
