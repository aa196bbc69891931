"""All strings of JSON records at the speed of the scan: no parser, no objects, no list of known fields.

A record's text is its string values in their order, a line each, and keys that are texts themselves; other
keys, numbers and literals are left out. So a conversation, an instruction with its input and output, or a
list of turns is one text, however it is nested. No other text is lost: a record that is no JSON is read as it
stands there, and strings beside the records are kept.
"""
# mypy: disable-error-code="no-untyped-def, misc"

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from bioclue_data.leakage.reading.json_letters import LETTER, STEPS, unquoted
from bioclue_data.matching.compiled import inlined, kernel, part
from bioclue_data.matching.machine import copy_until
from bioclue_data.matching.tokens import PADDING, U

LINES = -1  # one record a line, whichever way lines end
QUOTE, BACKSLASH, COMMA, COLON, CLOSE, BLANK = (ord(sign) for sign in '"\\,:} ')
NEWLINE, RETURN = ord("\n"), ord("\r")
_SMALL_A, _SMALL_U = ord("a"), ord("u")
_REPLACEMENT = 0xFFFD
_LONG_KEY = 13  # bytes from which on a key with a blank, or beyond ASCII, is taken for a text: a question
COMPLETE, INCOMPLETE, BROKEN = range(3)  # a string
GOES_ON, ENDED, STOPPED = range(3)  # the values of a file
_ESCAPES = np.zeros(256, np.uint8)
for _letter, _meant in zip(b'nrtbf"\\/', b'\n\r\t\b\f"\\/', strict=True):
    _ESCAPES[_letter] = _meant


class Extract(NamedTuple):
    """Records found in some bytes.

    Attributes:
        data: uint8; the texts, with PADDING bytes after them.
        offsets: int64; one more than there are records.
        consumed: Bytes used; the rest belongs to a record that is not complete.
        broken: Where records begin that are no JSON.
        inside: The rest begins between two records, with the brackets around them open.
        aside: Strings beside the records, a line each.
        state: GOES_ON; ENDED: an object that holds the records is over, what follows is something else;
            STOPPED: the rest is no JSON, or it is cut.
    """

    data: Any
    offsets: Any
    consumed: int
    broken: list[int]
    inside: bool
    aside: bytes
    state: int


def extract(block: Any, depth: int, *, inside: bool, last: bool) -> Extract:
    """Texts of the complete records in a block of bytes.

    Args:
        block: uint8, with PADDING readable bytes after its end that are not part of it.
        depth: How many brackets stand around a record; LINES for one record a line.
        inside: The brackets around the records are open already; the block begins between two records.
        last: No bytes will follow.
    """
    size = len(block) - PADDING
    out, aside = np.empty(size + 2 * PADDING, np.uint8), np.empty(size + PADDING, np.uint8)
    offsets, broken = np.empty(size // 2 + 2, np.int64), np.empty(size // 2 + 2, np.int64)
    offsets[0] = 0
    base = U(block.ctypes.data)
    if depth == LINES:
        found, consumed, faults = _lines(base, block, size, last, out, offsets, broken)
        kept, state = 0, GOES_ON
    else:
        found, consumed, faults, inside, kept, state = _nested(
            base, block, size, depth, inside, last, out, offsets, broken, aside
        )
    return Extract(
        out,
        offsets[: found + 1].copy(),
        consumed,
        broken[:faults].tolist(),
        bool(inside),
        aside[:kept].tobytes(),
        state,
    )


@part
def _string(base, block, at, end, out, to, lines):
    """Copy the string that begins at `at`, unescaped -> (state, after its closing quote, end of the copy).

    BROKEN: there is an escape that is none, or, of `lines`, a line feed.
    """
    target = U(out.ctypes.data)
    while at < end:
        width = min(np.int64(copy_until(base + U(at), target + U(to))), end - at)
        at += width
        to += width
        if at >= end or width == 64:
            continue
        if block[at] == QUOTE:
            return COMPLETE, at + 1, to
        if block[at] == NEWLINE:
            if lines:
                return BROKEN, at, to
            out[to] = NEWLINE
            at += 1
            to += 1
            continue
        if at + 1 >= end:
            return INCOMPLETE, at, to
        letter = block[at + 1]
        if letter == _SMALL_U:
            if at + 6 > end:
                return INCOMPLETE, at, to
            code = _hex4(block, at + 2)
            if code < 0:
                return BROKEN, at, to
            at += 6
            if 0xD800 <= code < 0xDC00 and at + 6 > end and (at == end or block[at] == BACKSLASH):
                return INCOMPLETE, at - 6, to
            if 0xD800 <= code < 0xDC00 and block[at] == BACKSLASH and block[at + 1] == _SMALL_U:
                low = _hex4(block, at + 2)
                if 0xDC00 <= low < 0xE000:
                    code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00)
                    at += 6
            to = _utf8(code if not 0xD800 <= code < 0xE000 else _REPLACEMENT, out, to)
            continue
        meant = _ESCAPES[letter]
        if meant == 0:
            return BROKEN, at, to
        out[to] = meant
        to += 1
        at += 2
    return INCOMPLETE, at, to


@part
def _hex4(block, at):
    value = 0
    for i in range(at, at + 4):
        byte = np.int64(block[i])
        lower = byte | 0x20
        if 48 <= byte <= 57:
            digit = byte - 48
        elif _SMALL_A <= lower <= _SMALL_A + 5:
            digit = lower - _SMALL_A + 10
        else:
            return -1
        value = value * 16 + digit
    return value


@part
def _utf8(code, out, to):
    if code < 0x80:
        out[to] = code
        return to + 1
    if code < 0x800:
        out[to] = 0xC0 | (code >> 6)
        out[to + 1] = 0x80 | (code & 0x3F)
        return to + 2
    if code < 0x10000:
        out[to] = 0xE0 | (code >> 12)
        out[to + 1] = 0x80 | ((code >> 6) & 0x3F)
        out[to + 2] = 0x80 | (code & 0x3F)
        return to + 3
    out[to] = 0xF0 | (code >> 18)
    out[to + 1] = 0x80 | ((code >> 12) & 0x3F)
    out[to + 2] = 0x80 | ((code >> 6) & 0x3F)
    out[to + 3] = 0x80 | (code & 0x3F)
    return to + 4


@part
def _is_key(block, at, end):
    """Is the string that ended before `at` a key? -1: the block ends before that can be said."""
    while at < end and (block[at] == 32 or 9 <= block[at] <= 13):
        at += 1
    return -1 if at >= end else np.int64(block[at] == COLON)


@part
def _is_text(out, begin, end):
    """Is a key a text by itself, and no name of a field?"""
    if end - begin < _LONG_KEY:
        return False
    for i in range(begin, end):
        if out[i] == BLANK or out[i] >= 0x80:
            return True
    return False


@part
def _as_it_stands(base, block, at, end, out, to):
    """Copy what is no JSON, with its escapes undone -> end of the copy."""
    while at < end:
        state, at, to = _string(base, block, at, end, out, to, False)
        if state == COMPLETE:
            out[to] = QUOTE
            to += 1
        elif at < end:
            out[to] = block[at]
            at += 1
            to += 1
    return to


@kernel
def _lines(base, block, end, last, out, offsets, broken):
    found, faults, to, at, start = 0, 0, 0, 0, 0
    line_out, level, cut = 0, 0, False
    while at < end:
        byte = block[at]
        if byte == QUOTE:
            before = to
            state, at, to = _string(base, block, at + 1, end, out, to, True)
            if state == INCOMPLETE:
                cut = True
                break
            if state == BROKEN:
                level, at = 1, _line_end(block, at, end)
            elif _is_key(block, at, end) == 1 and not _is_text(out, before, to):
                to = before
            else:
                out[to] = NEWLINE
                to += 1
        elif byte == NEWLINE or byte == RETURN:
            if at > start:
                if level != 0:
                    broken[faults] = start
                    faults += 1
                    to = _as_it_stands(base, block, start, at, out, line_out)
                offsets[found + 1] = to
                found += 1
            at += 1
            start, line_out, level = at, to, 0
        elif STEPS[byte] == LETTER:
            at, known = unquoted(block, at, end)
            if not known:
                level, at = 1, _line_end(block, at, end)
        else:
            level += STEPS[byte]
            at += 1
    if last and start < end:
        if level != 0 or cut:
            broken[faults] = start
            faults += 1
            to = _as_it_stands(base, block, start, end, out, line_out)
        offsets[found + 1] = to
        found += 1
        start = end
    return found, np.int64(start), faults


@part
def _line_end(block, at, end):
    while at < end and block[at] != NEWLINE and block[at] != RETURN:
        at += 1
    return at


@kernel
def _nested(base, block, end, depth, inside, last, out, offsets, broken, aside):
    found, faults, to, at, start, beside, kept = 0, 0, 0, 0, 0, 0, 0
    level = depth if inside else 0
    something, faulty, waits, state = False, False, False, GOES_ON
    while at < end and state == GOES_ON and not waits:
        byte = block[at]
        if byte == QUOTE:
            before = to
            at, to, key, odd = _value(base, block, at + 1, end, out, to, last and level == 0)
            if key < 0 or (key == 1 and not (level >= depth and _is_text(out, before, to - 1))):
                waits, to = key < 0, before
            elif level < depth:
                beside, to = _moved(out, before, to, aside, beside), before
            else:
                something, faulty = True, faulty or odd
            continue
        step = STEPS[byte]
        if step == LETTER:
            at, known = unquoted(block, at, end)
            if not known and level < depth:
                waits = True
                state = STOPPED if at < end else GOES_ON
            else:
                something, faulty = something or not known, faulty or not known
            continue
        at += 1
        if step == 0 and byte != COMMA:
            continue
        opens, closes = step == 1, step == -1
        something = something or (opens and level >= depth)
        level += step
        between = level == depth and not closes
        if between or (closes and (level == depth - 1 or depth == level == 0)):
            if something and level <= depth and not opens:
                texts = (out, to, offsets, found)
                to, faults = _finish(base, block, (start, at - 1), texts, faulty, broken, faults)
                found += 1
            something, faulty = False, False
            if level == depth or inside:
                start, inside, kept = at - (level != depth), True, beside
        if level < depth and closes:
            state = STOPPED if level < 0 else ENDED if level == 0 and byte == CLOSE else GOES_ON
    if last and state == GOES_ON and level == 0 and not waits:
        if something:
            to, faults = _finish(base, block, (start, end), (out, to, offsets, found), faulty, broken, faults)
            found += 1
        return found, np.int64(end), faults, inside, beside, state
    if state == ENDED:
        return found, np.int64(at), faults, inside, beside, state
    return found, np.int64(start), faults, inside, kept, STOPPED if last else state


@inlined
def _value(base, block, at, end, out, to, is_last):
    """Copy the string that begins at `at`, with a line feed -> (after it, end of the copy, key, odd).

    key: 1: it is one; -1: the block ends before that can be said, unless it is the last value of all.
    odd: An escape in it is none, and stays as it is.
    """
    state, at, to = _string(base, block, at, end, out, to, False)
    odd = False
    while state == BROKEN:
        odd = True
        out[to] = BACKSLASH
        state, at, to = _string(base, block, at + 1, end, out, to + 1, False)
    key = np.int64(-1) if state == INCOMPLETE else _is_key(block, at, end)
    if key < 0 and is_last and state == COMPLETE:
        key = np.int64(0)
    out[to] = NEWLINE
    return at, to + 1, key, odd


@part
def _moved(out, begin, end, aside, to):
    """Copy what is beside the records -> end of the copy."""
    for i in range(begin, end):
        aside[to] = out[i]
        to += 1
    return to


@part
def _finish(base, block, place, texts, faulty, broken, faults):
    """End a record; one that is no JSON is read as it stands -> (end of its text, faults)."""
    out, to, offsets, found = texts
    if faulty:
        broken[faults] = place[0]
        faults += 1
        to = _as_it_stands(base, block, place[0], place[1], out, offsets[found])
    offsets[found + 1] = to
    return to, faults
