"""JSON and JSON Lines: shapes, streaming, exact places of errors."""

from __future__ import annotations

import io
import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioclue_data.errors import RecordError, SourceError
from bioclue_data.readers import json_text
from bioclue_data.readers.document import Document
from bioclue_data.readers.json_text import JsonText
from tests.reading import found, read_files, source

TEXTS = '\n[columns]\ntext = "t"'
AWKWARD = "\ufeff词\u2028一\ue313\x85末\U0001f600"


def _read(tmp_path: Path, read: str, content: Any, name: str = "a.json", **more: Any) -> list[Document]:
    text = content if isinstance(content, (str, bytes)) else json.dumps(content, ensure_ascii=False)
    return read_files(read, source(tmp_path, name, text), **more)


# Shapes


@pytest.mark.parametrize(
    ("items", "content", "ids", "places"),
    [
        ("", [{"t": "a"}, {"t": "b"}], ["0", "1"], ["/0", "/1"]),
        ("", {"x": {"t": "a"}, "y/z": {"t": "b"}}, ["0", "1"], ["/x", "/y~1z"]),
        ("*", {"x": {"t": "a"}}, ["0"], ["/x"]),
        ("data", {"v": [1], "data": [{"t": "a"}], "w": {}}, ["0"], ["/data/0"]),
        ("a.b", {"a": {"c": 1, "b": {"k": {"t": "a"}}}}, ["0"], ["/a/b/k"]),
        ("d.p.q", {"d": [{"p": [{"q": [{"t": "a"}, {"t": "b"}]}, {"q": []}, {"q": [{"t": "c"}]}]}]},
         ["0", "1", "2"], ["/d/0/p/0/q/0", "/d/0/p/0/q/1", "/d/0/p/2/q/0"]),
        ("e.*.d", {"e": {"x": {"d": [{"t": "a"}]}, "y": {"d": [{"t": "b"}]}}},
         ["0", "1"], ["/e/x/d/0", "/e/y/d/0"]),
        (".", {"t": "a", "u": []}, ["0"], ["/"]),
        ("", [], [], []),
    ],
)  # fmt: skip
def test_items_are_found_in_every_shape(
    tmp_path: Path, items: str, content: Any, ids: list[str], places: list[str]
) -> None:
    documents = _read(tmp_path, f'format = "json"\nitems = "{items}"{TEXTS}', content)
    assert [document.source_id for document in documents] == ids
    assert [document.locator for document in documents] == places
    assert [document.layers["text"] for document in documents] == list("abc"[: len(ids)])


def test_ids_and_what_is_around_an_item(tmp_path: Path) -> None:
    content = {
        "exams": {
            "E1": {"year": 2015, "data": [{"qid": "7", "t": "a"}]},
            "E2": {"data": [{"qid": "7", "t": "b"}]},
        }
    }
    read = """
format = "json"
items = "exams.*.data"
id = ["^.@key", "qid"]
document_id = "^.@key"
group_id = { path = "^.year", null = ["2015"] }
extra = { year = "^.year", none = "nowhere" }
[columns]
text = "t"
"""
    first, second = _read(tmp_path, read, content)
    assert (first.source_id, first.document_id, first.group_id, first.extra) == (
        "E1/7",
        "E1",
        None,
        {"year": 2015},
    )
    assert (second.source_id, second.extra) == ("E2/7", None)


def test_subset_language_and_file(tmp_path: Path) -> None:
    read = """
format = "json"
id = ["@subset", "#"]
subset = "@file"
language = { path = "l", map = { zh = "zh-Hans" } }
[columns]
text = "t"
"""
    files = [
        source(tmp_path, name, '[{"t": "a", "l": "zh"}]', subset)
        for name, subset in (("a.json", "x"), ("b.json", "y"))
    ]
    documents = read_files(read, *files)
    assert [document.source_id for document in documents] == ["x/0", "y/0"]
    assert [(document.subset, document.language) for document in documents] == [
        ("a.json", "zh-Hans"),
        ("b.json", "zh-Hans"),
    ]


def test_where_keeps_items_and_positions_stay(tmp_path: Path) -> None:
    content = [{"t": "a", "s": "dev"}, {"t": "b", "s": "test"}, {"t": "c", "s": "dev"}]
    documents = _read(tmp_path, f'format = "json"\nwhere = {{ s = "dev" }}{TEXTS}', content)
    assert [document.source_id for document in documents] == ["0", "2"]


@pytest.mark.parametrize(
    "content",
    [
        {"t": {"0": "a", "1": "b"}, "n": {"0": 1, "1": 2}},
        {"t": ["a", "b"], "n": [1, 2]},
    ],
)
def test_columns_become_rows(tmp_path: Path, content: Any) -> None:
    read = f'format = "json"\noriented = "columns"\nid = "@key"\nextra = ["n"]{TEXTS}'
    documents = _read(tmp_path, read, content)
    assert [(d.source_id, d.layers["text"], d.extra) for d in documents] == [
        ("0", "a", {"n": 1}),
        ("1", "b", {"n": 2}),
    ]


@pytest.mark.parametrize(
    "content", [{"t": {"0": "a"}, "n": {"1": 1}}, {"t": ["a"], "n": []}, ["a"], {"t": "a"}]
)
def test_columns_of_different_rows_are_refused(tmp_path: Path, content: Any) -> None:
    with pytest.raises(SourceError, match=r"other rows|object of columns"):
        _read(tmp_path, f'format = "json"\noriented = "columns"{TEXTS}', content)


def test_a_keyed_object_with_parallel_lists(tmp_path: Path) -> None:
    read = """
format = "json"
id = "@key"
[columns]
question = "Q"
contexts = { each = { text = "C", type = "L" }, id = "#", text = "text", type = "type" }
"""
    content = {"123": {"Q": "Does it?", "C": ["One.", "Two."], "L": ["AIM", "END"]}}
    (document,) = _read(tmp_path, read, content)
    assert document.source_id == "123"
    assert document.layers["contexts"][1] == {"id": "1", "text": "Two.", "type": "END"}


# Text is content


def test_text_is_not_touched(tmp_path: Path) -> None:
    for name, content in (
        ("a.json", [{"t": AWKWARD}]),
        ("a.jsonl", json.dumps({"t": AWKWARD}, ensure_ascii=False) + "\r\n"),
    ):
        read = f'format = "{name[2:]}"{TEXTS}'
        (document,) = _read(tmp_path, read, content, name)
        assert document.layers["text"] == AWKWARD


def test_other_encodings_and_marks(tmp_path: Path) -> None:
    content = json.dumps([{"t": "头痛、㖞斜"}], ensure_ascii=False)
    for encoding in ("gb18030", "utf-8-sig", "utf-16"):
        read = f'format = "json"\nencoding = "{encoding}"{TEXTS}'
        (document,) = _read(tmp_path, read, content.encode(encoding))
        assert document.layers["text"] == "头痛、㖞斜"
    with pytest.raises(SourceError):
        _read(tmp_path, f'format = "json"{TEXTS}', content.encode("gb18030"))


def test_numbers_keep_their_kind(tmp_path: Path) -> None:
    (document,) = _read(
        tmp_path,
        f'format = "json"\nextra = ["n"]{TEXTS}',
        '[{"t": "a", "n": [1, 1.0, 1e2, 12345678901234567890]}]',
    )
    assert document.extra is not None
    assert [(n, type(n)) for n in document.extra["n"]] == [
        (1, int),
        (1.0, float),
        (100.0, float),
        (12345678901234567890, int),
    ]


# Errors


@pytest.mark.parametrize(
    ("content", "message", "place"),
    [
        ('[{"t": "a"},\n {"t": "b"', "the file ends in the middle of a value", "line 2, column 11"),
        ('[{"t": "a"},\n {"t": "b', "the file ends in the middle of a value", "line 2, column 10"),
        ('[{"t": "a"}\n', "the file ends where ',' is expected", "line 2, column 1"),
        ('[{"t": "a"}]\n{"t": "b"}', "the text goes on after its value has ended", "line 2, column 1"),
        ('[{"t": "a"}\n {"t": "b"}]', "',' is expected", "line 2, column 2"),
        ('[{"t": "a"},\n{t: "b"}]', "Expecting property name", "line 2, column 2"),
        ('[{"t": "a"},\n{"t": "b", "t": "c"}]', "the key 't' stands twice", "line 2, column 1"),
        ('[\n{"t": NaN}]', "NaN is not JSON", "line 2, column 1"),
        ('[\n{"t": -Infinity}]', "-Infinity is not JSON", "line 2, column 1"),
        ("[" * 200_000, "recursion", "line 1, column 2"),
        ("", "a list or an object of items is expected", "line 1, column 1"),
        ('"t"', "a list or an object of items is expected", "line 1, column 1"),
        ('{"a": [{"t": "a"}]', "the file ends where ',' is expected", "line 1, column 19"),
    ],
)  # fmt: skip
def test_what_is_not_json_is_named_with_line_and_column(
    tmp_path: Path, content: str, message: str, place: str
) -> None:
    read = (
        f'format = "json"{TEXTS}'
        if not content.startswith('{"a"')
        else f'format = "json"\nitems = "a"{TEXTS}'
    )
    with pytest.raises(SourceError, match=message) as caught:
        _read(tmp_path, read, content)
    assert caught.value.where == f"a.json, {place}"


def test_nan_can_be_declared_as_null(tmp_path: Path) -> None:
    for name, content in (("json", '[{"t": "a", "r": NaN}]'), ("jsonl", '{"t": "a", "r": NaN}')):
        read = f'format = "{name}"\nnan_is_null = true{TEXTS}\nrationale = "r"'
        (document,) = _read(tmp_path, read, content)
        assert document.layers == {"text": "a"}
    with pytest.raises(SourceError, match="Infinity"):
        _read(tmp_path, f'format = "json"\nnan_is_null = true{TEXTS}', '[{"t": Infinity}]')


def test_lines_taken_for_one_text_are_told(tmp_path: Path) -> None:
    with pytest.raises(SourceError) as caught:
        _read(tmp_path, f'format = "json"\nitems = "."{TEXTS}', '{"t": "a"}\n{"t": "b"}\n')
    assert "jsonl" in caught.value.remedy


def test_an_item_that_is_no_object_is_told(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="'t' meets a str") as caught:
        _read(tmp_path, f'format = "json"{TEXTS}', '{"i": "x", "t": "a"}\n{"i": "y", "t": "b"}\n')
    assert caught.value.where == "a.json, /i"
    assert "jsonl" in caught.value.remedy


def test_a_missing_key_on_the_way_lists_what_is_there(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="there is no key 'data'") as caught:
        _read(tmp_path, f'format = "json"\nitems = "data"{TEXTS}', {"version": 1, "items": []})
    assert "version, items" in caught.value.remedy
    with pytest.raises(SourceError, match=r"nothing stands at 'p\.q'") as caught:
        _read(tmp_path, f'format = "json"\nitems = "d.p.q"{TEXTS}', {"d": [{"p": [{"x": 1}]}]})
    assert caught.value.where == "a.json, /d/0"


@pytest.mark.parametrize("items", ["^.a", "#", "a..b"])
def test_items_lead_downwards(tmp_path: Path, items: str) -> None:
    with pytest.raises(RecordError, match="items"):
        _read(tmp_path, f'format = "json"\nitems = "{items}"{TEXTS}', [])


def test_what_lies_outside_the_outermost_list_is_not_kept(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="outermost object that is kept"):
        _read(
            tmp_path,
            f'format = "json"\nitems = "data"\nid = "^.version"{TEXTS}',
            {"version": "1", "data": [{"t": "a"}]},
        )


def test_a_web_page_is_no_json(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="HTML"):
        _read(tmp_path, f'format = "json"{TEXTS}', "<!DOCTYPE html>\n<html><body>x</body></html>")


# JSON Lines


def test_lines_end_with_a_newline_only(tmp_path: Path) -> None:
    content = f'{{"t": "a{AWKWARD}"}}\n\n  \r\n{{"t": "b"}}\r\n{{"t": "c"}}'
    documents = _read(tmp_path, f'format = "jsonl"{TEXTS}', content)
    assert [(d.layers["text"][0], d.source_id, d.locator) for d in documents] == [
        ("a", "0", "line 1"),
        ("b", "1", "line 4"),
        ("c", "2", "line 5"),
    ]


@pytest.mark.parametrize(
    ("content", "message", "place"),
    [
        ('{"t": "a"}\n{"t": "b"', "the file ends|in the middle", "line 2, column 10"),
        ('{"t": "a"}\n{"t": "b"} {"t": "c"}', "the text goes on", "line 2, column 12"),
        ('{"t": "a"}\n{"t": "b", "t": "c"}', "stands twice", "line 2, column 1"),
        ('[{"t": "a"}, {"t": "b"}]', "array of objects", "line 1"),
        ('[\n{"t": "a"}\n]', "the file ends|in the middle", "line 1, column 2"),
    ],
)
def test_wrong_lines_are_named(tmp_path: Path, content: str, message: str, place: str) -> None:
    with pytest.raises(SourceError, match=message) as caught:
        _read(tmp_path, f'format = "jsonl"{TEXTS}', content)
    assert caught.value.where == f"a.json, {place}"


def test_items_inside_lines(tmp_path: Path) -> None:
    read = """
format = "jsonl"
items = "qas"
id = ["^.note", "^.#", "#"]
[columns]
question = "0"
answers = [{ text = "1" }]
"""
    documents = _read(
        tmp_path, read, '{"note": "n1", "qas": [["q", "a"], ["r", "b"]]}\n{"note": "n2", "qas": []}\n'
    )
    assert [document.source_id for document in documents] == ["n1/0/0", "n1/0/1"]
    assert documents[1].locator == "line 1/qas/1"


# Any size


class _Repeated(io.TextIOBase):
    """A JSON array that is made while it is read."""

    def __init__(self, item: str, count: int) -> None:
        self._pieces = (f"{'[' if i == 0 else ','}{item}" for i in range(count))
        self._rest, self._open = "", True

    def read(self, size: int | None = -1) -> str:
        while len(self._rest) < (size or 0) and self._open:
            piece = next(self._pieces, None)
            self._rest += "]" if piece is None else piece
            self._open = piece is not None
        taken, self._rest = self._rest[:size], self._rest[size:]
        return taken


def test_memory_does_not_grow_with_the_file() -> None:
    item = json.dumps({"t": "词" * 50_000}, ensure_ascii=False)
    text = JsonText(_Repeated(item, 400), "a.json")  # type: ignore[arg-type] - reads like one
    tracemalloc.start()
    count = sum(len(text.value()["t"]) for _ in text.elements())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 400 * 50_000
    assert peak < 6 * 1024 * 1024


_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def _values_of(content: str) -> list[Any]:
    text = JsonText(io.StringIO(content), "a.json")
    values = [text.value() for _ in text.elements()]
    text.end()
    return values


@given(st.lists(_values, max_size=5), st.integers(1, 40), st.booleans(), st.sampled_from([None, 1]))
def test_any_chunk_size_gives_the_same_values(
    values: list[Any], size: int, ascii_only: bool, indent: int | None
) -> None:
    content = json.dumps(values, ensure_ascii=ascii_only, indent=indent)
    before = json_text.CHUNK
    json_text.CHUNK = size
    try:
        assert _values_of(content) == values
    finally:
        json_text.CHUNK = before


@given(st.lists(_values, min_size=1, max_size=3), st.integers(1, 40), st.data())
def test_a_cut_text_is_always_noticed(values: list[Any], size: int, data: st.DataObject) -> None:
    content = json.dumps(values)
    cut = content[: data.draw(st.integers(0, len(content) - 1))]
    before = json_text.CHUNK
    json_text.CHUNK = size
    try:
        with pytest.raises(SourceError, match=r"a\.json, line 1, column"):
            _values_of(cut)
    finally:
        json_text.CHUNK = before


# Real files


@pytest.mark.real
def test_cmeee(real_data: Path) -> None:
    read = """
format = "json"
[columns]
text = "text"
[columns.entities]
each = "entities"
start = "start_idx"
end = "end_idx"
end_inclusive = true
type = "type"
text = "entity"
"""
    documents = read_files(read, found(real_data, "manual/cmeee/**/CMeEE_dev.json"))
    pairs = [(d.layers["text"], e) for d in documents for e in d.layers["entities"]]
    assert (len(documents), len(pairs)) == (5000, 20300)
    assert all(text[e["spans"][0]["start"] : e["spans"][0]["end"]] == e["text"] for text, e in pairs)
    hidden = read_files(read, found(real_data, "manual/cmeee/**/CMeEE_test.json"))
    assert (len(hidden), sum("entities" in d.layers for d in hidden)) == (3000, 0)


@pytest.mark.real
def test_cmeie(real_data: Path) -> None:
    read = """
format = "jsonl"
[columns]
text = "text"
[columns.relations]
each = "spo_list"
type = "predicate"
args = [
  { role = "=subject", text = "subject", type = "subject_type" },
  { role = "=object", text = 'object."@value"', type = 'object_type."@value"' },
]
attributes = [{ name = "=Combined", value = "Combined" }]
"""
    documents = read_files(read, found(real_data, "manual/cmeie/**/CMeIE_dev.json"))
    relations = [relation for d in documents for relation in d.layers["relations"]]
    assert (len(documents), len(relations)) == (3585, 10626)
    assert sum(r["attributes"] == [{"name": "Combined", "value": "true"}] for r in relations) == 6494
    assert sum(any(c in d.layers["text"] for c in "\ue313\ue316") for d in documents) == 203


@pytest.mark.real
def test_pubmed_qa(real_data: Path) -> None:
    read = """
format = "json"
id = "@key"
[columns]
question = "QUESTION"
contexts = { each = { text = "CONTEXTS", type = "LABELS" }, text = "text", type = "type" }
answer = "final_decision"
"""
    documents = read_files(read, found(real_data, "mirror/**/ori_pqal.json"))
    assert len({d.source_id for d in documents}) == 1000
    types = [context["type"] for d in documents for context in d.layers["contexts"]]
    assert (types.count("RESULTS"), types.count("METHODS"), types.count("BACKGROUND")) == (938, 634, 385)


@pytest.mark.real
def test_covid_qa(real_data: Path) -> None:
    read = """
format = "json"
items = "data.paragraphs.qas"
id = "id"
document_id = "^.document_id"
group_id = "^.document_id"
[columns]
question = "question"
contexts = [{ id = "=1", text = "^.context" }]
answers = { each = "answers", text = "text" }
evidence = { each = "answers", context = "=1", start = "answer_start", text = "text" }
"""
    documents = read_files(read, found(real_data, "mirror/**/200423_covidQA.json"))
    right = sum(
        d.layers["contexts"][0]["text"][e["start"] : e["end"]] == e["text"]
        for d in documents
        for e in d.layers["evidence"]
    )
    assert (len(documents), len({d.document_id for d in documents}), len(documents) - right) == (
        1380,
        98,
        234,
    )


@pytest.mark.real
def test_med_qa(real_data: Path) -> None:
    read = """
format = "jsonl"
extra = ["meta_info"]
[columns]
question = "question"
options = { each = "options", key = "@key", text = "." }
answer_keys = "answer_idx"
answer_text = "answer"
multiple = false
"""
    documents = read_files(read, found(real_data, "mirror/**/phrases_no_exclude_test.jsonl"))
    assert len(documents) == 1273
    for document in documents:
        texts = {option["key"]: option["text"] for option in document.layers["options"]}
        assert list(texts) == ["A", "B", "C", "D"]
        assert texts[document.layers["answer_keys"][0]] == document.layers["answer_text"]


@pytest.mark.real
def test_chip(real_data: Path) -> None:
    pairs = """
format = "json"
id = "id"
[columns]
text_a = "text1"
text_b = "text2"
kind = "=similarity"
score = "label"
score_min = 0.0
score_max = 1.0
"""
    documents = read_files(pairs, found(real_data, "manual/chip_sts/**/CHIP-STS_dev.json"))
    assert (len(documents), {d.layers["score"] for d in documents}) == (4000, {0.0, 1.0})
    hidden = read_files(pairs, found(real_data, "manual/chip_sts/**/CHIP-STS_test.json"))
    assert (len(hidden), sum("score" in d.layers for d in hidden)) == (10000, 0)
    classes = 'format = "json"\n[columns]\ntext = "text"\nmode = "=single"\nlabels = "label"'
    documents = read_files(classes, found(real_data, "manual/chip_ctc/**/CHIP-CTC_train.json"))
    assert (len(documents), len({d.layers["labels"][0] for d in documents})) == (22962, 44)


@pytest.mark.real
def test_chip_cdn(real_data: Path) -> None:
    read = """
format = "json"
[columns]
text = "text"
[[columns.entities]]
type = "=diagnosis"
start = 0
text = "text"
[columns.entities.norms]
each = "normalized_result"
split = "##"
strip_quotes = true
db = "=ICD10-BJ-601"
name = "."
nil = "O"
"""
    documents = read_files(read, found(real_data, "manual/chip_cdn/**/CHIP-CDN_train.json"))
    norms = [norm for d in documents for norm in d.layers["entities"][0]["norms"]]
    assert (len(documents), len(norms)) == (6000, 10948)
    hidden = read_files(read, found(real_data, "manual/chip_cdn/**/CHIP-CDN_test.json"))
    assert sum("norms" in d.layers["entities"][0] for d in hidden) == 0


@pytest.mark.real
def test_text2dt(real_data: Path) -> None:
    read = 'format = "json"\n[columns]\ntext = "text"\nkind = "=tree"\noutput = { json = "tree" }'
    for split, count in (("train", 300), ("dev", 100), ("test", 100)):
        documents = read_files(read, found(real_data, f"manual/text2dt/**/Text2DT_{split}.json"))
        assert len(documents) == count
        assert all(json.loads(d.layers["output"])[0]["role"] in ("C", "D") for d in documents)


@pytest.mark.real
def test_columns_of_a_real_table(real_data: Path) -> None:
    read = """
format = "json"
oriented = "columns"
id = "@key"
extra = ["character_label"]
[columns]
text = { path = "character", join = "" }
"""
    documents = read_files(read, found(real_data, "manual/health_ner/**/real_test.json"))
    assert len(documents) == 3205
    assert all(len(d.layers["text"]) == len((d.extra or {})["character_label"]) for d in documents)
