"""The closer look: every field of an item against one text, with scores and byte spans.

An anchor is compared in the stretch of the text, half again as long as the field, that has most of the
field's windows by weight; so a long text does not collect an item from everywhere. Fields of the kind NEAR
are compared around the anchor, those of the kind ANYWHERE much further around it: behind an answer that is
thought over aloud, but not at the other end of a book. Of the halves of a pair the longer one is compared
first, and its place is then taken: a half and its paraphrase must not match the same words, nor may one that
is part of the other. The other one must be near it, or it near the other one. Where next to nothing of the
anchors is there, the other fields are not looked at: their rows are 0.
"""
# mypy: disable-error-code="no-untyped-def, misc"

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from bioclue_data.matching.align import align
from bioclue_data.matching.alone import stand_alone
from bioclue_data.matching.compare import (
    EQUAL,
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
FAR = 3000  # tokens around an anchor that fields of the kind ANYWHERE are looked for in
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
        second, hopeless = np.int64(-1), True
        for turn in range(stop - start):
            field, step = order[turn], steps[turn]
            kind = kinds[field]
            here = row + field - start
            size = stored[2][field + 1] - stored[2][field]
            out[0][here], out[1][here] = k, field
            is_skipped = kind == ANCHOR and size > LONG_ANCHOR and not has_bit(anchors[k], field - start)
            is_skipped |= field == second
            if is_skipped or most[here] == 0 or (step == 2 and hopeless):
                continue
            bounds = (firsts[k], lasts[k]), (low, high, length), count
            begin, end = _stretch(kind, step, size, bounds)
            if step == 0:
                other = _other_half(kinds, start, stop, field)
                there = row + other - start
                if other >= 0 and most[there] != 0:
                    out[0][there], out[1][there] = k, other
                    other_size = stored[2][other + 1] - stored[2][other]
                    stretch = begin, end, *_stretch(kind, step, other_size, bounds)
                    pair = field, here, other, there
                    low, high, length, hopeless = _compare_pair(
                        hashes, text_arrays, stretch, pair, stored, memory, covered, floor, out
                    )
                    second = other
                    continue
            near = compare(hashes, text_arrays, begin, end, stored, field, memory, out, here)
            if step < 2:
                hopeless &= _is_hopeless(out, here, floor)
                low, high, length = _joined((low, high, length), near, size)
            if step == 0 and near[1] > near[0]:
                taken, taken_end = near[2], near[3]
                _hide(hashes, covered, taken, taken_end)
        _show(hashes, covered, taken, taken_end)
        row += stop - start


@part
def _compare_pair(hashes, text_arrays, stretch, pair, stored, memory, covered, floor, out):
    """Compare the halves of a pair, each near the other one -> where they are, the length, are both hopeless?

    `pair`: the longer one, its row, the other one, and its row; `stretch`: first and one past the last token
    for each. If the other one is not whole near the longer one, it is looked for first.
    """
    one, two = _compare_halves(hashes, text_arrays, stretch, pair, stored, memory, covered, out)
    field, row, other, other_row = pair
    size, other_size = stored[2][field + 1] - stored[2][field], stored[2][other + 1] - stored[2][other]
    if out[5][other_row] < other_size and stretch[3] - stretch[2] > reach(size):
        found = out[2][row] + out[2][other_row]
        turned = (stretch[2], stretch[3], stretch[0], stretch[1]), (other, other_row, field, row)
        two, one = _compare_halves(hashes, text_arrays, turned[0], turned[1], stored, memory, covered, out)
        if out[2][row] + out[2][other_row] <= found + EQUAL:
            one, two = _compare_halves(hashes, text_arrays, stretch, pair, stored, memory, covered, out)
    where = _joined(_joined((np.int64(hashes.size), np.int64(0), np.int64(0)), one, size), two, other_size)
    is_hopeless = _is_hopeless(out, row, floor) and _is_hopeless(out, other_row, floor)
    return where[0], where[1], where[2], is_hopeless


@part
def _compare_halves(hashes, text_arrays, stretch, pair, stored, memory, covered, out):
    """Compare one half, then the other one near it, in what the first one leaves -> the stretch of each."""
    field, row, other, other_row = pair
    _wipe(out, row)
    _wipe(out, other_row)
    one = compare(hashes, text_arrays, stretch[0], stretch[1], stored, field, memory, out, row)
    begin, end = stretch[2], stretch[3]
    is_there = one[1] > one[0]
    if is_there:
        size, other_size = stored[2][field + 1] - stored[2][field], stored[2][other + 1] - stored[2][other]
        margin = reach(max(size, other_size)) + other_size
        begin, end = max(begin, one[2] - margin), min(end, one[3] + margin)
        _hide(hashes, covered, one[2], one[3])
    two = compare(hashes, text_arrays, begin, end, stored, other, memory, out, other_row)
    if is_there:
        _show(hashes, covered, one[2], one[3])
    return one, two


@inlined
def _wipe(out, row):
    """Forget what an earlier comparison found."""
    out[2][row] = out[3][row] = out[4][row] = out[10][row] = 0
    out[5][row] = out[6][row] = out[7][row] = out[8][row] = out[9][row] = 0


@inlined
def _is_hopeless(out, row, floor):
    """Is next to nothing of an anchor there?"""
    return out[2][row] < floor and out[5][row] < RUN_OF_WORDS


@inlined
def _joined(where, near, size):
    """From where to where anchors stand, and the length of the longest one, with one more."""
    if near[1] <= near[0]:
        return where
    return min(where[0], near[0]), max(where[1], near[1]), max(where[2], np.int64(size))


@inlined
def _other_half(kinds, start, stop, half):
    """The half of a pair that is not this one, -1 if there is none."""
    for field in range(start, stop):
        if kinds[field] == HALF and field != half:
            return np.int64(field)
    return np.int64(-1)


@inlined
def _stretch(kind, step, size, bounds):
    """The tokens of a text that a field is compared with.

    `bounds`: from where to where windows of the item stand; the same of its anchors, and the length of the
    longest one, once they were compared; and the tokens of the text.
    """
    hits, (low, high, length), count = bounds
    if step < 2:
        margin = np.int64(size * STRETCH) + SLACK
        return max(hits[0] - margin, 0), min(hits[1] + margin, count)
    margin = max(reach(length), FAR) if kind == ANYWHERE else reach(length)
    if low < high:
        return max(low - margin, 0), min(high + margin, count)
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
