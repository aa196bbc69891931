"""Is a text JSON? Its first values or lines must be so: a bracket alone begins other texts, too."""

from __future__ import annotations

import io
import json
import re
from collections import Counter
from functools import lru_cache
from itertools import islice

from bioclue_data.leakage.reading.json_values import next_value, value_at

LOOKED_AT = 2**16  # bytes
_LINES = 100  # that are looked at
_MOST = 0.9  # of what is looked at is JSON, if other text follows
_SEAM = 12  # characters before the end of what is looked at: what seems wrong there may be cut
_STRING = r'"(?:[^"\\]|\\.)*"'
# What can be nothing else, even with a mistake in it: an object with a key, a list with a string first.
_SCALAR = r"(?:-?[\d.]+(?:[eE][-+]?\d+)?|null|true|false|-?NaN|nan|None|True|False)"
_VALUE = re.compile(r"[-+\w.]+")
_SURE = re.compile(
    rf"[\[\s]*(?:{_SCALAR}\s*,\s*)*(?:\{{\s*{_STRING}\s*:|{_STRING}\s*,\s*[\"\[{{])", re.DOTALL
)


def is_json(head: bytes, *, whole: bool) -> bool:
    """Does a file that begins so hold JSON? It does if its first values are, or its first lines."""
    return has_lines(head, whole=whole) or _begins_with_values(head, whole=whole)


def has_lines(head: bytes, *, whole: bool) -> bool:
    """Are most of the first lines JSON by themselves? There are at least two."""
    text, whole = _looked_at(head, whole=whole)
    return _has_lines(text, whole=whole)


@lru_cache(maxsize=1)  # it is asked of the same head several times
def _has_lines(text: str, *, whole: bool) -> bool:
    lines = islice(
        io.StringIO(text), 2 * _LINES
    )  # a carriage return alone ends none: windows need line feeds
    found = [line.strip() for line in lines if line.strip() and (whole or line[-1] == "\n")][:_LINES]
    kinds = Counter(map(_kind, found))
    if kinds["records"]:
        return len(found) > 1 and kinds["records"] + kinds["like records"] + kinds["strings"] > kinds["other"]
    return kinds["strings"] > 1 and not kinds["like records"] + kinds["other"]


def _looked_at(head: bytes, *, whole: bool) -> tuple[str, bool]:
    return head[:LOOKED_AT].decode("utf-8", "ignore"), whole and len(head) <= LOOKED_AT


def _begins_with_values(head: bytes, *, whole: bool) -> bool:
    """Are there arrays or objects, one after the other, and nothing else but values on lines of their own?"""
    text, whole = _looked_at(head, whole=whole)
    begin = at = next_value(text, 0)
    while at < len(text):
        if text[at] not in "[{" and (at == begin or text[text.rfind("\n", 0, at) + 1 : at].strip()):
            break
        try:
            _, end = value_at(text, at)
        except RecursionError:
            return True
        except json.JSONDecodeError as error:
            cut = not whole and (error.pos >= len(text) - _SEAM or error.msg.startswith("Unterminated"))
            if cut or _SURE.match(text, at):
                return True
            break
        at = next_value(text, end)
    return at > begin and at >= _MOST * len(text)


def _kind(line: str) -> str:
    """Of a line: JSON with strings in it, a string, another value; no JSON, but an object of a kind."""
    ends = line[0] + line[-1]
    if ends in {"{}", "[]", '""'} or _VALUE.fullmatch(line):
        try:
            is_whole = value_at(line, 0)[1] == len(line)
        except (json.JSONDecodeError, RecursionError):
            is_whole = False
        if is_whole:
            return "strings" if ends == '""' else "records" if '"' in line else "values"
    return "like records" if ends == "{}" else "other"
