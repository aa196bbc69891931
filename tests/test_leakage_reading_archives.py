"""Archives as corpora: zip, and tar however it is packed."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bioclue_data.leakage.reading import corpus_files
from tests.corpus_reading import lines_of, put, read
from tests.leakage import ITEMS, QUESTIONS, Command, exact, findings

pytest_plugins = ("tests.leakage_fixtures",)

Members = dict[str, bytes]
RECORDS = [[f"record {number}"] for number in range(6)]


def jsonl(*numbers: int) -> bytes:
    return "".join(json.dumps({"text": RECORDS[number][0]}) + "\n" for number in numbers).encode()


MEMBERS: Members = {
    "data/a.jsonl": jsonl(0, 1),
    "data/b.json.gz": gzip.compress(json.dumps([{"text": RECORDS[2][0]}]).encode()),
    "./左/c.csv": b"id,text\n,record 3\n,record 4\n",
    "picture.png": b"\x89PNG",
    "__MACOSX/._a": b"\0\1\2",
    ".hidden": b"hidden",
    "d": jsonl(5),
}


def zipped(members: Members, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", method) as archive:
        archive.writestr("data/", "")
        for name, data in members.items():
            archive.writestr(name, data)
    return content.getvalue()


def tarred(members: Members) -> bytes:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w") as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        link = tarfile.TarInfo("link")
        link.type, link.linkname = tarfile.SYMTYPE, "d"
        archive.addfile(link)
    return content.getvalue()


PACKED: dict[str, Callable[[Members], bytes]] = {
    "a.zip": zipped,
    "stored.zip": lambda members: zipped(members, zipfile.ZIP_STORED),
    "a.tar": tarred,
    "a.tar.gz": lambda members: gzip.compress(tarred(members)),
    "a.tgz": lambda members: gzip.compress(tarred(members)),
    "a.tar.bz2": lambda members: bz2.compress(tarred(members)),
    "a.tar.xz": lambda members: lzma.compress(tarred(members)),
    "called otherwise": zipped,
}


@pytest.mark.parametrize("name", PACKED)
def test_all_members_are_read(tmp_path: Path, name: str) -> None:
    path = put(tmp_path, name, PACKED[name](MEMBERS))
    assert corpus_files.files([str(tmp_path)]).files == [str(path)]
    texts, problems = read(path)
    assert (lines_of(texts), problems) == (RECORDS, [])
    texts, problems = read(path, fields=("text",))
    assert (lines_of(texts), problems) == (RECORDS, [])


@pytest.mark.parametrize("name", ["a.zip", "a.tar.gz"])
def test_what_cannot_be_read_is_told_with_its_name(tmp_path: Path, name: str) -> None:
    table = io.BytesIO()
    pq.write_table(pa.table({"text": ["x"]}), table)
    members = {
        "t.parquet": table.getvalue(),
        "inner.zip": zipped({"a": b"x"}),
        "program": b"\x7fELF" + bytes(50),
        "cut.jsonl": jsonl(0)[:-4],
        "cut.gz": gzip.compress(jsonl(1) * 9999)[:-99],
        "whole.jsonl": jsonl(2),
    }
    texts, problems = read(put(tmp_path, name, PACKED[name](members)))
    assert RECORDS[2][0] in texts[-1]
    told = {problem.split(": ")[0] for problem in problems}
    assert told == set(members) - {"whole.jsonl"}
    assert "t.parquet: is Parquet in an archive, unpack it first: not read" in problems
    assert "inner.zip: is a zip archive, or a document that is one: not read" in problems


def test_a_damaged_member_and_those_behind_it(tmp_path: Path) -> None:
    content = zipped({"a.jsonl": jsonl(0), "b.jsonl": jsonl(1)}, zipfile.ZIP_STORED)
    changed = content.replace(b"record 0", b"record X")
    assert changed != content
    texts, problems = read(put(tmp_path, "a.zip", changed))
    assert lines_of(texts)[-1] == RECORDS[1]
    assert [problem.startswith("a.jsonl: cannot be read on") for problem in problems] == [True]


@pytest.mark.parametrize("name", PACKED)
def test_a_cut_archive_is_told(tmp_path: Path, name: str) -> None:
    content = PACKED[name]({f"{number}.jsonl": jsonl(number % 6) * 200 for number in range(60)})
    texts, problems = read(put(tmp_path, name, content[: len(content) // 2]))
    assert problems
    assert texts or name in {"a.zip", "stored.zip", "called otherwise", "a.tar.bz2", "a.tar.xz"}


def test_a_zip_archive_with_a_password_is_told(tmp_path: Path) -> None:
    content = bytearray(zipped({"a.jsonl": jsonl(0)}))
    content[content.index(b"a.jsonl") - 24] |= 1
    content[content.rindex(b"a.jsonl") - 38] |= 1
    texts, problems = read(put(tmp_path, "a.zip", bytes(content)))
    assert texts == []
    assert "password" in problems[0]


def test_an_empty_archive_is_told(tmp_path: Path) -> None:
    assert read(put(tmp_path, "a.tar", tarred({}))) == ([], ["holds no record"])
    assert read(put(tmp_path, "b.zip", zipped({"picture.png": b"x"}))) == ([], ["holds no record"])


def test_archives_elsewhere() -> None:
    for name in ("a.zip", "a.tar.gz"):
        address = f"memory://archives/{name}"
        with fsspec.open(address, "wb") as file:
            file.write(PACKED[name](MEMBERS))
        texts, problems = read(address)  # type: ignore[arg-type]
        assert (lines_of(texts), problems) == (RECORDS, [])


def test_a_folder_with_archives_is_scanned(bioclue: Command, here: Path) -> None:
    (here / "corpus/good.jsonl").unlink()
    content = "".join(json.dumps({"text": question}) + "\n" for question in QUESTIONS).encode()
    put(here / "corpus", "a.zip", zipped({"a/b.jsonl": content}))
    code, _, _ = bioclue("leakage", "scan", "items.jsonl", "--fields", "q", "--corpus", "corpus")
    assert code == 0
    assert len(exact()) == len(ITEMS)
    assert {row["file"] for row in findings()} == {"a.zip"}
