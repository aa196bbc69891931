"""How the records of a JSON file are nested, judged by its beginning."""
# mypy: disable-error-code="no-untyped-def, misc"

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from bioclue_data.leakage.reading.json_strings import LINES
from bioclue_data.matching.compiled import kernel, part

if TYPE_CHECKING:
    from collections.abc import Iterator

HEAD = 2**18  # bytes whose structure is looked at
FARTHEST = 2**24  # a first record longer than this is a member of what the file holds, if it holds brackets
# What lists of records are called, and what stands beside them; other members belong to one record.
LISTS = {"data", "dataset", "records", "rows", "items", "examples", "instances", "documents", "questions"}
ABOUT = {"version", "name", "title", "description", "language", "licence", "license", "url", "date", "split"}
CONVERSATIONS = {"messages", "conversations", "conversation", "dialogue", "dialog", "history", "turns"}
_BEGINS = re.compile(rb'\s*(?:\{\s*["}]|\[(?:\s*\[)*\s*(?:\{\s*["}]|"|-?\d+(?:\.\d+)?\s*[,\]]|\]))')
_TURN = re.compile(rb'\s*\[\s*\{\s*"(?:role|from|speaker)"\s*:\s*"')  # an array of turns is one conversation
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*(?:"|\\?\Z)|[\[\]{},:]', re.DOTALL)


def is_json(head: bytes) -> bool:
    """Does a file that begins so hold JSON?"""
    return _BEGINS.match(head) is not None


def first_pieces(pieces: Iterator[bytes]) -> list[bytes]:
    """As many pieces as it takes to see the end of the first value, or FARTHEST bytes."""
    held: list[bytes] = []
    size = 0
    for piece in pieces:
        held.append(piece)
        size += len(piece)
        # Of an array its members are the records, wherever it ends.
        enough = FARTHEST if held[0].lstrip()[:1] != b"[" else HEAD
        if size >= enough or (len(held).bit_count() == 1 and _end_of(held) > 0):
            break
    return held


def _end_of(held: list[bytes]) -> int:
    return int(_value_end(np.frombuffer(b"".join(held), np.uint8)))


def depth_of(head: bytes) -> int:
    """How many brackets stand around a record; LINES for one record a line."""
    end = int(_value_end(np.frombuffer(head, np.uint8)))
    if end > 0:
        rest = head[end:].lstrip(b" \t\r")
        if b"\n" not in head[:end].strip() and rest.startswith(b"\n") and rest.strip():
            return LINES
        if rest.strip():
            return 0
    if head.lstrip().startswith(b"["):
        return 0 if 0 < end <= HEAD and _TURN.match(head) else 1
    members = _members(head[:HEAD])
    if end <= 0 and len(head) >= FARTHEST and members and members[0][1] == "text":
        return LINES
    return _depth_of_object(members, is_long=end <= 0 or end > HEAD)


def _depth_of_object(members: list[tuple[bytes, str]], *, is_long: bool) -> int:
    """Of an object: 2 if it holds lists of objects, 1 if it holds objects by id, 0 if it is a record."""
    kinds = Counter(kind for _, kind in members)
    named = [(name.strip(b'"').decode("utf-8", "replace").lower(), kind) for name, kind in members]
    rows = {name for name, kind in named if kind == "rows"}
    if rows:
        texts = {name for name, kind in named if kind == "text"}
        are_records = is_long or rows & LISTS or (texts <= ABOUT and not rows <= CONVERSATIONS)
        return 2 if are_records else 0
    if kinds["text"] or not kinds["object"] + kinds["list"]:
        return 0
    return 1


def _members(head: bytes) -> list[tuple[bytes, str]]:
    """Names and kinds of the members of the first object: text, object, list, rows (a list of containers)."""
    found: list[tuple[bytes, str]] = []
    level, name, before = 0, b"", b""
    for match in _TOKEN.finditer(head):
        token = match[0]
        if token in b"[{":
            if level == 1:
                found.append((name, "object" if token == b"{" else "list"))
            elif level == 2 and found and found[-1][1] == "list" and before == b"[":
                found[-1] = (found[-1][0], "rows")
            level += 1
        elif token in b"]}":
            level -= 1
            if level == 0:
                break
        elif token[:1] == b'"' and level == 1:
            if before == b":":
                found.append((name, "text"))
            else:
                name = token
        before = token
    return found


@kernel
def _value_end(data):
    """Where the first value, an object or array, ends; -1 if it does not."""
    level, inside, i = 0, False, 0
    while i < data.size:
        byte = data[i]
        if inside:
            if byte == 92:
                i += 1
            elif byte == 34:
                inside = False
        elif byte == 34:
            inside = True
        elif byte == 91 or byte == 123:
            level += 1
        elif byte == 93 or byte == 125:
            level -= 1
            if level == 0:
                return i + 1
        i += 1
    return -1


@kernel
def spans(block, end, depth, inside, last, out):
    """Where the complete records of a block stand: (count, consumed, inside); see `json_strings.extract`."""
    if depth < 0:
        found, start = _spans_of_lines(block, end, last, out)
        return found, start, inside, False
    return _spans_of_values(block, end, depth, inside, last, out)


@part
def _spans_of_lines(block, end, last, out):
    found, start, begin, i = 0, 0, -1, 0
    quoted = False
    while i < end:
        byte = block[i]
        if byte == 10:
            if begin >= 0:
                out[found, 0], out[found, 1] = begin, i
                found += 1
            begin, start, quoted = -1, i + 1, False
        elif quoted:
            i += byte == 92
            quoted = byte != 34
        else:
            if begin < 0 and byte != 32 and byte != 13 and byte != 9:
                begin = i
            quoted = byte == 34
        i += 1
    if last and begin >= 0:
        out[found, 0], out[found, 1] = begin, end
        return found + 1, end
    return found, start


@part
def _spans_of_values(block, end, depth, inside, last, out):
    level = depth if inside else 0
    found, start, begin, i = 0, 0, -1, 0
    quoted = False
    while i < end:
        byte = block[i]
        if quoted:
            i += 2 if byte == 92 else 1
            quoted = byte != 34
            continue
        opens, closes = byte == 91 or byte == 123, byte == 93 or byte == 125
        if closes:
            level -= 1
        if level == depth - 1 or (level == depth and byte == 44):
            if begin >= 0:
                out[found, 0], out[found, 1] = begin, i
                found += 1
            begin = -1
            if level == depth:
                start = i + 1
            elif inside and closes:
                start = i
        elif level == depth:
            if byte == 58:
                begin = -1
            elif begin < 0 and not closes and byte != 32 and not 9 <= byte <= 13:
                begin = i
            if closes and depth == 0:
                out[found, 0], out[found, 1] = begin, i + 1
                found += 1
                begin, start = -1, i + 1
        if opens:
            level += 1
            if level == depth:
                inside, start = True, i + 1
        quoted = byte == 34
        i += 1
    return found, start, inside, last and level != 0
