"""Reading corpora: tables that their names tell from prose."""

from __future__ import annotations

import csv
import gzip
import io
from pathlib import Path

import pytest

from tests.corpus_reading import lines_of, put, read

ROWS = [[f"i{i}", f"What, in row {i}, is this?", "yes"] for i in range(20)]
HEADER = ["id", "question", "answer"]


def written(rows: list[list[str]], end: str = "\n") -> str:
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator=end).writerows(rows)
    return stream.getvalue()


UNEVEN = [row[: 2 + i % 2] + ["more"] * (2 * (i % 3 == 0)) for i, row in enumerate(ROWS)]
LONG = [["i", "x word " * 20_000, "yes"], *ROWS]
TABLES = {
    "uneven.csv": (written([HEADER, *UNEVEN]), UNEVEN),
    "uneven.CSV": (written([HEADER, *UNEVEN], "\r"), UNEVEN),
    "uneven.tsv": ("\n".join("\t".join(row) for row in [HEADER, *UNEVEN]), UNEVEN),
    "one.csv": (written([["text"], *([row[1]] for row in ROWS)]), [[row[1]] for row in ROWS]),
    "bare.csv": ("text\n" + "".join(f"{row[1]}\n" for row in ROWS), [[row[1]] for row in ROWS]),
    "quote.csv": ('text\n"a" b\nc "d\n', [['"a" b'], ['c "d']]),
    "long.csv": (written([HEADER, *LONG]), LONG),
}


@pytest.mark.parametrize("name", TABLES)
def test_a_table_by_its_name(name: str, tmp_path: Path) -> None:
    source, rows = TABLES[name]
    texts, problems = read(put(tmp_path, name, source))
    assert (lines_of(texts), problems) == (rows, [])
    (tmp_path / "packed").mkdir()
    packed = put(tmp_path / "packed", f"{name}.gz", gzip.compress(source.encode()))
    assert lines_of(read(packed)[0]) == rows
    assert lines_of(read(put(tmp_path, "a.txt", source))[0]) != rows


def test_fields_of_a_table_by_its_name(tmp_path: Path) -> None:
    path = put(tmp_path, "a.csv", TABLES["uneven.csv"][0])
    assert lines_of(read(path, fields=("question",))[0]) == [[row[1]] for row in UNEVEN]
    path = put(tmp_path, "b.csv", TABLES["one.csv"][0])
    assert lines_of(read(path, fields=("text",))[0]) == [[row[1]] for row in ROWS]
    assert "no column nothing" in read(path, fields=("nothing",))[1][0]


@pytest.mark.parametrize(
    "source",
    [
        "word TAG\nother TAG\n\nthird TAG\n" * 20,
        "A text, with a comma\nand lines\nof it\nwithout\n" * 20,
        "only,one,row\n",
    ],
)
def test_what_is_no_table_in_spite_of_its_name(source: str, tmp_path: Path) -> None:
    assert read(put(tmp_path, "a.csv", source)) == ([source], [])
