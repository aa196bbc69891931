"""BioASQ task B: `{"questions": […]}`, questions of four types with snippets of PubMed records.

A yesno question gives `answer`; a factoid or list question gives every synonym of its exact answer in
`answers` (their groups are kept in `extra`), a summary question its ideal answers. The ideal answers of the
other types are the `rationale`. Snippets are the contexts; their offsets count in records that are not
included, and are kept in `extra`. The type is the subset. Early years print answers as plain strings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import msgspec

from bioclue_data.readers import json_values
from bioclue_data.readers.document import Document, Layers, Sources

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bioclue_data.sources.files import SourceFile

Nested = str | tuple[str | tuple[str, ...], ...]
TASK_B = "take a file of task B with questions and answers (training set or golden batch)"
SEPARATOR = "\n"
KEPT = ("documents", "concepts", "triples")


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a record may say: nothing, the format has one shape."""


class _Snippet(msgspec.Struct, frozen=True, rename="camel"):
    text: str
    begin_section: str | None = None


class _Question(msgspec.Struct, frozen=True):
    id: str
    type: Literal["yesno", "factoid", "list", "summary"]
    body: str
    snippets: tuple[_Snippet, ...] = ()
    exact_answer: Nested | None = None
    ideal_answer: str | tuple[str, ...] | None = None


def read(sources: Sources, options: Options) -> Iterator[Document]:  # noqa: ARG001 - every reader has options
    """Read question after question; where a test set keeps its answers back, the layers are absent.

    Raises:
        SourceError: the file is not of task B, or its questions have no text (phase A).
    """
    for file in sources.files:
        for position, raw in enumerate(json_values.elements_at(file, "questions", TASK_B)):
            yield _document(raw, f"/questions/{position}", file)


def _document(raw: Any, place: str, file: SourceFile) -> Document:
    question = json_values.typed(raw, _Question, f"{file.name}, {place}", TASK_B)
    return Document(
        source_id=question.id,
        file=file.name,
        locator=place,
        layers=_layers(question),
        subset=question.type,
        extra=_extra(question, raw),
    )


def _layers(question: _Question) -> Layers:
    snippets = enumerate(question.snippets, start=1)
    contexts = [
        {"id": str(n), "type": snippet.begin_section, "text": snippet.text} for n, snippet in snippets
    ]
    layers: Layers = {"question": question.body, "contexts": contexts}
    ideal = _flat(question.ideal_answer)
    gold = ideal if question.type == "summary" else _flat(question.exact_answer)
    if question.type != "summary" and ideal:
        layers["rationale"] = SEPARATOR.join(ideal)
    if gold and question.type == "yesno":
        layers["answer"] = _yes_or_no(gold)
    elif gold:
        layers["answers"] = [{"text": text} for text in gold]
    return layers


def _flat(value: Nested | None) -> list[str]:
    """All texts of an answer, in order."""
    if value is None:
        return []
    return [value] if isinstance(value, str) else [text for part in value for text in _flat(part)]


def _yes_or_no(gold: list[str]) -> str:
    """The word without capitals and full stop; what is no such word, or two of them, is left to rule Q6."""
    return "/".join(sorted({text.strip().rstrip(".").lower() for text in gold}))


def _extra(question: _Question, raw: dict[str, Any]) -> dict[str, Any] | None:
    extra: dict[str, Any] = {key: raw[key] for key in KEPT if raw.get(key)}
    if question.snippets:
        extra["snippets"] = [_without_text(snippet) for snippet in raw["snippets"]]
    if question.type in {"factoid", "list"} and question.exact_answer is not None:
        extra["exact_answer"] = raw["exact_answer"]
    return extra or None


def _without_text(snippet: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in snippet.items() if key != "text"}
