"""Items in a file of the user's."""

from __future__ import annotations

import hashlib
import json
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

from bioclue_data.errors import UsageError
from bioclue_data.leakage.own_records import records_of
from bioclue_data.leakage.own_support import is_of_answers, support_of, text_of
from bioclue_data.leakage.rows import Row
from bioclue_data.visible import readable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bioclue_data.leakage.own_support import Support


class Own(NamedTuple):
    """Rows of a file.

    Attributes:
        rows: To be checked.
        told: What of them is not looked for, or may be meant otherwise; a sentence each.
    """

    rows: list[Row]
    told: list[str]


def rows_of_file(path: Path, fields: Sequence[str]) -> Own:
    """Rows of a file; the first of the fields is looked for, the others support it.

    Raises:
        UsageError: the file cannot be read, no field was named, no row has one of them, or none has text.
    """
    if not fields:
        raise UsageError("which fields of the file?", where=str(path), remedy="--fields question,options")
    records = records_of(path, fields)
    has = list(dict.fromkeys(chain.from_iterable(records)))
    if not records:
        raise UsageError("nothing here to check: no rows", where=str(path))
    if missing := [name for name in fields if name not in has]:
        raise UsageError(f"no field {', '.join(missing)}", where=str(path), remedy=f"it has {', '.join(has)}")
    question, *others = fields
    questions = [text_of(record.get(question)) for record in records]
    empty = [number for number, text in enumerate(questions) if not any(map(str.isalnum, text))]
    if len(empty) == len(records):
        what = f"nothing here to check: no row has letters or digits in {question}"
        raise UsageError(what, where=str(path), remedy="name the field with the question first")
    support = [support_of(record, others) for record in records]
    name = readable(path.name)
    rows = [_row(name, number, *texts) for number, texts in enumerate(zip(questions, support, strict=True))]
    told = {f"have no letters or digits in {question}: nothing to look for": empty} | _told(support, others)
    return Own(rows, [_sentence(what, found, len(rows)) for what, found in told.items() if found])


def columns_of(question: str, support: Support) -> dict[str, Any]:
    """A row of a file of the user's, as tables of the task `file` would have it."""
    return {
        "question": question,
        "options": [{"text": text} for text in support.options],
        "answers": [{"text": text} for text in support.answers],
    }


def _row(name: str, number: int, question: str, support: Support) -> Row:
    columns = columns_of(question, support)
    content = hashlib.sha256(json.dumps(columns).encode()).hexdigest()
    return Row(content, str(number), name, "", "file", False, columns)


def _told(support: Sequence[Support], fields: Sequence[str]) -> dict[str, list[int]]:
    """What may be meant otherwise, or is left out, by field; and the rows."""
    told: dict[str, list[int]] = {}
    for field in fields:
        has_options = not is_of_answers(field) and any(one.counts[field] > 1 for one in support)
        for number, one in enumerate(support):
            if field in one.unsaid:
                what = f"only name an option in {field}: that supports nothing"
            elif field in one.single or (has_options and one.counts[field] == 1):
                what = f"have one text in {field}: it is an answer, not options"
            elif has_options and not one.counts[field]:
                what = f"have no options in {field}"
            else:
                continue
            told.setdefault(what, []).append(number)
    return told


def _sentence(what: str, found: Sequence[int], rows: int) -> str:
    return f"{len(found):,} of {rows:,} rows {what} (first: row {found[0]})"
