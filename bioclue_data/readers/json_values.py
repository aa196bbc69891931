"""JSON files value by value, and values of the shape that a reader declares."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from bioclue_data.errors import SourceError
from bioclue_data.readers.json_text import JsonText

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bioclue_data.sources.files import SourceFile

T = TypeVar("T")
AGAIN = "get the file again"


def whole(file: SourceFile) -> Any:
    """The one value of a file."""
    with file.open_text() as stream:
        text = JsonText(stream, file.name)
        value = text.value()
        text.end()
    return value


def elements(file: SourceFile) -> Iterator[Any]:
    """The elements of a file that is an array."""
    with file.open_text() as stream:
        text = JsonText(stream, file.name)
        for _ in text.elements():
            yield text.value()
        text.end()


def members(file: SourceFile) -> Iterator[tuple[str, Any]]:
    """Keys and values of a file that is an object."""
    with file.open_text() as stream:
        text = JsonText(stream, file.name)
        for key in text.keys():  # noqa: SIM118 - a cursor, not a dict
            yield key, text.value()
        text.end()


def elements_at(file: SourceFile, name: str, remedy: str) -> Iterator[Any]:
    """The elements of the array at one key of a file that is an object; what stands beside it is dropped.

    Raises:
        SourceError: there is no such key.
    """
    with file.open_text() as stream:
        text, found = JsonText(stream, file.name), False
        for key in text.keys():  # noqa: SIM118 - a cursor, not a dict
            if key != name:
                text.value()
                continue
            found = True
            for _ in text.elements():
                yield text.value()
        text.end()
    if not found:
        raise SourceError(f"there is no list `{name}`", where=file.name, remedy=remedy)


def typed(value: Any, kind: type[T], where: str, remedy: str, *, strict: bool = True, about: str = "") -> T:
    """A value as what the reader declares.

    Args:
        value: As JSON gives it.
        kind: What it should be.
        where: Its place, for messages.
        remedy: What to do if it is something else.
        strict: A number in quotes is no number.
        about: What stands before the message, as in `about: message`.

    Raises:
        SourceError: it is something else.
    """
    try:
        return msgspec.convert(value, kind, strict=strict)
    except msgspec.ValidationError as error:
        message = f"{about}: {error}" if about else str(error)
        raise SourceError(message, where=where, remedy=remedy) from error
