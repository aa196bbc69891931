"""What is JSON and what is not: no text is lost, whichever way it is read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bioclue_data.leakage.reading import batches, json_kind, json_records, json_shape, raw, window
from bioclue_data.leakage.reading.json_strings import extract
from bioclue_data.matching.tokens import PADDING
from tests.corpus_reading import put, read

LAMPS = [f"which lamp of ward {i} is blue 第{i}号" for i in range(12)]
PROSE = "\n".join(LAMPS)
RECORDS = [{"q": lamp, "o": ["yes", "不"]} for lamp in LAMPS]
ARRAY = json.dumps(RECORDS, ensure_ascii=False)
LINES = "".join(json.dumps(record) + "\n" for record in RECORDS)
TEXTS = [f"{lamp}\nyes\n不\n" for lamp in LAMPS]
LONG = "long text here " * 20_000  # more than is looked at
CUT = "is no JSON, or it is cut: read as plain text"


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows and pieces of a few bytes, so that everything lies across a seam."""
    for module in (window, batches, json_records):
        monkeypatch.setattr(module, "SIZE", 50)
    monkeypatch.setattr(raw, "PIECE", 7)


# What is JSON


@pytest.mark.parametrize(
    "source",
    [
        "[]",
        " {}\n",
        "[1, 2]",
        '[{"a": "x"',
        '{"a": "x \\alpha"}, and so on',
        '["one", "two" three]',
        '[nan, {"a": None}]',
        '[null, 3, {"a": tru}]',
        '{"a": "x"}\n{"a": "y"},\n50\nnull\n[]\n',
        'null\n{"a": "x"}\n{"a": "y"}\n',
        '# a comment\n{"a": "x"}\n{"a": "y"}\n',
        "{\"a\": \"x\"}\n{'a': 'y'}\n",
        '"one"\n"two"\n',
        f"[{'[' * 100_000}",
        f'[{{"a": "x"}}, {{"b": {json.dumps(LAMPS)}}}] .',
    ],
)
def test_json(source: str) -> None:
    assert json_kind.is_json(source.encode(), whole=True)


BEGINNINGS = [
    "[1] Notes of the ward.",
    "[1,2] see also",
    "[2024]",
    "[]",
    "[](link)",
    "[ ] to do",
    "[[1]] start",
    "[toc]",
    "[![a](b)](c)",
    "{}",
    '["Wound care"] is a chapter.',
    '["a", "b"]',
    '[1] She said "stop"',
    '{"meta": "x"}',
    '{"ts": 1} a log',
    '"One," she said.',
    "50",
    "[0]\nnotes\n[1]\nnotes",
]


@pytest.mark.parametrize("beginning", BEGINNINGS)
def test_text_that_only_begins_like_json_is_read_as_it_is(beginning: str, tmp_path: Path) -> None:
    source = f"{beginning}\n{PROSE}\n"
    assert not json_kind.is_json(source.encode(), whole=True)
    assert read(put(tmp_path, "a.txt", source)) == ([source], [])


def test_rows_that_begin_with_brackets(tmp_path: Path) -> None:
    wanted = [f"[{i}]\n{lamp}\n" for i, lamp in enumerate(LAMPS)]
    for delimiter in (",", "\t"):
        source = "".join(f"[{i}]{delimiter}{lamp}\n" for i, lamp in enumerate(LAMPS))
        assert read(put(tmp_path, "a", source)) == (wanted, [])
    source = "".join(f'[{i}],"{lamp}"\n' for i, lamp in enumerate(LAMPS))
    assert read(put(tmp_path, "a", source)) == (wanted, [])
    tokens = "[1] O\nlamp B-Thing\n" * 9
    assert read(put(tmp_path, "a", tokens)) == (["[1] lamp " * 9 + "\n\n\n" + "lamp\n" * 9], [])


@pytest.mark.parametrize("first", ["null", "true", "50", "NaN", "[]"])
def test_lines_below_another_value(first: str, tmp_path: Path) -> None:
    assert read(put(tmp_path, "a", f"{first}\n{LINES}")) == (["", *TEXTS], [])


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("fields", [(), ("q", "o")])
def test_lines_however_they_end(end: str, fields: tuple[str, ...], tmp_path: Path) -> None:
    path = put(tmp_path, "a", LINES.replace("\n", end) * 300)
    assert read(path, fields=fields, limit=50_000) == (TEXTS * 300, [])


@pytest.mark.parametrize("first", ["// exported", "# exported", "A readme", "{'a': 1}"])
def test_lines_below_a_line_that_is_none(first: str, tmp_path: Path) -> None:
    texts, problems = read(put(tmp_path, "a", f"{first}\n{LINES}"))
    assert texts == [first, *TEXTS]
    assert problems == ["1 lines are no JSON: read as text (first: byte 0)"]


@pytest.mark.parametrize("first", ["null", "true", "-2.5E-3", "NaN", "-Infinity", "None", "nan", "{}"])
def test_arrays_behind_any_first_value(first: str, tmp_path: Path) -> None:
    texts, problems = read(put(tmp_path, "a", f"[{first}, {json.dumps(RECORDS)[1:]}"))
    assert [text for text in texts if text] == TEXTS
    assert problems == []


def test_lines_of_strings(tmp_path: Path) -> None:
    source = "".join(json.dumps(lamp) + "\n" for lamp in LAMPS)
    assert read(put(tmp_path, "a", source)) == ([f"{lamp}\n" for lamp in LAMPS], [])


# What is no JSON, among records

BROKEN = {
    "{'q': 'which \"lamp\" is green'}": "{'q': 'which \"lamp\" is green'}",
    "a line of prose, with [brackets]": "a line of prose, with [brackets]",
    '{"ts": 1} and a log': '{"ts": 1} and a log',
    '{"q": "the "green" lamp"}': '{"q": "the "green" lamp"}',
    '{"q": "\\u706f \\alpha \\n \\u12"}': '{"q": "灯 \\alpha \n \\u12"}',
    '{"q": "\\u706f': '{"q": "灯',
    '{"q": "cut \\': '{"q": "cut \\',
    '{"q": "more"}}': '{"q": "more"}}',
    "nausea": "nausea",
    "{q: 5}": "{q: 5}",
}


@pytest.mark.parametrize("broken", BROKEN)
def test_lines_that_are_no_json_are_read_as_text(broken: str, tmp_path: Path) -> None:
    path = put(tmp_path, "a.jsonl", f"{LINES}{broken}\n{LINES}{broken}")
    texts, problems = read(path)
    assert texts == [*TEXTS, BROKEN[broken], *TEXTS, BROKEN[broken]]
    second = len(f"{LINES}{broken}\n{LINES}")
    assert problems == [f"2 lines are no JSON: read as text (first: byte {len(LINES):,}, byte {second:,})"]


def test_all_lines_that_are_no_json_are_counted(tmp_path: Path) -> None:
    _, problems = read(put(tmp_path, "a.jsonl", LINES * 300 + "{broken}\n" * 3000))
    assert problems[0].startswith("3,000 lines are no JSON")


@pytest.mark.parametrize(
    ("broken", "text"),
    [
        ('{"q": "\\u706f \\alpha"}', '{"q": "灯 \\alpha"}'),
        ('{"q": ObjectId("a1")}', '{"q": ObjectId("a1")}'),
        ('{q: "green"}', '{q: "green"}'),
        ("// a comment", "// a comment"),
        ('{"q": "the "green" lamp"}', '{"q": "the "green" lamp"}'),
    ],
)
@pytest.mark.parametrize("first", ["[", '{"version": 1, "data": ['])
def test_a_record_that_is_no_json_is_read_as_text(
    first: str, broken: str, text: str, small: None, tmp_path: Path
) -> None:
    rows = [json.dumps(record, indent=1) for record in RECORDS[:2]]
    source = f"{first}{rows[0]}, {broken}, {rows[1]}" + ("]" if first == "[" else "]}")
    texts, problems = read(put(tmp_path, "a.json", source))
    assert [one.strip() for one in texts] == [TEXTS[0].strip(), text, TEXTS[1].strip()]
    place = len(f"{first}{rows[0]},")
    assert problems == [f"1 records are no JSON: read as text (first: byte {place})"]


def test_text_between_values(small: None, tmp_path: Path) -> None:
    rows = [json.dumps(record, indent=1) for record in RECORDS]
    source = "\n".join([*rows, "a note", rows[0], "the end"])
    texts, problems = read(put(tmp_path, "a.json", source))
    assert texts[:12] == TEXTS
    assert texts[12].startswith("\na note\n{")
    assert texts[13] == "\nthe end"
    assert problems[0].startswith("2 records are no JSON")


@pytest.mark.parametrize(
    ("source", "known"),
    [
        (f"[{ARRAY[1:-1]}]\nThe end: {LAMPS[11]}", 12),
        (f'{{"data": {ARRAY}}}\nThe end: {LAMPS[11]}', 12),
        (f"{ARRAY[:-18]}", 11),
        (ARRAY.replace("}", "", 1), 0),
        (f'{ARRAY}, "{LAMPS[11]}"] and more', 12),
    ],
)
@pytest.mark.parametrize("fields", [(), ("q", "o")])
def test_what_is_no_json_behind_records_is_prose(
    source: str, known: int, fields: tuple[str, ...], small: None, tmp_path: Path
) -> None:
    texts, problems = read(put(tmp_path, "a.json", source), fields=fields)
    assert texts[:known] == TEXTS[:known]
    assert LAMPS[11] in "".join(texts[known:])
    assert len(problems) == 1
    assert CUT in problems[0]


def test_a_bracket_too_many_is_no_text(tmp_path: Path) -> None:
    texts, problems = read(put(tmp_path, "a.json", f"{ARRAY}]"))
    assert texts[:12] == TEXTS
    assert problems == []


def test_an_array_of_lines_that_are_none(tmp_path: Path) -> None:
    source = "[\n// a comment\n" + ",\n".join(json.dumps({"q": "lamp"}) for _ in range(9)) + "]"
    texts, _ = read(put(tmp_path, "a.json", source))
    assert "a comment" in texts[0]


# Beside the records

ROWS = [{"q": "first"}, {"q": "second"}]
ASIDE = {
    "before": ({"id": "p1", "context": "beside", "questions": ROWS}, ["first\n", "second\n", "p1\nbeside\n"]),
    "behind": ({"data": ROWS, "question": "beside"}, ["first\n", "second\n", "beside\n"]),
    "between": (
        {"train": ROWS, "title": "beside", "n": 5, "test": ROWS},
        [*["first\n", "second\n"] * 2, "beside\n"],
    ),
    "long": (
        {"abstract": "beside", "sections": [{"t": LONG}, {"t": "b"}]},
        [f"{LONG}\n", "b\n", "beside\n"],
    ),
    "long conversation": (
        {"system": "beside", "messages": [{"role": "user", "content": LONG}, {"content": "b"}]},
        [f"beside\nuser\n{LONG}\nb\n"],
    ),
    "long list of conversations": (
        {"conversations": [{"messages": [{"role": "user", "content": LONG}]}, {"messages": [{"b": "c"}]}]},
        [f"user\n{LONG}\n", "c\n"],
    ),
}


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("shape", ASIDE)
def test_what_stands_beside_a_list_is_one_more_record(shape: str, indent: int | None, tmp_path: Path) -> None:
    value, texts = ASIDE[shape]
    assert read(put(tmp_path, "a.json", json.dumps(value, indent=indent))) == (texts, [])


@pytest.mark.parametrize("shape", ["before", "behind", "between"])
def test_what_stands_beside_a_list_across_seams(
    shape: str, small: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(json_records, "SIZE", 2**20)
    value, texts = ASIDE[shape]
    path = put(tmp_path, "a.json", json.dumps(value))
    assert read(path) == (texts, [])
    texts, problems = read(path, fields=("q", "context", "question", "title"))
    assert texts == [*["first\n", "second\n"] * (1 + (shape == "between")), "beside\n"]
    assert problems == []


@pytest.mark.parametrize("fields", [(), ("q", "v", "o", "id")])
def test_lines_of_which_the_first_is_longest(
    fields: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(json_shape, "FARTHEST", 2**18)
    monkeypatch.setattr(raw, "PIECE", 2**16)
    first = {"rows": [{"v": LONG * 2}], "id": "beside"}
    texts, problems = read(put(tmp_path, "a.jsonl", f"{json.dumps(first)}\n{LINES}"), fields=fields)
    assert texts == [f"{LONG * 2}\n", "beside\n", *TEXTS]
    assert problems == []


# Some fields, by a parser


@pytest.mark.parametrize(
    "more",
    [
        "NaN",
        "-Infinity",
        "9" * 5000,
        '"\\ud83d lone \\udc00"',
        '"a raw\ttab"',
        "None",
        "nan",
        '{"x": True}',
    ],
)
@pytest.mark.parametrize("separator", ["\n", ",\n"])
def test_fields_of_records_that_python_writes(more: str, separator: str, tmp_path: Path) -> None:
    rows = [f'{{"q": "{lamp}", "more": {more}}}' for lamp in LAMPS]
    path = put(tmp_path, "a", separator.join(rows) + separator)
    texts, problems = read(path)
    assert all(text.startswith(f"{lamp}\n") for text, lamp in zip(texts, LAMPS, strict=True))
    assert read(path, fields=("q", "more")) == (texts, problems) == (texts, [])


@pytest.mark.parametrize("broken", ["{'q': 'green'}", '{"q": "green"} and more', '{"q": ' + "[" * 10**5])
def test_records_that_no_parser_takes_are_read_as_text(broken: str, tmp_path: Path) -> None:
    texts, problems = read(put(tmp_path, "a", f"{LINES}{broken}\n"), fields=("q", "o"))
    assert texts == [*TEXTS, broken]
    assert problems == [f"1 records are no JSON: read as text (first: byte {len(LINES):,})"]


def test_a_key_of_a_record_may_be_a_field(tmp_path: Path) -> None:
    path = put(tmp_path, "a", json.dumps({"questions": ["one", "two"], "notes": ["three"]}))
    texts, problems = read(path, fields=("questions",))
    assert texts == ["one\ntwo\n", ""]
    assert len(problems) == 1


# No text is lost

PIECES = [
    *'[]{},\n "\\',
    *["null", "1e5", "NaN", "// ", "'", "\\u706f", "\\x", "\\n", "\ufeff"],
    *['"k": ', '[{"k": ', '}, {"k": ', '}\n{"k": ', '", "', ', "data": [', "], [", '"}'],
]


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.sampled_from(["", "[", '[{"k": "v"}, ', '{"k": "v", "data": [', '{"k": "v"}\n', '{"k": {"k": "']),
    st.lists(st.sampled_from([*PIECES, *PIECES, "word", '"word"', '"word", ']), max_size=25),
    st.sampled_from([3, 20, 2**20]),
)
def test_no_text_is_lost(tmp_path_factory: Any, first: str, pieces: list[str], size: int) -> None:
    numbered = [piece.replace("word", f"w{i}x") for i, piece in enumerate(pieces)]
    source = first + "".join(numbered)
    words = [f"w{i}x" for i, piece in enumerate(pieces) if "word" in piece]
    path = put(tmp_path_factory.mktemp("json"), "a", source)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(raw, "PIECE", size)
        patch.setattr(window, "SIZE", size)
        texts, problems = read(path)
    if json_kind.is_json(source.encode(), whole=True):
        assert [word for word in words if word not in "".join(texts)] == []
        assert texts or problems


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from('[]{}",:\\\n au7中'), max_size=40), st.sampled_from([-1, 0, 1, 2]))
def test_any_block(text: str, depth: int) -> None:
    encoded = text.encode()
    block = np.frombuffer(encoded + bytes(PADDING), np.uint8)
    made = extract(block, depth, inside=False, last=True)
    assert 0 <= made.consumed <= len(encoded)
    assert (np.diff(made.offsets) >= 0).all()
    assert made.offsets[-1] <= len(encoded)
    assert len(made.aside) <= len(encoded)
