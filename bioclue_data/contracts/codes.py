"""How ids of the vocabularies look. Sources: the Bioregistry's patterns, and the vocabularies' own pages.

A database is named as here; a release or national edition follows after a hyphen (`ICD10-BJ-601`).
"""

from __future__ import annotations

import re
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

PATTERNS: Mapping[str, str] = MappingProxyType(
    {
        "ATC": r"[A-Z](\d{2}([A-Z]([A-Z](\d{2})?)?)?)?",
        "CHEBI": r"CHEBI:\d+",
        "CL": r"CL:\d{7}",
        "CVCL": r"CVCL_[A-Z0-9]{4}",
        "dbSNP": r"rs\d+",
        "DOID": r"DOID:\d+",
        "DrugBank": r"DB\d{5}",
        "GO": r"GO:\d{7}",
        "HGNC": r"\d{1,5}",
        "HPO": r"HP:\d{7}",
        # With the daggers and asterisks of the WHO (A01.0+, J17.0*, both in one code), the extensions of the
        # Chinese clinical edition (E16.8x011, A33xx01) and morphology codes (M80000/0).
        "ICD10": r"[A-Z]\d[\dAB](xx\d{2,3}|\.[\dA-Zx]{1,6})?(\+([A-Z]\d{2}(\.\d{1,3})?\*)?|\*)?|M\d{4,6}/\d",
        "ICD11": r"[\dA-Z]{4}(\.[\dA-Z]{1,2})?",
        "ICD9": r"(\d{3}|V\d{2}|E\d{3})(\.\d{1,2})?|\d{2}\.\d{1,4}(x\d{3})?|M\d{4}/\d",
        "LOINC": r"\d{1,5}-\d",
        "MedDRA": r"\d{8}",
        "MESH": r"[CDM]\d{6,9}",
        "MONDO": r"MONDO:\d{7}",
        "NCBIGene": r"\d+",
        "NCBITaxon": r"\d+",
        "NCIT": r"C\d+",
        "OMIM": r"\d{6}",
        "Orphanet": r"\d+",
        "PR": r"PR:([A-Z]?\d{5,9}|[A-Z0-9]{6,10}(-\d+)?)",
        "PubChem": r"\d+",
        "RxNorm": r"\d+",
        "SNOMEDCT": r"\d{6,18}",
        "SO": r"SO:\d{7}",
        "tmVar": r"([cgmnpr]?\|[A-Za-z]+\|[^;,\s]*)",
        "UBERON": r"UBERON:\d{7}",
        "UMLS": r"C\d{7}",
        "UniProt": r"[OPQ]\d[A-Z\d]{3}\d(-\d+)?|[A-NR-Z]\d([A-Z][A-Z\d]{2}\d){1,2}(-\d+)?",
    }
)
"""Database to the pattern of its ids, matched in full."""

JOINERS = re.compile(r"[|,;+，；、]|##|\s/\s")
"""What sources put between ids. In a database that is not known here, an id may hold none of them."""


def _squeezed(db: str) -> str:
    return re.sub(r"[^a-z0-9]", "", db.lower())


_SPELT = {_squeezed(db): db for db in PATTERNS}


@lru_cache(maxsize=1024)
def _pattern(db: str) -> re.Pattern[str] | str | None:
    """The pattern of a database; its right name if it is misspelt; None if it is unknown."""
    base = db.split("-", maxsplit=1)[0]
    if base in PATTERNS:
        return re.compile(PATTERNS[base])
    return _SPELT.get(_squeezed(db)) or _SPELT.get(_squeezed(base))


def wrong(db: str, code: str) -> str | None:
    """What is wrong with an id of a database, in a few words; None if nothing is.

    In a database that is not in `PATTERNS`, only blanks at the edges and joined ids are refused.
    """
    pattern = _pattern(db)
    if isinstance(pattern, str):
        return f"the database {db!r} is written {pattern!r} here"
    if pattern is not None:
        return None if pattern.fullmatch(code) else f"{code!r} is no id of {db}: {pattern.pattern}"
    if not code.strip() or code != code.strip():
        return f"{code!r} is blank, or has a blank at its edge"
    return f"{code!r} looks like several ids" if JOINERS.search(code) else None
