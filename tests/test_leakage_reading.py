"""Reading corpora: every format against a plain oracle, every kind of bad input, memory."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import json
import lzma
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bioclue_data.leakage import reading
from bioclue_data.leakage.reading import batches, json_shape, parquet, prose, raw, tagged, utf8, window
from bioclue_data.leakage.reading.json_strings import LINES, extract
from bioclue_data.leakage.reading.notes import Notes
from bioclue_data.matching.tokens import PADDING, texts_of
from tests.corpus_reading import lines_of, put, read

WORDS = st.text(st.sampled_from('ab "\\\n\t/é中😀\u2028,{}[]:'), max_size=12)
SCALARS = st.one_of(WORDS, st.integers(-5, 5), st.none(), st.booleans(), st.floats(allow_nan=False, width=16))
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=8,
)
RECORDS = st.lists(st.dictionaries(WORDS, VALUES, min_size=1, max_size=3), min_size=1, max_size=6)
QUICK = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


def strings(value: Any) -> list[str]:
    """All string values, in order, and keys that are texts."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        keyed = ([*filter(is_text, [key]), *strings(member)] for key, member in value.items())
        return [text for texts in keyed for text in texts]
    return [text for member in value for text in strings(member)] if isinstance(value, list) else []


def is_text(key: str) -> bool:
    encoded = key.encode("utf-8", "replace")
    return len(encoded) >= 13 and (b" " in encoded or max(encoded) >= 0x80)


def text_of(value: Any) -> str:
    return "".join(f"{text}\n" for text in strings(value))


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows, batches and pieces of a few bytes, so that everything lies across a seam."""
    for module in (window, batches):
        monkeypatch.setattr(module, "SIZE", 50)
    monkeypatch.setattr(raw, "PIECE", 7)


# JSON strings: the kernel


@QUICK
@given(RECORDS, st.integers(1, 60), st.booleans(), st.sampled_from([None, 1]), st.booleans())
def test_the_kernel_gives_all_strings_whatever_the_blocks(
    records: list[Any], size: int, ascii_only: bool, indent: int | None, lines: bool
) -> None:
    if lines:
        source = "\n".join(json.dumps(record, ensure_ascii=ascii_only) for record in records) + "\n"
    else:
        source = json.dumps(records, ensure_ascii=ascii_only, indent=indent)
    encoded = source.encode("utf-8", "replace")
    depth, inside, held, at, found = LINES if lines else 1, False, b"", 0, []
    while True:
        piece = encoded[at : at + size]
        at += len(piece)
        held += piece
        block = np.frombuffer(held + bytes(PADDING), np.uint8)
        made = extract(block, depth, inside=inside, last=at >= len(encoded))
        assert made.broken == []
        inside = made.inside
        found += [
            bytes(made.data[begin:end]).decode()
            for begin, end in zip(made.offsets[:-1], made.offsets[1:], strict=True)
        ]
        held = held[made.consumed :]
        if at >= len(encoded):
            break
    wanted = [text_of(json.loads(json.dumps(record))) for record in records]
    if not lines:  # a record without strings has no place in an array
        found, wanted = [text for text in found if text], [text for text in wanted if text]
    assert found == wanted


# JSON files

TURNS = [
    {"role": "user", "content": "咳嗽怎么办 ABC"},
    {"role": "assistant", "content": 'rest "well"\n and drink'},
]
ROWS = [
    {"instruction": "Answer it now", "input": f"frage {i}", "output": [f"答 {i}", {"x": "y\\z"}], "n": i}
    for i in range(9)
]
ANSWERS = {
    "What is a zorb?": "A knee.",
    "膝盖为什么疼？": ["因为", {"n": 1}],
    "short key": "x",
    "long_name_of_a_field": 1,
}
SHAPES = {
    "questions as keys": (json.dumps(ANSWERS), [ANSWERS]),
    "questions as keys of lists": (json.dumps([ANSWERS, ANSWERS], ensure_ascii=False), [ANSWERS, ANSWERS]),
    "questions as ids": (
        json.dumps({f"Is it {i}, or not?": row for i, row in enumerate(ROWS)}),
        [{f"Is it {i}, or not?": row} for i, row in enumerate(ROWS)],
    ),
    "array": (json.dumps(ROWS), ROWS),
    "indented": (json.dumps(ROWS, indent=2, ensure_ascii=False), ROWS),
    "lines": ("".join(json.dumps(row) + "\n" for row in ROWS), ROWS),
    "lines, blank ones, no last line feed": ("\r\n\n".join(json.dumps(row) for row in ROWS), ROWS),
    "lines of lists": ("".join(json.dumps([row, "s"]) + "\n" for row in ROWS), [[row, "s"] for row in ROWS]),
    "one question": (json.dumps({"question": "q", "options": [{"text": "a"}]}), [{"q": "q", "o": ["a"]}]),
    "by id": (json.dumps({f"id{i}": row for i, row in enumerate(ROWS)}, indent=1), ROWS),
    "lists by id": (
        json.dumps({f"id{i}": [f"q{i}", f"a{i}"] for i in range(5)}),
        [[f"q{i}", f"a{i}"] for i in range(5)],
    ),
    "data": (json.dumps({"version": 1, "data": ROWS}), ROWS),
    "splits": (json.dumps({"train": ROWS[:4], "test": ROWS[4:]}, indent=1), ROWS),
    "one record": (json.dumps(ROWS[0], indent=1), [ROWS[0]]),
    "one conversation": (json.dumps({"id": "a", "messages": TURNS}), [{"id": "a", "messages": TURNS}]),
    "values one after the other": ("\n".join(json.dumps(row, indent=1) for row in ROWS), ROWS),
    "strings": (json.dumps(["eins", "zwei", "drei"]), ["eins", "zwei", "drei"]),
    "one conversation of turns": (json.dumps(TURNS, indent=1), [TURNS]),
    "conversations": (json.dumps([TURNS, TURNS]), [TURNS, TURNS]),
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", ["a.json", "a.txt", "a"])
def test_json_of_every_shape(shape: str, name: str, tmp_path: Path) -> None:
    source, records = SHAPES[shape]
    texts, problems = read(put(tmp_path, name, source))
    assert texts == [text_of(record) for record in records]
    assert problems == []


@pytest.mark.parametrize("shape", SHAPES)
def test_json_of_every_shape_across_seams(shape: str, small: None, tmp_path: Path) -> None:
    source, records = SHAPES[shape]
    assert read(put(tmp_path, "a.json", source)) == ([text_of(record) for record in records], [])


@QUICK
@given(RECORDS, st.sampled_from(["array", "lines", "data", "by id"]), st.booleans())
def test_random_json(tmp_path_factory: Any, records: list[Any], shape: str, ascii_only: bool) -> None:
    records = [{"id": "x", **record} for record in (records * 2 if len(records) == 1 else records)]
    source = {
        "array": lambda: json.dumps(records, ensure_ascii=ascii_only),
        "lines": lambda: "".join(json.dumps(record, ensure_ascii=ascii_only) + "\n" for record in records),
        "data": lambda: json.dumps({"data": records}, ensure_ascii=ascii_only),
        "by id": lambda: json.dumps({str(i): r for i, r in enumerate([*records, *records])}),
    }[shape]()
    wanted = [*records, *records] if shape == "by id" else records
    path = put(tmp_path_factory.mktemp("json"), "a.json", source.encode())
    texts, problems = read(path)
    assert problems == []
    assert texts == [text_of(record) for record in wanted]


@pytest.mark.parametrize("shape", ["array", "indented", "lines", "by id", "data", "one record", "splits"])
@pytest.mark.parametrize("piece", [7, 2**20])
def test_only_some_fields_of_json(
    shape: str, piece: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(raw, "PIECE", piece)
    monkeypatch.setattr(window, "SIZE", 50)
    source, records = SHAPES[shape]
    texts, problems = read(put(tmp_path, "a.json", source), fields=("output", "input"))
    assert texts == [text_of({"i": row["input"], "o": row["output"]}) for row in records]
    assert problems == []
    _, problems = read(tmp_path / "a.json", fields=("nothing",))
    assert "have none of the fields" in problems[0]


# Packed files


def packed_forms(content: bytes) -> dict[str, bytes]:
    return {
        "gz": gzip.compress(content),
        "zst": pa.compress(content, codec="zstd", asbytes=True),
        "xz": lzma.compress(content),
        "bz2": bz2.compress(content),
    }


@pytest.mark.parametrize("packing", ["gz", "zst", "xz", "bz2"])
def test_packed_files_by_content(packing: str, tmp_path: Path) -> None:
    source, records = SHAPES["lines"]
    path = put(tmp_path, "a.jsonl", packed_forms(source.encode())[packing])
    assert read(path) == ([text_of(record) for record in records], [])


@pytest.mark.parametrize("packing", ["gz", "zst", "xz", "bz2"])
def test_a_cut_packed_file_gives_what_is_before_the_cut(packing: str, tmp_path: Path) -> None:
    rows = [
        {"text": f"{i * 7919 % 10007} wort {i * 104729 % 99991} {i}"}
        for i in range(60000 if packing == "bz2" else 30000)
    ]
    whole = packed_forms("".join(json.dumps(row) + "\n" for row in rows).encode())[packing]
    texts, problems = read(put(tmp_path, "a", whole[: len(whole) // 2]))
    assert len(problems) == 1
    assert "cannot be read on" in problems[0]
    *texts, cut = (text for text in texts if text)
    assert 7000 < len(texts) < 55000
    assert texts == [text_of(row) for row in rows[: len(texts)]]
    assert json.dumps(rows[len(texts)]).startswith(cut)


@pytest.mark.parametrize("tail", [b"\1" * 8, b""])
def test_a_gzip_that_lies_about_its_sum_or_has_none(tail: bytes, tmp_path: Path) -> None:
    source, records = SHAPES["lines"]
    texts, problems = read(put(tmp_path, "a.gz", gzip.compress(source.encode())[:-8] + tail))
    assert texts == [text_of(record) for record in records]
    assert len(problems) == 1


# Tables

CELLS = st.text(st.sampled_from('ab ,\t;"\n中é'), max_size=8)


@QUICK
@given(
    st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=8),
    st.sampled_from([",", "\t"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    st.sampled_from(["\n", "\r\n"]),
    st.integers(1, 40),
)
def test_tables_like_the_csv_module(
    tmp_path_factory: Any, rows: list[list[str]], delimiter: str, quoting: Any, end: str, piece: int
) -> None:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=delimiter, quoting=quoting, lineterminator=end)
    writer.writerows([["first", "second", "third"], *rows])
    path = put(tmp_path_factory.mktemp("csv"), "a.csv", stream.getvalue())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(raw, "PIECE", piece if piece > 30 else 2**20)
        patch.setattr(window, "SIZE", piece)
        texts, problems = read(path)
    wanted = ["".join(f"{cell}\n" for cell in row if cell) for row in rows]
    assert problems == []
    assert texts == wanted


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_tables_in_every_encoding(encoding: str, tmp_path: Path) -> None:
    rows = [
        ["科室", "问题", "回答"],
        *([f"内科{i}", f"高血压怎么办,要吃药吗{i}", f'"注意{i}"休息\n{i}'] for i in range(30)),
    ]
    stream = io.StringIO(newline="")
    csv.writer(stream).writerows(rows)
    texts, problems = read(put(tmp_path, "a.csv", stream.getvalue().encode(encoding)))
    assert texts == ["".join(f"{cell}\n" for cell in row) for row in rows[1:]]
    assert problems == []
    texts, _ = read(tmp_path / "a.csv", fields=("问题",))
    assert texts == [f"{row[1]}\n" for row in rows[1:]]


def test_quotes_inside_the_cells_of_a_tsv_are_quotes(tmp_path: Path) -> None:
    rows = [["id", "text"], *([f"{i}", f'"open {i} is "no" cell'] for i in range(30))]
    texts, problems = read(put(tmp_path, "a.tsv", "".join("\t".join(row) + "\n" for row in rows)))
    assert texts == ["".join(f"{cell}\n" for cell in row) for row in rows[1:]]
    assert problems == []


def test_a_table_without_a_header_keeps_its_first_row(tmp_path: Path) -> None:
    source = "".join(f"What is item {i}?\tIt is thing {i}.\n" for i in range(12))
    texts, _ = read(put(tmp_path, "a.txt", source))
    assert texts[0] == "What is item 0?\nIt is thing 0.\n"
    assert len(texts) == 12


def test_a_quoted_cell_that_never_ends(tmp_path: Path) -> None:
    source = "name,text\n" + "".join(f'n{i},"t{i}"\n' for i in range(20)) + 'n,"open\nand on\n'
    texts, problems = read(put(tmp_path, "a.csv", source))
    assert texts[-1] == "n\nopen\nand on\n\n"
    assert "never ends" in problems[0]


# XML, Parquet, prose


def test_xml_gives_a_record_for_each_repeated_element(tmp_path: Path) -> None:
    source = (
        "<?xml version='1.0' encoding='UTF-8'?><Document id='1'><Focus>Gout</Focus><QAPairs>"
        "<QAPair pid='1'><Question>What is <b>H</b><sub>2</sub>O ?</Question><Answer>Water</Answer></QAPair>"
        "<QAPair pid='2'><Question>水是什么</Question><Answer label='a label'>A&amp;B</Answer></QAPair>"
        "</QAPairs></Document>"
    )
    texts, problems = read(put(tmp_path, "a.xml", source))
    assert lines_of(texts) == [
        ["Gout", "What is H2O ?", "Water"],
        ["水是什么", "a label", "A&B"],
    ]
    assert problems == []


def test_xml_without_repetition_is_one_record(tmp_path: Path) -> None:
    source = "<doc><title>T</title><body>text of it</body></doc>"
    assert lines_of(read(put(tmp_path, "a.xml", source))[0]) == [["T", "text of it"]]


def test_xml_entities_are_not_expanded(tmp_path: Path) -> None:
    bomb = "<!DOCTYPE r [<!ENTITY a 'xxxxxxxxxx'><!ENTITY b '&a;&a;&a;'>]><r><q>&b;</q><q>t</q></r>"
    texts, problems = read(put(tmp_path, "a.xml", bomb))
    assert texts == []
    assert "entities" in problems[0]


def test_xml_that_is_cut(tmp_path: Path) -> None:
    source = "<r>" + "".join(f"<q>text {i}</q>" for i in range(9)) + "<q>never en"
    texts, problems = read(put(tmp_path, "a.xml", source))
    assert texts[:9] == [f"text {i}" for i in range(9)]
    assert "XML" in problems[0]


def test_batches_of_parquet_are_small_though_its_pages_tell_little(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet, "SIZE", 100_000)
    path = tmp_path / "a.parquet"
    text = "a long text that is the same in all rows " * 250
    table = pa.table({"text": [text] * 300 + ["short"] * 300})
    pq.write_table(table, path, row_group_size=250)
    assert path.stat().st_size < 20_000
    read_ones = [batch.texts for batch in reading.read(str(path))]
    assert sum(map(len, read_ones)) == 600
    assert max(int(texts.offsets[-1]) for texts in read_ones) < 120_000


def test_parquet_with_nested_columns(tmp_path: Path) -> None:
    turns = pa.list_(pa.struct([("role", pa.string()), ("n", pa.int32()), ("content", pa.large_string())]))
    rows = [
        {
            "id": i,
            "q": f"问题 {i}",
            "turns": None if i == 3 else [{"role": "u", "n": 1, "content": f"c{i}{j}"} for j in range(i)],
            "info": None if i == 5 else {"tag": f"t{i}", "more": [f"m{i}"]},
            "kind": f"k{i % 2}",
            "map": [("key", f"v{i}")],
            "image": b"\xff",
        }
        for i in range(7)
    ]
    schema = pa.schema(
        {
            "id": pa.int64(),
            "q": pa.string(),
            "turns": turns,
            "info": pa.struct([("tag", pa.string()), ("more", pa.list_(pa.string()))]),
            "kind": pa.dictionary(pa.int8(), pa.string()),
            "map": pa.map_(pa.string(), pa.string()),
            "image": pa.binary(),
        }
    )
    path = tmp_path / "a.parquet"
    pq.write_table(pa.Table.from_pylist(rows, schema), path, row_group_size=3)
    texts, problems = read(path)
    assert problems == []
    for row, lines in zip(rows, lines_of(texts), strict=True):
        turn_lines = [text for turn in row["turns"] or [] for text in (turn["role"], turn["content"])]
        info = [row["info"]["tag"], *row["info"]["more"]] if row["info"] else []
        assert lines == [row["q"], *turn_lines, *info, row["kind"], *row["map"][0]]
    assert lines_of(read(path, fields=("q",))[0]) == [[row["q"]] for row in rows]
    path.write_bytes(path.read_bytes()[:-20])
    texts, problems = read(path)
    assert texts == []
    assert problems


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from([" ", "\n", "\n\n", "。", "", "\r\n\r\n"]), max_size=150), st.integers(5, 50))
def test_prose_keeps_everything_and_repeats_a_little(ends: list[str], piece: int) -> None:
    encoded = "".join(f"词{i:03}{end}" for i, end in enumerate(ends)).encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(prose, "RECORD", 64)
        patch.setattr(prose, "SEAM", 16)
        pieces = (encoded[at : at + piece] for at in range(0, len(encoded), piece))
        records = list(prose.records(pieces))
    at = reached = 0
    for record in records:
        assert len(record) <= 64
        begin = encoded.find(record, at)
        assert 0 <= begin <= reached
        at, reached = begin + 1, begin + len(record)
    assert not encoded[reached:].strip()


def test_tagged_tokens_become_text(tmp_path: Path) -> None:
    lines = [f"word{i}\tNN\t{'B-Disease' if i % 3 else 'O'}" for i in range(20)]
    source = "\n".join([*lines, "", *lines, ""])
    texts, problems = read(put(tmp_path, "a.txt", source))
    sentence = "".join(f"word{i} " for i in range(20))
    mentions = [f"word{i}" for i in range(20) if i % 3]
    assert [line for text in texts for line in text.split("\n") if line] == [
        sentence, sentence, *mentions, *mentions,
    ]  # fmt: skip
    assert problems == []


WORDS_OF_A_SENTENCE = ["the", "blue", "lamp", "of", "ward", "three/four", "hums", ",", "often"]
TAGS = ["O", "B-LAMP", "I-LAMP", "O", "O", "B-WARD", "O", "O", "O"]
PAIRS = list(zip(WORDS_OF_A_SENTENCE, TAGS, strict=True))
TAGGED: dict[str, Any] = {
    "lines": "\n".join(f"{word} {tag}" for word, tag in PAIRS),
    "columns": "\r\n".join(f"{word}\tNN\t{tag}" for word, tag in PAIRS),
    "slashes": " ".join(f"{word}/{tag}" for word, tag in PAIRS),
    "lists": [list(pair) for pair in PAIRS],
    "objects": [{"word": word, "tag": tag} for word, tag in PAIRS],
    "lines below": "\r\n".join(f"{word}\r\n{tag}" for word, tag in PAIRS),
    "characters": "\n".join(f"{word} {tag}" for word, tag in zip("右膝发出蓝色微光了", TAGS, strict=True)),
}


@pytest.mark.parametrize("form", TAGGED)
def test_tagged_tokens_in_a_record_become_text(form: str, tmp_path: Path) -> None:
    content = json.dumps({"input": "Tag this.", "output": TAGGED[form], "end": "This is all.\nOf type O"})
    texts, problems = read(put(tmp_path, "a.jsonl", f"{content}\n"))
    words = list("右膝发出蓝色微光了") if form == "characters" else WORDS_OF_A_SENTENCE
    assert [line for line in texts[0].split("\n") if line] == [
        "Tag this.", " ".join(words), " ".join(words[1:3]), words[5], "This is all.", "Of type O",
    ]  # fmt: skip
    assert problems == []


def test_a_few_tags_are_text(tmp_path: Path) -> None:
    for told in ("blood O\ncells O\nplasma O\n", "a/O b/O c/O d e f/O", "A\nO\nB\nO\nAB\nO"):
        texts, _ = read(put(tmp_path, "a.jsonl", json.dumps({"text": told}) + "\n"))
        assert texts == [f"{told}\n"]


@QUICK
@given(st.lists(st.text(st.sampled_from("O \t\n/x膝"), max_size=150), max_size=4))
def test_records_that_may_be_tagged(values: list[str]) -> None:
    texts = texts_of(values)
    tags = re.compile(rb"(?<=[ \t\n/])O(?=[ \t\n\r])")
    # the byte behind a record is that of the next one: a tag that ends a record may count, or not
    sure = [n for n, value in enumerate(values) if len(tags.findall(value.encode())) >= 2]
    maybe = [n for n, value in enumerate(values) if len(tags.findall(value.encode() + b"\n")) >= 2]
    assert set(sure) <= set(tagged._may_be_tagged(texts)) <= set(maybe)


def test_a_header_that_names_what_stands_in_other_columns(tmp_path: Path) -> None:
    source = "question,A,B,answer\n" + "".join(f"q{i},x{i},y{i},{'AB'[i % 2]}\n" for i in range(12))
    assert read(put(tmp_path, "a.csv", source))[0][0] == "q0\nx0\ny0\nA\n"


def test_a_small_text_is_one_record(tmp_path: Path) -> None:
    source = "Some text, with commas.\n\nAnd [1] a second paragraph, too.\n"
    assert read(put(tmp_path, "a.txt", source)) == ([source], [])


def test_a_large_text_is_cut_between_paragraphs(tmp_path: Path) -> None:
    source = "".join(f"Paragraph {i} says something, and more of it.\n\n" for i in range(5000))
    texts, problems = read(put(tmp_path, "a.txt", source))
    assert problems == []
    assert all(text.startswith("Paragraph") and text.endswith("\n\n") for text in texts)
    assert {f"Paragraph {i} " for i in range(5000)} <= {
        line[: line.find("says")] for text in texts for line in text.split("\n")
    }


# Bad input


def problems_of(path: Path, **options: Any) -> str:
    return " | ".join(read(path, **options)[1])


def test_json_that_is_cut(tmp_path: Path) -> None:
    source, records = SHAPES["array"]
    texts, problems = read(put(tmp_path, "a.json", source[:-40]))
    assert texts[:-1] == [text_of(record) for record in records[:8]]
    assert '"input": "frage 8"' in texts[-1]
    assert "is no JSON, or it is cut" in problems[0]
    source, records = SHAPES["lines"]
    texts, problems = read(put(tmp_path, "b.json", source[:-40]))
    assert texts[:-1] == [text_of(record) for record in records[:8]]
    assert texts[-1].startswith('{"instruction": "Answer it now", "input": "frage 8", ')
    assert "1 lines are no JSON" in problems[0]


def test_broken_lines_keep_their_number(tmp_path: Path) -> None:
    source = '{"a": "eins"}\n{"a": "zw\n{"a": "drei"}\n'
    texts, problems = read(put(tmp_path, "a.jsonl", source))
    assert texts == ["eins\n", '{"a": "zw', "drei\n"]
    assert problems == ["1 lines are no JSON: read as text (first: byte 14)"]


def test_nul_bytes_and_invalid_utf8(tmp_path: Path) -> None:
    source = b'{"a": "eins\0zwei"}\n{"a": "\xff\xfe wort \xe4\xb8"}\n{"a": "gut"}\n'
    texts, problems = read(put(tmp_path, "a.jsonl", source))
    assert texts == ["eins\0zwei\n", "\ufffd\ufffd wort \ufffd\n", "gut\n"]
    assert sorted(problems) == [
        "1 NUL bytes, read as separators (first: byte 11)",
        "3 bytes are no UTF-8 and were replaced (first: byte 26)",
    ]


@QUICK
@given(
    st.lists(st.sampled_from([b"a", "中".encode(), "😀".encode(), b"\xe4", b"\xb8", b"\xf0\x9f", b"\xff"])),
    st.integers(1, 5),
)
def test_wrong_bytes_are_replaced_as_python_does_wherever_the_seams_are(
    parts: list[bytes], size: int
) -> None:
    content = "中".encode() + b"".join(parts)
    pieces = [content[:3], *(content[at : at + size] for at in range(3, len(content), size))]
    notes = Notes()
    made = b"".join(utf8.text(iter(pieces), notes))
    assert made.decode() == content.decode("utf-8", "replace")
    notes.close()
    assert bool(notes.take()) == ("\ufffd" in made.decode())


@QUICK
@given(st.binary(max_size=80), st.integers(1, 9))
def test_any_bytes_at_all(tmp_path_factory: Any, content: bytes, piece: int) -> None:
    path = put(tmp_path_factory.mktemp("any"), "a", content)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(raw, "PIECE", piece if piece > 6 else 2**20)
        texts, problems = read(path)
    assert texts or problems


def test_a_character_across_pieces_is_no_fault(tmp_path: Path, small: None) -> None:
    rows = [{"t": "中文😀é" * 9} for _ in range(5)]
    source = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    assert read(put(tmp_path, "a.jsonl", source)) == ([text_of(row) for row in rows], [])


def test_empty_absent_and_strange_files(tmp_path: Path) -> None:
    assert "holds no record" in problems_of(put(tmp_path, "a.json", b""))
    assert "holds no record" in problems_of(put(tmp_path, "b.json", b"[]"))
    assert "No such file" in problems_of(tmp_path / "absent.json")
    assert "directory" in problems_of(tmp_path)
    assert "PNG" in problems_of(put(tmp_path, "c.json", b"\x89PNG\r\n\x1a\n"))
    assert "LFS" in problems_of(put(tmp_path, "d.json", b"version https://git-lfs.github.com/spec/v1\n"))
    assert problems_of(tmp_path / "x", fields=("a",))


def test_an_address_that_fsspec_knows(tmp_path: Path) -> None:
    source, records = SHAPES["lines"]
    put(tmp_path, "a.jsonl", source)
    listing = reading.files([f"file://{tmp_path}"])
    assert len(listing.files) == 1
    found = [batch for uri in listing.files for batch in reading.read(uri)]
    assert sum(len(batch.texts) for batch in found) == len(records)
    assert [batch.problems for batch in reading.read("nosuch://host/a")] != [[]]


def test_a_long_line_is_left_out(tmp_path: Path) -> None:
    rows = ['{"a": "eins"}', '{"a": "' + "wort " * 800_000 + '"}', '{"a": "drei"}', '{"a": "vier"}']
    path = put(tmp_path, "a.jsonl", "\n".join(rows))
    texts, problems = read(path, limit=3_000_000)
    assert texts == ["eins\n", "", "drei\n", "vier\n"]
    assert problems == ["the record at byte 14 is longer than 3,000,000 bytes: left out"]
    texts, problems = read(put(tmp_path, "b.json", f"[{','.join(rows)}]"), limit=3_000_000)
    assert texts == ["eins\n"]
    assert "left out from there on" in problems[0]
    assert len(read(path)[0][1]) > 3_000_000


def test_a_long_line_takes_no_more_memory_than_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    with path.open("wb") as file:
        file.write(b'{"a": "eins"}\n{"a": "')
        for _ in range(200):
            file.write(b"0123456 " * 2**17)
        file.write(b'"}\n{"a": "drei"}\n')
    code = (
        "import resource, sys\nfrom bioclue_data.leakage import reading\n"
        "peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        f"list(reading.read({str(put(tmp_path, 'warm.jsonl', '{}' + chr(10) + '{}'))!r}))\n"
        "before = peak()\n"
        f"found = [(len(b.texts), b.problems) for b in reading.read({str(path)!r}, limit=2**25)]\n"
        "print(peak() - before, sum(n for n, _ in found), sum(len(p) for _, p in found))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    grown, records, problems = map(int, done.stdout.split())
    assert (records, problems) == (3, 1)
    assert grown < 150_000  # kilobytes; the line has 200 MB


# Files


def test_folders_and_globs(tmp_path: Path) -> None:
    for name in ("b/x.json", "a/y.txt", "a/.hidden", ".git/config", "a/p.png", "a/m.safetensors", "z.csv.gz"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("t")
    listing = reading.files([str(tmp_path)])
    assert [Path(path).name for path in listing.files] == ["y.txt", "x.json", "z.csv.gz"]
    assert len(listing.skipped) == 4
    assert reading.files([f"{tmp_path}/*/*.json"]).files == [str(tmp_path / "b/x.json")]
    assert reading.files([f"{tmp_path}/a/p.png"]).files == [f"{tmp_path}/a/p.png"]
    assert "no such file" in reading.files([f"{tmp_path}/*.nothing"]).problems[0]
    assert len(reading.files([str(tmp_path), f"{tmp_path}/**/*.json"]).files) == 3


def test_depth_of_a_long_first_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_shape, "FARTHEST", 50)
    assert json_shape.depth_of(b'{"text": "' + b"a" * 60) == LINES
    assert json_shape.depth_of(b'{"id": {"text": "' + b"a" * 60) == 1


@pytest.mark.parametrize("empty", ["{}", "[]", '{"instruction": [], "output": {}}'])
def test_a_record_without_text_is_counted(empty: str, tmp_path: Path) -> None:
    full = json.dumps({"instruction": "which lamp", "output": "the blue one"})
    texts, problems = read(put(tmp_path, "a.json", f"[{full}, {empty}, {full}]"))
    assert texts == ["which lamp\nthe blue one\n", "", "which lamp\nthe blue one\n"]
    assert problems == []
