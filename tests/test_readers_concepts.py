from __future__ import annotations

from typing import Any

import msgspec
import pytest

from bioclue_data.errors import SourceError
from bioclue_data.readers.concepts import Concepts, databases


def concepts(**options: Any) -> Concepts:
    return msgspec.convert(options, Concepts)


def short(norms: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [(norm["group"], norm["db"], norm["id"], norm["relation"]) for norm in norms]


def test_parts_share_a_group_and_alternatives_do_not() -> None:
    ways = concepts(prefixes={"": "MESH"}, composite=["|", "+"], alternative=[","])
    assert short(ways.norms("D1|D2+D3,D4", "X", "here")) == [
        (0, "MESH", "D1", "exact"),
        (0, "MESH", "D2", "exact"),
        (0, "MESH", "D3", "exact"),
        (1, "MESH", "D4", "exact"),
    ]


def test_prefixes_are_cut_and_beginnings_are_kept() -> None:
    ways = concepts(prefixes={"OMIM:": "OMIM", "": "MESH"}, beginnings={"rs": "dbSNP"}, composite=["|"])
    found = ways.norms("OMIM:9|D9|rs9", "X", "here")
    assert [(norm["db"], norm["id"]) for norm in found] == [("OMIM", "9"), ("MESH", "D9"), ("dbSNP", "rs9")]


def test_without_separators_the_cell_is_one_id() -> None:
    ways = concepts(prefixes={"": "tmVar"})
    assert short(ways.norms("c|SUB|A|1|T;Gene:9", "X", "here")) == [
        (0, "tmVar", "c|SUB|A|1|T;Gene:9", "exact")
    ]


def test_the_nil_sign_is_no_concept_even_beside_one() -> None:
    ways = concepts(prefixes={"MESH:": "MESH"}, alternative=[","], nil="-")
    assert short(ways.norms("MESH:D1,-", "X", "here")) == [
        (0, "MESH", "D1", "exact"),
        (1, "MESH", None, "nil"),
    ]
    assert ways.norms("", "X", "here") == []


def test_blanks_stay_unless_the_record_calls_them_a_slip() -> None:
    assert concepts(prefixes={"": "MESH"}).norms("D1 ", "X", "here")[0]["id"] == "D1 "
    assert concepts(prefixes={"": "MESH"}, strip=True).norms(" D1 ", "X", "here")[0]["id"] == "D1"


def test_a_type_may_have_its_own_way() -> None:
    ways = concepts(
        prefixes={"": "MESH"}, types={"Gene": {"prefixes": {"": "NCBIGene"}, "alternative": [";"]}}
    )
    assert short(ways.norms("1;2", "Gene", "here")) == [
        (0, "NCBIGene", "1", "exact"),
        (1, "NCBIGene", "2", "exact"),
    ]
    assert short(ways.norms("1;2", "Disease", "here")) == [(0, "MESH", "1;2", "exact")]


def test_a_prefix_may_have_a_replacement() -> None:
    ways = concepts(prefixes={"RS#:": "dbSNP:rs", "": "tmVar"}, alternative=[";"])
    assert short(ways.norms("c|SUB|A|1|T;RS#:9", "X", "here")) == [
        (0, "tmVar", "c|SUB|A|1|T", "exact"),
        (1, "dbSNP", "rs9", "exact"),
    ]


def test_what_is_no_id_becomes_an_attribute() -> None:
    ways = concepts(
        prefixes={"": "tmVar"},
        alternative=[";"],
        attributes={"Gene": "gene", "Gene:": "gene", "99": "gene:99"},
    )
    assert short(ways.norms("c|SUB;Gene:7;Gene8", "X", "here")) == [(0, "tmVar", "c|SUB", "exact")]
    assert ways.attributes_in("c|SUB;Gene:7;Gene8;99", "X") == [
        {"name": "gene", "value": "7"},
        {"name": "gene", "value": "8"},
        {"name": "gene", "value": "99"},
    ]


def test_a_qualified_id_is_cut_and_kept_as_an_attribute() -> None:
    ways = concepts(prefixes={"": "NCBIGene"}, alternative=[","], qualified={"(": "species"})
    assert [norm["id"] for norm in ways.norms("5,12(Tax:3)", "X", "here")] == ["5", "12"]
    assert ways.attributes_in("5,12(Tax:3)", "X") == [{"name": "species", "value": "12(Tax:3)"}]


def test_an_id_of_no_vocabulary_is_refused() -> None:
    with pytest.raises(SourceError, match="'XYZ:1'") as caught:
        concepts(prefixes={"MESH:": "MESH"}).norms("XYZ:1", "X", "a.txt, line 7")
    assert caught.value.where == "a.txt, line 7"
    assert "prefixes" in caught.value.remedy


def test_the_mentions_decide_what_vocabulary_a_relation_means() -> None:
    ways = concepts(prefixes={"": "MESH"}, strip=True)
    known = databases([{"norms": [{"id": "9606", "db": "NCBITaxon"}, {"id": None, "db": "MESH"}]}, {}])
    assert ways.reference("9606 ", known, "here") == "NCBITaxon:9606"
    assert ways.reference("D1", known, "here") == "MESH:D1"


def test_an_id_of_two_vocabularies_is_refused_in_a_relation() -> None:
    known = {"7": {"NCBIGene", "NCBITaxon"}}
    with pytest.raises(SourceError, match="NCBIGene or NCBITaxon"):
        concepts(prefixes={"": "MESH"}).reference("7", known, "here")
