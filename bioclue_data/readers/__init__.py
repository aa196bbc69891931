"""Readers, one module per source format: a file put into this folder is a format; there is no list to edit.

A reader is a module here that defines `class Options`, a frozen `msgspec.Struct` that refuses unknown fields,
and `read(sources, options) -> Iterator[Document]`. All other modules are helpers. The format's name is the
module's, less the suffix `_items` (`json_items` is `json`: no module is called like one of the standard
library).
"""

from __future__ import annotations

import difflib
import importlib
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

import msgspec

from bioclue_data.errors import RecordError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bioclue_data.readers.document import Document, Sources

SUFFIX = "_items"
_OPTIONS = re.compile(r"^class Options\b", re.MULTILINE)


class ReaderModule(Protocol):
    """What a reader module offers."""

    Options: type[Any]

    def read(self, sources: Sources, options: Any) -> Iterator[Document]:
        """Yield the documents of one split's files, in their order.

        Raises:
            SourceError: a file is not in the format, or lacks what the options name.
            RecordError: the options name something that the side sources do not have.
        """


def formats() -> tuple[str, ...]:
    """Names of all formats, sorted; no reader is imported."""
    return tuple(sorted(_modules()))


@cache
def _modules() -> Mapping[str, str]:
    """Format -> name of its module."""
    files = Path(__file__).parent.glob("*.py")
    names = [file.stem for file in files if _OPTIONS.search(file.read_text(encoding="utf-8"))]
    return {name.removesuffix(SUFFIX): name for name in names}


def load(format: str, where: str = "") -> ReaderModule:  # noqa: A002 - the key of the record
    """The reader module of a format.

    Raises:
        RecordError: there is no such format; near names are suggested.
    """
    if format not in _modules():
        near = difflib.get_close_matches(format, formats(), n=3, cutoff=0.5) or formats()
        remedy = f"use one of: {', '.join(near)}"
        raise RecordError(f"there is no format {format!r}", where=where, remedy=remedy)
    return cast("ReaderModule", importlib.import_module(f"{__name__}.{_modules()[format]}"))


def options(format: str, table: Mapping[str, Any], where: str) -> Any:  # noqa: A002 - the key of the record
    """The typed options of a format, from the table `[read]` of a record (with or without `format`).

    Raises:
        RecordError: an unknown key, a wrong type, or a mapping that cannot be compiled; `where` (the record's
            file) and the key are named.
    """
    given = {key: value for key, value in table.items() if key != "format"}
    kind = load(format, where).Options
    try:
        return msgspec.convert(given, kind)
    except msgspec.ValidationError as error:
        remedy = f"options of {format}: {', '.join(kind.__struct_fields__)}"
        raise RecordError(f"[read]: {error}", where=where, remedy=remedy) from error
