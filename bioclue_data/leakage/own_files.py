"""Items in a file of the user's: JSON lines, a JSON array, CSV, TSV or Parquet."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from itertools import chain
from typing import TYPE_CHECKING, Any

from bioclue_data.errors import SourceError, UsageError
from bioclue_data.leakage.targets import Row
from bioclue_data.visible import readable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path


def rows_of_file(path: Path, fields: Sequence[str]) -> list[Row]:
    """Rows of a file; the first of the fields is looked for, the others support it.

    Raises:
        UsageError: no field was named, no row has one of them, or there are no rows.
        SourceError: the file cannot be read.
    """
    if not fields:
        raise UsageError("which fields of the file?", where=str(path), remedy="--fields question,options")
    records = _records(path)
    has = list(dict.fromkeys(chain.from_iterable(records)))
    if not records:
        raise UsageError("nothing here to check: no rows", where=str(path))
    if missing := [name for name in fields if name not in has]:
        raise UsageError(f"no field {', '.join(missing)}", where=str(path), remedy=f"it has {', '.join(has)}")
    return [_row(readable(path.name), number, record, fields) for number, record in enumerate(records)]


def _row(name: str, number: int, record: dict[str, Any], fields: Sequence[str]) -> Row:
    question, *others = ("\n".join(_strings(record.get(field))) for field in fields)
    columns = {
        "question": question,
        "detail": None,
        "answers": [{"text": other} for other in others if other],
    }
    content = hashlib.sha256(json.dumps(columns).encode()).hexdigest()
    return Row(content, str(number), name, "", "qa", False, columns)


def _records(path: Path) -> list[dict[str, Any]]:
    try:
        if path.suffix == ".parquet":
            import pyarrow.parquet as pq  # noqa: PLC0415

            with path.open("rb") as file:  # pyarrow opens no name that is not UTF-8
                rows: list[dict[str, Any]] = pq.read_table(file).to_pylist()
            return rows
        text = _decoded(path.read_bytes())
        if path.suffix in {".csv", ".tsv"}:
            csv.field_size_limit(max(len(text) + 1, csv.field_size_limit()))
            separator = "," if path.suffix == ".csv" else "\t"
            reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=separator)
            return [{name: value for name, value in row.items() if name} for row in reader]
        return list(_json(text))
    except (ValueError, OSError, csv.Error) as error:
        raise SourceError(
            f"cannot be read: {error}",
            where=str(path),
            remedy="JSON lines, a JSON array, CSV, TSV or Parquet",
        ) from error


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030")


def _json(text: str) -> Iterator[dict[str, Any]]:
    """Objects of an array or of lines.

    Raises:
        ValueError: something else; the line is named.
    """
    if text.lstrip().startswith("["):
        yield from _objects(json.loads(text), "element")
        return
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            try:
                yield from _objects([json.loads(line)], f"line {number}, object")
            except json.JSONDecodeError as error:
                raise ValueError(f"line {number}: {error.msg}") from error


def _objects(values: list[Any], what: str) -> Iterator[dict[str, Any]]:
    for number, value in enumerate(values, start=1):
        if not isinstance(value, dict):
            raise ValueError(f"{what} {number} is no JSON object")
        yield value


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)
    elif value is not None:
        yield json.dumps(value, default=str)
