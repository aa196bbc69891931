"""CPsyExam: JSON arrays of questions with five option slots and an answer written as letters.

An empty slot is no option. Letters may be joined by commas. Where the source took the last option for the
answer (`D、text`, and the slot D is empty), the option is put back and the answer is null: it is lost.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

import msgspec

from bioclue_data.errors import SourceError
from bioclue_data.readers import json_values
from bioclue_data.readers.document import Document, Layers, Remark, Sources

if TYPE_CHECKING:
    from collections.abc import Iterator

_LETTERS = re.compile(r"[A-E](,?[A-E])*,?")
_MOVED = re.compile(r"([A-E])、(.+)", re.DOTALL)


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Nothing: the format has no variants."""


class _Item(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One question, as the source writes it; a hidden test has no `answer`."""

    id: str
    subject_name: str
    question_type: Literal["single", "multi"]
    kind: str
    question: str
    options: dict[str, str]
    explanation: str
    answer: str | None = None


def read(sources: Sources, options: Options) -> Iterator[Document]:  # noqa: ARG001 - the protocol's
    """Read question after question; without an answer, `answer_keys` and `rationale` are absent.

    Raises:
        SourceError: an item has another shape, or an answer is neither letters nor a moved option.
    """
    for file in sources.files:
        for position, value in enumerate(json_values.elements(file)):
            item = json_values.typed(value, _Item, f"{file.name}, /{position}", json_values.AGAIN)
            yield _document(item, file.name, position)


def _document(item: _Item, name: str, position: int) -> Document:
    moved = _MOVED.fullmatch(item.answer or "")
    slots = item.options | ({moved[1]: moved[2]} if moved and not item.options[moved[1]] else {})
    layers: Layers = {
        "question": item.question,
        "options": [{"key": key, "text": text} for key, text in slots.items() if text],
        "multiple": item.question_type == "multi",
        "topics": [item.subject_name],
    }
    if item.answer is not None:
        layers["answer_keys"] = None if moved else _keys(item.answer, f"{name}, /{position}")
        layers["rationale"] = item.explanation or None
    return Document(
        source_id=item.id,
        file=name,
        locator=f"/{position}",
        layers=layers,
        extra={"kind": item.kind},
        remarks=[Remark("R2", "options", f"the text of option {moved[1]} stood in `answer`")]
        if moved
        else (),
    )


def _keys(answer: str, where: str) -> list[str]:
    if not _LETTERS.fullmatch(answer):
        raise SourceError(
            f"the answer should be letters, found {answer!r}", where=where, remedy="get the file again"
        )
    return [letter for letter in answer if letter != ","]
