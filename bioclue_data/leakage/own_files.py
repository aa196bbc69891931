"""Items in a file of the user's."""

from __future__ import annotations

import hashlib
import json
import re
from itertools import chain
from typing import TYPE_CHECKING, Any

from bioclue_data.errors import UsageError
from bioclue_data.leakage.own_records import records_of
from bioclue_data.leakage.targets import Row
from bioclue_data.visible import readable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def rows_of_file(path: Path, fields: Sequence[str]) -> list[Row]:
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
    rows = [_row(readable(path.name), number, record, fields) for number, record in enumerate(records)]
    if len(without_text(rows)) == len(rows):
        what = f"nothing here to check: no row has letters or digits in {fields[0]}"
        raise UsageError(what, where=str(path), remedy="name the field with the question first")
    return rows


def without_text(rows: Sequence[Row]) -> list[Row]:
    """Rows that nothing can be found of: their question has no letter and no digit."""
    return [row for row in rows if not any(map(str.isalnum, row.fields["question"]))]


def _row(name: str, number: int, record: dict[str, Any], fields: Sequence[str]) -> Row:
    # Half of a surrogate pair is no character: corpora have it replaced as well.
    question, *others = (
        _LONE_SURROGATE.sub("\ufffd", "\n".join(_strings(record.get(field)))) for field in fields
    )
    columns = {
        "question": question,
        "detail": None,
        "answers": [{"text": other} for other in others if other],
    }
    content = hashlib.sha256(json.dumps(columns).encode()).hexdigest()
    return Row(content, str(number), name, "", "qa", False, columns)


def _strings(value: Any) -> Iterator[str]:
    left = [value]
    while left:
        inner = left.pop()
        if isinstance(inner, str):
            yield inner
        elif isinstance(inner, (dict, list)):
            left += reversed(inner.values() if isinstance(inner, dict) else inner)
        elif isinstance(inner, bytes):
            yield inner.decode("utf-8", "replace")
        elif inner is not None:
            yield json.dumps(inner, default=str)
