"""Does a field stand by itself in a text: at the begin of a line or value, or after a colon?

A word or two inside a sentence, or a stock phrase at the end of a longer text, are no sign of a copy.
"""
# mypy: disable-error-code="no-untyped-def, misc"

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from bioclue_data.matching.compare import is_run
from bioclue_data.matching.compiled import inlined, kernel, part
from bioclue_data.matching.index import ANCHOR, HALF
from bioclue_data.matching.machine import load64
from bioclue_data.matching.tokens import U

if TYPE_CHECKING:
    from bioclue_data.matching.index import Index
    from bioclue_data.matching.tokens import Texts, Tokens
    from bioclue_data.matching.verify import Scores

LEADS = "\n\r\t\0|:：)）"  # what may stand before a field: also the end of a name or a number
ENDS = "\n\r\t\0|.?!;。？！；"  # and after it
OTHERS = 0x10000  # code point of all characters that are neither


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
def edges() -> tuple[Any, ...]:
    """uint8[OTHERS + 1] each, by code point: is a character one of LEADS, one of ENDS?"""
    return tuple(
        np.isin(np.arange(OTHERS + 1), [ord(mark) for mark in chosen]).astype(np.uint8)
        for chosen in (LEADS, ENDS)
    )


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
    return edges[0][_before(base, start, text[0])] != 0 and edges[1][_after(base, stop, text[1])] != 0


@inlined
def _byte(base, at):
    return np.int64(load64(base + U(at)) & U(0xFF))


@part
def _before(base, at, begin):
    """The character before a byte, blanks left out; a line end where the text begins."""
    while at > begin and _byte(base, at - 1) == 0x20:
        at -= 1
    if at == begin:
        return 10
    start = at - 1
    while start > begin and _byte(base, start) & 0xC0 == 0x80:
        start -= 1
    return _code(base, start, at)


@part
def _after(base, at, end):
    """The character after a byte, blanks left out; a line end where the text ends."""
    while at < end and _byte(base, at) == 0x20:
        at += 1
    if at >= end:
        return 10
    stop = at + 1
    while stop < end and _byte(base, stop) & 0xC0 == 0x80:
        stop += 1
    return _code(base, at, stop)


@part
def _code(base, start, stop):
    """Code point of a character of one or three bytes; OTHERS for all others."""
    if stop - start == 1:
        return _byte(base, start)
    if stop - start != 3:
        return OTHERS
    high, middle, low = _byte(base, start), _byte(base, start + 1), _byte(base, start + 2)
    return ((high & 0x0F) << 12) | ((middle & 0x3F) << 6) | (low & 0x3F)
