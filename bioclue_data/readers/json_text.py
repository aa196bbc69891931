"""JSON texts of any size, read value by value with exact places for errors.

The standard library's scanner does the work on a window of the text: memory holds one value and one chunk.
Stricter than the scanner: a key that stands twice in an object, Infinity and NaN are errors.
"""

from __future__ import annotations

import json
import re
from io import StringIO
from typing import TYPE_CHECKING, Any, NoReturn

from bioclue_data.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TextIO

CHUNK = 1 << 18  # characters; more costs memory, less costs calls
EDGE = 16  # what is found this close to the end of the window may be the window's doing
_BLANKS = re.compile(r"[ \t\n\r]*")


class _NotJsonError(ValueError):
    """Something that Python's scanner would let pass."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in found if keys.count(key) > 1)
        raise _NotJsonError(f"the key {twice!r} stands twice in an object")
    return found


def _no_constant(name: str) -> NoReturn:
    raise _NotJsonError(f"{name} is not JSON (nan_is_null = true reads NaN as null)")


def _nan_is_null(name: str) -> None:
    if name != "NaN":
        _no_constant(name)


_decoders = {
    nan_is_null: json.JSONDecoder(
        object_pairs_hook=_object, parse_constant=_nan_is_null if nan_is_null else _no_constant
    )
    for nan_is_null in (False, True)
}


def parsed(text: str, name: str, line: int, *, nan_is_null: bool = False) -> Any:
    """The one value of a text that begins at that line of a file.

    Raises:
        SourceError: it is not JSON; with line and column.
    """
    try:
        return _decoders[nan_is_null].decode(text)
    except (ValueError, RecursionError):
        slow = JsonText(StringIO(text.rstrip("\r\n")), name, line, nan_is_null=nan_is_null)
        value = slow.value()
        slow.end()
        return value


class JsonText:
    """A cursor in a JSON text.

    Args:
        text: The text, from its beginning.
        name: Name of the file, for messages.
        line: Number of its first line.
        nan_is_null: Read NaN, which is not JSON, as null; else it is an error, as Infinity always is.
    """

    def __init__(self, text: TextIO, name: str, line: int = 1, *, nan_is_null: bool = False) -> None:
        self._text, self._name, self._decoder = text, name, _decoders[nan_is_null]
        self._window, self._at, self._ended = "", 0, False
        self._line, self._column = line, 1  # of the window's first character
        self._fill()

    def peek(self) -> str:
        """The next character that is not blank, `""` at the end of the text."""
        while True:
            match = _BLANKS.match(self._window, self._at)
            self._at = match.end() if match else self._at
            if self._at < len(self._window):
                return self._window[self._at]
            if self._ended:
                return ""
            self._fill()

    def value(self) -> Any:
        """Read the next value as a whole."""
        self.peek()
        while True:
            try:
                value, end = self._decoder.raw_decode(self._window, self._at)
            except json.JSONDecodeError as error:
                if self._ended or not self._may_be_cut(error):
                    self._wrong(error.msg, error.pos)
            except (ValueError, RecursionError) as error:
                self.fail(f"in the value that begins here: {error}")
            else:
                if self._ended or end < len(self._window) - EDGE:  # a number may go on: 1 of 1.5e3
                    self._at = end
                    return value
            self._fill()

    def elements(self) -> Iterator[None]:
        """Walk through an array; the caller reads one value at each stop."""
        yield from self._members("[", "]")

    def keys(self) -> Iterator[str]:
        """Walk through an object, key by key; the caller reads one value at each stop."""
        for _ in self._members("{", "}"):
            if self.peek() != '"':
                self.fail("a key in double quotes is expected")
            key: str = self.value()
            self._take(":")
            yield key

    def _members(self, opening: str, closing: str) -> Iterator[None]:
        self._take(opening)
        if self.peek() == closing:
            self._at += 1
            return
        while True:
            yield
            if self.peek() == closing:
                self._at += 1
                return
            self._take(",")

    def end(self) -> None:
        """Make sure that nothing follows.

        Raises:
            SourceError: something does.
        """
        if self.peek():
            remedy = 'if every line holds a value of its own: format = "jsonl"'
            self.fail("the text goes on after its value has ended", remedy)

    def _take(self, character: str) -> None:
        found = self.peek()
        if found != character:
            self.fail(
                f"{character!r} is expected" if found else f"the file ends where {character!r} is expected"
            )
        self._at += 1

    def _may_be_cut(self, error: json.JSONDecodeError) -> bool:
        return error.msg.startswith("Unterminated string") or error.pos >= len(self._window) - EDGE

    def _fill(self) -> None:
        """Drop what was read, and read at least as much again as is left: a long value costs linear time."""
        self._line, self._column = self._place(self._at)
        rest = self._window[self._at :]
        more = self._text.read(max(CHUNK, len(rest)))
        self._window, self._at, self._ended = rest + more, 0, not more

    def _place(self, at: int) -> tuple[int, int]:
        newlines = self._window.count("\n", 0, at)
        if not newlines:
            return self._line, self._column + at
        return self._line + newlines, at - self._window.rindex("\n", 0, at)

    def _wrong(self, message: str, at: int) -> NoReturn:
        if at >= len(self._window) or message.startswith("Unterminated"):
            message = f"the file ends in the middle of a value ({message})"
            self._at = len(self._window)
        else:
            self._at = at
        self.fail(message)

    def fail(self, what: str, remedy: str = "the file is damaged or not JSON: get it again") -> NoReturn:
        """Raise a SourceError about this place."""
        line, column = self._place(self._at)
        raise SourceError(what, where=f"{self._name}, line {line}, column {column}", remedy=remedy)
