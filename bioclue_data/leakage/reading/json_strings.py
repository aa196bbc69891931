"""All strings of JSON records at the speed of the scan: no parser, no objects, no list of known fields.

A record's text is its string values in their order, a line each; keys, numbers and literals are left out.
So a conversation, an instruction with its input and output, or a list of turns is one text, however it is
nested.
"""
# mypy: disable-error-code="no-untyped-def, misc"

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from bioclue_data.matching.compiled import kernel, part
from bioclue_data.matching.machine import copy_until
from bioclue_data.matching.tokens import PADDING, U

LINES = -1  # one record a line, whichever way lines end
QUOTE, BACKSLASH, COMMA, COLON = ord('"'), ord("\\"), ord(","), ord(":")
NEWLINE, RETURN = ord("\n"), ord("\r")
_SMALL_A, _SMALL_U = ord("a"), ord("u")
_BLANKS = (ord(" "), ord("\t"), ord("\r"), NEWLINE)
_REPLACEMENT = 0xFFFD
COMPLETE, INCOMPLETE, BROKEN = range(3)
_ESCAPES = np.zeros(256, np.uint8)
for _letter, _meant in zip(b'nrtbf"\\/', b'\n\r\t\b\f"\\/', strict=True):
    _ESCAPES[_letter] = _meant


class Extract(NamedTuple):
    """Records found in some bytes.

    Attributes:
        data: uint8; the texts, with PADDING bytes after them.
        offsets: int64; one more than there are records.
        consumed: Bytes used; the rest belongs to a record that is not complete.
        broken: Where lines begin that are no JSON (LINES), or where the rest stops to be JSON.
        inside: The rest begins between two records, with the brackets around them open.
    """

    data: Any
    offsets: Any
    consumed: int
    broken: list[int]
    inside: bool


def extract(block: Any, depth: int, *, inside: bool, last: bool) -> Extract:
    """Texts of the complete records in a block of bytes.

    Args:
        block: uint8, with PADDING readable bytes after its end that are not part of it.
        depth: How many brackets stand around a record; LINES for one record a line.
        inside: The brackets around the records are open already; the block begins between two records.
        last: No bytes will follow.
    """
    size = len(block) - PADDING
    out = np.empty(size + 2 * PADDING, np.uint8)
    offsets = np.empty(size // 2 + 2, np.int64)
    offsets[0] = 0
    broken = np.zeros(1024, np.int64)
    base = U(block.ctypes.data)
    function = _lines if depth == LINES else _nested
    found, consumed, faults, inside = function(base, block, size, depth, inside, last, out, offsets, broken)
    return Extract(
        out, offsets[: found + 1].copy(), consumed, broken[: min(faults, 1024)].tolist(), bool(inside)
    )


@part
def _string(base, block, at, end, out, to, lines):
    """Copy the string that begins at `at`, unescaped -> (state, after its closing quote, end of the copy)."""
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
            at += 6
            if code < 0:
                return BROKEN, at, to
            if 0xD800 <= code < 0xDC00 and at + 6 > end:
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


@kernel
def _lines(base, block, end, depth, inside, last, out, offsets, broken):
    found, faults, to, at, start = 0, 0, 0, 0, 0
    line_out, level = 0, 0
    while at < end:
        byte = block[at]
        if byte == QUOTE:
            before = to
            state, at, to = _string(base, block, at + 1, end, out, to, True)
            if state == INCOMPLETE:
                break
            if state == BROKEN:
                level = 1
                while at < end and block[at] != NEWLINE:
                    at += 1
                continue
            if _is_key(block, at, end) == 1:
                to = before
            else:
                out[to] = NEWLINE
                to += 1
        elif byte == NEWLINE or byte == RETURN:
            if level != 0:
                if faults < broken.size:
                    broken[faults] = start
                faults += 1
                to = line_out
                offsets[found + 1] = to
                found += 1
            elif at > start:
                offsets[found + 1] = to
                found += 1
            at += 1
            start, line_out, level = at, to, 0
        else:
            if byte == 91 or byte == 123:
                level += 1
            elif byte == 93 or byte == 125:
                level -= 1
            at += 1
    if last and start < end:
        if level != 0 or at < end:
            if faults < broken.size:
                broken[faults] = start
            faults += 1
            to = line_out
        offsets[found + 1] = to
        found += 1
        start = end
    return found, np.int64(start), faults, inside


@kernel
def _nested(base, block, end, depth, inside, last, out, offsets, broken):
    found, to, at, start = 0, 0, 0, 0
    level = depth if inside else 0
    something = False
    while at < end:
        byte = block[at]
        if byte == QUOTE:
            before, opening = to, at
            state, at, to = _string(base, block, at + 1, end, out, to, False)
            if state == BROKEN:
                broken[0] = opening
                return found, np.int64(start), 1, inside
            key = np.int64(-1) if state == INCOMPLETE else _is_key(block, at, end)
            if key == -1 and not (last and level == 0 and state == COMPLETE):
                break
            if key == 1 or level < depth:
                to = before
            else:
                out[to] = NEWLINE
                to += 1
                something = True
            continue
        at += 1
        opens, closes = byte == 91 or byte == 123, byte == 93 or byte == 125
        something = something or (opens and level >= depth)
        level += opens - closes
        if level < 0:
            broken[0] = at - 1
            return found, np.int64(start), 1, inside
        between = level == depth and (opens or byte == COMMA)
        if between or (closes and (level == depth - 1 or depth == level == 0)):
            if something and level <= depth and byte != 91 and byte != 123:
                offsets[found + 1] = to
                found += 1
            something = False
            if level == depth:
                start, inside = at, True
            elif inside:
                start = at - 1
    if last:
        if level != 0 or at < end:
            broken[0] = start
            return found, np.int64(start), 1, inside
        if something:
            offsets[found + 1] = to
            found += 1
        start = end
    return found, np.int64(start), 0, inside
