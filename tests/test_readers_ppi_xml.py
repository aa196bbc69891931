from __future__ import annotations

from dataclasses import replace

import pytest

from bioclue_data.readers import ppi_xml
from bioclue_data.readers.document import Sources
from tests.reader_files import documents, printed, read, refused, refuses_unknown_options, slices, write

HEAD = '<?xml version="1.0" encoding="UTF-8"?><corpus source="Paper">'
FILE = (
    HEAD + '<document id="P.d0" origId="90000001">'
    '<sentence id="P.d0.s0" charOffset="0-17" text="FIC1 paints FIC2."/>'
    '<sentence id="P.d0.s1" charOffset="18-43" origId="7" text="The FIC1 and 2 song sings.">'
    '<entity id="P.d0.s1.e0" charOffset="4-8" text="FIC1" type="protein" origId="9"/>'
    '<entity id="P.d0.s1.e1" charOffset="4-7,13-14" text="FIC 2" type="protein"/>'
    '<interaction id="P.d0.s1.i0" e1="P.d0.s1.e0" e2="P.d0.s1.e1" type="PPI"/>'
    "</sentence></document></corpus>"
)
PAIRS = (
    '<document id="D"><sentence id="D.s0" text="Tea and milk">'
    '<entity id="e0" charOffset="0-2" text="Tea" type="drug"/>'
    '<entity id="e1" charOffset="8-11" text="milk" type="drug"/>'
    '<pair id="p0" e1="e0" e2="e1" ddi="{}"{}/></sentence></document>'
)
TASK = {"end_inclusive": True, "flag": "ddi"}


def one(folder, content: str, **options):
    [found] = read(ppi_xml, folder, {"c.xml": content}, **options)
    return found


def test_sentences_are_items_of_the_group_of_their_document(tmp_path) -> None:
    first, second = read(ppi_xml, tmp_path, {"c.xml": FILE})
    assert (first.source_id, second.source_id) == ("P.d0.s0", "P.d0.s1")
    assert {first.group_id, second.group_id, first.document_id} == {"90000001"}
    assert first.layers["entities"] == first.layers["relations"] == []


def test_offsets_count_in_the_sentence_wherever_it_stands_in_the_document(tmp_path) -> None:
    _, second = read(ppi_xml, tmp_path, {"c.xml": FILE})
    assert second.extra["charOffset"] == "18-43"
    assert second.layers["entities"][0]["spans"] == [{"start": 4, "end": 8}]
    assert slices(second) == printed(second) == ["FIC1", "FIC 2"]


def test_the_ids_of_origin_are_kept(tmp_path) -> None:
    _, second = read(ppi_xml, tmp_path, {"c.xml": FILE})
    assert second.layers["entities"][0]["attributes"] == [{"name": "origId", "value": "9"}]
    assert second.extra["document"] == {"id": "P.d0", "origId": "90000001"}
    assert second.extra["origId"] == "7"


def test_every_interaction_is_a_relation_of_two_entities(tmp_path) -> None:
    _, second = read(ppi_xml, tmp_path, {"c.xml": FILE})
    assert second.layers["relations"] == [
        {
            "id": "P.d0.s1.i0",
            "type": "PPI",
            "args": [
                {"role": "e1", "kind": "entity", "ref": "P.d0.s1.e0"},
                {"role": "e2", "kind": "entity", "ref": "P.d0.s1.e1"},
            ],
        }
    ]


def test_ends_may_be_inclusive(tmp_path) -> None:
    found = one(tmp_path, PAIRS.format("true", ' type="effect"'), **TASK)
    assert slices(found) == ["Tea", "milk"]
    assert found.document_id == "D"


def test_a_pair_without_interaction_is_no_relation(tmp_path) -> None:
    assert one(tmp_path, PAIRS.format("false", ""), **TASK).layers["relations"] == []


def test_pairs_of_some_subsets_say_nothing(tmp_path) -> None:
    [file] = write(tmp_path, {"c.xml": PAIRS.format("false", "")})
    sources = Sources([replace(file, subset="mentions")])
    [found] = documents(ppi_xml, sources, **TASK, unpaired=["mentions"])
    assert "relations" not in found.layers


def test_a_missing_type_is_filled_in_and_remarked(tmp_path) -> None:
    found = one(tmp_path, PAIRS.format("true", ""), **TASK, untyped="int")
    assert found.layers["relations"][0]["type"] == "int"
    assert [(remark.rule, remark.place) for remark in found.remarks] == [("R2", "relations[0].type")]


def test_a_type_for_all_needs_no_remark(tmp_path) -> None:
    found = one(tmp_path, PAIRS.format("True", ""), **TASK, relation="CPI")
    assert (found.layers["relations"][0]["type"], list(found.remarks)) == ("CPI", [])


def test_ids_in_place_of_types_are_alternatives(tmp_path) -> None:
    content = PAIRS.format("true", ' type="effect"').replace('type="drug"', 'type="X1||X2"', 1)
    found = one(tmp_path, content.replace(' type="drug"', ""), **TASK, entity="protein", ids="HPRD")
    first, second = found.layers["entities"]
    assert {first["type"], second["type"]} == {"protein"}
    assert [(norm["group"], norm["id"]) for norm in first["norms"]] == [(0, "X1"), (1, "X2")]
    assert second["norms"] == []


def test_ids_of_origin_may_be_concepts(tmp_path) -> None:
    content = FILE.replace('origId="9"', 'origId="9,10"')
    _, second = read(ppi_xml, tmp_path, {"c.xml": content}, concepts={"protein": "X"})
    first, other = second.layers["entities"]
    assert [(norm["group"], norm["id"]) for norm in first["norms"]] == [(0, "9"), (1, "10")]
    assert other["norms"] == []
    assert "attributes" not in first


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (PAIRS.format("perhaps", ""), "true or false"),
        (PAIRS.format("true", ""), "no attribute type"),
        (PAIRS.format("true", "").replace("0-2", "0 2"), "0-3,7-9"),
        (PAIRS.format("true", "").replace(' text="milk"', ""), "no attribute text"),
    ],
)
def test_what_does_not_fit_is_refused(tmp_path, content: str, message: str) -> None:
    assert message in str(refused(ppi_xml, tmp_path, {"c.xml": content}, **TASK))


def test_unknown_options_are_refused() -> None:
    refuses_unknown_options("ppi_xml")
