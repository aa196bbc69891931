from __future__ import annotations

import json
import tempfile
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from bioclue_data import export
from bioclue_data.errors import UsageError
from bioclue_data.export import bioc
from bioclue_data.readers import bioc as reader
from bioclue_data.readers.document import Document
from tests.reader_files import read
from tests.valid_rows import valid_table

IDENTIFIER = {
    "prefixes": {"MESH:": "MESH", "OMIM:": "OMIM"},
    "composite": ["|"],
    "alternative": [";"],
    "nil": "MESH:-",
}
OPTIONS: dict[str, Any] = {
    "identifiers": {"identifier": IDENTIFIER},
    "attributes": ["state", "state#2", "type#2"],
    "ignore": ["norms"],
    "relations": {"attributes": ["sure"]},
}
LETTERS = "ab\u0301茶壶\U00020000🫖𝛼\U0001ffff<&>\"'] \t\r\n\x7f\x85\u2028"


def mention(name: str, text: str, *spans: tuple[int, int], **more: Any) -> dict[str, Any]:
    return {
        "id": name,
        "type": "Drink",
        "unified": None,
        "spans": [{"start": start, "end": end} for start, end in spans],
        "text": " ".join(text[start:end] for start, end in spans),
        "norms": None,
        "attributes": None,
        **more,
    }


def norm(ident: str | None, group: int = 0, db: str = "MESH", **more: Any) -> dict[str, Any]:
    return {"group": group, "db": db, "id": ident, "name": None, "relation": "exact", **more}


def passage(name: str, start: int, end: int) -> dict[str, Any]:
    return {"id": name, "type": "part", "start": start, "end": end}


def argument(role: str, kind: str, ref: str | None, **more: Any) -> dict[str, Any]:
    return {"role": role, "kind": kind, "ref": ref, "text": None, "type": None, **more}


def relation(name: str, *args: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"id": name, "type": "In", "args": [*args], "attributes": None, **more}


def row(text: str, *entities: dict[str, Any], **more: Any) -> dict[str, Any]:
    about = {"item_id": "tea:train:1", "dataset": "tea", "split": "train", "language": "mul"}
    return {**about, "text": text, "passages": None, "entities": [*entities], **more}


def exported(folder: Path, *rows: dict[str, Any], task: str = "ner") -> bytes:
    bioc.write(rows, folder / "out.xml", task)
    return (folder / "out.xml").read_bytes()


def back(folder: Path, *rows: dict[str, Any], task: str = "ner", **options: Any) -> list[Document]:
    return read(reader, folder, {"in.xml": exported(folder, *rows, task=task)}, **{**OPTIONS, **options})


def infons(content: bytes, path: str) -> dict[str, str]:
    found = etree.fromstring(content).findall(f".//{path}/infon")
    return {each.get("key", ""): each.text or "" for each in found}


def refused(folder: Path, *rows: dict[str, Any], task: str = "ner") -> str:
    with pytest.raises(UsageError) as caught:
        exported(folder, *rows, task=task)
    assert caught.value.where == "tea:train:1"
    assert caught.value.remedy
    return caught.value.what


def bare(value: Any) -> Any:
    """Without what is null: readers leave it out."""
    if isinstance(value, dict):
        return {key: bare(each) for key, each in value.items() if each is not None}
    return [bare(each) for each in value] if isinstance(value, list) else value


def test_it_is_a_format():
    assert "bioc" in export.formats()
    assert {"ner", "nen", "re"} == export.load("bioc").TASKS


def test_documents_have_their_items_ids_and_one_passage(tmp_path):
    text = "🫖 tea\r\n茶"
    first, second = back(tmp_path, row(text, mention("T1", text, (2, 5), (7, 8))), row("", item_id="x"))
    assert (first.source_id, second.source_id) == ("tea:train:1", "x")
    assert first.layers["text"] == text
    assert first.layers["passages"] == [{"id": "0", "type": "passage", "start": 0, "end": 8}]
    assert first.layers["entities"] == bare([mention("T1", text, (2, 5), (7, 8))])
    assert second.layers["text"] == ""
    assert first.extra["infons"] == {"dataset": "tea", "split": "train", "language": "mul"}


@pytest.mark.parametrize("task", sorted(bioc.TASKS))
def test_built_tables_can_be_written(tmp_path, task):
    table = valid_table(task).to_pylist()
    found = etree.fromstring(exported(tmp_path, *table, task=task)).findall("document")
    assert [one.findtext("id") for one in found] == [each["item_id"] for each in table]
    for one, each in zip(found, table, strict=True):
        assert len(one.findall(".//annotation")) == len(each["entities"] or [])
        assert len(one.findall("relation")) == len(each.get("relations") or [])


def test_no_rows_are_an_empty_collection(tmp_path):
    assert back(tmp_path) == []
    assert etree.fromstring(exported(tmp_path)).tag == "collection"


def test_mentions_stand_in_the_passage_where_they_begin(tmp_path):
    text = "tea\n\npot and more"
    parts = [passage("t", 0, 3), passage("a", 5, 8)]
    given_ = row(text, mention("T1", text, (5, 8)), mention("T2", text, (2, 6)), passages=parts)
    written = etree.fromstring(exported(tmp_path, given_)).findall(".//passage")
    assert [[each.get("id") for each in one.findall("annotation")] for one in written] == [["T2"], ["T1"], []]
    assert [one.findtext("offset") for one in written] == ["0", "5", "8"]
    assert [one.findtext("infon[@key='type']") for one in written] == ["part", "part", "outside"]
    assert back(tmp_path, given_)[0].layers["text"] == text


@pytest.mark.parametrize("parts", [[(0, 3), (2, 4)], [(2, 9)], [(3, 4), (0, 1)]])
def test_passages_that_overlap_are_refused(tmp_path, parts):
    given_ = row("tea pot", passages=[passage(str(i), *each) for i, each in enumerate(parts)])
    assert "passage" in refused(tmp_path, given_)


def test_norms_come_back(tmp_path):
    both = [norm("D1"), norm("D2"), norm("7", 1, "OMIM"), norm(None, 2, relation="nil")]
    entities = [mention(f"T{i}", "tea", (0, 3), norms=each) for i, each in enumerate([both, [], None])]
    found = back(tmp_path, row("tea", *entities), task="nen")[0].layers["entities"]
    assert bare(found) == bare(entities)


def test_what_identifiers_cannot_say_stands_beside_them(tmp_path):
    norms = [norm("D1", relation="broader"), norm(None, 1, name="tea; hot")]
    written = infons(exported(tmp_path, row("tea", mention("T1", "tea", (0, 3), norms=norms))), "annotation")
    assert written["identifier"] == "MESH:D1"
    assert json.loads(written["norms"]) == norms


@pytest.mark.parametrize("ident", ["a|b", "a;b", "-"])
def test_ids_that_cannot_be_told_apart_are_refused(tmp_path, ident):
    given_ = row("tea", mention("T1", "tea", (0, 3), norms=[norm(ident)]))
    assert "identifier" in refused(tmp_path, given_, task="nen")


def test_gaps_that_readers_would_drop_are_passages(tmp_path):
    for text, parts in (("\n\n", [(2, 2)]), ("a\n", [(0, 1)]), ("\n a", [(2, 3)])):
        given_ = row(text, passages=[passage(str(i), *each) for i, each in enumerate(parts)])
        assert back(tmp_path, given_)[0].layers["text"] == text


def test_attributes_keep_apart_from_one_another_and_from_types(tmp_path):
    named = [
        {"name": name, "value": value} for name, value in (("state", "a"), ("state", "b"), ("type", "c"))
    ]
    found = back(tmp_path, row("tea", mention("T1", "tea", (0, 3), attributes=named)))[0].layers["entities"]
    assert found[0]["type"] == "Drink"
    assert {one["name"]: one["value"] for one in found[0]["attributes"]} == {
        "state": "a",
        "state#2": "b",
        "type#2": "c",
    }


def test_relations_come_back(tmp_path):
    entities = [mention("T1", "tea pot", (0, 3)), mention("T2", "tea pot", (4, 7))]
    relations = [
        relation("R1", argument("what", "entity", "T1"), argument("in", "entity", "T2")),
        relation(
            "R2", argument("of", "relation", "R1"), attributes=[{"name": "sure", "value": "yes\r\n & no"}]
        ),
    ]
    given_ = row("tea pot", *entities, relations=relations)
    assert back(tmp_path, given_, task="re")[0].layers["relations"] == bare(relations)


def test_relations_of_concepts_and_strings(tmp_path):
    args = [argument("a", "concept", "MESH:D1"), argument("a", "concept", "MESH:D2")]
    given_ = row("tea", relations=[relation("R1", *args)])
    roles = {"concepts": {"concept:a": "a", "concept:a#2": "a"}}
    assert back(tmp_path, given_, task="re", relations=roles)[0].layers["relations"] == bare(
        given_["relations"]
    )
    words = [argument("a", "text", None, text="hot", type="Heat"), argument("a", "text", None, text="big")]
    content = exported(tmp_path, row("tea", relations=[relation("R1", *words)]), task="re")
    assert infons(content, "relation") == {
        "type": "In",
        "text:a": "hot",
        "text_type:a": "Heat",
        "text:a#2": "big",
    }


def test_a_node_that_may_mean_two_things_is_refused(tmp_path):
    given_ = row("tea", mention("X", "tea", (0, 3)), relations=[relation("X", argument("a", "entity", "X"))])
    assert "'X'" in refused(tmp_path, given_, task="re")


def test_gold_that_is_null_is_named(tmp_path):
    given_ = row("tea", entities=None, relations=None, concepts=[{"db": "MESH", "id": "D1", "name": None}])
    found = infons(exported(tmp_path, given_, task="re"), "document")
    assert found["not_annotated"] == "entities relations"
    assert json.loads(found["concepts"]) == given_["concepts"]
    assert "not_annotated" not in infons(exported(tmp_path, row("tea")), "document")


@pytest.mark.parametrize("character", ["\x00", "\x0b", "\x1f", "\ufffe", "\uffff"])
def test_characters_that_xml_cannot_hold_are_refused(tmp_path, character):
    assert f"U+{ord(character):04X}" in refused(tmp_path, row(f"tea{character}"))
    assert "U+" in refused(tmp_path, row("tea", mention(f"T{character}", "tea", (0, 3))))


Edges = list[int]


@st.composite
def rows(draw: st.DrawFn) -> dict[str, Any]:
    """A text with passages, nested, overlapping and discontinuous mentions, and relations between them."""
    text = draw(st.text(LETTERS, max_size=30))
    places = st.integers(0, len(text))
    cuts = sorted(draw(st.lists(places, max_size=6)))
    pairs = [*pairwise(cuts)] if draw(st.booleans()) else [*zip(cuts[::2], cuts[1::2], strict=False)]
    edges = st.lists(places, min_size=2, max_size=6, unique=True).map(sorted)
    drawn: list[Edges] = draw(st.lists(edges, max_size=5)) if text else []
    spans = [[*zip(each[::2], each[1::2], strict=False)] for each in drawn]
    entities = [mention(f"T{i}", text, *each) for i, each in enumerate(spans)]
    refs = st.sampled_from([one["id"] for one in entities] or ["T0"])
    drawn_refs = draw(st.lists(st.lists(refs, min_size=1, max_size=3), max_size=3)) if entities else []
    relations = [
        relation(f"R{i}", *(argument(f"a{place}", "entity", ref) for place, ref in enumerate(each)))
        for i, each in enumerate(drawn_refs)
    ]
    parts = [passage(str(i), *each) for i, each in enumerate(pairs)]
    return row(text, *entities, passages=parts or None, relations=relations)


@settings(max_examples=150, deadline=None)
@given(rows())
def test_every_row_comes_back(given_):
    with tempfile.TemporaryDirectory() as folder:
        [found] = back(Path(folder), given_, task="re")
    assert found.layers["text"] == given_["text"]
    assert sorted(found.layers["entities"], key=lambda one: one["id"]) == bare(given_["entities"])
    assert found.layers["relations"] == bare(given_["relations"])
    spans = [(one["start"], one["end"]) for one in found.layers["passages"] if one["type"] == "part"]
    given_spans = [(one["start"], one["end"]) for one in given_["passages"] or []]
    assert spans == [(start, end) for start, end in given_spans if start < end]
