"""SciFact: claims, the abstracts that they cite, and the sentences of these that support or contradict them.

Each claim and each abstract that it cites is an item. `text_a` is the title, a newline, and the sentences of
the abstract with a blank between them. A cited abstract without evidence does not give enough information.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from bioclue_data.errors import SourceError
from bioclue_data.readers import json_values, standoff
from bioclue_data.readers.document import Document, Layers, Sources
from bioclue_data.readers.json_text import parsed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bioclue_data.sources.files import SourceFile

NOTHING = "NOT_ENOUGH_INFO"
RELEASE = "claims and corpus must be of the same release"
T = TypeVar("T")


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a record may say: nothing but where the abstracts are."""

    corpus: str = "corpus"


class _Abstract(msgspec.Struct, frozen=True):
    doc_id: int
    title: str
    abstract: tuple[str, ...]


class _Rationale(msgspec.Struct, frozen=True):
    sentences: tuple[int, ...]
    label: str


class _Claim(msgspec.Struct, frozen=True):
    id: int
    claim: str
    cited_doc_ids: tuple[int, ...]
    evidence: dict[str, tuple[_Rationale, ...]]


def read(sources: Sources, options: Options) -> Iterator[Document]:
    """Read claim after claim, and in each the abstracts in the order in which they are cited.

    Raises:
        RecordError: there is no side source with the abstracts.
        SourceError: a line has another shape, an abstract or a sentence is not there, or rationales in one
            abstract differ in their label.
    """
    abstracts = {a.doc_id: a for file in sources.beside(options.corpus) for _, a in _values(file, _Abstract)}
    for file in sources.files:
        for number, claim in _values(file, _Claim):
            yield from _pairs(claim, abstracts, file, number)


def _values(file: SourceFile, kind: type[T]) -> Iterator[tuple[int, T]]:
    for number, line in standoff.lines(file):
        yield (
            number,
            json_values.typed(parsed(line, file.name, number), kind, standoff.place(file, number), RELEASE),
        )


def _pairs(
    claim: _Claim, abstracts: Mapping[int, _Abstract], file: SourceFile, number: int
) -> Iterator[Document]:
    where = standoff.place(file, number)
    for cited in dict.fromkeys([*claim.cited_doc_ids, *map(int, claim.evidence)]):
        if cited not in abstracts:
            raise SourceError(f"there is no abstract {cited}", where=where, remedy=RELEASE)
        rationales = claim.evidence.get(str(cited), ())
        yield Document(
            source_id=f"{claim.id}-{cited}",
            file=file.name,
            locator=f"line {number}",
            layers=_layers(claim.claim, abstracts[cited], rationales, where),
            document_id=str(cited),
            group_id=str(claim.id),
            extra={"rationales": [list(r.sentences) for r in rationales]} if rationales else None,
        )


def _layers(claim: str, abstract: _Abstract, rationales: Sequence[_Rationale], where: str) -> Layers:
    labels = {r.label for r in rationales} or {NOTHING}
    if len(labels) > 1:
        raise SourceError("rationales in one abstract differ in label", where=where, remedy=RELEASE)
    text = "\n".join([abstract.title, " ".join(abstract.abstract)])
    chosen = sorted({index for r in rationales for index in r.sentences})
    evidence = [_evidence(text, abstract, index, where) for index in chosen]
    return {"text_a": text, "text_b": claim, "label": labels.pop(), "evidence": evidence}


def _evidence(text: str, abstract: _Abstract, index: int, where: str) -> dict[str, Any]:
    if index >= len(abstract.abstract):
        what = f"abstract {abstract.doc_id} has no sentence {index}"
        raise SourceError(what, where=where, remedy=RELEASE)
    before = abstract.abstract[:index]
    start = len(abstract.title) + 1 + sum(len(sentence) + 1 for sentence in before)
    end = start + len(abstract.abstract[index])
    return {"context": "text_a", "start": start, "end": end, "text": text[start:end]}
