"""Side sources read as mappings: id lists and vocabularies."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgspec

from bioclue_data.errors import SourceError
from bioclue_data.readers import table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bioclue_data.records.record import Lookup
    from bioclue_data.sources.files import SourceFile


def read_lookup(files: Sequence[SourceFile], lookup: Lookup) -> dict[str, str]:
    """Key -> value over all files. A key with several values is left out: none of them is the answer.

    Raises:
        SourceError: a file is not what `format` says, or holds nothing.
    """
    found: dict[str, str] = {}
    ambiguous: set[str] = set()
    for file in files:
        for key, value in _pairs(file, lookup):
            if found.setdefault(key, value) != value:
                ambiguous.add(key)
    if not found:
        names = ", ".join(file.name for file in files)
        raise SourceError("the lookup is empty", where=names, remedy="correct `lookup` of the record")
    return {key: value for key, value in found.items() if key not in ambiguous}


def _pairs(file: SourceFile, lookup: Lookup) -> Iterator[tuple[str, str]]:
    if lookup.format == "json":
        return _json_pairs(file)
    if lookup.format == "lines":
        return _lines(file)
    return _rows(file, lookup)


def _json_pairs(file: SourceFile) -> Iterator[tuple[str, str]]:
    with file.open_text() as text:
        try:
            value: Any = json.load(text)
        except json.JSONDecodeError as error:
            raise SourceError(str(error), where=file.name, remedy="get the file again") from error
    if isinstance(value, dict):
        return ((str(key), str(item)) for key, item in value.items())
    return ((str(key), "") for key in value)


def _lines(file: SourceFile) -> Iterator[tuple[str, str]]:
    with file.open_text() as text:
        for line in text:
            if key := line.rstrip("\r\n"):
                yield key, ""


def _rows(file: SourceFile, lookup: Lookup) -> Iterator[tuple[str, str]]:
    options = msgspec.convert({"columns": {}, **lookup.options}, table.Options)
    for _, row in table.records(file, options, {lookup.key, lookup.value}):
        yield row[lookup.key], row[lookup.value]
