from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bioclue_data.errors import UsageError
from bioclue_data.export import brat
from bioclue_data.readers import brat as reader
from bioclue_data.readers.document import Sources
from bioclue_data.sources.files import SourceFile
from tests.exporting import NAMES, Row, attributes, content, covered, mentions, row, spans, texts
from tests.reader_files import documents

ANN = [".ann"]
OPTIONS: dict[str, dict[str, Any]] = {
    "ner": {},
    "nen": {"norms": ANN},
    "re": {"relations": ANN},
    "ee": {"events": ANN},
    "coref": {"equiv": "coref"},
}
BREAK = str.maketrans("\r\n", "  ")
TEA = {"id": "T1", "type": "Drink", "spans": [{"start": 0, "end": 3}], "text": "Tea"}
COUGH = {"id": "T2", "type": "Symptom", "spans": [{"start": 11, "end": 16}], "text": "cough"}
TEXT = "Tea blocks cough."
EVENT = {"id": "E1", "type": "Block", "trigger": [{"start": 4, "end": 10}], "trigger_text": "blocks"}


def there_and_back(task: str, rows: list[Row]) -> list[Row]:
    """What the reader makes of exported rows, in the order of the rows' file names."""
    with tempfile.TemporaryDirectory() as folder:
        brat.write(rows, Path(folder), task)
        files = [SourceFile(path.name, path, "0" * 12) for path in sorted(Path(folder).iterdir())]
        found = documents(reader, Sources(files), **OPTIONS[task])
        return [content(task, document.layers) for document in found]


def flat(items: list[Row], key: str = "text") -> list[Row]:
    """Line breaks in printed texts as brat has them."""
    return [{**item, key: item[key].translate(BREAK)} for item in items]


def argument(kind: str, ref: str, role: str) -> Row:
    return {"role": role, "kind": kind, "ref": ref}


@st.composite
def layers(draw: st.DrawFn, task: str) -> Row:
    text = draw(texts("\r\n", "\n", "\r", "\t"))
    entities = draw(mentions(text, 3))
    for entity in entities:
        entity["attributes"] = draw(attributes())
    found: Row = {"text": text, "entities": entities}
    names = [entity["id"] for entity in entities]
    if task == "nen":
        for entity in entities:
            ids = draw(st.lists(st.sampled_from(["D1", "10:2", "甲"]), max_size=3))
            named = [{"db": "MESH", "id": i, "name": draw(st.none() | st.just("a name"))} for i in ids]
            entity["norms"] = [{"group": n, "relation": "exact", **norm} for n, norm in enumerate(named)]
    if task == "re":
        found["relations"] = draw(_relations(names))
    if task == "ee":
        found["events"] = draw(_events(text, names))
    if task == "coref":
        sets = st.lists(st.sampled_from(names), min_size=2, unique=True) if len(names) > 1 else st.nothing()
        listed = draw(st.lists(sets, max_size=2)) if len(names) > 1 else []
        found["corefs"] = [
            {"id": f"*{n}", "type": "Equiv", "members": members} for n, members in enumerate(listed, 1)
        ]
    return found


@st.composite
def _relations(draw: st.DrawFn, names: list[str]) -> list[Row]:
    found = []
    for number in range(1, draw(st.integers(0, 3 if names else 0)) + 1):
        args = [argument("entity", draw(st.sampled_from(names)), draw(NAMES)) for _ in range(2)]
        relation = {"id": f"R{number}", "type": draw(NAMES), "args": args}
        found.append({**relation, "attributes": draw(attributes())})
    return found


@st.composite
def _events(draw: st.DrawFn, text: str, names: list[str]) -> list[Row]:
    found: list[Row] = []
    for number in range(1, draw(st.integers(0, 3)) + 1):
        known = [("entity", name) for name in names] + [("event", event["id"]) for event in found]
        refs = draw(st.lists(st.sampled_from(known), max_size=3)) if known else []
        places = draw(spans(text, 2))
        event = {"id": f"E{number}", "type": draw(NAMES), "trigger": places}
        args = [argument(kind, ref, draw(NAMES)) for kind, ref in refs]
        more = {"trigger_text": covered(text, places), "args": args, "attributes": draw(attributes())}
        found.append({**event, **more})
    return found


@pytest.mark.parametrize("task", sorted(OPTIONS))
def test_what_brat_holds_comes_back(task: str) -> None:
    @settings(max_examples=60, deadline=None)
    @given(layers(task))
    def check(found: Row) -> None:
        expected = {**found, "entities": flat(found["entities"])}
        if "events" in found:
            expected["events"] = flat(found["events"], "trigger_text")
        assert there_and_back(task, [row(task, **found)]) == [content(task, expected)]

    check()


def refused(tmp_path: Path, task: str, **columns: Any) -> str:
    with pytest.raises(UsageError) as caught:
        brat.write([row(task, "d:train:x9", text=TEXT, **columns)], tmp_path / "out", task)
    assert caught.value.where == "d:train:x9"
    return caught.value.what


def test_the_text_is_written_byte_for_byte(tmp_path) -> None:
    text = "咳\r\n😀\re\u0301\n"
    brat.write([row("ner", text=text, entities=[])], tmp_path / "new" / "out", "ner")
    assert (tmp_path / "new/out/d__train__1.txt").read_bytes() == text.encode()
    assert (tmp_path / "new/out/d__train__1.ann").read_bytes() == b""


def test_names_are_safe_different_and_always_the_same(tmp_path) -> None:
    items = [
        "d:train:1",
        "d__train:1",
        "d:train:A",
        "d:train:a",
        "d:train:../b",
        "..:x",
        "d:train:咳",
        "d:t:" + "x" * 300,
    ]
    for folder in ("one", "two"):
        brat.write([row("ner", item, text="x", entities=[]) for item in items], tmp_path / folder, "ner")
    names = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert names == sorted(path.name for path in (tmp_path / "two").iterdir())
    assert len({name.casefold() for name in names}) == 2 * len(items)
    assert all(name.isascii() and len(name) < 150 and not name.startswith(".") for name in names)


def test_an_item_that_is_there_twice_and_a_full_folder_are_refused(tmp_path) -> None:
    one = row("ner", text="x", entities=[])
    with pytest.raises(UsageError, match="two rows"):
        brat.write([one, one, one], tmp_path, "ner")
    with pytest.raises(UsageError, match="not empty"):
        brat.write([one], tmp_path, "ner")


def test_ids_that_are_not_brats_get_free_ones(tmp_path) -> None:
    entities = [{**TEA, "id": "x"}, {**COUGH, "id": "T1"}]
    args = [argument("entity", "x", "Arg1"), argument("entity", "T1", "Arg2")]
    relations = [{"id": "r-1", "type": "Block", "args": args}]
    brat.write([row("re", text=TEXT, entities=entities, relations=relations)], tmp_path, "re")
    lines = (tmp_path / "d__train__1.ann").read_text().splitlines()
    assert lines == ["T2\tDrink 0 3\tTea", "T1\tSymptom 11 16\tcough", "R1\tBlock Arg1:T2 Arg2:T1"]


def test_events_share_a_trigger_and_norms_without_an_id_are_left_out(tmp_path) -> None:
    nil = {"group": 0, "db": "MESH", "relation": "nil"}
    events = [{**EVENT, "args": []}, {**EVENT, "id": "E2", "args": [argument("event", "E1", "Theme")]}]
    brat.write([row("ee", text=TEXT, entities=[{**TEA, "norms": [nil]}], events=events)], tmp_path, "ee")
    lines = (tmp_path / "d__train__1.ann").read_text().splitlines()
    assert lines == ["T1\tDrink 0 3\tTea", "T2\tBlock 4 10\tblocks", "E1\tBlock:T2", "E2\tBlock:T2 Theme:E1"]


def test_withheld_gold_is_refused(tmp_path) -> None:
    assert "withheld" in refused(tmp_path, "ner")
    unlabelled = {**row("nen", text=TEXT, entities=[TEA]), "labelled": False}
    with pytest.raises(UsageError, match="withheld"):
        brat.write([unlabelled], tmp_path, "nen")


@pytest.mark.parametrize(
    ("mention", "what"),
    [
        ({"type": "Hot drink"}, "one word"),
        ({"spans": []}, "no place"),
        ({"attributes": [{"name": "a", "value": "b  c"}]}, "single blanks"),
        ({"norms": [{"group": 0, "db": "A", "id": i, "relation": "exact"} for i in "12"]}, "composite"),
        ({"norms": [{"group": 0, "db": "A", "id": "1", "relation": "broader"}]}, "broader"),
        ({"norms": [{"group": 0, "db": "A:B", "id": "1", "relation": "exact"}]}, "vocabulary"),
    ],
)
def test_mentions_that_brat_cannot_hold(tmp_path, mention, what) -> None:
    assert what in refused(tmp_path, "ner", entities=[{**TEA, **mention}])


def test_a_repeated_id_is_refused(tmp_path) -> None:
    assert "same id" in refused(tmp_path, "ner", entities=[TEA, TEA])


@pytest.mark.parametrize(
    ("args", "what"),
    [
        ([argument("entity", "T1", "Arg1")], "1 arguments"),
        ([argument("concept", "MESH:D1", "Arg1"), argument("entity", "T1", "Arg2")], "no entity"),
        ([argument("entity", "T9", "Arg1"), argument("entity", "T1", "Arg2")], "no entity"),
        ([argument("entity", "T1", "a:b"), argument("entity", "T1", "Arg2")], "the role"),
    ],
)
def test_relations_that_brat_cannot_hold(tmp_path, args, what) -> None:
    relations = [{"id": "R1", "type": "Block", "args": args}]
    assert what in refused(tmp_path, "re", entities=[TEA], relations=relations)


def test_events_and_sets_that_brat_cannot_hold(tmp_path) -> None:
    bare = {"id": "E1", "type": "Block", "args": []}
    assert "no trigger" in refused(tmp_path, "ee", entities=[], events=[bare])
    found = {"id": "c", "type": "Equiv", "members": ["T1", "T2"]}
    assert "head" in refused(tmp_path, "coref", entities=[TEA, COUGH], corefs=[{**found, "head": "T1"}])
    assert "no mention" in refused(tmp_path, "coref", entities=[TEA], corefs=[found])


def test_several_spans_and_line_breaks_as_brat_writes_them(tmp_path) -> None:
    places = [{"start": 0, "end": 4}, {"start": 6, "end": 7}]
    entity = {**TEA, "spans": places, "text": "a\r\nb d"}
    brat.write([row("ner", text="a\r\nb c d", entities=[entity])], tmp_path, "ner")
    assert (tmp_path / "d__train__1.ann").read_bytes() == b"T1\tDrink 0 4;6 7\ta  b d\n"
