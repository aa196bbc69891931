"""The mapping grammar: what of a raw item goes where, and what is an error."""

from __future__ import annotations

from typing import Any

import pytest

from bioclue_data.contracts.contract import complete, load, tasks
from bioclue_data.errors import RecordError, SourceError
from bioclue_data.readers.mapping import paths, shapes, structs
from bioclue_data.readers.mapping.columns import columns
from tests.reading import layers_of

TEXT = "左膝痛，无发热。"


def _list(column: str, item: Any, **more: Any) -> Any:
    (layer,) = layers_of(column, item, **more).values()
    return layer


# Paths


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("a", "x"),
        ("b.c", "y"),
        ('"d.e"', "z"),
        ("'\"@value\"'", "v"),
        ("two words", "w"),
        ("list.1.t", "q"),
        ("#", "0"),
        ("@file", "items.json"),
        ("@stem", "items"),
    ],
)
def test_a_path_leads_to_a_value(path: str, value: str) -> None:
    item = {
        "a": "x",
        "b": {"c": "y"},
        "d.e": "z",
        "@value": "v",
        "two words": "w",
        "list": [{"t": "p"}, {"t": "q"}],
    }
    spelled = path if path.startswith("'") else f"'{path}'"
    assert layers_of(f"text = {spelled}", item) == {"text": value}


@pytest.mark.parametrize("path", ["", "a.", ".a.", "a..b", '"a', '"a"b', "^a", "@value", "a.@b"])
def test_what_is_no_path_is_refused_with_its_key(path: str) -> None:
    with pytest.raises(RecordError, match=r"columns\.text.*(not a path|one of path)"):
        layers_of(f"text = '{path}'", {})


def test_a_path_through_a_list_or_a_text_is_a_mistake() -> None:
    with pytest.raises(SourceError, match=r"'a\.b' meets a list of 2"):
        layers_of('rationale = "a.b"', {"a": [{"b": 1}, {"b": 2}]})
    with pytest.raises(SourceError, match=r"'a\.b' meets a str"):
        layers_of('rationale = "a.b"', {"a": "x"})
    assert layers_of('rationale = "a.b"', {"a": []}) == {}


def test_carets_walk_back_to_what_is_around() -> None:
    item = {"doc": "d1", "parts": [{"head": "h", "lines": ["one", "two"]}]}
    column = 'contexts = { each = "parts.lines", id = "^.#", type = "^.head", text = "." }'
    assert _list(column, item) == [
        {"id": "0", "type": "h", "text": "one"},
        {"id": "0", "type": "h", "text": "two"},
    ]
    deeper = 'contexts = { each = "parts.lines", id = "^^.doc", text = "." }'
    assert [context["id"] for context in _list(deeper, item)] == ["d1", "d1"]


def test_climbing_beyond_the_item_is_a_mistake_in_the_record() -> None:
    with pytest.raises(RecordError, match="climbs 1 levels"):
        layers_of('text = "^.title"', {"text": "x"})


def test_stars_go_through_lists_and_objects() -> None:
    assert _list('topics = "a.*.t"', {"a": {"x": {"t": "1"}, "y": {"t": "2"}}}) == ["1", "2"]
    assert _list('topics = "a.*.*"', {"a": [["1", "2"], ["3"]]}) == ["1", "2", "3"]


# Types


@pytest.mark.parametrize(
    ("column", "raw", "value"),
    [
        ("text", 12, "12"),
        ("text", True, "true"),
        ("text", "\ufeff词\u2028\ue313 ", "\ufeff词\u2028\ue313 "),
        ("target_turn", 3, 3),
        ("target_turn", "3", 3),
        ("target_turn", 3.0, 3),
        ("score", "2.50", 2.5),
        ("score", 4, 4.0),
        ("score", "1e-3", 0.001),
        ("multiple", True, True),
        ("multiple", "False", False),
    ],
)
def test_values_take_the_type_of_the_contract(column: str, raw: Any, value: Any) -> None:
    (found,) = layers_of(f'{column} = "v"', {"v": raw}).values()
    assert found == value
    assert found.__class__ is value.__class__


@pytest.mark.parametrize(
    ("column", "raw"),
    [
        ("text", 1.5),
        ("text", ["a"]),
        ("text", {"a": "b"}),
        ("target_turn", "3.5"),
        ("target_turn", " 3"),
        ("target_turn", "1_0"),
        ("target_turn", "٣"),
        ("target_turn", True),
        ("target_turn", 1 << 31),
        ("score", "nan"),
        ("score", "1,5"),
        ("score", "1_0"),
        ("score", 10**400),
        ("score", "1e999"),
        ("score", False),
        ("multiple", 1),
        ("multiple", "yes"),
    ],
)
def test_what_does_not_fit_is_an_error_with_place_and_value(column: str, raw: Any) -> None:
    with pytest.raises(SourceError, match=rf"columns\.{column}: ") as caught:
        layers_of(f'{column} = "v"', {"v": raw})
    assert caught.value.where == "items.json, /0"


# Single values


@pytest.mark.parametrize(
    ("spec", "item", "value"),
    [
        ('"=x"', {}, "x"),
        ('{ path = ["a", "b"], join = "; " }', {"a": "1", "b": "2"}, "1; 2"),
        ('{ path = "words", join = "" }', {"words": ["患", "者"]}, "患者"),
        ('{ path = "a", after = "(", before = ")" }', {"a": "x(y)z"}, "y"),
        ('{ path = "a", before = "-", strip = true }', {"a": " 12 - 34"}, "12"),
        ('{ path = "a", after = ") ", suffix = "." }', {"a": "(A) 0.5 mg."}, "0.5 mg"),
        ('{ path = "a", strip_quotes = true }', {"a": '"癌, 左"'}, "癌, 左"),
        ('{ path = "a", strip_quotes = true }', {"a": "\"x'"}, "\"x'"),
        ('{ path = "a", map = { "1" = "A", "true" = "B" } }', {"a": 1}, "A"),
        ('{ path = "a", map = { "1" = "A", "true" = "B" } }', {"a": True}, "B"),
        ('{ path = "a", parse = "python", join = "|" }', {"a": "['p', \"q's\"]"}, "p|q's"),
        ('{ path = "a", parse = "json", join = "|" }', {"a": '["p", "q"]'}, "p|q"),
        ('{ first = ["a", "b"] }', {"b": "x"}, "x"),
        ('{ first = ["a", "b"] }', {"a": "", "b": "x"}, "x"),
        ('{ first = ["a", "b"] }', {"a": ""}, ""),
        ('{ first = ["a.*", "b.*"], join = "; " }', {"b": ["x", "y"]}, "x; y"),
        ('{ cycle = ["u", "v"] }', {}, "u"),
        ('{ json = "tree" }', {"tree": [{"b": 1, "a": "树"}]}, '[{"a":"树","b":1}]'),
        (
            '{ json = { "部位" = { path = "s", split = "," }, "大小" = "z", "无" = "n" } }',
            {"s": "肝,肺", "z": "2cm", "n": None},
            '{"大小":"2cm","部位":["肝","肺"]}',
        ),
    ],
)
def test_verbs(spec: str, item: Any, value: str) -> None:
    assert layers_of(f"rationale = {spec}", item) == {"rationale": value}


def test_mean_is_of_the_numbers_that_are_there() -> None:
    spec = 'score = { mean = ["a", "b", "c"], null = ["NA"] }'
    assert layers_of(spec, {"a": "1", "b": 4, "c": "NA"}) == {"score": 2.5}
    assert layers_of(spec, {"a": None}) == {}


def test_null_texts() -> None:
    assert layers_of('rationale = { path = "a", null = ["", "无"] }', {"a": "无"}) == {}
    assert layers_of('text = "t"\nrationale = "t"', {"t": ""}, read='null = [""]') == {"text": ""}
    assert layers_of('rationale = "a"', {"a": ""}) == {"rationale": ""}


def test_a_value_that_the_map_does_not_know_is_an_error() -> None:
    with pytest.raises(SourceError, match="'C' is not in `map`"):
        layers_of('label = { path = "a", map = { A = "x" } }', {"a": "C"})


def test_a_mark_that_is_not_there_is_an_error() -> None:
    with pytest.raises(SourceError, match=r"'\)' does not stand in 'x'"):
        layers_of('label = { path = "a", before = ")" }', {"a": "x"})
    with pytest.raises(SourceError, match=r"'x' does not end in '\.'"):
        layers_of('label = { path = "a", suffix = "." }', {"a": "x"})


def test_what_is_no_literal_is_an_error_and_never_code() -> None:
    for text in ("[1,", "__import__('os')", "[" * 100_000):
        with pytest.raises(SourceError, match="not python notation"):
            layers_of('topics = { path = "a", parse = "python" }', {"a": text})


def test_the_first_of_several_paths_may_be_nowhere() -> None:
    assert layers_of('rationale = { first = ["a", "b"] }', {"c": "x"}) == {}
    with pytest.raises(SourceError, match="nothing stands at 'a, b'"):
        layers_of('text = { first = ["a", "b"] }', {"c": "x"})


def test_lookup_gives_null_for_what_the_side_table_lacks() -> None:
    column = 'rationale = { path = "a", lookup = "codes" }'
    tables = {"codes": {"阑尾炎": "K35"}}
    assert layers_of(column, {"a": "阑尾炎"}, lookups=tables) == {"rationale": "K35"}
    assert layers_of(column, {"a": "x"}, lookups=tables) == {}
    with pytest.raises(RecordError, match="no lookup 'codes'"):
        layers_of(column, {"a": "x"}, lookups={"code": {}})


@pytest.mark.parametrize(
    "spec",
    [
        '{ constant = "b" }',
        "{ strip = true }",
        '{ path = ["a", "b"] }',
        '{ path = "a", split = "," }',
        '{ path = "a", map = { x = "y" }, lookup = "z" }',
        '["a"]',
    ],
)
def test_contradictory_values_are_refused(spec: str) -> None:
    with pytest.raises(RecordError, match=r"columns\.rationale"):
        layers_of(f"rationale = {spec}", {"a": "x"})


# Lists of plain values


@pytest.mark.parametrize(
    ("spec", "item", "values"),
    [
        ('"a"', {"a": ["x", "y"]}, ["x", "y"]),
        ('"a"', {"a": "x"}, ["x"]),
        ('"a"', {"a": []}, []),
        ('"a.b"', {"a": [{"b": "x"}, {"c": 1}, {"b": ["y", "z"]}]}, ["x", "y", "z"]),
        ('["a", "b"]', {"a": "x", "b": None}, ["x"]),
        ('["=c", "a"]', {"a": ["x"]}, ["c", "x"]),
        ('{ path = "a", split = "" }', {"a": "ABD"}, ["A", "B", "D"]),
        ('{ path = "a", split = [",", "、"], strip = true }', {"a": "x, y、z,"}, ["x", "y", "z"]),
        ('{ path = "a", after = "(", before = ")" }', {"a": "(C)"}, ["C"]),
        ('{ path = "a", map = { "1" = "A", "2" = "B" } }', {"a": [1, 2]}, ["A", "B"]),
        ('{ path = "a", parse = "python" }', {"a": "('x', 'y')"}, ["x", "y"]),
        ('{ path = "a", strip_quotes = true, split = "##" }', {"a": '"x##y"'}, ["x", "y"]),
        ('{ path = "a", null = ["none"] }', {"a": ["none", "x"]}, ["x"]),
        ('{ path = "a", split = ";" }', {"a": ""}, []),
        ('"@file"', {"a": "x", "b": "y"}, ["items.json"]),
        ('["#"]', {"a": "x", "b": "y"}, ["0"]),
    ],
)
def test_lists_of_values(spec: str, item: Any, values: list[str]) -> None:
    assert layers_of(f"topics = {spec}", item) == {"topics": values}


@pytest.mark.parametrize(
    ("spec", "item"),
    [
        ('"a"', {}),
        ('"a"', {"a": None}),
        ('["a"]', {}),
        ('"a"', {"a": ""}),
        ('["a"]', {"a": ""}),
        ('{ path = "a", split = ";" }', {"a": ""}),
        ('{ path = "a", null = ["none"] }', {"a": "none"}),
    ],
)
def test_lists_that_are_not_annotated_are_left_out(spec: str, item: Any) -> None:
    assert layers_of(f"labels = {spec}", item, read='null = [""]') == {}


# Lists of structures


def test_mentions_with_inclusive_ends() -> None:
    item = {
        "text": TEXT,
        "spans": [{"s": 0, "e": 1, "t": "bod", "w": "左膝"}, {"s": "4", "e": "6", "t": "sym", "w": "无发热"}],
    }
    column = (
        'entities = { each = "spans", start = "s", end = "e", end_inclusive = true, type = "t", text = "w" }'
    )
    found = layers_of(f'text = "text"\n{column}', item)
    assert found["entities"][1] == {
        "id": "T2",
        "type": "sym",
        "text": "无发热",
        "spans": [{"start": 4, "end": 7}],
    }
    assert all(TEXT[e["spans"][0]["start"] : e["spans"][0]["end"]] == e["text"] for e in found["entities"])


def test_a_mention_without_text_is_cut_out_and_one_without_end_is_counted() -> None:
    item = {"text": TEXT, "a": [{"s": 4, "e": 7, "t": "x"}], "b": [{"s": "0", "w": "左膝", "t": "y"}]}
    cut = layers_of('text = "text"\nentities = { each = "a", start = "s", end = "e", type = "t" }', item)
    assert cut["entities"][0]["text"] == "无发热"
    counted = layers_of('text = "text"\nentities = { each = "b", start = "s", text = "w", type = "t" }', item)
    assert counted["entities"][0]["spans"] == [{"start": 0, "end": 2}]
    with pytest.raises(RecordError, match="no text that the offsets point into"):
        layers_of('entities = { each = "a", start = "s", end = "e", type = "t" }', item)


def test_discontinuous_mentions_keep_the_ids_of_the_source() -> None:
    item = {"text": TEXT, "m": [{"id": 7, "parts": [[0, 2], [4, 5]], "type": "x"}]}
    spans = 'spans = { each = "parts", start = "0", end = "1" }'
    column = f'entities = {{ each = "m", id = "id", type = "type", {spans} }}'
    (mention,) = layers_of(f'text = "text"\n{column}', item)["entities"]
    assert mention == {
        "id": "7",
        "type": "x",
        "text": "左膝 无",
        "spans": [{"start": 0, "end": 2}, {"start": 4, "end": 5}],
    }


def test_a_term_alone_is_the_one_mention_of_its_text() -> None:
    columns = """
text = "term"
[[columns.entities]]
type = "=diagnosis"
start = 0
text = "term"
[columns.entities.norms]
each = "names"
split = "##"
strip_quotes = true
db = "=ICD"
name = "."
id = { path = ".", lookup = "icd" }
nil = "O"
"""
    item = {"term": "左膝退变", "names": '"膝, 骨关节病##游离体##O"'}
    (mention,) = layers_of(columns, item, lookups={"icd": {"膝, 骨关节病": "M17"}})["entities"]
    assert mention["spans"] == [{"start": 0, "end": 4}]
    assert mention["norms"] == [
        {"group": 0, "relation": "exact", "db": "ICD", "name": "膝, 骨关节病", "id": "M17"},
        {"group": 0, "relation": "exact", "db": "ICD", "name": "游离体"},
        {"group": 0, "db": "ICD", "relation": "nil"},
    ]
    (hidden,) = layers_of(columns, {"term": "左膝退变"}, lookups={"icd": {}})["entities"]
    assert "norms" not in hidden


def test_options_of_objects_lists_columns_and_texts() -> None:
    expected = [{"key": "A", "text": "肝"}, {"key": "B", "text": "肺"}]
    for column, item in [
        ('options = { each = "o", key = "@key", text = "." }', {"o": {"A": "肝", "B": "肺"}}),
        (
            'options = { each = "o", key = "k", text = "t" }',
            {"o": [{"k": "A", "t": "肝"}, {"k": "B", "t": "肺"}]},
        ),
        (
            'options = [{ key = "=A", text = "a" }, { key = "=B", text = "b" }]',
            {"a": "肝", "b": "肺"},
        ),
        (
            """[columns.options]
each = "o"
split = ";"
key = { path = ".", before = ":" }
text = { path = ".", after = ":" }""",
            {"o": "A:肝;B:肺"},
        ),
        (
            'options = { each = "o", parse = "python", key = "k", text = "t" }',
            {"o": "[{'k': 'A', 't': '肝'}, {'k': 'B', 't': '肺'}]"},
        ),
        (
            'options = { each = "o", key = { path = "#", map = { "0" = "A", "1" = "B" } }, text = "." }',
            {"o": ["肝", "肺"]},
        ),
    ]:
        assert _list(column, item) == expected


def test_an_option_that_its_own_null_voids_is_no_option() -> None:
    column = 'options = { each = "o", key = "@key", text = { path = ".", null = [""] } }'
    assert [option["key"] for option in _list(column, {"o": {"A": "x", "B": "y", "C": ""}})] == ["A", "B"]
    fixed = """options = [
{ key = "=A", text = "a" },
{ key = "=B", text = { path = "b", null = [""] } },
]"""
    assert [option["key"] for option in _list(fixed, {"a": "x", "b": ""})] == ["A"]


SORTED = 'options = { each = ["right", "wrong1", "wrong2"], text = ".", sorted = true }'


@pytest.mark.parametrize(
    ("right", "keys"), [("肺", ["B"]), (" 肺\n", ["B"]), ("肝", ["A"]), ("胆", None), (None, None)]
)
def test_an_answer_in_words_is_the_key_of_its_option(right: str | None, keys: list[str] | None) -> None:
    columns = 'options = { each = "o", text = "." }\nanswer_keys = { option = "right" }'
    found = layers_of(columns, {"o": ["肝", "肺 "], "right": right})
    assert found["options"] == [{"key": "A", "text": "肝"}, {"key": "B", "text": "肺 "}]
    assert found.get("answer_keys") == keys


def test_sorted_options_do_not_tell_the_answer_by_their_place() -> None:
    columns = SORTED + '\nanswer_keys = { option = "right" }'
    assert layers_of(columns, {"right": "c", "wrong1": "a", "wrong2": "b"}) == {
        "options": [{"key": "A", "text": "a"}, {"key": "B", "text": "b"}, {"key": "C", "text": "c"}],
        "answer_keys": ["C"],
    }


def test_more_options_than_letters_need_keys() -> None:
    with pytest.raises(SourceError, match="27 options are more than there are letters"):
        layers_of('options = { each = "o", text = "." }', {"o": [str(n) for n in range(27)]})


def test_a_fixed_list_is_there_or_not_but_never_in_part() -> None:
    column = 'answers = [{ text = "a" }, { text = "b" }]'
    assert layers_of(column, {}) == {}
    assert _list(column, {"a": "x", "b": "y"}) == [{"text": "x"}, {"text": "y"}]
    with pytest.raises(SourceError, match="nothing stands at 'b'"):
        layers_of(column, {"a": "x"})


def test_lists_are_joined_in_order() -> None:
    columns = """
turns = [
  { each = "history.*.*", role = { cycle = ["patient", "doctor"] }, text = "." },
  { role = "=patient", text = "ask" },
]
"""
    turns = layers_of(columns, {"history": [["q", "a"]], "ask": "z"})["turns"]
    assert turns == [
        {"index": 0, "role": "patient", "text": "q"},
        {"index": 1, "role": "doctor", "text": "a"},
        {"index": 2, "role": "patient", "text": "z"},
    ]
    assert [turn["text"] for turn in layers_of(columns, {"ask": "z"})["turns"]] == ["z"]


def test_absent_is_not_empty() -> None:
    column = 'entities = { each = "e", start = "s", end = "t", type = "y", text = "w" }'
    assert layers_of(column, {}) == {}
    assert layers_of(column, {"e": None}) == {}
    assert layers_of(column, {"e": []}) == {"entities": []}


def test_parallel_lists() -> None:
    column = 'contexts = { each = { body = "C", head = "m.L" }, text = "body", type = "head" }'
    item = {"C": ["x", "y"], "m": {"L": ["AIM", "RESULT"]}}
    assert _list(column, item) == [
        {"id": "1", "text": "x", "type": "AIM"},
        {"id": "2", "text": "y", "type": "RESULT"},
    ]
    with pytest.raises(SourceError, match=r"differ in length: .*'body': 2, 'head': 1"):
        layers_of(column, item | {"m": {"L": ["AIM"]}})


def test_relations_over_texts_and_over_mentions() -> None:
    columns = """
[columns.relations]
each = "spo"
type = "p"
args = [
  { role = "=subject", text = "s", type = "st" },
  { role = "=object", ref = "o" },
]
attributes = [{ name = "=Combined", value = "c" }]
"""
    item = {"spo": [{"p": "治疗", "s": "阑尾炎", "st": "疾病", "o": "T1", "c": False}]}
    assert layers_of(columns, item)["relations"] == [
        {
            "id": "R1",
            "type": "治疗",
            "args": [
                {"kind": "text", "role": "subject", "text": "阑尾炎", "type": "疾病"},
                {"kind": "entity", "role": "object", "ref": "T1"},
            ],
            "attributes": [{"name": "Combined", "value": "false"}],
        }
    ]


def test_where_beside_each() -> None:
    column = 'evidence = { each = "e", where = { ok = [true, 1] }, context = "=1", start = "s", text = "t" }'
    item = {
        "e": [{"ok": True, "s": 3, "t": "ab"}, {"ok": 0, "s": 9, "t": "x"}, {"ok": "1", "s": 5, "t": "c"}]
    }
    assert [(e["start"], e["end"]) for e in _list(column, item)] == [(3, 5), (5, 6)]


def test_turns_by_prefix() -> None:
    column = 'turns = { each = ".", prefixes = { "病人：" = "patient", "医生：" = "doctor" } }'
    assert _list(column, ["病人：疼。", "医生：哪里？"]) == [
        {"index": 0, "role": "patient", "speaker": "病人", "text": "疼。"},
        {"index": 1, "role": "doctor", "speaker": "医生", "text": "哪里？"},
    ]
    with pytest.raises(SourceError, match=r"'护士：好。' begins with none of") as caught:
        layers_of(column, ["病人：疼。", "护士：好。"])
    assert caught.value.where == "items.json, /0/1"


def test_lines_without_a_prefix_continue_the_turn() -> None:
    column = 'turns = { each = "d", split = "\\n", prefixes = { "[p] " = "patient", "[d] " = "doctor" } }'
    turns = _list(column, {"d": "[d] so\n\nyes\n[p] no"})
    assert [(turn["role"], turn["text"]) for turn in turns] == [("doctor", "so\n\nyes"), ("patient", "no")]
    with pytest.raises(SourceError, match="the first line, 'hm', has no prefix"):
        layers_of(column, {"d": "hm\n[d] so"})


def test_mentions_of_turns_have_ids_of_their_own() -> None:
    columns = """
[columns.turns]
each = "d"
role = { path = "who", map = { "医生" = "doctor", "患者" = "patient" } }
speaker = "who"
text = "say"
entities = { each = "ner", start = "b", end = "e", type = "t" }
"""
    item = {
        "d": [
            {"who": "医生", "say": "发热吗", "ner": [{"b": 0, "e": 2, "t": "sym"}]},
            {"who": "患者", "say": "没有"},
        ]
    }
    first, second = layers_of(columns, item)["turns"]
    assert first["entities"] == [
        {"id": "T0.1", "type": "sym", "text": "发热", "spans": [{"start": 0, "end": 2}]}
    ]
    assert "entities" not in second


def test_a_target_is_cut_out() -> None:
    columns = 'text = "t"\ntarget = { start = "s", end = "e" }'
    assert layers_of(columns, {"t": TEXT, "s": 4, "e": 7})["target"] == {
        "start": 4,
        "end": 7,
        "text": "无发热",
    }
    assert "target" not in layers_of(columns, {"t": TEXT})


def test_two_columns_of_one_name_are_told_apart_by_their_fields() -> None:
    assert _list('ratings = [{ id = "=a", score = "s" }]', {"s": "3"}) == [{"id": "a", "score": 3.0}]
    assert _list('votes = [{ id = "=a", label = "s" }]', {"s": "3"}) == [{"id": "a", "label": "3"}]


# What is missing


def test_a_missing_required_value_names_place_path_and_what_is_there() -> None:
    with pytest.raises(SourceError, match="nothing stands at 'text'") as caught:
        layers_of('text = "text"', {"txt": "a", "label": "b"})
    assert caught.value.where == "items.json, /0"
    assert "txt, label" in caught.value.remedy


def test_a_missing_required_field_names_the_element() -> None:
    column = 'entities = { each = "e", start = "s", end = "t", type = "y", text = "w" }'
    with pytest.raises(SourceError, match="nothing stands at 'y'") as caught:
        layers_of(column, {"e": [{"s": 0, "t": 1, "y": "a", "w": "b"}, {"s": 0, "t": 1, "w": "b"}]})
    assert caught.value.where == "items.json, /0/e/1"


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ('entities = { start = "s" }', "a list needs `each`"),
        ("entities = []", "`each` or a list of tables"),
        ('entities = ["a"]', "a table of fields"),
        ('entities = { each = "e", start = "s", type = "t" }', "needs `end`, or `text`"),
        (
            'entities = { each = "e", start = "s", end = "x", end_inclusive = 1, type = "t", text = "w" }',
            "true or false",
        ),
        ('entities = { each = "e", start = "s", end = "x", typ = "t", text = "w" }', "no field 'typ'"),
        ('topics = { each = "e" }', "each"),
        ('options = { each = "e", strip = true, key = "#", text = "." }', "belong to `split`"),
        (
            'options = { each = "e", parse = "json", split = ",", key = "#", text = "." }',
            "exclude one another",
        ),
        ('turns = { each = "e", text = "." }', "needs `role`, or `prefixes`"),
        ('contexts = [{ text = "a" }, { id = "b", text = "c" }]', "either all or none"),
        ('contexts = { each = "e", where = { a = {} }, text = "a" }', "where"),
        ('unified = "x"', "no column 'unified'"),
        ('answer_keys = { option = "a" }', "no options to choose from"),
        (
            'passages = { each = "e", sorted = true, type = "c", start = "s", end = "t" }',
            "`sorted` needs a `text`",
        ),
    ],
)
def test_wrong_structures_are_refused(columns: str, message: str) -> None:
    with pytest.raises(RecordError, match=message):
        layers_of(columns, {})


# The grammar and the contracts


def test_words_and_fields_never_collide() -> None:
    fields = {kind.name for field in columns().values() for kind in _structs(field.type)}
    assert fields
    assert not fields & structs.EACH
    for name, shape in shapes.SHAPES.items():
        inner = [struct for field in columns().values() for struct in _named(field.type, name)]
        assert inner, name
        assert not shape.offered & {kind.name for kind in inner[0].fields}, name


def _structs(kind: Any) -> list[Any]:
    kind = getattr(kind, "item", kind)
    return [inner for field in getattr(kind, "fields", ()) for inner in (field, *_structs(field.type))]


def _named(kind: Any, name: str) -> list[Any]:
    kind = getattr(kind, "item", kind)
    own = [kind] if getattr(kind, "name", "") == name and hasattr(kind, "fields") else []
    return own + [inner for field in getattr(kind, "fields", ()) for inner in _named(field.type, name)]


def test_a_column_has_one_type_in_all_contracts() -> None:
    for task in tasks():
        for field in load(task).content:
            assert columns()[field.name].type == field.type


def test_what_a_mapping_makes_fits_the_contract() -> None:
    columns_of = """
text = "t"
passages = [{ type = "=all", start = 0, end = "n" }]
entities = { each = "e", start = "s", end = "x", type = "y" }
[columns.relations]
each = "r"
type = "p"
args = { each = "a", role = "@key", ref = "." }
"""
    item = {
        "t": TEXT,
        "n": 8,
        "e": [{"s": 0, "x": 2, "y": "bod"}],
        "r": [{"p": "is", "a": {"one": "T1", "two": "T1"}}],
    }
    row = complete(load("re"))(layers_of(columns_of, item))
    assert row["passages"] == [{"id": "1", "type": "all", "start": 0, "end": 8}]
    assert row["relations"][0]["args"][1]["ref"] == "T1"


def test_a_parsed_path_keeps_its_parts() -> None:
    assert paths.parse('^^."a.b".c.0', "x") == paths.Path('^^."a.b".c.0', 2, ("a.b", "c", "0"))
    assert paths.parse("^.#", "x") == paths.Path("^.#", 1, (), "#")
    assert paths.parse(".", "x") == paths.Path(".", 0, ())


def test_each_over_named_fields_leaves_out_what_is_empty() -> None:
    spec = 'options = { each = ["A", "B", "C"], key = "@key", text = "." }'
    assert _list(spec, {"A": "one", "B": None, "C": "three"}) == [
        {"key": "A", "text": "one"},
        {"key": "C", "text": "three"},
    ]


def test_constants_need_no_table() -> None:
    assert _list('ratings = [{ id = "=a", score = 2.5 }]', {}) == [{"id": "a", "score": 2.5}]
