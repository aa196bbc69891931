"""JSON values as Python writes them: NaN, lone surrogates, raw tabs, integers of any length."""

from __future__ import annotations

import json
import re
from typing import Any

_DECODER = json.JSONDecoder(strict=False, parse_int=float)  # int() refuses integers that are very long
_BETWEEN = re.compile(r"[\s,\ufeff]*")
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[A-Za-z]+', re.DOTALL)
_WORDS = {
    "None": "null",
    "True": "true",
    "False": "false",
    "nan": "NaN",
    "inf": "Infinity",
    "Inf": "Infinity",
}


def value_at(text: str, at: int) -> tuple[Any, int]:
    """The value that begins at `at`, and where it ends.

    Raises:
        json.JSONDecodeError: It is none, or it is cut.
        RecursionError: It is nested too deeply.
    """
    return _DECODER.raw_decode(text, at)


def next_value(text: str, at: int) -> int:
    """Where the next value begins, or the text ends: there may be commas between values."""
    match = _BETWEEN.match(text, at)
    return match.end() if match else at


def values(text: str) -> list[Any]:
    """All values of a text.

    Raises:
        json.JSONDecodeError: Some of it is none.
        RecursionError: It is nested too deeply.
    """
    try:
        return _values(text)
    except json.JSONDecodeError:
        return _values(_TOKEN.sub(lambda match: _WORDS.get(match[0], match[0]), text))


def _values(text: str) -> list[Any]:
    found = []
    at = next_value(text, 0)
    while at < len(text):
        value, at = value_at(text, at)
        found.append(value)
        at = next_value(text, at)
    return found
