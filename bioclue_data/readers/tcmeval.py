"""TCMEval-SDT: case records with several closed questions each, their parts in one column per question.

The columns of the question X are `Options of X` (`A:text;B:text`), `Answers of X` (`A;C`, empty where
withheld) and `X reasoning`, which is absent where withheld. Each question becomes an item.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from bioclue_data.errors import SourceError
from bioclue_data.readers import json_values
from bioclue_data.readers.document import Document, Layers, Sources

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

REMEDY = "correct the columns that `[read]` names, or get the file again"


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a record may say about such cases."""

    # The columns with the id and the text of a case.
    id: str
    case: str
    # What the columns of a question end in (or begin with), and the question as text.
    questions: dict[str, str]
    # Columns that go to `extra`; an empty one is left out.
    extra: tuple[str, ...] = ()


def read(sources: Sources, options: Options) -> Iterator[Document]:
    """Read case after case, question after question.

    Raises:
        SourceError: a column is missing or no text, or an option has no key.
    """
    for file in sources.files:
        for position, case in enumerate(json_values.elements(file)):
            yield from _documents(case, file.name, position, options)


def _documents(case: Any, name: str, position: int, options: Options) -> Iterator[Document]:
    where = f"{name}, /{position}"
    identifier = _cell(case, options.id, where)
    found = {column: case.get(column) for column in options.extra}
    for topic, question in options.questions.items():
        yield Document(
            source_id=f"{identifier}/{topic}",
            file=name,
            locator=f"/{position}",
            layers={"question": question, "context": _cell(case, options.case, where)}
            | _layers(case, topic, where),
            document_id=identifier,
            group_id=identifier,
            subset=topic,
            extra={column: value for column, value in found.items() if value},
        )


def _layers(case: Mapping[str, Any], topic: str, where: str) -> Layers:
    answers = _cell(case, f"Answers of {topic}", where)
    layers: Layers = {
        "options": [_option(piece, where) for piece in _cell(case, f"Options of {topic}", where).split(";")],
        "multiple": True,
    }
    if answers:
        layers |= {"answer_keys": answers.split(";"), "rationale": _cell(case, f"{topic} reasoning", where)}
    return layers


def _option(piece: str, where: str) -> dict[str, str]:
    key, colon, text = piece.partition(":")
    if not colon:
        raise SourceError(f"the option {piece!r} has no key", where=where, remedy=REMEDY)
    return {"key": key, "text": text}


def _cell(case: Any, column: str, where: str) -> str:
    value = case.get(column) if isinstance(case, dict) else None
    if not isinstance(value, str):
        raise SourceError(f"{column!r} should be a text, found {value!r}", where=where, remedy=REMEDY)
    return value
