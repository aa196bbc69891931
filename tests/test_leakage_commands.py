"""`bioclue leakage scan` from the outside: files of every kind, whole and damaged, and exit codes."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bioclue_data import api
from bioclue_data.leakage import revisions, run
from tests.leakage import FILLER, ITEMS, SCAN, Command, exact, findings, lines, records
from tests.own import Own, digest, item

pytest_plugins = ("tests.leakage_fixtures",)


# The files of the user's


def _csv(path: Path) -> None:
    path.write_text(
        "n,q,o\n" + "".join(f'{n},"{one["q"]}",x\n' for n, one in enumerate(ITEMS)), encoding="gb18030"
    )


def _arrow(path: Path) -> None:
    table = pa.Table.from_pylist(ITEMS)
    with pa.ipc.new_stream(path, table.schema) as writer:
        writer.write_table(table)


FILES: dict[str, Callable[[Path], object]] = {
    "a.jsonl": lambda path: path.write_text("\ufeff" + lines(ITEMS), encoding="utf-8"),  # type: ignore[arg-type]
    "a.json": lambda path: path.write_text(json.dumps(ITEMS, indent=1), encoding="utf-8"),
    "a.csv": _csv,
    "a.tsv": lambda path: path.write_text("q\to\n" + "".join(f"{one['q']}\tx\n" for one in ITEMS)),
    "a.parquet": lambda path: pq.write_table(pa.Table.from_pylist(ITEMS), path),
    "PARQUET": lambda path: pq.write_table(pa.Table.from_pylist(ITEMS), path),
    "a.arrow": _arrow,
    "utf16.jsonl": lambda path: path.write_text(lines(ITEMS), encoding="utf-16"),  # type: ignore[arg-type]
    "a.jsonl.gz": lambda path: path.write_bytes(gzip.compress(lines(ITEMS).encode())),  # type: ignore[arg-type]
    "data.json": lambda path: path.write_text(json.dumps({"version": "1", "data": ITEMS})),
    "ids.json": lambda path: path.write_text(json.dumps({f"i{n}": one for n, one in enumerate(ITEMS)})),
    "cr.jsonl": lambda path: path.write_text(lines(ITEMS).replace("\n", "\r"), newline=""),  # type: ignore[arg-type]
    "A.CSV": lambda path: path.write_text("q;o\n" + "".join(f'"{one["q"]}";x\n' for one in ITEMS)),
}


@pytest.mark.parametrize("name", FILES)
def test_items_of_the_users(name: str, here: Path, bioclue: Command) -> None:
    FILES[name](here / name)
    done = bioclue("leakage", "scan", name, "--fields", "q,o", "--corpus", "corpus", "--json")
    assert done.code == 0, done.err
    assert exact() == ["0", "1"]
    told = json.loads(done.out)
    assert told["datasets"] == [{"dataset": name, "task": "file", "split": "", "rows": 3}]
    assert [row["rows"] for row in told["findings"]] == [2]
    assert (here / "leakage/report.html").is_file()
    assert json.loads((here / "leakage/scan.json").read_text(encoding="utf-8"))["views"] == told["views"]
    done = bioclue("leakage", "scan", name, "--fields", "q,answer", "--corpus", "corpus")
    assert done.code == 2
    assert "no field answer" in done.err
    assert "q, o" in done.err


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.jsonl", b"", "nothing here to check"),
        ("a.json", b"[]", "nothing here to check"),
        ("a.csv", b"q,o\n", "nothing here to check"),
        ("a.jsonl", b'{"q": "x"}\n{"q": \n', "line 2"),
        ("a.jsonl", b'{"q": "x"}\n3\n', "line 2"),
        ("a.json", b'[{"q": "x"}, 3]', "element 2 is no JSON object"),
        ("a.parquet", b"PAR1", "cannot be read"),
        ("a.jsonl", b"\xff\xff\xff", "bytes are no UTF-8"),
        ("a.jsonl", b'{"q":' + b"[" * 10_000 + b"]" * 10_000 + b"}", "nested too deeply"),
        ("a.jsonl", gzip.compress(b'{"q": "x"}' * 9, mtime=0)[:-12], "cannot be read"),
        ("a.jsonl", b"\x89PNG\r\n\x1a\n", "this is a PNG image"),
        ("a.xml", b"<r><q>x</q><q>y</q></r>", "this is XML"),
        ("a.csv", b"q,q\na,b\n", "two columns are called q"),
        ("a.csv", b"q,o\na,b,c\n", "line 2: 3 cells, but the header has 2"),
        ("a.csv", b'q,o\na,b\n"c,d\ne,f\n', "line 3: a quote opens a cell and is not closed"),
        ("a.csv", b'q,o\n"a\r\nb","c\r\nd,e', "line 3: a quote opens a cell and is not closed"),
        ("a.csv", b'"q,o\n' + b"a,b\n" * 90_000, "line 1: a quote opens a cell and is not closed"),
        ("a.tsv", b'q\na\n"', "line 3: a quote opens a cell and is not closed"),
        ("a.jsonl", b'{"q": ""}\n{"q": null}\n{"q": "?!"}\n', "no row has letters or digits in q"),
    ],
)
def test_bad_items_of_the_users(name: str, content: bytes, said: str, here: Path, bioclue: Command) -> None:
    (here / name).write_bytes(content)
    done = bioclue("leakage", "scan", name, "--fields", "q", "--corpus", "corpus")
    assert (done.code, said in done.err) == (2, True), done.err
    assert "Traceback" not in done.err
    assert not (here / "leakage").exists()


def test_one_item_in_many_lines(here: Path, bioclue: Command) -> None:
    (here / "a.json").write_text(json.dumps(ITEMS[0], indent=1))
    assert bioclue("leakage", "scan", "a.json", "--fields", "q,o", "--corpus", "corpus").code == 0
    assert exact() == ["0"]


def test_a_column_of_its_own_may_hold_separators(here: Path, bioclue: Command) -> None:
    (here / "a.csv").write_text("q\n" + "".join(f"{one['q']}\n" for one in ITEMS))
    assert bioclue("leakage", "scan", "a.csv", "--fields", "q", "--corpus", "corpus").code == 0
    assert exact() == ["0", "1"]


def test_half_a_character_and_rows_without_text(here: Path, bioclue: Command) -> None:
    (here / "a.jsonl").write_text(r'{"q": "what is \ud83d this?"}' + '\n{"q": "…"}\n' + lines(ITEMS))  # type: ignore[arg-type]
    done = bioclue("leakage", "scan", "a.jsonl", "--fields", "q", "--corpus", "corpus")
    assert done.code == 0, done.err
    assert exact() == ["2", "3"]
    assert "1 of 5 rows have no letters or digits in q: nothing to look for (first: row 1)" in done.err


def test_items_that_changed_are_scanned_again(here: Path, bioclue: Command) -> None:
    assert bioclue(*SCAN, "corpus").code == 0
    assert exact() == ["0", "1"]
    (here / "items.jsonl").write_text(lines([ITEMS[2], ITEMS[2], ITEMS[0]]), encoding="utf-8")  # type: ignore[list-item]
    assert bioclue(*SCAN, "corpus").code == 0
    assert exact() == ["2"]


# Usage


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((*SCAN, "taiyi_finl"), "did you mean taiyi_final"),
        ((*SCAN, "no_such.jsonl"), "neither a path here nor a known corpus"),
        ((*SCAN, "no_such/*.jsonl"), "no such file"),
        ((*SCAN, "corpus", "--shard", "2/2"), "no shard"),
        ((*SCAN, "corpus", "--shard", "x"), "no shard"),
        ((*SCAN, "corpus", "--shard", "²/3"), "no shard"),
        ((*SCAN, ""), "--corpus names nothing"),
        ((*SCAN, "corpus", "--split", "test"), "this is a file"),
        ((*SCAN, "corpus", "--dataset", "x"), "this is a file"),
        ((*SCAN, "corpus", "--config", "x"), "this is a file"),
        *(
            ((*SCAN, "corpus", "--threshold", f"{name}={value}"), f"{name} cannot be {value}")
            for name, value in [
                ("near_long", "nan"),
                ("near_long", "inf"),
                ("near_long", "2.0"),
                ("near_long", "-1.0"),
                ("run", "nan"),
                ("run", "inf"),
                ("run", "-1.0"),
            ]
        ),
        ((*SCAN, "corpus", "--threshold", "long=8"), "long, 8.0, must be more than short, 8.0"),
        ((*SCAN, "corpus", "--threshold", "high=1"), "no threshold high"),
        ((*SCAN, "corpus", "--threshold", "short"), "NAME=VALUE"),
        ((*SCAN, "~nosuchuser/x"), "home of a user whom this system does not know"),
        ((*SCAN, "medquad"), "--corpus ./medquad for the one here"),
        ((*SCAN, "all"), "--corpus ./all for the one here"),
        ((*SCAN, "corpus", "--sample"), "o such option"),
        ((*SCAN, "corpus", "--write"), "--write is for a built folder"),
        ((*SCAN, "corpus", "--corpus", "other/corpus"), "two corpora are called"),
        (("leakage", "scan", "items.jsonl", "--corpus", "corpus"), "which fields"),
        (("leakage", "scan", "corpus", "--corpus", "corpus"), "not a built folder"),
        (("leakage", "scan", "empty", "--corpus", "corpus"), "nothing here to check"),
        (("leakage", "scan", "no_such", "--corpus", "corpus"), "does not exist"),
        (("leakage", "scan", "items.jsonl", "--fields", "q"), "--corpus"),
    ],
)
def test_usage(arguments: tuple[str, ...], said: str, here: Path, bioclue: Command) -> None:
    (here / "other/corpus").mkdir(parents=True)
    (here / "other/corpus/x.txt").write_text("x")
    (here / "empty").mkdir()
    (here / "medquad").mkdir()
    (here / "all").mkdir()
    done = bioclue(*arguments)
    assert done.code == 2
    assert said in done.err
    assert "Traceback" not in done.err
    assert not (here / "leakage").exists()


def test_a_folder_here_that_is_called_as_a_known_corpus(here: Path, bioclue: Command) -> None:
    (here / "corpus").rename(here / "medquad")
    assert bioclue(*SCAN, "./medquad").code == 0
    assert exact() == ["0", "1"]


def test_a_corpus_is_called_by_its_folder(here: Path, bioclue: Command, monkeypatch: Any) -> None:
    monkeypatch.chdir(here / "corpus")
    done = bioclue("leakage", "scan", "../items.jsonl", "--fields", "q", "--corpus", ".", "--out", "../o")
    assert done.code == 0, done.err
    assert {(row["corpus"], row["file"]) for row in findings("../o")} == {("corpus", "good.jsonl")}


def test_a_revision_that_is_given_spares_the_hashing(here: Path, bioclue: Command, monkeypatch: Any) -> None:
    monkeypatch.setattr(revisions, "file_sha256", lambda path: pytest.fail("hashed"))
    assert bioclue(*SCAN, "corpus", "--revision", "v1").code == 0
    assert {row["revision"] for row in findings()} == {"v1"}


# Shards


def test_shards_into_one_folder_then_joined(here: Path, bioclue: Command, monkeypatch: Any) -> None:
    monkeypatch.setattr(run, "BUNDLE", 1)
    (here / "corpus/more.jsonl").write_text(lines(records(3)), encoding="utf-8")
    assert bioclue(*SCAN, "corpus", "--out", "whole").code == 0
    for part in ("1/2", "0/2"):
        assert bioclue(*SCAN, "corpus", "--out", "shards", "--shard", part).code == 0
        assert [path.name for path in (here / "shards").iterdir()] == ["parts"]
    assert bioclue(*SCAN, "corpus", "--out", "shards").code == 0
    assert findings("shards") == findings("whole")
    assert exact("shards") == ["0", "1", "2"]
    for name in ("scan.json", "report.html"):
        assert (here / "shards" / name).read_bytes() == (here / "whole" / name).read_bytes()


# --write


def test_write_flags_the_tables(own: Own, bioclue: Command) -> None:
    options = ("--records", "records", "--corpus", "corpus")
    before = digest(own.root / "bioclue")
    done = bioclue("leakage", "scan", "bioclue", *options, "--shard", "0/2", "--write")
    assert (done.code, digest(own.root / "bioclue") == before) == (2, True)
    done = bioclue("leakage", "scan", "bioclue", *options, "--split", "train", "--write")
    assert done.code == 0, done.err
    train = pq.read_table(own.root / "bioclue/ner_cn/own/train-00000-of-00001.parquet").to_pylist()
    test = pq.read_table(own.root / "bioclue/ner_cn/own/test-00000-of-00001.parquet").to_pylist()
    assert [len(row["leakage"]) for row in train] == [1, 0, 1]
    assert [row["leakage"] for row in test] == [None]
    assert bioclue("validate", "bioclue", "--records", "records").code == 0
    assert api.validate(own.root / "bioclue", records=own.root / "records") == []


def test_a_corpus_that_could_not_be_read_was_not_checked(own: Own, bioclue: Command) -> None:
    (own.root / "broken.gz").write_bytes(b"\x1f\x8b" + b"\0" * 50)
    options = ("--records", "records", "--corpus", "broken.gz", "--write")
    done = bioclue("leakage", "scan", "bioclue", *options)
    assert (done.code, "broken.gz" in done.err) == (1, True)
    test = pq.read_table(own.root / "bioclue/ner_cn/own/test-00000-of-00001.parquet").to_pylist()
    assert [(row["leakage"], row["leakage_checked"]) for row in test] == [(None, None)]


NO_TEXT: dict[str, Callable[[Path], object]] = {
    "empty.jsonl": lambda path: path.write_text('{}\n{"text": ""}\n[]\n'),
    "empty.json": lambda path: path.write_text("[{}, [], {}]"),
    "empty.parquet": lambda path: pq.write_table(pa.table({"text": ["", None, ""]}), path),
}


@pytest.mark.parametrize("name", NO_TEXT)
def test_a_corpus_without_text_was_not_checked(name: str, own: Own, bioclue: Command) -> None:
    NO_TEXT[name](own.root / name)
    options = ("--records", "records", "--corpus", name, "--corpus", "corpus", "--write")
    done = bioclue("leakage", "scan", "bioclue", *options)
    assert done.code == 1
    assert f"problem: {name}: no record holds text: nothing was checked against it\n" in done.err
    assert done.err.count("problem:") == 1
    test = pq.read_table(own.root / "bioclue/ner_cn/own/test-00000-of-00001.parquet").to_pylist()
    assert [[check.partition("@")[0] for check in row["leakage_checked"]] for row in test] == [["corpus"]]


# Damaged corpora: told, the rest is scanned, exit code 1

WHOLE = lines(records(3, filler=400)).encode()
PACKED = gzip.compress(WHOLE)
DAMAGED: dict[str, tuple[str, bytes]] = {
    "cut JSON lines": ("bad.jsonl", WHOLE[:-20]),
    "cut array": ("bad.json", json.dumps(records(3)).encode()[:-30]),
    "cut gzip": ("bad.jsonl.gz", PACKED[: len(PACKED) // 2]),
    "a gzip that lies": ("bad.jsonl.gz", PACKED[:-8] + b"\0" * 8),
    "no gzip at all": ("bad.jsonl.gz", b"\x1f\x8b\x08" + b"\xff" * 60),
    "cut Parquet": ("bad.parquet", b"PAR1" + b"\x15" * 200),
    "NUL bytes": ("bad.txt", b"abc\0def " * 9 + b"\n"),
    "invalid UTF-8": ("bad.jsonl", b'{"text": "ab\xff\xfe\xc3 cd"}\n' + WHOLE),
    "broken line": ("bad.jsonl", b'{"text": "x\n' + WHOLE),
    "empty": ("bad.jsonl", b""),
    "an image": ("bad.txt", b"\x89PNG\r\n\x1a\n" + b"\0" * 90),
    "a pointer": ("bad.jsonl", b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_damaged_corpora(name: str, here: Path, bioclue: Command) -> None:
    path, content = DAMAGED[name]
    (here / "corpus" / path).write_bytes(content)
    done = bioclue(*SCAN, "corpus")
    assert done.code == 1, done.err
    assert f"problem: corpus: {path}: " in done.err
    assert "Traceback" not in done.err
    assert set(exact()) >= {"0", "1"}
    problems = json.loads(Path("leakage/scan.json").read_text(encoding="utf-8"))["corpora"][0]["problems"]
    again = bioclue(*SCAN, "corpus")
    assert (again.code, again.err) == (1, done.err)
    assert len(problems) >= 1
    assert str(here) not in Path("leakage/scan.json").read_text(encoding="utf-8")


def test_a_damaged_corpus_of_one_file_is_named_once(here: Path, bioclue: Command) -> None:
    (here / "bad.jsonl").write_bytes(WHOLE[:-20])
    done = bioclue(*SCAN, "bad.jsonl")
    assert (done.code, done.err.count("bad.jsonl")) == (1, 1)


def test_what_stands_before_the_damage_is_found(here: Path, bioclue: Command) -> None:
    (here / "corpus/bad.jsonl").write_bytes(DAMAGED["cut JSON lines"][1])
    bioclue(*SCAN, "corpus")
    assert exact() == ["0", "1", "2"]


def test_a_line_longer_than_any_record(here: Path, bioclue: Command) -> None:
    with (here / "corpus/bad.jsonl").open("wb") as file:
        file.write(b'{"text": "')
        for _ in range(140):
            file.write(b"word " * (1 << 18))
        file.write(b'"}\n' + lines(records(3)).encode())
    done = bioclue(*SCAN, "corpus")
    assert (done.code, "bad.jsonl" in done.err) == (1, True)
    assert exact() == ["0", "1", "2"]


def test_a_file_that_may_not_be_read(here: Path, bioclue: Command, monkeypatch: Any) -> None:
    (here / "corpus/gone.jsonl").symlink_to(here / "nowhere")
    done = bioclue(*SCAN, "corpus")
    assert (done.code, "gone.jsonl" in done.err) == (1, True)
    assert exact() == ["0", "1"]


def test_what_is_hidden_or_no_text_is_named_and_no_problem(here: Path, bioclue: Command) -> None:
    (here / "corpus/picture.png").write_bytes(b"\x89PNG")
    (here / "corpus/.git").mkdir()
    for number in range(9):
        (here / f"corpus/.git/{number}").write_text("x")
    done = bioclue(*SCAN, "corpus")
    assert done.code == 0
    assert "skipped (hidden, no text by their names, or of this scan): 10 (corpus/.git/0" in done.err
    (about,) = json.loads(Path("leakage/scan.json").read_text(encoding="utf-8"))["corpora"]
    assert "corpus/picture.png" in about["skipped"]


def test_dask_needs_dask(here: Path, bioclue: Command, monkeypatch: Any) -> None:
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)
    done = bioclue(*SCAN, "corpus", "--engine", "dask")
    assert (done.code, "pip install 'bioclue-data[dask]'" in done.err) == (2, True)


def test_dask_of_a_scheduler(here: Path, bioclue: Command) -> None:
    distributed = pytest.importorskip("distributed")
    assert bioclue(*SCAN, "corpus", "--out", "threads").code == 0
    with distributed.LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=":0") as cluster:
        done = bioclue(*SCAN, "corpus", "--scheduler", cluster.scheduler_address, "--out", "dask")
    assert done.code == 0, done.err
    assert findings("dask") == findings("threads")
    assert FILLER[:20] not in done.out


# The matrix


def test_the_matrix_reads_both_sides_without_markup(here: Path, bioclue: Command) -> None:
    texts = [
        "蓝膝病患者&lt;18岁且<b>体重</b>&gt;40公斤者每日一次",
        "灯酶&lt;7单位的<i>青膝</i>病例每周复查两次",
    ]
    made = Own(here)
    made.record()
    made.put("train.json", [item(number, text, 0, 2) for number, text in enumerate(texts)])
    made.put("test.json", [{"id": str(number), "text": text} for number, text in enumerate(texts)])
    made.build()
    done = bioclue("leakage", "matrix", "bioclue", "--records", "records", "--json")
    assert done.code == 0, done.err
    assert [(row["split"], row["other_split"], row.get("exact")) for row in json.loads(done.out)] == [
        ("test", "train", 2),
        ("train", "test", 2),
    ]
