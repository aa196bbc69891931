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


TRADITIONAL = "患者夜間咳嗽三週並且痰中帶有血絲，首先應當安排下列哪一項檢查？"
SIMPLIFIED = "患者夜间咳嗽三周并且痰中带有血丝，首先应当安排下列哪一项检查？"


@pytest.mark.parametrize(
    ("text", "encoding", "lines"),
    [
        (TRADITIONAL, "big5", 12),
        (TRADITIONAL, "big5", 1),
        (TRADITIONAL, "gb18030", 12),
        (SIMPLIFIED, "gb18030", 12),
        (SIMPLIFIED[:4], "gb18030", 1),
    ],
)
def test_chinese_encodings_are_told_apart(text: str, encoding: str, lines: int, tmp_path: Path) -> None:
    source = f"{text}\n" * lines
    assert read(put(tmp_path, "a.txt", source.encode(encoding))) == ([source], [])


@pytest.mark.parametrize(
    "text", ["Ärzte übten das Gähnen, naïve élèves à la Á", "Ä Å Á Ç", "Ärger Ärger Ärger"]
)
def test_western_letters_are_no_chinese(text: str, tmp_path: Path) -> None:
    assert "no UTF-8" in read(put(tmp_path, "a.txt", text.encode("latin-1")))[1][0]
