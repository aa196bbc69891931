"""PsyTAR: a workbook of sentences with labels, the terms found in them, and the concepts of each term.

Terms have no offsets. A term becomes a mention at its first place in the sentence, whole words before parts
of words, in any case and spacing; one that the sentence lists again takes the next place. One that does not
stand in its sentence (it was joined from pieces, or spelt otherwise) is left out and remarked as R3.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec

from bioclue_data.errors import SourceError
from bioclue_data.readers import standoff
from bioclue_data.readers.document import Document, Remark, Sources

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bioclue_data.sources.files import SourceFile

SENTENCES = "Sentence_Labeling"
LABELS = ("ADR", "WD", "EF", "INF", "SSI", "DI")
# The types of terms, with the sheets of the terms and of their concepts as the workbook spells them.
SHEETS = {
    "ADR": ("ADR_Identified", "ADR_Mapped"),
    "WD": ("WD_Identified", "WD-Mapped "),
    "SSI": ("SSI_Identified", "SSI_Mapped"),
    "DI": ("DI_Identified", "DI_Mapped"),
}
TERM, CODES, TRAITS, FACET = 3, slice(4, 8), range(8, 14), 18
UMLS = re.compile(r"\s*c(\d{7})\s*/([^/]*)", re.IGNORECASE)
ATOM = re.compile(r"(?P<name>[^\[]*)\[a\d+/\s*(?P<db>\w+)\s*/\s*\w+\s*/\s*(?P<id>\w+)", re.IGNORECASE)
REMEDY = "get the workbook again"
Key = tuple[str, str]


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a record may say: nothing."""


@dataclass
class _Terms:
    """What the sheets say about one sentence and type: terms in order, and concepts by term."""

    sentence: str = ""
    terms: list[str] = field(default_factory=list)
    concepts: dict[str, list[dict[str, Any]]] = field(default_factory=dict)


def read(sources: Sources, options: Options) -> Iterator[Document]:  # noqa: ARG001 - there are none
    """Read sentence after sentence, in layers `text`, `entities` with norms, `mode` and `labels`.

    Raises:
        SourceError: a sheet is missing, or terms belong to no sentence.
    """
    for file in sources.files:
        terms = {kind: _terms(file, *sheets) for kind, sheets in SHEETS.items()}
        rows = list(_rows(file, SENTENCES))
        keys = Counter((row[2], row[3]) for _, row in rows)
        for number, row in rows:
            key = (row[2], row[3])
            mine = {kind: given[key] for kind, given in terms.items() if key in given}
            if keys[key] > 1:
                mine = {kind: given for kind, given in mine.items() if given.sentence == row[4]}
            for kind in mine:
                del terms[kind][key]
            yield _document(file, number, row, mine)
        for kind, left in terms.items():
            for key in left:
                message = f"{kind} of a sentence that is not there: {'/'.join(key)}"
                raise SourceError(message, where=file.name, remedy=REMEDY)


def _rows(file: SourceFile, sheet: str) -> Iterator[tuple[int, list[str]]]:
    """Rows below the header that belong to a post; the sheets end in totals."""
    from bioclue_data.readers.workbook import workbook_rows  # noqa: PLC0415 - for workbooks only

    for number, row in workbook_rows(file, sheet):
        cells = row + [""] * (FACET + 1 - len(row))
        column = 2 if sheet == SENTENCES else 1
        if number > 1 and cells[column]:
            yield number, cells


def _terms(file: SourceFile, identified: str, mapped: str) -> dict[Key, _Terms]:
    found: dict[Key, _Terms] = {}
    for _, row in _rows(file, identified):
        terms = [cell for cell in row[TERM + 1 :] if cell.strip()]
        found[row[1], row[2]] = _Terms(row[TERM], terms)
    for _, row in _rows(file, mapped):
        given = found.setdefault((row[1], row[2]), _Terms())
        given.concepts.setdefault(_folded(row[TERM]), []).append(_concept(row))
    return found


def _folded(term: str) -> str:
    return " ".join(term.split()).casefold()


def _concept(row: list[str]) -> dict[str, Any]:
    """Norms and attributes of a term: the best match, and equivalents as alternatives."""
    norms = [norm for cell in row[CODES] if (norm := _norm(cell))]
    coded = [norm for norm in norms if norm["relation"] != "nil"] or norms[:1]
    names = ("mild", "moderate", "severe", "persistent", "not-persistent", "body-site")
    traits = [(name, row[place]) for name, place in zip(names, TRAITS, strict=True)]
    traits.append(("entity_type", row[FACET]))
    return {
        "norms": [{**norm, "group": group} for group, norm in enumerate(coded)],
        "attributes": [standoff.attribute(name, value) for name, value in traits if value],
    }


def _norm(cell: str) -> dict[str, Any] | None:
    """A cell as a norm: with an id, with a name only, or nil for `No code`."""
    if not cell.strip():
        return None
    if found := UMLS.match(cell):
        return {"db": "UMLS", "id": f"C{found[1]}", "name": found[2].strip(), "relation": "exact"}
    if found := ATOM.match(cell):
        db = found["db"].upper().replace("SNOMEDCT_US", "SNOMEDCT")
        return {"db": db, "id": found["id"].upper(), "name": found["name"].strip(), "relation": "exact"}
    nil = _folded(cell).startswith("no code")
    return {
        "db": "UMLS",
        "id": None,
        "name": None if nil else cell.strip(),
        "relation": "nil" if nil else "exact",
    }


def _document(file: SourceFile, number: int, row: list[str], terms: dict[str, _Terms]) -> Document:
    entities: list[dict[str, Any]] = []
    remarks: list[Remark] = []
    for kind, given in terms.items():
        for term, place in _places(row[4], given.terms):
            concepts = given.concepts.get(_folded(term), [])
            concept = concepts.pop(0) if concepts else {"norms": []}
            if place:
                name = f"T{len(entities) + 1}"
                entities.append({**standoff.mention(name, kind, [place], row[4][slice(*place)]), **concept})
            else:
                remarks.append(Remark("R3", "entities", f"{kind} {term!r} does not stand in the sentence"))
        left = [term for term, concepts in given.concepts.items() for _ in concepts]
        remarks += [
            Remark("R3", "entities", f"concepts of {kind} {term!r}, which is no term here") for term in left
        ]
    cells = dict(zip(LABELS, row[5:11], strict=True))
    labels = [label for label in LABELS if cells[label] == "1"]
    marks = {label: cell for label, cell in cells.items() if cell not in ("", "1")}
    return Document(
        source_id=f"{row[2]}/{row[3]}",
        file=file.name,
        locator=f"row {number}",
        layers={"text": row[4], "entities": entities, "mode": "multi", "labels": labels},
        document_id=row[2],
        group_id=row[2],
        extra={
            "findings": row[11],
            "others": row[12],
            "rating": row[13],
            "category": row[14],
            "marks": marks,
        },
        remarks=remarks,
    )


def _places(text: str, terms: list[str]) -> Iterator[tuple[str, tuple[int, int] | None]]:
    """Every term with its place, or None if it does not stand in the text."""
    ends: dict[str, int] = {}
    for term in terms:
        words = r"\s+".join(re.escape(word) for word in term.split())
        patterns = [re.compile(p, re.IGNORECASE) for p in (rf"(?<!\w){words}(?!\w)", words)]
        start = ends.get(_folded(term), 0)
        found = next((m for at in (start, 0) for p in patterns if (m := p.search(text, at))), None)
        ends[_folded(term)] = found.end() if found else start
        yield term, found.span() if found else None
