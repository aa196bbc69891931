"""CMB-Exam: a JSON array of questions; the answers of the test stand in a file of their own, joined by id.

A question that has no `answer` is one of the test; an `answer` that is empty leaves its question no gold.
Options that are empty or blank fill up the slots. Questions of type C have one answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeVar

import msgspec

from bioclue_data.errors import SourceError
from bioclue_data.readers import json_values
from bioclue_data.readers.document import Document, Layers, Sources

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bioclue_data.sources.files import SourceFile

RELEASE = "check that questions and answers are of one release"
MANY = "多项选择题"
T = TypeVar("T")


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a record may say: nothing but where the answers are."""

    # The side source with the answers of the test.
    answers: str = "answers"


class _Item(msgspec.Struct, frozen=True, kw_only=True):
    """One question; keys that have no place in a row are passed over."""

    exam_type: str
    exam_class: str
    exam_subject: str
    question: str
    question_type: Literal["单项选择题", "C型选择题", "多项选择题"]
    option: dict[str, str | None]
    id: int | str | None = None
    answer: str | msgspec.UnsetType | None = msgspec.UNSET
    explanation: str | None = None


class _Answer(msgspec.Struct, frozen=True):
    id: int | str
    answer: str


def read(sources: Sources, options: Options) -> Iterator[Document]:
    """Read question after question; the id is the source's, else the position in the file, from 0.

    Raises:
        RecordError: there is no side source with the answers.
        SourceError: an item has another shape, or a question of the test has no answer.
    """
    side = sources.beside(options.answers)
    answers = {str(found.id): found.answer for file in side for _, found in _items(file, _Answer)}
    for file in sources.files:
        for position, item in _items(file, _Item):
            yield _document(item, file.name, position, answers)


def _items(file: SourceFile, kind: type[T]) -> Iterator[tuple[int, T]]:
    for position, value in enumerate(json_values.elements(file)):
        yield position, json_values.typed(value, kind, f"{file.name}, /{position}", json_values.AGAIN)


def _document(item: _Item, name: str, position: int, answers: Mapping[str, str]) -> Document:
    identifier = str(position if item.id is None else item.id)
    answer = answers.get(identifier) if item.answer is msgspec.UNSET else item.answer or ""
    if answer is None:
        message = f"the question {identifier} has no answer"
        raise SourceError(message, where=f"{name}, /{position}", remedy=RELEASE)
    layers: Layers = {
        "question": item.question,
        "options": [{"key": key, "text": text} for key, text in item.option.items() if text and text.strip()],
        "answer_keys": list(answer.strip()) or None,
        "multiple": item.question_type == MANY,
        "rationale": item.explanation or None,
        "topics": [item.exam_type, item.exam_class, item.exam_subject],
    }
    return Document(source_id=identifier, file=name, locator=f"/{position}", layers=layers)
