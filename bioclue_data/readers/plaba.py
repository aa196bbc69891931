"""PLABA: abstracts with plain-language adaptations, aligned by the numbers of their sentences.

`{number: {question, question_type, PMID: {Title, abstract: {"1": sentence}, adaptations: {name: {…}}}}}`.
Sentences are joined by blanks, in the order of their numbers; `extra` has them with these.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from bioclue_data.errors import SourceError
from bioclue_data.readers import json_values
from bioclue_data.readers.document import Document, Sources

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bioclue_data.sources.files import SourceFile


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """There is nothing to say."""


class _Abstract(msgspec.Struct, frozen=True):
    """One abstract, as the source writes it."""

    abstract: dict[str, str]
    adaptations: dict[str, dict[str, str]]
    Title: str | None = None


def read(sources: Sources, options: Options) -> Iterator[Document]:  # noqa: ARG001 - what readers are given
    """Read abstract after abstract; an id is question and PMID.

    Raises:
        SourceError: a file is not JSON, or a value has another shape.
    """
    for file in sources.files:
        for number, block in json_values.members(file):
            yield from _abstracts(number, block, file)


def _abstracts(number: str, block: Any, file: SourceFile) -> Iterator[Document]:
    if not isinstance(block, dict):
        raise _strange("a question is no object", number, file)
    for pmid, value in block.items():
        if isinstance(value, dict):
            try:
                yield _document(number, pmid, msgspec.convert(value, _Abstract), block, file)
            except (msgspec.ValidationError, ValueError) as error:
                raise _strange(str(error), f"{number}/{pmid}", file) from error


def _strange(what: str, place: str, file: SourceFile) -> SourceError:
    remedy = "get data.json of the release that the record declares"
    return SourceError(what, where=f"{file.name}, /{place}", remedy=remedy)


def _document(number: str, pmid: str, item: _Abstract, block: dict[str, Any], file: SourceFile) -> Document:
    targets = [
        {"id": name, "role": "adaptation", "text": _joined(item.adaptations[name])}
        for name in item.adaptations
    ]
    extra = {"title": item.Title, "question_type": block.get("question_type")}
    return Document(
        source_id=f"{number}/{pmid}",
        file=file.name,
        locator=f"/{number}/{pmid}",
        layers={
            "sources": [{"id": "abstract", "role": "abstract", "text": _joined(item.abstract)}],
            "query": block.get("question"),
            "kind": "simplification",
            "targets": targets,
        },
        document_id=pmid,
        group_id=pmid,
        extra={**extra, "sentences": item.abstract, "adapted": item.adaptations},
    )


def _joined(sentences: Mapping[str, str]) -> str:
    """The sentences that have text, in order; a sentence may have been left out or merged into another."""
    return " ".join(sentences[key] for key in sorted(sentences, key=int) if sentences[key].strip())
