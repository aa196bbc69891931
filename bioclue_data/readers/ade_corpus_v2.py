"""ADE corpus v2: one line per relation of a drug and its adverse effect or dose, and sentences without any.

Offsets count in case reports that are not distributed. As they are consistent, the sentence of all relations
of one line group begins at one offset of the report: the one at which every printed string stands where its
offset says. That offset is looked for; the first occurrence of a string in the sentence may be another one.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from bioclue_data.errors import SourceError
from bioclue_data.readers import standoff
from bioclue_data.readers.document import Document, Layers, Sources

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bioclue_data.sources.files import SourceFile

COLUMNS = 8
KINDS = {"DRUG-AE.rel": ("Adverse-Effect", "Drug-AE"), "DRUG-DOSE.rel": ("Dose", "Drug-Dose")}
POSITIVE, NEGATIVE = "positive", "NEG"
Place = tuple[str, str, int]  # type, string, offset in the report


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Nothing to choose: the files are told apart by their names."""


@dataclass(frozen=True, slots=True)
class _Related:
    """One line of a relation file."""

    type: str
    other: Place
    drug: Place
    where: str

    @property
    def places(self) -> tuple[Place, Place]:
        return self.drug, self.other


def read(sources: Sources, options: Options) -> Iterator[Document]:  # noqa: ARG001 - nothing to choose
    """Read the sentences with relations, each once, and then those without.

    Raises:
        SourceError: a line is not of the format, or its offsets fit no place of its sentence.
    """
    numbers: Counter[str] = Counter()
    sentences: dict[tuple[str, str], list[_Related]] = {}
    for file in sources.files:
        if _base(file) in KINDS:
            for key, related in _relations(file):
                sentences.setdefault(key, []).append(related)
    for (pmid, text), found in sentences.items():
        yield _document(pmid, numbers, found[0].where, _layers(text, found))
    for file in sources.files:
        if _base(file) not in KINDS:
            for pmid, text, where in _negatives(file):
                yield _document(pmid, numbers, where, {"text": text, "mode": "single", "labels": [NEGATIVE]})


def _base(file: SourceFile) -> str:
    return file.name.rsplit("/", 1)[-1]


def _document(pmid: str, numbers: Counter[str], where: str, layers: Layers) -> Document:
    name, _, locator = where.rpartition(", ")
    identifier = f"{pmid}-{numbers[pmid]}"
    numbers[pmid] += 1
    return Document(identifier, name, locator, layers, document_id=pmid, group_id=pmid)


def _relations(file: SourceFile) -> Iterator[tuple[tuple[str, str], _Related]]:
    kind, relation = KINDS[_base(file)]
    for number, line in standoff.lines(file):
        where = standoff.place(file, number)
        cells = line.split("|")
        if len(cells) != COLUMNS:
            raise SourceError(
                f"a line of {len(cells)} columns instead of {COLUMNS}",
                where=where,
                remedy="get the file again",
            )
        pmid, text, other, start, _, drug, drug_start, _ = cells
        first = (kind, other, standoff.natural(start, "an offset", where))
        second = ("Drug", drug, standoff.natural(drug_start, "an offset", where))
        yield (pmid, text), _Related(relation, first, second, where)


def _negatives(file: SourceFile) -> Iterator[tuple[str, str, str]]:
    for number, line in standoff.lines(file):
        where = standoff.place(file, number)
        pmid, mark, text = [*line.split(" ", 2), "", ""][:3]
        if mark != NEGATIVE:
            raise SourceError(
                f"the second word is {mark!r}, not {NEGATIVE!r}", where=where, remedy="get the file again"
            )
        yield pmid, text, where


def _layers(text: str, found: Sequence[_Related]) -> Layers:
    begin = _begin(text, found)
    places = sorted({place for one in found for place in one.places}, key=lambda place: (place[2], place))
    ids = {place: f"T{number}" for number, place in enumerate(places, 1)}
    mentions = [
        standoff.mention(ids[kind, string, offset], kind, [_span(string, offset - begin)], string)
        for kind, string, offset in places
    ]
    return {
        "text": text,
        "entities": mentions,
        "relations": [_relation(number, one, ids) for number, one in enumerate(found, 1)],
        "mode": "single",
        "labels": [POSITIVE],
    }


def _span(string: str, start: int) -> standoff.Span:
    return start, start + len(string)


def _begin(text: str, found: Sequence[_Related]) -> int:
    """Where the sentence begins in the report; the one offset that all strings agree on."""
    fitting: set[int] | None = None
    for one in found:
        for _, string, offset in one.places:
            begins = {offset - start for start in _occurrences(text, string)}
            fitting = begins if fitting is None else fitting & begins
        if not fitting:
            raise SourceError(
                "the offsets of the relations fit no place of the sentence",
                where=one.where,
                remedy="the sentence may stand twice in the report; the reader must tell the two apart",
            )
    return min(fitting or {0})


def _occurrences(text: str, string: str) -> Iterator[int]:
    start = text.find(string)
    while start >= 0:
        yield start
        start = text.find(string, start + 1)


def _relation(number: int, one: _Related, ids: Mapping[Place, str]) -> dict[str, Any]:
    args = [
        standoff.argument("drug", "entity", ids[one.drug]),
        standoff.argument("effect" if one.type == "Drug-AE" else "dose", "entity", ids[one.other]),
    ]
    return {"id": f"R{number}", "type": one.type, "args": args}
