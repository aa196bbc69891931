"""Ids of vocabularies: what is accepted, what is not, and how databases are spelt."""

from __future__ import annotations

import pytest

from bioclue_data.contracts.codes import PATTERNS, wrong

RIGHT = {
    "ATC": ["N02", "N02BE01"],
    "CHEBI": ["CHEBI:999"],
    "CL": ["CL:0000999"],
    "CVCL": ["CVCL_9A99"],
    "dbSNP": ["rs9999"],
    "DOID": ["DOID:999"],
    "DrugBank": ["DB99999"],
    "GO": ["GO:0099999"],
    "HGNC": ["99999"],
    "HPO": ["HP:0099999"],
    "ICD10": [
        "A99",
        "A99.9",
        "A99.999",
        "A99xx99",
        "A99.9x999",
        "A99.x",
        "A99.999A9",
        "A99.9+",
        "A99+B99*",
        "M99999/9",
    ],
    "ICD11": ["9A99.9"],
    "ICD9": ["999.9", "V99", "E999.9", "99.99x999"],
    "LOINC": ["9999-9"],
    "MedDRA": ["99999999"],
    "MESH": ["D999999", "C999999999", "M0999999"],
    "MONDO": ["MONDO:0099999"],
    "NCBIGene": ["9"],
    "NCBITaxon": ["9999"],
    "NCIT": ["C9999"],
    "OMIM": ["999999"],
    "Orphanet": ["999"],
    "PR": ["PR:000099999", "PR:Q99999", "PR:P99999-1"],
    "PubChem": ["999"],
    "RxNorm": ["9999"],
    "SNOMEDCT": ["999999999"],
    "SO": ["SO:0099999"],
    "tmVar": ["c|SUB|A|99|T", "|DEL|99|"],
    "UBERON": ["UBERON:0099999"],
    "UMLS": ["C9999999"],
    "UniProt": ["P99999", "A9ZZZ9-2"],
}


def test_every_pattern_has_an_example() -> None:
    assert RIGHT.keys() == PATTERNS.keys()


@pytest.mark.parametrize("db", PATTERNS)
def test_examples_are_right_and_two_in_one_are_not(db: str) -> None:
    for code in RIGHT[db]:
        assert wrong(db, code) is None, code
        assert wrong(db, f"{code},{code}"), code
        assert wrong(db, f" {code}"), code
        assert wrong(db, f"{code}\n"), code
    assert wrong(db, "")


@pytest.mark.parametrize(
    ("db", "code"), [("ICD10-BJ-601", "A99.999"), ("ICD10-CM", "M25.561"), ("UMLS-2017AA", "C9999999")]
)
def test_editions_follow_after_a_hyphen(db: str, code: str) -> None:
    assert wrong(db, code) is None
    assert wrong(db, "?")


@pytest.mark.parametrize(
    ("db", "right"),
    [("mesh", "MESH"), ("NCBI Gene", "NCBIGene"), ("ICD-10", "ICD10"), ("Mesh-2019", "MESH"), ("Hpo", "HPO")],
)
def test_a_misspelt_database_is_named_rightly(db: str, right: str) -> None:
    assert right in (wrong(db, "D999999") or "")


@pytest.mark.parametrize("code", ["a", "X-1.2", "甲(乙)", "a b"])
def test_an_unknown_database_takes_any_single_id(code: str) -> None:
    assert wrong("Housemade", code) is None


@pytest.mark.parametrize(
    "code", ["a|b", "a,b", "a;b", "a+b", "甲，乙", "甲；乙", "甲##乙", "a / b", "", " ", "a "]
)
def test_an_unknown_database_takes_no_joined_or_blank_id(code: str) -> None:
    assert wrong("Housemade", code)
