from __future__ import annotations

import json
import re
from typing import Any

import pytest

from bioclue_data.readers import bioc
from bioclue_data.readers.document import Sources
from tests.reader_files import documents, printed, read, real, refused, refuses_unknown_options, slices

MESH = {"prefixes": {"": "MESH"}, "alternative": [","], "nil": "-"}


def note(identifier: str, offset: int, text: str, **infons: str) -> dict[str, Any]:
    infons = {"type": "Drink", **infons}
    location = {"offset": offset, "length": len(text)}
    return {"id": identifier, "infons": infons, "text": text, "locations": [location]}


def passage(offset: int, text: str | None, **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"offset": offset, "infons": {}, **more}
    return found if text is None else {**found, "text": text}


def paper(*passages: dict[str, Any], identifier: str = "7", **more: Any) -> dict[str, Any]:
    return {"id": identifier, "passages": list(passages), **more}


def as_json(*papers: dict[str, Any]) -> dict[str, str]:
    return {"a.json": json.dumps({"source": "s", "documents": list(papers), "key": "k"}, ensure_ascii=False)}


def one(folder, *passages: dict[str, Any], **options: Any):
    [found] = read(bioc, folder, as_json(paper(*passages)), syntax="json", **options)
    return found


XML = """<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE collection SYSTEM "BioC.dtd">
<collection><source>made up</source><date></date><key></key>
<document><id>7</id><infon key="journal">Tea Letters</infon>
 <passage><infon key="type">title</infon><infon key="section">T</infon><offset>0</offset>
  <text>Tea &amp; pots</text>
  <annotation id="1"><infon key="type">Drink</infon><infon key="MESH">D1,D2</infon>
   <location offset="0" length="3"/><text>Tea</text></annotation></passage>
 <passage><offset>11</offset><text>茶壶 and <!-- really --> cups</text>
  <annotation id="2"><infon key="type">Thing</infon><infon key="checked">yes</infon>
   <location offset="11" length="2"/><location offset="19" length="4"/><text>茶壶 cups</text></annotation>
  <relation id="R1"><infon key="type">In</infon>
   <node refid="1" role="what"/><node refid="2" role="where"/></relation>
 </passage></document>
<document><id>8</id><passage><infon key="type">title</infon><offset>0</offset><text/></passage></document>
</collection>"""
XML_OPTIONS = {
    "identifiers": {"MESH": MESH},
    "attributes": ["checked"],
    "relations": {"roles": {"what": "theme"}},
}


def test_xml_documents(tmp_path) -> None:
    first, second = read(bioc, tmp_path, {"a.xml": XML}, **XML_OPTIONS)
    assert (first.source_id, first.document_id, first.locator) == ("7", "7", "line 3")
    assert first.layers["text"] == "Tea & pots\n茶壶 and  cups"
    assert slices(first) == printed(first) == ["Tea", "茶壶 cups"]
    assert [(p["type"], p["start"], p["end"]) for p in first.layers["passages"]] == [
        ("title", 0, 10),
        ("passage", 11, 23),
    ]
    assert first.extra == {"infons": {"journal": "Tea Letters"}, "passages": {"0": {"section": "T"}}}
    assert (second.layers["text"], second.layers["entities"], second.layers["passages"]) == ("", [], [])


def test_concepts_attributes_and_relations(tmp_path) -> None:
    [first, _] = read(bioc, tmp_path, {"a.xml": XML}, **XML_OPTIONS)
    tea, pots = first.layers["entities"]
    assert [(n["group"], n["db"], n["id"]) for n in tea["norms"]] == [(0, "MESH", "D1"), (1, "MESH", "D2")]
    assert "norms" not in pots
    assert pots["attributes"] == [{"name": "checked", "value": "yes"}]
    assert first.layers["relations"] == [
        {
            "id": "R1",
            "type": "In",
            "args": [
                {"role": "theme", "kind": "entity", "ref": "1"},
                {"role": "where", "kind": "entity", "ref": "2"},
            ],
        }
    ]


def test_json_gives_the_same_as_xml(tmp_path) -> None:
    title = passage(0, "Tea & pots", annotations=[note("1", 0, "Tea", MESH="D1,D2")])
    found = one(tmp_path, title, identifiers={"MESH": MESH})
    [first, _] = read(bioc, tmp_path, {"a.xml": XML}, **XML_OPTIONS)
    assert found.layers["entities"] == first.layers["entities"][:1]
    assert (found.file, found.locator) == ("a.json", "document 0")


@pytest.mark.parametrize(
    "wrap", [lambda p: p, lambda p: [p], lambda p: [{"documents": [p]}], lambda p: {"documents": [p]}]
)
def test_json_of_every_shape(tmp_path, wrap) -> None:
    text = json.dumps(wrap(paper(passage(0, "Tea"))))
    assert [d.layers["text"] for d in read(bioc, tmp_path, {"a.json": text}, syntax="json")] == ["Tea"]


def test_gaps_are_filled_so_that_offsets_hold(tmp_path) -> None:
    passages = passage(2, "Tea"), passage(8, "Pot", annotations=[note("1", 8, "Pot")])
    found = one(tmp_path, *passages)
    assert found.layers["text"] == "\n\nTea\n\n\nPot"
    assert slices(found) == ["Pot"]
    assert one(tmp_path, *passages, gap=" ").layers["text"] == "  Tea   Pot"


def test_joined_passages_follow_one_another(tmp_path) -> None:
    first = passage(0, "Tea", annotations=[note("1", 0, "Tea")])
    second = passage(0, "Pot", annotations=[note("2", 0, "Pot")])
    found = one(tmp_path, first, second, layout="joined")
    assert found.layers["text"] == "Tea\nPot"
    assert slices(found) == ["Tea", "Pot"]


def test_sentences_make_the_text_where_passages_have_none(tmp_path) -> None:
    sentences = [passage(0, "Tea."), passage(6, "Pot.", annotations=[note("1", 6, "Pot")])]
    found = one(tmp_path, passage(0, None, sentences=sentences))
    assert found.layers["text"] == "Tea.  Pot."
    assert slices(found) == ["Pot"]
    assert [(p["start"], p["end"]) for p in found.layers["passages"]] == [(0, 10)]


def test_annotations_of_the_document_itself(tmp_path) -> None:
    whole = paper(
        passage(0, "Tea"), passage(4, "Pot"), annotations=[note("1", 4, "Pot"), note("2", 0, "Tea\nPot")]
    )
    [found] = read(bioc, tmp_path, as_json(whole), syntax="json")
    assert slices(found) == printed(found) == ["Pot", "Tea\nPot"]


@pytest.mark.parametrize(
    ("unit", "start", "offset", "length"),
    [("code_points", 4, 6, 2), ("utf8", 9, 12, 6), ("utf16", 5, 7, 2)],
)
def test_offsets_may_count_bytes_or_units(tmp_path, unit, start, offset, length) -> None:
    annotation = {**note("1", 0, "茶壶"), "locations": [{"offset": offset, "length": length}]}
    second = passage(start, "é 茶壶", annotations=[annotation])
    found = one(tmp_path, passage(0, "𝛼热a"), second, unit=unit)
    assert found.layers["text"] == "𝛼热a\né 茶壶"
    assert slices(found) == ["茶壶"]


def test_ids_that_begin_anew_get_the_number_of_their_part(tmp_path) -> None:
    relation = {"id": "", "infons": {"type": "Is"}, "nodes": [{"refid": "T1", "role": "a"}]}
    sentence = passage(0, "Tea", annotations=[note("T1", 0, "Tea")], relations=[relation])
    other = passage(4, "Pot", annotations=[note("T1", 4, "Pot")])
    parts = (
        passage(0, "Tea Pot", sentences=[sentence, other]),
        passage(8, "Cup", annotations=[note("T1", 8, "Cup")]),
    )
    found = one(tmp_path, *parts, ids="sentence", relations={})
    assert [e["id"] for e in found.layers["entities"]] == ["0.0.T1", "0.1.T1", "1.T1"]
    assert found.layers["relations"][0]["id"] == "R1"
    assert found.layers["relations"][0]["args"][0]["ref"] == "0.0.T1"
    assert [e["id"] for e in one(tmp_path, *parts, ids="passage", relations={}).layers["entities"]] == [
        "0.T1",
        "0.T1",
        "1.T1",
    ]


def test_annotations_without_id_or_text(tmp_path) -> None:
    bare = {
        "infons": {"type": "Drink"},
        "locations": [{"offset": 0, "length": 3}, {"offset": 8, "length": 3}],
    }
    found = one(tmp_path, passage(0, "Tea and pot", annotations=[bare]))
    assert [(e["id"], e["text"]) for e in found.layers["entities"]] == [("T1", "Tea pot")]


def test_relations_between_concepts_and_over_relations(tmp_path) -> None:
    over = {"id": "R2", "infons": {"type": "Says", "new": "No"}, "nodes": [{"refid": "R1", "role": "x"}]}
    between = {"id": "R1", "infons": {"type": "Likes", "e1": "D1", "e2": "9"}}
    part = passage(0, "Tea", annotations=[note("1", 0, "Tea", MESH="D1"), note("2", 0, "Tea", GENE="9")])
    identifiers = {"MESH": MESH, "GENE": {"prefixes": {"": "NCBIGene"}}}
    concepts = {"concepts": {"e1": "who", "e2": "whom"}}
    [found] = read(
        bioc,
        tmp_path,
        as_json(paper(part, relations=[between])),
        syntax="json",
        identifiers=identifiers,
        relations=concepts,
    )
    assert [(a["role"], a["kind"], a["ref"]) for a in found.layers["relations"][0]["args"]] == [
        ("who", "concept", "MESH:D1"),
        ("whom", "concept", "NCBIGene:9"),
    ]
    plain = {"id": "R1", "infons": {"type": "Is"}, "nodes": [{"refid": "1", "role": "x"}]}
    part = passage(0, "Tea", annotations=[note("1", 0, "Tea")], relations=[plain, over])
    found = one(tmp_path, part, relations={"attributes": ["new"]})
    assert found.layers["relations"][1]["args"][0]["kind"] == "relation"
    assert found.layers["relations"][1]["attributes"] == [{"name": "new", "value": "No"}]


def test_types_and_infons_may_be_ignored(tmp_path) -> None:
    index = {"id": "9", "infons": {"kind": "Index"}, "locations": []}
    drink = {**note("1", 0, "Tea", by="me"), "infons": {"kind": "Drink", "by": "me"}}
    part = passage(0, "Tea", annotations=[index, drink])
    found = one(tmp_path, part, type="kind", ignore=["by"], ignore_types=["Index"], passage_type="section")
    assert [e["type"] for e in found.layers["entities"]] == ["Drink"]


BOMB = '<!DOCTYPE c [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><c><document><id>&b;</id></document></c>'
LEAK = '<!DOCTYPE c [<!ENTITY x SYSTEM "file:///etc/hostname">]><c><document><id>&x;</id></document></c>'
LOOSE = "<!DOCTYPE c SYSTEM 'BioC.dtd'><c><document><id>&nowhere;</id></document></c>"


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (BOMB, "declares entities"),
        (LEAK, "declares entities"),
        (LOOSE, "nowhere"),
        ("<c><document><id>1</id>", "not well-formed"),
        ("not xml", "not well-formed"),
        ("<c><document><passage/></document></c>", "not a BioC document"),
        (
            "<c><document><id>1</id><passage><offset>x</offset></passage></document></c>",
            "not a BioC document",
        ),
    ],
)
def test_xml_that_is_unsafe_or_no_bioc_is_refused(tmp_path, content, what) -> None:
    assert re.search(what, refused(bioc, tmp_path, {"a.xml": content}).what)


RELATION = {"id": "R1", "infons": {"type": "Is"}, "nodes": []}


@pytest.mark.parametrize(
    ("passages", "options", "what"),
    [
        ([passage(0, "Tea", annotations=[note("1", 0, "Tea", by="me")])], {}, "the infon 'by'"),
        (
            [passage(0, "Tea", annotations=[{**note("1", 0, "Tea"), "locations": []}])],
            {},
            "'Drink' has no location",
        ),
        ([passage(0, "Tea", annotations=[note("1", 0, "Tea")])], {"type": "kind"}, "no infon 'kind'"),
        ([passage(0, "Tea", relations=[RELATION])], {}, "its relations"),
        ([passage(0, "Tea", relations=[RELATION])], {"relations": {"type": "kind"}}, "the infon 'type'"),
        ([passage(0, "Tea", relations=[{**RELATION, "infons": {}}])], {"relations": {}}, "no infon 'type'"),
        (
            [passage(0, "Tea", relations=[RELATION])],
            {"relations": {"concepts": {"e1": "x"}}},
            "no infon 'e1'",
        ),
        ([passage(0, "Tea"), passage(2, "Pot")], {}, "begin at 2, but the one before ends at 3"),
        ([passage(4, "Tea", annotations=[note("1", 0, "Tea")])], {}, "before all text"),
        ([passage(0, "热", annotations=[note("1", 0, "x")])], {"unit": "utf8"}, "middle of a character"),
    ],
)
def test_what_the_options_do_not_provide_for_is_refused(tmp_path, passages, options, what) -> None:
    error = refused(bioc, tmp_path, as_json(paper(*passages)), syntax="json", **options)
    assert re.search(what, error.what)
    assert error.where.startswith("a.json, document 0, document 7")


def test_json_that_is_no_bioc_is_refused(tmp_path) -> None:
    assert (
        "not a BioC document" in refused(bioc, tmp_path, {"a.json": '{"documents": [3]}'}, syntax="json").what
    )
    refused(bioc, tmp_path, {"a.json": '{"documents": ['}, syntax="json")


def test_unknown_options_are_refused() -> None:
    refuses_unknown_options("bioc")


GENE = {"prefixes": {"": "NCBIGene"}, "alternative": [","], "nil": "-"}
BIORED = {
    "GeneOrGeneProduct": GENE,
    "OrganismTaxon": {"prefixes": {"": "NCBITaxon"}, "alternative": [","]},
    "SequenceVariant": {"beginnings": {"rs": "dbSNP"}, "prefixes": {"": "tmVar"}, "nil": "-"},
    "CellLine": {"beginnings": {"CVCL_": "Cellosaurus"}, "strip": True},
    "DiseaseOrPhenotypicFeature": {
        "prefixes": {"OMIM:": "OMIM", "": "MESH"}, "alternative": [","], "composite": ["|"], "nil": "-",
    },
}  # fmt: skip
RED = {
    "identifiers": {"identifier": {**MESH, "types": BIORED}},
    "relations": {"concepts": {"entity1": "arg1", "entity2": "arg2"}, "attributes": ["novel"]},
}


@pytest.mark.real
@pytest.mark.parametrize(
    ("pattern", "options", "counts"),  # documents, mentions, spans that differ, relations
    [
        ("ndlongvn/BioRED-NER-RE/*/NER BioRED/BioRED/Dev.BioC.XML", RED, (100, 3533, 0, 1162)),
        ("ndlongvn/BioRED-NER-RE/*/NER BioRED/BioRED/Test.BioC.XML", RED, (100, 3535, 0, 1163)),
        (
            "leonweber/drugprot/*/data/eu_adr/euadr.bioc.xml",
            {"attributes": ["identifier"], "relations": {}},
            (38, 729, 3, 166),
        ),
    ],
)
def test_real_counts(real_data, pattern, options, counts) -> None:
    found = documents(bioc, Sources(real(real_data, pattern)), **options)
    differing = sum(a != b for d in found for a, b in zip(slices(d), printed(d), strict=True))
    layers = [sum(len(d.layers[name]) for d in found) for name in ("entities", "relations")]
    assert (len(found), layers[0], differing, layers[1]) == counts
