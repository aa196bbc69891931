"""The first look: the most that a closer look at a candidate could find, in a small part of its time.

The tokens of a text, and its pairs of neighbours, are marked in bitmaps (see `marks`). Of a field all marked
pairs count as found, wherever they stand in the segments that the closer look would read: no score of
`verify` is above its bound. Nearly all candidates are nothing even so.
"""
# mypy: disable-error-code="no-untyped-def, misc"

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from bioclue_data.matching.align import EDGE, JUMP, TRANSLATED, is_aligned, weight_of
from bioclue_data.matching.compare import RUN_OF_SINGLES, RUN_OF_WORDS, SLACK, STRETCH
from bioclue_data.matching.compiled import inlined, kernel, part
from bioclue_data.matching.index import ANCHOR, ANYWHERE, HALF, NEAR
from bioclue_data.matching.machine import ones, prefetch, sum_chosen
from bioclue_data.matching.marks import (
    SEGMENT,
    WORDS,
    join,
    mark,
    which_are_marked,
)
from bioclue_data.matching.tokens import ALL, U
from bioclue_data.matching.verify import FLOOR, LONG_ANCHOR, has_bit, reach

if TYPE_CHECKING:
    from bioclue_data.matching.candidates import Candidates
    from bioclue_data.matching.index import Index
    from bioclue_data.matching.scan import Prints

ROUNDING = np.float32(1e-5)  # weights are added in another order than in `verify`
ANYHOW, WHOLE, ALONE, SUPPORTED = range(4)  # what an anchor must be without support: `Least.lone`


class Least(NamedTuple):
    """What of each field must be there, at the least, for its candidate to be looked at further.

    One of these is enough, of any anchor; but of the halves of a pair `fine` is needed of each, and of lone
    anchors more.

    Attributes:
        fine, aligned, covered: float32[fields]; shares, as in `Bounds`; 2: none is enough.
        run: int32[fields]; tokens of the longest run.
        windows: int32[fields]; hits that make a candidate.
        lone: uint8[fields]; WHOLE, or ALONE: whole and by itself: such anchors must all be there so, or with
            support: two fields of the kind NEAR, or one of the kind ANYWHERE. SUPPORTED: only with that.
        support: float32[fields]; share from which on a field is support.
    """

    fine: Any
    aligned: Any
    covered: Any
    run: Any
    windows: Any
    lone: Any
    support: Any


class Bounds(NamedTuple):
    """One row for each field of each candidate, as in `verify.Scores`: the most that these can be."""

    candidates: Any
    fields: Any
    fine: Any
    covered: Any
    longest: Any
    aligned: Any
    alone: Any

    @property
    def plain(self) -> Any:
        """All windows may be there."""
        return np.ones(len(self.fields), np.float32)


def least_of_all(index: Index, floor: float = FLOOR) -> Least:
    """The same for all fields: a share of an anchor, and of both halves of a pair, or a run of 8 tokens."""
    count = len(index.kinds)
    share, never = (np.full(count, value, np.float32) for value in (floor, 2))
    run = np.full(count, RUN_OF_WORDS, np.int32)
    return Least(share, never, never, run, index.needed, np.zeros(count, np.uint8), share)


def first_look(prints: Prints, index: Index, found: Candidates, least: Least) -> tuple[Candidates, Bounds]:
    """Bounds of every field of every candidate's item.

    Candidates of which not enough can be there are left out. Thread-safe, and free of the lock.

    Args:
        prints: Of the texts that were scanned.
        index: The fields.
        found: The candidates, in the order of the texts.
        least: What is enough.
    """
    rows = int((index.item_offsets[found.items + 1] - index.item_offsets[found.items]).sum())
    kinds = np.int32, np.int32, np.float32, np.float32, np.int32, np.float32, bool
    out = Bounds(*(np.empty(rows, kind) for kind in kinds))
    stored = (
        index.token_prints,
        index.single,
        index.token_offsets,
        index.fine,
        index.kinds,
        index.item_offsets,
        index.pair_prints,
        index.weights,
    )
    kept = np.zeros(len(found.items), bool)
    segments = int(np.diff(prints.offsets).max(initial=0)) // SEGMENT + 1
    memory = np.empty((segments, WORDS), U), np.empty(WORDS, U)
    rows = _first_look(prints, stored, found, least, memory, kept, out)
    return found.chosen(kept), Bounds(*(array[:rows] for array in out))


@kernel
def _first_look(prints, stored, found, least, memory, kept, out):
    token_offsets, kinds, item_offsets = stored[2], stored[4], stored[5]
    text, marked = (np.int64(-1), np.int64(0), np.int64(0)), (np.int64(-1), np.int64(0), np.int64(0))
    row, number = np.int64(0), np.int64(0)
    for k in range(found.items.size):
        if found.texts[k] != text[0]:
            place = np.int64(found.texts[k])
            text = place, prints.offsets[place], prints.offsets[place + 1]
        _fetch(stored, least, found.items, k)
        own = item_offsets[found.items[k]], item_offsets[found.items[k] + 1]
        longest = np.int64(0)
        for field in range(own[0], own[1]):
            if _is_looked_for(kinds[field]):
                longest = max(longest, token_offsets[field + 1] - token_offsets[field])
        has_run = is_enough = is_around = False
        are_halves = are_whole = True
        for of_anchors in (True, False):
            for field in range(own[0], own[1]):
                if of_anchors != _is_looked_for(kinds[field]):
                    continue
                here = row + field - own[0]
                out.candidates[here], out.fields[here] = number, field
                stretch = _stretch(stored, found, k, field, longest, text)
                marked = _look_at(
                    prints, stored, found, (k, field, here), stretch, (text, marked, memory), out
                )
                if of_anchors:
                    has_share = out.fine[here] >= least.fine[field]
                    is_enough |= has_share or out.aligned[here] >= least.aligned[field]
                    are_halves &= has_share or kinds[field] != HALF
                    has_run |= out.longest[here] >= least.run[field]
                    has_run |= out.covered[here] >= least.covered[field]
                    is_around |= has_share and least.lone[field] == ANYHOW
                    are_whole &= least.lone[field] == ANYHOW or (
                        least.lone[field] != SUPPORTED
                        and out.longest[here] == token_offsets[field + 1] - token_offsets[field]
                        and (least.lone[field] == WHOLE or out.alone[here])
                    )
            kept[k] = has_run or (is_enough and are_halves)
            if of_anchors and kept[k] and not (are_whole or is_around):
                kept[k], marked = _may_be_supported(
                    prints, stored, least, found, (k, own, longest), (text, marked, memory)
                )
            if not kept[k]:
                break
        if kept[k]:
            row += own[1] - own[0]
            number += 1
    return row


@inlined
def _look_at(prints, stored, found, place, stretch, marking, out):
    """Fill the row of one field of a candidate; nothing is there if no stretch of the text is read.

    `place`: number of the candidate, the field, and the row. `marking`: the text, what of it is marked (its
    number, and the segments that are joined), and the memory for that.

    Returns:
        What is marked now.
    """
    (k, field, here), (text, marked, memory) = place, marking
    number = field - stored[5][found.items[k]]
    out.alone[here] = not (number < 63 and has_bit(found.inside[k], number))
    out.fine[here], out.covered[here], out.longest[here], out.aligned[here] = 0, 0, 0, 0
    if stretch[0] < stretch[1]:
        marked = _marked(prints, text, marked, stretch, memory)
        out.fine[here], out.covered[here], out.longest[here], out.aligned[here] = _bound(
            stored, field, prints, stretch, memory[1]
        )
    return marked


@part
def _may_be_supported(prints, stored, least, found, place, marking):
    """Can two fields NEAR the anchors be there, or one ANYWHERE? -> that, and what is marked now.

    `place`: number of the candidate, its fields, and the length of its longest anchor; `marking`: as above.
    """
    (k, own, longest), (text, marked, memory) = place, marking
    kinds, supports = stored[4], 0
    for field in range(own[0], own[1]):
        if supports < 2 and not _is_looked_for(kinds[field]):
            stretch = _stretch(stored, found, k, field, longest, text)
            if stretch[0] < stretch[1]:
                marked = _marked(prints, text, marked, stretch, memory)
                is_there = _may_reach(stored, field, least.support[field], memory[1])
                supports += is_there * (1 if kinds[field] == NEAR else 2)
    return supports >= 2, marked


@inlined
def _may_reach(stored, field, share, joined):
    """Can so much of a field be there, by weight? It is left as soon as too much is missing."""
    _, _, token_offsets, fine, _, _, pair_prints, weights = stored
    first, last = token_offsets[field], token_offsets[field + 1]
    if last - first == 1:
        return which_are_marked(pair_prints, first, last, joined) != U(0)
    missing, most = np.float32(0), (np.float32(1) - share + ROUNDING) * weights[field]
    for t in range(first + 1, last, 64):
        size = min(last - t, 64)
        absent = ~which_are_marked(pair_prints, t, t + size, joined) & (U(ALL) >> U(64 - size))
        missing += sum_chosen(U(fine.ctypes.data) + U(4) * U(t), absent)
        if missing > most:
            return False
    return True


@inlined
def _marked(prints, text, marked, stretch, memory):
    """Mark a text, if it is not, and join the segments that a stretch is in -> what is marked now."""
    marks, joined = memory
    number, begin, end = text
    if marked[0] != number:
        mark(prints.tokens[begin:end], prints.pairs[begin:end], marks)
    wanted = number, (stretch[0] - begin) // SEGMENT, (stretch[1] - 1 - begin) // SEGMENT + 1
    if marked != wanted:
        join(marks, wanted[1:], joined)
    return wanted


@inlined
def _fetch(stored, least, items, k):
    """Let what is needed of the next items come nearer meanwhile."""
    token_prints, single, token_offsets, fine, kinds, item_offsets, pair_prints, weights = stored
    if k + 12 < items.size:
        prefetch(U(item_offsets.ctypes.data) + U(8) * U(items[k + 12]))
        field = U(item_offsets[items[k + 8]])
        prefetch(U(token_offsets.ctypes.data) + U(8) * field)
        prefetch(U(kinds.ctypes.data) + field)
        prefetch(U(weights.ctypes.data) + U(4) * field)
        prefetch(U(least.fine.ctypes.data) + U(4) * field)
        prefetch(U(least.aligned.ctypes.data) + U(4) * field)
        prefetch(U(least.covered.ctypes.data) + U(4) * field)
        prefetch(U(least.run.ctypes.data) + U(4) * field)
        token = U(token_offsets[item_offsets[items[k + 4]]])
        prefetch(U(pair_prints.ctypes.data) + U(2) * token)
        prefetch(U(token_prints.ctypes.data) + U(2) * token)
        prefetch(U(single.ctypes.data) + token)
        prefetch(U(fine.ctypes.data) + U(4) * token)
        prefetch(U(fine.ctypes.data) + U(4) * token + U(64))


@inlined
def _is_looked_for(kind):
    return kind == ANCHOR or kind == HALF


@inlined
def _stretch(stored, found, k, field, longest, text):
    """The tokens of all texts that `verify` and `align` may read for a field, and some more.

    None for a long anchor without a hit. `text`: its number, its first token, and one past its last.
    """
    token_offsets, kind = stored[2], stored[4][field]
    _, begin, end = text
    size = token_offsets[field + 1] - token_offsets[field]
    if kind == ANYWHERE:
        return begin, end
    if (
        kind == ANCHOR
        and size > LONG_ANCHOR
        and not has_bit(found.anchors[k], field - stored[5][found.items[k]])
    ):
        return begin, begin
    margin = np.int64((size if kind == ANCHOR else longest) * STRETCH) + SLACK + EDGE + 2
    if kind == HALF:
        margin += SLACK  # where the longer half stands, and SLACK around it
    if kind == NEAR:
        margin += reach(longest)
    return max(begin + found.firsts[k] - margin, begin), min(begin + found.lasts[k] + margin, end)


@inlined
def _bound(stored, field, prints, stretch, joined):
    """Of a field: the share by weight, the share in long runs, the longest run, and the share in order."""
    token_prints, _, token_offsets, fine, kinds, _, pair_prints, weights = stored
    first, last = token_offsets[field], token_offsets[field + 1]
    if last - first == 1:
        is_there = which_are_marked(token_prints, first, last, joined)
        return np.float32(is_there), np.float32(0), np.int32(is_there), np.float32(is_there)
    weight, count, before, has_run = np.float32(0), np.int64(0), U(0), False
    for t in range(first + 1, last, 64):
        there = which_are_marked(pair_prints, t, min(t + 64, last), joined)
        weight += sum_chosen(U(fine.ctypes.data) + U(4) * U(t), there)
        count += np.int64(ones(there))
        has_run |= _has_run(there, before)
        before = there
    covered, longest = np.float32(0), np.int64(count + (count > 0))
    if has_run and count < last - first - 1:
        covered, longest = _runs(stored, first, last, joined)
    elif count < last - first - 1:
        longest = min(longest, RUN_OF_WORDS - 1)
    elif longest >= RUN_OF_WORDS:
        covered = np.float32(1)
    total = weights[field]
    share = min(weight / total + ROUNDING, np.float32(1)) if total > 0 else np.float32(0)
    in_order = share  # all of it: what is more cannot be
    if share < 1 and is_aligned(kinds[field], last - first, share):
        in_order = _bound_aligned(stored, field, prints, stretch, joined)
    return share, covered, np.int32(longest), in_order


@inlined
def _has_run(there, before):
    """Are RUN_OF_WORDS - 1 successive bits set, the last one in `there`, the first maybe in `before`?"""
    for shift in (1, 2, 3):
        there &= (there << U(shift)) | (before >> U(64 - shift))
        before &= before << U(shift)
    return there != U(0)


@inlined
def _runs(stored, first, last, joined):
    """Share of a field's tokens in long runs, and the longest run; pair by pair."""
    single, pair_prints = stored[1], stored[6]
    run, longest, covered, counted = np.int64(0), np.int64(0), np.int64(0), np.int64(0)
    for t in range(first + 1, last):
        run = (run + 1) & -np.int64(which_are_marked(pair_prints, t, t + 1, joined))
        longest = max(longest, run)
        length = run + 1
        if length >= RUN_OF_WORDS:
            counted = np.int64(0) if length == RUN_OF_WORDS else counted
            if length >= (RUN_OF_SINGLES if single[t] else RUN_OF_WORDS):
                covered += length - counted
                counted = length
    return np.float32(covered) / np.float32(last - first), longest + 1


@inlined
def _bound_aligned(stored, field, prints, stretch, joined):
    """Share by weight of a field's tokens that are there, or for which a translation could stand."""
    token_prints, single, token_offsets, fine = stored[:4]
    first, last = token_offsets[field], token_offsets[field + 1]
    total, found = np.float32(0), np.float32(0)
    missing, greatest = (np.float32(0), np.float32(0)), (np.float32(0), np.float32(0))
    for t in range(first, last):
        weight = weight_of(fine, first, last, t)
        total += weight
        if which_are_marked(token_prints, t, t + 1, joined):
            found += weight
        elif single[t]:
            missing = missing[0] + weight, missing[1]
            greatest = max(greatest[0], weight), greatest[1]
        else:
            missing = missing[0], missing[1] + weight
            greatest = greatest[0], max(greatest[1], weight)
    singles = _singles(prints.tokens, stretch)
    others = stretch[1] - stretch[0] - singles, singles
    found += _translated(missing, greatest, others, total / np.float32(max(last - first, 1)))
    return min(found / total + ROUNDING, np.float32(1)) if total > 0 else np.float32(1)


@inlined
def _singles(tokens, stretch):
    """How many tokens of a stretch are single characters."""
    singles = np.int64(0)
    for t in range(U(stretch[0]), U(stretch[1])):
        singles += np.int64(tokens[t] & np.uint16(1))
    return singles


@inlined
def _translated(missing, greatest, others, mean):
    """The most weight that translations add, of characters and of words.

    `others`: how many tokens the stretch has that could stand for a character: words; and the other way
    round. A token of the text stands for one of the field, and once more after each JUMP back.
    """
    best = np.float32(0)
    for jumps in range(1000):
        price = np.float32(jumps) * JUMP * mean
        characters = min(missing[0], greatest[0] * np.float32((jumps + 1) * others[0]))
        words = min(missing[1], greatest[1] * np.float32((jumps + 1) * others[1]))
        weight = (characters + words) * TRANSLATED - price
        if weight <= best:
            break
        best = weight
    return best
