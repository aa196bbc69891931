from __future__ import annotations

import json
from typing import Any

import pytest

from bioclue_data.readers import biorelex
from tests.reader_files import printed, read, refused, refuses_unknown_options, slices

GROUNDING = {
    "source": "uniprot", "link": "https://example.org/uniprot/P12345", "entrez_gene": "77",
    "hgnc_symbol": "TEA1", "organism": "", "comment": "odd",
}  # fmt: skip


def entity(label: str, grounding: Any = None, **names: Any) -> dict[str, Any]:
    given = {name: {"is_mentioned": True, "mentions": spans} for name, spans in names.items()}
    return {
        "label": label, "names": given, "grounding": grounding, "is_mentioned": True, "is_state": False,
        "is_mutant": grounding is None,
    }  # fmt: skip


def sentence(*participants: int, **fields: Any) -> str:
    item = {
        "id": "x.0", "paperid": "9", "url": None, "_line_": "3", "text": "Tea (TE) meets Pot, tea.",
        "entities": [entity("leaf", GROUNDING, TE=[[5, 7]], Tea=[[0, 3]]), entity("thing", Pot=[[15, 18]])],
        "interactions": [
            {"participants": participants or (0, 1), "type": "bind", "label": -1, "implicit": True}
        ],
    }  # fmt: skip
    return json.dumps([{**item, **fields}])


def test_clusters_become_mentions_and_a_coreference_set(tmp_path) -> None:
    [found] = read(biorelex, tmp_path, {"a.json": sentence()}, databases={"uniprot": "UniProt"})
    assert printed(found) == slices(found) == ["Tea", "TE", "Pot"]
    assert found.layers["corefs"] == [{"id": "C1", "type": "Entity", "members": ["T1", "T2"]}]
    assert (found.source_id, found.document_id, found.group_id, found.locator) == ("x.0", "9", "9", "/0")
    assert found.extra == {"url": None, "groundings": [GROUNDING, None]}


def test_groundings_become_alternatives(tmp_path) -> None:
    [found] = read(biorelex, tmp_path, {"a.json": sentence()}, databases={"uniprot": "UniProt"})
    tea, _, pot = found.layers["entities"]
    assert [(n["group"], n["db"], n["id"], n["name"]) for n in tea["norms"]] == [
        (0, "UniProt", "P12345", None),
        (1, "NCBIGene", "77", "TEA1"),
    ]
    assert (pot["norms"], pot["attributes"]) == ([], [{"name": "is_mutant", "value": "true"}])


def test_an_unnamed_database_is_kept_aside(tmp_path) -> None:
    [found] = read(biorelex, tmp_path, {"a.json": sentence()})
    assert [n["db"] for n in found.layers["entities"][0]["norms"]] == ["NCBIGene"]


def test_a_link_that_is_none_gives_no_norm(tmp_path) -> None:
    tea = entity("leaf", {**GROUNDING, "link": "NA", "entrez_gene": "NA"}, Tea=[[0, 3]])
    text = sentence(entities=[tea], interactions=[])
    [found] = read(biorelex, tmp_path, {"a.json": text}, databases={"uniprot": "UniProt"})
    assert found.layers["entities"][0]["norms"] == []


@pytest.mark.parametrize("link", ["http://x/entry/7?q=Pot", "http://x/?term=7", "http://x/a?cmd=y&ec=7"])
def test_the_id_is_the_end_of_the_link(tmp_path, link) -> None:
    tea = entity("leaf", {**GROUNDING, "link": link, "entrez_gene": "NA"}, Tea=[[0, 3]])
    text = sentence(entities=[tea], interactions=[])
    [found] = read(biorelex, tmp_path, {"a.json": text}, databases={"uniprot": "UniProt"})
    assert [n["id"] for n in found.layers["entities"][0]["norms"]] == ["7"]


def test_an_interaction_joins_first_mentions_and_keeps_its_label(tmp_path) -> None:
    [found] = read(biorelex, tmp_path, {"a.json": sentence()})
    [relation] = found.layers["relations"]
    assert [(a["role"], a["ref"]) for a in relation["args"]] == [("participant", "T1"), ("participant", "T3")]
    assert [(a["name"], a["value"]) for a in relation["attributes"]] == [
        ("label", "-1"),
        ("implicit", "true"),
    ]


def test_a_participant_that_is_no_entity_is_refused(tmp_path) -> None:
    assert "participant 2 is no" in str(refused(biorelex, tmp_path, {"a.json": sentence(0, 2)}))


def test_another_shape_is_refused(tmp_path) -> None:
    assert "interactions" in str(refused(biorelex, tmp_path, {"a.json": sentence(interactions=None)}))


def test_options() -> None:
    refuses_unknown_options("biorelex")
