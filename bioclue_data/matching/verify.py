"""The closer look: every field of an item against one text, with scores and byte spans.

An anchor is compared in the stretch of the text, half again as long as the field, that has most of the
field's windows by weight; so a long text does not collect an item from everywhere. Fields of the kind NEAR
are compared around the anchor, those of the kind ANYWHERE in the whole text. Of the halves of a pair the
longer one is compared first, and its place is then taken: a half and its paraphrase must not match the same
words, nor may one that is part of the other. Where next to nothing of the anchors is there, the other fields
are not looked at: their rows are 0.
"""
# mypy: disable-error-code="no-untyped-def, misc"

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from bioclue_data.matching.align import align
from bioclue_data.matching.alone import stand_alone
from bioclue_data.matching.compare import (
    RUN_OF_WORDS,
    SLACK,
    STRETCH,
    compare,
    working_memory,
)
from bioclue_data.matching.compiled import inlined, kernel, part
from bioclue_data.matching.index import ANCHOR, ANYWHERE, HALF
from bioclue_data.matching.tokens import U, tokenise_all

if TYPE_CHECKING:
    from bioclue_data.matching.candidates import Candidates
    from bioclue_data.matching.index import Index
    from bioclue_data.matching.tokens import Texts

REACH = 200  # tokens around an anchor that are near, or four times its length
LONG_ANCHOR = 64  # tokens; a longer one is compared only if it was hit itself
FLOOR = 0.3  # share of an anchor, without a long run, below which the rest is not looked at


class Scores(NamedTuple):
    """One row for each field of each candidate, in their order.

    Attributes:
        candidates: int32; number of the candidate.
        fields: int32.
        fine: float32; share of the weight of the field's FINE windows that is in the stretch.
        wide: float32; the same of WIDE windows.
        covered: float32; share of the field's tokens in runs of at least 8 words, 13 CJK characters.
        longest: int32; tokens of the longest run.
        starts, ends: int32; bytes of the text, from the first to the last common window of the stretch.
        run_starts, run_ends: int32; bytes of the longest run.
        plain: float32; as `fine`, but each window counts the same.
        aligned: float32; share of the field's weight that stands in the stretch in order; see `align`.
        alone: bool; False: an anchor that is there whole, but only inside lines.
    """

    candidates: Any
    fields: Any
    fine: Any
    wide: Any
    covered: Any
    longest: Any
    starts: Any
    ends: Any
    run_starts: Any
    run_ends: Any
    plain: Any
    aligned: Any
    alone: Any


def verify(texts: Texts, index: Index, found: Candidates, floor: float = FLOOR, most: Any = None) -> Scores:
    """Compare every field of every candidate's item with its text. Thread-safe, and free of the lock.

    Args:
        texts: The texts.
        index: The fields.
        found: The candidates.
        floor: Share of an anchor, without a long run, below which the rest is not looked at.
        most: int32[rows]; the longest run that can be there of each field, as far as is known: a field
            that has none is not compared.
    """
    first, last = index.item_offsets[found.items], index.item_offsets[found.items + 1]
    rows = int((last - first).sum())
    most = np.ones(rows, np.int32) if most is None else most
    whole, real = [0, 1, 5, 6, 7, 8, 9], [2, 3, 4, 10]
    out = {i: np.zeros(rows, np.int32) for i in whole} | {i: np.zeros(rows, np.float32) for i in real}
    arrays: tuple[Any, ...] = tuple(out[i] for i in range(len(out)))
    used, places = np.unique(found.texts, return_inverse=True)
    tokens = tokenise_all(texts, used)
    stored = (
        index.token_hashes, index.single, index.token_offsets, index.fine, index.wide,
        index.kinds, index.item_offsets,
    )  # fmt: skip
    fields, longest = _greatest(first, last), _greatest(tokens.offsets[:-1], tokens.offsets[1:])
    longest_item = _greatest(index.token_offsets[first], index.token_offsets[last])
    order, steps = np.zeros(fields, np.int64), np.zeros(fields, np.int64)
    working = np.zeros(longest, U), order, steps, working_memory(longest_item, longest)
    _verify(tuple(tokens), places, stored, tuple(found), most, np.float32(floor), working, arrays)
    scores = Scores(*arrays, aligned=arrays[2], alone=np.ones(rows, bool))
    alone = stand_alone(texts, used, tokens, places, index, scores)
    return scores._replace(aligned=align(tokens, places, index, scores), alone=alone)


def _greatest(first: Any, last: Any) -> int:
    """The greatest distance of two offsets, at least 1."""
    return int((last - first).max(initial=1))


@kernel
def _verify(tokens, places, stored, found, most, floor, working, out):
    kinds, item_offsets = stored[5], stored[6]
    all_hashes, all_starts, all_ends, all_single, offsets = tokens
    _, items, firsts, lasts, anchors, _ = found
    covered, order, steps, memory = working
    row = 0
    for k in range(items.size):
        begin, end = offsets[places[k]], offsets[places[k] + 1]
        hashes, count = all_hashes[begin:end], end - begin
        text_arrays = (hashes, all_starts[begin:end], all_ends[begin:end], all_single[begin:end])
        low, high, length = count, np.int64(0), np.int64(0)
        start, stop = item_offsets[items[k]], item_offsets[items[k] + 1]
        _order(kinds, stored[2], start, stop, order, steps)
        taken, taken_end = np.int64(0), np.int64(0)
        hopeless = True
        for turn in range(stop - start):
            field, step = order[turn], steps[turn]
            kind = kinds[field]
            here = row + field - start
            size = stored[2][field + 1] - stored[2][field]
            out[0][here], out[1][here] = k, field
            is_skipped = kind == ANCHOR and size > LONG_ANCHOR and not has_bit(anchors[k], field - start)
            if is_skipped or most[here] == 0 or (step == 2 and hopeless):
                continue
            begin, end = _stretch(kind, step, size, (firsts[k], lasts[k]), (low, high, length), count)
            near = compare(hashes, text_arrays, begin, end, stored, field, memory, out, here)
            if step < 2 and (out[2][here] >= floor or out[5][here] >= RUN_OF_WORDS):
                hopeless = False
            if step < 2 and near[1] > near[0]:
                low, high = min(low, near[0]), max(high, near[1])
                length = max(length, size)
            if step == 0 and near[1] > near[0]:
                taken, taken_end = near[2], near[3]
                _hide(hashes, covered, taken, taken_end)
        _show(hashes, covered, taken, taken_end)
        row += stop - start


@inlined
def _stretch(kind, step, size, hits, near, count):
    """The tokens of a text that a field is compared with.

    `hits`: from where to where windows of the item stand; `near`: the same of its anchors, and the length of
    the longest one, once they were compared.
    """
    if step < 2:
        margin = np.int64(size * STRETCH) + SLACK
        return max(hits[0] - margin, 0), min(hits[1] + margin, count)
    low, high, length = near
    if kind != ANYWHERE and low < high:
        return max(low - reach(length), 0), min(high + reach(length), count)
    return np.int64(0), count


@inlined
def _hide(hashes, covered, begin, end):
    """Put tokens aside, so that nothing matches them."""
    for t in range(begin, end):
        covered[t - begin], hashes[t] = hashes[t], U(0)


@inlined
def _show(hashes, covered, begin, end):
    """Put them back."""
    for t in range(begin, end):
        hashes[t] = covered[t - begin]


@inlined
def has_bit(bits, place):
    """The bit of a field, by its place in the item; all from the last one on share that."""
    return (bits >> U(min(place, 63))) & U(1) != U(0)


@inlined
def reach(length):
    """How many tokens around an anchor of some length are near it."""
    return max(REACH, 4 * length)


@part
def _order(kinds, token_offsets, start, stop, order, steps):
    """Fields of an item as they are compared: the longest half, other anchors, the rest."""
    longest, size = np.int64(-1), np.int64(-1)
    for field in range(start, stop):
        if kinds[field] == HALF and token_offsets[field + 1] - token_offsets[field] > size:
            longest, size = np.int64(field), token_offsets[field + 1] - token_offsets[field]
    turn = 0
    for step in range(3):
        for field in range(start, stop):
            kind = kinds[field]
            if step == (0 if field == longest else 1 if kind == ANCHOR or kind == HALF else 2):
                order[turn], steps[turn] = field, step
                turn += 1
