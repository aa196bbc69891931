"""How much of a field stands in a stretch of a text in order: a weighted local alignment.

A share of windows loses two of them with a word that is missing, and the same two with one that is replaced.
An alignment tells them apart: a word that is missing costs its weight, and others in its place cost more. The
field is read once, in its order; the text may be left and taken up again elsewhere, as where clauses change
places, at the price of a JUMP. A word of the other script, as of a translated term, may stand for one.
"""
# mypy: disable-error-code="no-untyped-def, misc"

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from bioclue_data.matching.compare import SLACK, STRETCH
from bioclue_data.matching.compiled import inlined, kernel
from bioclue_data.matching.index import ANCHOR, NEAR

if TYPE_CHECKING:
    from bioclue_data.matching.index import Index
    from bioclue_data.matching.tokens import Tokens
    from bioclue_data.matching.verify import Scores

LEAST = np.float32(0.4)  # share of an anchor's windows from which on it is aligned
LONGEST = 256  # tokens of a field that is aligned, at most
EDGE = 6  # tokens on both sides of what the windows found
SKIPPED = np.float32(0.5)  # price of a token of the text that is left out, in mean weights of the field's
JUMP = np.float32(2)  # and of going on anywhere else
TRANSLATED = np.float32(0.5)  # share of a token's weight that one of the other script is worth
_NEVER = np.float32(-1e9)


def align(tokens: Tokens, places: Any, index: Index, scores: Scores) -> Any:
    """float32[rows]: share of a field's weight that is aligned with the stretch that its windows found.

    Anchors are aligned from LEAST on, and fields near them, up to LONGEST tokens; of others it is `fine`.

    Args:
        tokens: Of the texts.
        places: int64; the text of each candidate.
        index: The fields.
        scores: What was found of them; `aligned` is not read.
    """
    aligned = scores.fine.copy()
    stored = index.token_hashes, index.single, index.token_offsets, index.fine, index.kinds
    rows = scores.candidates, scores.fields, scores.fine, scores.starts, scores.ends
    width = int(LONGEST * STRETCH) + SLACK + 2 * EDGE + 2
    working = np.zeros((2, width), np.float32), np.zeros(LONGEST, np.float32)
    _align(rows, tuple(tokens), places, stored, working, aligned)
    return aligned


@kernel
def _align(rows, tokens, places, stored, working, aligned):
    candidates, fields, fine, starts, ends = rows
    for row in range(fields.size):
        first, last = stored[2][fields[row]], stored[2][fields[row] + 1]
        if not is_aligned(stored[4][fields[row]], last - first, fine[row]) or fine[row] >= 1:
            continue
        text = places[candidates[row]]
        stretch = _stretch(tokens, tokens[4][text], tokens[4][text + 1], starts[row], ends[row])
        weights = working[1][: last - first]
        total = np.float32(0)
        for t in range(first, last):
            weights[t - first] = weight_of(stored[3], first, last, t)
            total += weights[t - first]
        if total > 0:
            best = _best(tokens, stretch, stored, first, weights, total, working[0])
            aligned[row] = min(best / total, np.float32(1))


@inlined
def is_aligned(kind, size, fine):
    """Is a field aligned, if that share of its windows was found?"""
    enough = fine >= LEAST if kind == ANCHOR else kind == NEAR and fine > 0
    return enough and 1 < size <= LONGEST


@inlined
def _stretch(tokens, begin, end, start, stop):
    """The tokens of a text between two bytes of it, and EDGE more on both sides."""
    starts = tokens[1][begin:end]
    low = begin + np.searchsorted(starts, start)
    high = begin + np.searchsorted(starts, stop)
    return max(low - EDGE, begin), min(high + EDGE, end)


@inlined
def weight_of(fine, first, last, t):
    """Weight of a token: of its two windows the lower one, for a rare window may hold a common word."""
    after = fine[t + 1] if t + 1 < last else np.float32(0)
    before = fine[t] if t > first else np.float32(0)
    lower = min(before, after)
    return lower if lower > 0 else max(before, after)


@inlined
def _best(tokens, stretch, stored, first, weights, total, memory):
    """The most weight of the field in the stretch; cells are the best up to a token of either."""
    hashes, single, of_field = tokens[0], tokens[3], stored[1]
    begin, size = stretch[0], stretch[1] - stretch[0]
    mean, singles = total / np.float32(weights.size), 0
    for i in range(weights.size):
        singles += of_field[first + i]
    mostly = 2 * singles > weights.size
    before, now, top = memory[0], memory[1], np.float32(0)
    before[: size + 1] = now[: size + 1] = _NEVER
    for i in range(weights.size):
        anywhere, so_far = max(top - JUMP * mean, np.float32(0)), top
        for j in range(1, size + 1):
            t = begin + j - 1
            price = SKIPPED * mean if (single[t] != 0) == mostly else np.float32(0)
            cell = max(before[j], now[j - 1] - price)
            if hashes[t] == stored[0][first + i]:
                cell = max(cell, max(before[j - 1], anywhere) + weights[i])
            elif single[t] != of_field[first + i]:
                cell = max(cell, before[j - 1] + TRANSLATED * weights[i])
            now[j] = cell
            so_far = max(so_far, cell)
        before, now, top = now, before, so_far
    return top
