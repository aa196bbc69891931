"""How the records of a JSON file are nested, judged by its beginning."""
# mypy: disable-error-code="no-untyped-def, misc"

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from bioclue_data.leakage.reading.json_kind import has_lines, is_json
from bioclue_data.leakage.reading.json_letters import LETTER, STEPS, unquoted
from bioclue_data.leakage.reading.json_strings import (
    CLOSE,
    COLON,
    COMMA,
    ENDED,
    GOES_ON,
    LINES,
    QUOTE,
    STOPPED,
)
from bioclue_data.matching.compiled import kernel, part

if TYPE_CHECKING:
    from collections.abc import Iterator

HEAD = 2**18  # bytes whose structure is looked at
FARTHEST = 2**24  # a first record longer than this is a member of what the file holds, if it holds brackets
# What lists of records are called, and what stands beside them; other members belong to one record.
LISTS = {"data", "dataset", "records", "rows", "items", "examples", "instances", "documents", "questions"}
ABOUT = {"version", "name", "title", "description", "language", "licence", "license", "url", "date", "split"}
CONVERSATIONS = {"messages", "conversations", "conversation", "dialogue", "dialog", "history", "turns"}
_SPEAKERS = {b'"role"', b'"from"', b'"speaker"', b'"content"', b'"value"'}
_TURN = re.compile(rb'\s*\[\s*\{\s*"(?:role|from|speaker)"\s*:\s*"')  # an array of turns is one conversation
RECORD, MEMBER, BESIDE = range(3)  # a record; one with its key; a member beside the records, with its key
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*(?:"|\\?\Z)|[\[\]{},:]', re.DOTALL)


def first_pieces(pieces: Iterator[bytes]) -> list[bytes]:
    """As many pieces as it takes to see the end of the first object, or FARTHEST bytes."""
    held: list[bytes] = []
    size, enough = 0, HEAD
    while size < enough and (piece := next(pieces, b"")):
        held.append(piece)
        size += len(piece)
        # Of an array its members are the records, wherever it ends.
        if size >= HEAD == enough and b"".join(held).lstrip().startswith(b"{"):
            enough = FARTHEST
        if size >= HEAD and len(held).bit_count() == 1 and _end_of(held) > 0:
            break
    return held


def _end_of(held: list[bytes]) -> int:
    return int(_value_end(np.frombuffer(b"".join(held), np.uint8)))


def depth_of(head: bytes) -> int:
    """How many brackets stand around a record; LINES for one record a line.

    Args:
        head: What `first_pieces` gives.
    """
    if has_lines(head, whole=len(head) < HEAD):
        return LINES
    end = int(_value_end(np.frombuffer(head, np.uint8)))
    rest = head[end:].lstrip(b" \t\r")
    if end > 0 and is_json(rest, whole=False):
        return LINES if b"\n" not in head[:end].strip() and rest.startswith(b"\n") else 0
    if head.lstrip().startswith(b"["):
        return 0 if 0 < end <= HEAD and _TURN.match(head) else 1
    members = _members(head[:HEAD])
    if end <= 0 and len(head) >= FARTHEST and members and members[0][1] == "text":
        return LINES
    return _depth_of_object(members, is_long=end <= 0 or end > HEAD)


def _depth_of_object(members: list[tuple[bytes, str]], *, is_long: bool) -> int:
    """Of an object: 2 if it holds lists of objects, 1 if it holds objects by id, 0 if it is a record.

    Strings beside lists of objects are no part of a record then: they become one by themselves.
    """
    kinds = Counter(kind for _, kind in members)
    named = [(name.strip(b'"').decode("utf-8", "replace").lower(), kind) for name, kind in members]
    rows = {name for name, kind in named if kind in {"rows", "turns"}}
    if rows:
        texts = {name for name, kind in named if kind == "text"}
        is_conversation = rows <= CONVERSATIONS
        if is_long:
            are_records = not is_conversation or kinds["rows"] > 0
        else:
            are_records = bool(rows & LISTS) or (texts <= ABOUT and not is_conversation)
        return 2 if are_records else 0
    if kinds["text"] or not kinds["object"] + kinds["list"]:
        return 0
    return 1


def _members(head: bytes) -> list[tuple[bytes, str]]:
    """Names and kinds of the members of the first object.

    Kinds are text, object, list, rows (a list of containers), and turns (rows that say who speaks).
    """
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
        elif level == 3 and before == b"{" and token in _SPEAKERS and found and found[-1][1] == "rows":
            found[-1] = (found[-1][0], "turns")
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
    """Where the complete records of a block stand -> their number, consumed, inside, state; see `extract`.

    Of each of them `out` has begin, end, and what it is (RECORD, MEMBER, BESIDE); it needs room for one in
    two bytes, and two more.
    """
    if depth < 0:
        found, start = _spans_of_lines(block, end, last, out)
        return found, start, inside, GOES_ON
    return _spans_of_values(block, end, depth, inside, last, out)


@part
def _spans_of_lines(block, end, last, out):
    found, start, begin, i = 0, 0, -1, 0
    quoted = False
    while i < end:
        byte = block[i]
        if byte == 10:
            if begin >= 0:
                found = _note(out, found, begin, i, RECORD)
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
        return _note(out, found, begin, end, RECORD), end
    return found, start


@part
def _note(out, found, begin, end, kind):
    out[found, 0], out[found, 1], out[found, 2] = begin, end, kind
    return found + 1


@part
def _spans_of_values(block, end, depth, inside, last, out):
    level = depth if inside else 0
    found, start, begin, beside, i = 0, 0, -1, -1, 0
    quoted, state, kind = False, GOES_ON, RECORD
    while i < end and state == GOES_ON:
        byte = block[i]
        if quoted:
            i += 2 if byte == 92 else 1
            quoted = byte != QUOTE
            continue
        opens, closes = byte == 91 or byte == 123, byte == 93 or byte == 125
        if closes:
            level -= 1
        if level == depth - 1 or (level == depth and byte == COMMA):
            if begin >= 0:
                found = _note(out, found, begin, i, kind)
            begin, kind = -1, RECORD
            if level == depth:
                start = i + 1
            elif inside and closes:
                start = i
        elif level == depth:
            if byte == COLON and depth > 0:
                kind = MEMBER
            elif begin < 0 and not closes and byte != 32 and not 9 <= byte <= 13:
                begin = i
            if closes and depth == 0:
                found = _note(out, found, begin, i + 1, RECORD)
                begin, start = -1, i + 1
        if level < depth:
            i, found, beside, state = _beside(block, i, end, last, level, out, found, beside)
        if opens:
            level += 1
            if level == depth:
                inside, start = True, i + 1
        quoted = byte == QUOTE
        i += 1
    if state == ENDED:
        return found, i, inside, state
    if last and level == 0 and state == GOES_ON and max(begin, beside) >= 0:
        found = _note(out, found, max(begin, beside), end, RECORD if begin >= 0 else BESIDE)
    return found, start, inside, STOPPED if last and level != 0 else state


@part
def _beside(block, i, end, last, level, out, found, beside):
    """A byte beside the records -> where what it begins ends, found, where a member begins, state."""
    byte = block[i]
    if byte == COMMA or STEPS[byte] == -1:
        if beside >= 0:
            found = _note(out, found, beside, i, BESIDE)
        over = byte == CLOSE and level == 0
        return i, found, np.int64(-1), STOPPED if level < 0 else ENDED if over else GOES_ON
    if STEPS[byte] == 1:
        return i, found, np.int64(-1), GOES_ON
    if STEPS[byte] == LETTER:
        stop, known = unquoted(block, i, end)
        return stop - 1, found, beside, GOES_ON if known or (stop == end and not last) else STOPPED
    return i, found, i if byte == QUOTE and beside < 0 else beside, GOES_ON
