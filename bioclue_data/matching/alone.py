"""Does a field stand by itself in a text: as a line or value, after a colon or a number, in marks of its own?

Before it and after it are marks and blanks up to a line end or another mark of its side, no word. A word or
two inside a sentence, or a stock phrase at the end of a longer text, are no sign of a copy.
"""
# mypy: disable-error-code="no-untyped-def, misc"

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from bioclue_data.matching import characters
from bioclue_data.matching.characters import IGNORED, SEPARATOR, SIZE
from bioclue_data.matching.compare import is_run
from bioclue_data.matching.compiled import inlined, kernel, part
from bioclue_data.matching.index import ANCHOR, HALF
from bioclue_data.matching.machine import load64
from bioclue_data.matching.tokens import U

if TYPE_CHECKING:
    from bioclue_data.matching.index import Index
    from bioclue_data.matching.tokens import Texts, Tokens
    from bioclue_data.matching.verify import Scores

LEADS = "\n\r\t\0|｜:：)）】]>"  # what may stand before a field: also the end of a name or a number
ENDS = "\n\r\t\0|｜.?!;。？！；【[<"  # and after it; square and angle brackets only as tags, see `_is_tag`
CLOSES = ")）】]>"  # LEADS that do not count where one of STOPS is behind them: "pain (mild), a cough"
STOPS = ",.;!?，．。；！？、"
POINTS = ".．、]\u20e3"  # one of these makes an enumerator of what is before it: "1." "A、" "[2]"
NUMERALS = "一二三四五六七八九十"
# ①, ❶, ㈠, ㊀ and others; letters in brackets are marks
NUMBERS = (0x2460, 0x249B), (0x24B6, 0x24FF), (0x2776, 0x2793), (0x3220, 0x3229), (0x3280, 0x3289)
MARK, LEAD, END, CLOSE, STOP, POINT, NUMERAL, NUMBER = (1 << bit for bit in range(8))
FAR = 64  # characters beside a field that are looked at
LONGEST_NUMBER, LONGEST_TAG = 3, 24  # bytes


def stand_alone(texts: Texts, used: Any, tokens: Tokens, places: Any, index: Index, scores: Scores) -> Any:
    """bool[rows]: does the field stand by itself? True if it is no anchor, or not there whole.

    Of several places the spans of the scores become those of the first one where it does.

    Args:
        texts: The texts.
        used: int64; numbers of those that were tokenised.
        tokens: Their tokens.
        places: int64[candidates]; which of these the text is.
        index: The fields.
        scores: One row for each field of each candidate.
    """
    sizes = index.token_offsets[scores.fields + 1] - index.token_offsets[scores.fields]
    kinds = index.kinds[scores.fields]
    is_anchor = (kinds == ANCHOR) | (kinds == HALF)
    is_whole = is_anchor & (scores.longest == sizes) & (sizes > 0)
    rows = np.flatnonzero(is_whole)
    alone = np.ones(len(scores.fields), bool)
    spans = (scores.starts, scores.ends, scores.run_starts, scores.run_ends)
    stored = index.token_hashes, index.token_offsets
    chosen = places[scores.candidates[rows]], scores.fields[rows], rows
    bounds = texts.offsets[used], texts.offsets[used + 1]
    _stand_alone(texts.base, bounds, tuple(tokens), stored, chosen, spans, edges(), alone)
    return alone


@cache
def edges() -> Any:
    """uint8[SIZE + 1]: what each character is, as bits; the last one is for all beyond."""
    kinds = np.append(characters.load().entries >> 24, SEPARATOR)
    edges = np.where((kinds == SEPARATOR) | (kinds == IGNORED), MARK, 0).astype(np.uint8)
    numbers = [chr(code) for first, last in NUMBERS for code in range(first, last + 1)]
    for bit, chosen in (
        (LEAD, LEADS), (END, ENDS), (CLOSE, CLOSES), (STOP, STOPS),
        (POINT, POINTS), (NUMERAL, NUMERALS), (NUMBER, numbers),
    ):  # fmt: skip
        edges[[ord(character) for character in chosen]] |= bit
    return edges


@kernel
def _stand_alone(base, bounds, tokens, stored, chosen, spans, edges, alone):
    all_hashes, all_starts, all_ends, _, offsets = tokens
    texts, fields, rows = chosen
    for k in range(rows.size):
        text, field, row = texts[k], fields[k], rows[k]
        first, size = stored[1][field], stored[1][field + 1] - stored[1][field]
        begin, end = bounds[0][text], bounds[1][text]
        alone[row] = False
        for t in range(offsets[text], offsets[text + 1] - size + 1):
            if not is_run(stored[0], first, size, all_hashes, t):
                continue
            start, stop = begin + all_starts[t], begin + all_ends[t + size - 1]
            if stands_alone(base, start, stop, (begin, end), edges):
                spans[0][row] = spans[2][row] = all_starts[t]
                spans[1][row] = spans[3][row] = all_ends[t + size - 1]
                alone[row] = True
                break


@part
def stands_alone(base, start, stop, text, edges):
    """Does what stands at the bytes [start, stop) of a text stand by itself? `base`: address of byte 0."""
    return _is_free_after(base, stop, text[1], edges) and _is_free_before(base, start, text[0], edges)


@inlined
def _byte(base, at):
    return load64(base + U(at)) & U(0xFF)


@inlined
def _is_digit(byte):
    return U(0x30) <= byte <= U(0x39)


@inlined
def _read(base, at, edges):
    """What the character at a byte is, and its length."""
    word = load64(base + U(at))
    lead = word & U(0xFF)
    if lead < U(0x80):
        return edges[lead], 1
    second = (word >> U(8)) & U(0x3F)
    if lead < U(0xE0):
        return edges[((lead & U(0x1F)) << U(6)) | second], 2
    third = (word >> U(16)) & U(0x3F)
    if lead < U(0xF0):
        return edges[((lead & U(0xF)) << U(12)) | (second << U(6)) | third], 3
    code = ((lead & U(7)) << U(18)) | (second << U(12)) | (third << U(6)) | ((word >> U(24)) & U(0x3F))
    return edges[min(code, U(SIZE))], 4


@inlined
def _start(base, at, begin):
    """Where the character begins that ends before a byte."""
    at -= 1
    while at > begin and _byte(base, at) & U(0xC0) == U(0x80):
        at -= 1
    return at


@part
def _is_free_after(base, at, end, edges):
    for _ in range(FAR):
        if at >= end:
            return True
        kind, length = _read(base, at, edges)
        if kind & END and _counts(base, at, at, end):
            return True
        if not kind & MARK:
            return False
        at += length
    return at >= end


@part
def _is_free_before(base, at, begin, edges):
    is_free, before, seen = _walk_back(base, at, begin, edges)
    if is_free:
        return True
    start = _number(base, before, begin, seen, edges)
    if start == before:
        return False
    if _is_digit(_byte(base, at)) and _read(base, _start(base, at, begin), edges)[0] & POINT:
        return False  # "0.5 mg", "1、5岁"
    return _walk_back(base, start, begin, edges)[0]


@part
def _walk_back(base, at, begin, edges):
    """Over marks -> is one of LEADS or the begin among them? Where the last one begins; what they are."""
    seen = np.uint8(0)
    for _ in range(FAR):
        if at <= begin:
            return True, at, seen
        before = _start(base, at, begin)
        kind, _ = _read(base, before, edges)
        is_behind = kind & CLOSE and seen & STOP
        if kind & LEAD and not is_behind and _counts(base, before, begin, at):
            return True, at, seen
        if not kind & MARK:
            return False, at, seen
        seen |= kind
        at = before
    return at <= begin, at, seen


@part
def _number(base, at, begin, seen, edges):
    """Where the enumerator begins that ends before a byte; that byte if there is none.

    It is a number in a circle or brackets; or, with one of POINTS behind it (`seen`), a Chinese numeral, a
    letter, or letters and digits, LONGEST_NUMBER at most. Another token before it is for the caller to see.
    """
    start = _start(base, at, begin)
    kind, _ = _read(base, start, edges)
    if kind & NUMBER:
        return start
    if not seen & POINT:
        return at
    if kind & NUMERAL:
        return start
    start, digits = at, 0
    while start > begin and at - start <= LONGEST_NUMBER:
        byte = _byte(base, start - 1)
        if not (_is_digit(byte) or U(97) <= byte | U(0x20) <= U(122)):
            break
        digits += _is_digit(byte)
        start -= 1
    is_short = at - start == 1 or (digits > 0 and at - start <= LONGEST_NUMBER)
    return start if is_short else at


@inlined
def _counts(base, at, begin, end):
    """Is the mark at a byte no angle or square bracket, or is it the outer one of a tag?"""
    byte = _byte(base, at)
    if byte == U(0x3C) or byte == U(0x5B):
        return _is_tag(base, at, min(at + LONGEST_TAG, end), 1, byte + U(2))
    if byte == U(0x3E) or byte == U(0x5D):
        return _is_tag(base, at, max(at - LONGEST_TAG, begin - 1), -1, byte - U(2))
    return True


@part
def _is_tag(base, at, last, step, other):
    """Is a name between a bracket and the other one, as in `<user>` or `[/INST]`?

    Numbers, blanks and commas make none: "<5 or >9 years", "AST > ALT" and citations, "[3]", are text.
    """
    first, bracket = at, _byte(base, at)
    at += step
    while at != last:
        byte = _byte(base, at)
        if byte == other:
            name = _byte(base, min(first, at) + 1)
            return at - first != step and not _is_digit(name)
        if byte <= U(0x20) or byte == U(0x2C) or byte == bracket:
            return False
        at += step
    return False
