"""Reading corpora: Arrow files of every kind, and the columns of Parquet that are no plain strings."""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path
from typing import Any

import datasets
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bioclue_data.leakage import reading
from bioclue_data.leakage.reading import arrow_ipc
from tests.corpus_reading import lines_of, read

ROWS = [
    {"id": i, "q": f"问题 {i}", "turns": [{"role": "u", "content": f"c{i}"}] * (i % 3), "kind": f"k{i % 2}"}
    for i in range(10)
]
SCHEMA = pa.schema(
    {
        "id": pa.int64(),
        "q": pa.string(),
        "turns": pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())])),
        "kind": pa.dictionary(pa.int8(), pa.string()),
    }
)
TABLE = pa.Table.from_pylist(ROWS, SCHEMA)
WANTED = [[row["q"], *(["u", f"c{row['id']}"] * len(row["turns"])), row["kind"]] for row in ROWS]


def save(path: Path, *, file: bool = False, compression: str | None = None, table: Any = TABLE) -> Path:
    options = pa.ipc.IpcWriteOptions(compression=compression)
    with (pa.ipc.new_file if file else pa.ipc.new_stream)(path, table.schema, options=options) as writer:
        writer.write_table(table, max_chunksize=3)
    return path


@pytest.mark.parametrize("file", [False, True])
@pytest.mark.parametrize("compression", [None, "lz4", "zstd"])
def test_arrow_streams_and_files(file: bool, compression: str | None, tmp_path: Path) -> None:
    path = save(tmp_path / "a.bin", file=file, compression=compression)
    texts, problems = read(path)
    assert (lines_of(texts), problems) == (WANTED, [])
    assert read(path, fields=("q",)) == ([row["q"] for row in ROWS], [])
    assert "no column nothing" in read(path, fields=("nothing",))[1][0]


def test_large_arrow_batches_are_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrow_ipc, "SIZE", 40)
    assert lines_of(read(save(tmp_path / "a.arrow"))[0]) == WANTED


@pytest.mark.parametrize("file", [False, True])
def test_arrow_that_is_cut_gives_what_stands_before(file: bool, tmp_path: Path) -> None:
    path = save(tmp_path / "a.arrow", file=file)
    path.write_bytes(path.read_bytes()[: len(path.read_bytes()) * 2 // 3])
    texts, problems = read(path)
    assert lines_of(texts) == WANTED[: len(texts)]
    assert len(texts) >= 3
    assert f"cannot be read on behind record {len(texts)}" in problems[0]


def test_damaged_arrow_is_said_and_harms_nobody(tmp_path: Path) -> None:
    content, draw = save(tmp_path / "a.arrow").read_bytes(), random.Random(3)
    said = 0
    for _ in range(300):
        damaged = bytearray(content)
        for _ in range(4):
            damaged[draw.randrange(8, len(damaged))] = draw.choice([0, 1, 127, 128, 255])
        (tmp_path / "b.arrow").write_bytes(damaged)
        said += bool(read(tmp_path / "b.arrow")[1])
    assert said > 100


def test_an_arrow_address_that_fsspec_knows(tmp_path: Path) -> None:
    batches = list(reading.read(f"file://{save(tmp_path / 'a.arrow')}"))
    assert sum(len(batch.texts) for batch in batches) == len(ROWS)
    assert not any(batch.problems for batch in batches)


@pytest.mark.parametrize("name", ["a.arrow", "a.parquet"])
def test_packed_tables_are_told_to_be_unpacked(name: str, tmp_path: Path) -> None:
    pq.write_table(TABLE, tmp_path / "a.parquet")
    save(tmp_path / "a.arrow")
    path = tmp_path / f"{name}.gz"
    path.write_bytes(gzip.compress((tmp_path / name).read_bytes()))
    assert "packed as gzip, unpack it first: not read" in read(path)[1][0]


def test_a_saved_dataset_is_a_corpus(tmp_path: Path) -> None:
    split = datasets.Dataset.from_list([{"q": "eins", "o": ["a", "b"]}, {"q": "zwei", "o": []}])
    datasets.DatasetDict({"train": split}).save_to_disk(tmp_path)
    listing = reading.files([str(tmp_path)])
    assert [Path(path).name for path in listing.files] == ["data-00000-of-00001.arrow"]
    assert {Path(path).name for path in listing.skipped} == {
        "state.json", "dataset_info.json", "dataset_dict.json"
    }  # fmt: skip
    texts, problems = read(Path(listing.files[0]))
    assert (lines_of(texts), problems) == ([["eins", "a", "b"], ["zwei"]], [])


def test_names_of_metadata_are_read_where_no_arrow_file_is(tmp_path: Path) -> None:
    (tmp_path / "state.json").write_text('{"text": "eins"}')
    assert len(reading.files([str(tmp_path)]).files) == 1


# Columns

COLUMNS = {
    "binary": pa.array([b"eins", None, "zwei é".encode()]),
    "binary view": pa.array([b"eins", None, "zwei é".encode()], pa.binary_view()),
    "string view": pa.array(["eins", None, "zwei é"], pa.string_view()),
    "list view": pa.array([["eins"], None, ["zwei é"]], pa.list_view(pa.string())),
    "json": pa.array([json.dumps({"key": ["eins", 1]}), None, json.dumps("zwei é")], pa.json_()),
    "map keys": pa.array([[("eins", 1)], None, [("zwei é", 2)]], pa.map_(pa.string(), pa.int8())),
}


@pytest.mark.parametrize("name", COLUMNS)
@pytest.mark.parametrize("beside", [{}, {"id": ["a", "b", "c"]}])
def test_text_in_columns_of_every_type(name: str, beside: dict[str, list[str]], tmp_path: Path) -> None:
    table = pa.table(beside | {"q": COLUMNS[name]})
    pq.write_table(table, tmp_path / "a.parquet")
    save(tmp_path / "a.arrow", table=table)
    before = [[key] for key in beside.get("id", ())] or [[], [], []]
    wanted = [a + b for a, b in zip(before, [["eins"], [], ["zwei é"]], strict=True)]
    for path in (tmp_path / "a.parquet", tmp_path / "a.arrow"):
        texts, problems = read(path)
        assert (lines_of(texts), problems) == (wanted, [])


def test_binary_columns_that_are_no_text(tmp_path: Path) -> None:
    pictures = pa.array([{"bytes": b"\x89PNG\xff\0", "path": f"{i}.png"} for i in range(4)])
    pq.write_table(pa.table({"t": list("abcd"), "image": pictures}), tmp_path / "a.parquet")
    assert read(tmp_path / "a.parquet") == ([f"{text}\n{i}.png" for i, text in enumerate("abcd")], [])
    pq.write_table(pa.table({"image": [b"\x89PNG\xff\0"] * 4}), tmp_path / "a.parquet")
    texts, problems = read(tmp_path / "a.parquet")
    assert texts == []
    assert "no column holds strings: its binary columns are no UTF-8" in problems[0]


def test_wrong_bytes_in_a_binary_column_of_text(tmp_path: Path) -> None:
    pq.write_table(pa.table({"t": [b"eins", b"zwei", b"dr\xffei"]}), tmp_path / "a.parquet")
    texts, problems = read(tmp_path / "a.parquet")
    assert texts == ["eins", "zwei", "dr\ufffdei"]
    assert problems == ["1 bytes are no UTF-8 and were replaced (first: record 2)"]
