"""The first look: the most that a closer look at a candidate could find, in a small part of its time.

The tokens of a text, and its pairs of neighbours, are marked in bitmaps (see `marks`). Of a field all marked
pairs count as found, wherever they stand in the segments that the closer look would read: no score of
`verify` is above its bound. Nearly all candidates are nothing even so.
"""
# mypy: disable-error-code="no-untyped-def, misc"

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from bioclue_data.matching.align import JUMP, TRANSLATED, is_aligned, weight_of
from bioclue_data.matching.compare import RUN_OF_SINGLES, RUN_OF_WORDS, SLACK, STRETCH
from bioclue_data.matching.compiled import inlined, kernel
from bioclue_data.matching.index import ANCHOR, ANYWHERE, HALF, NEAR
from bioclue_data.matching.machine import prefetch
from bioclue_data.matching.marks import SEGMENT, WORDS, is_marked, join, mark, print_of, token_place
from bioclue_data.matching.tokens import U
from bioclue_data.matching.verify import FLOOR, LONG_ANCHOR, has_bit, reach

if TYPE_CHECKING:
    from bioclue_data.matching.candidates import Candidates
    from bioclue_data.matching.index import Index
    from bioclue_data.matching.scan import Prints

ROUNDING = np.float32(1e-5)  # weights are added in another order than in `verify`


class Bounds(NamedTuple):
    """One row for each field of each candidate, as in `verify.Scores`: the most that these can be."""

    candidates: Any
    fields: Any
    fine: Any
    covered: Any
    longest: Any
    aligned: Any
    alone: Any


def first_look(
    prints: Prints, index: Index, found: Candidates, floor: float = FLOOR
) -> tuple[Candidates, Bounds]:
    """Bounds of every field of every candidate's item.

    Candidates of which next to nothing can be there are left out. Thread-safe, and free of the lock.

    Args:
        prints: Of the texts that were scanned.
        index: The fields.
        found: The candidates, in the order of the texts.
        floor: Share of every anchor, or of one half of a pair, without a long run, below which a candidate
            is left out.
    """
    rows = int(np.diff(index.item_offsets)[found.items].sum())
    kinds = np.int32, np.int32, np.float32, np.float32, np.int32, np.float32, bool
    out = Bounds(*(np.empty(rows, kind) for kind in kinds))
    stored = (
        index.token_hashes,
        index.single,
        index.token_offsets,
        index.fine,
        index.kinds,
        index.item_offsets,
        index.pair_places,
        index.weights,
    )
    kept = np.zeros(len(found.items), bool)
    segments = int(np.diff(prints.offsets).max(initial=0)) // SEGMENT + 1
    marks = np.empty((segments, WORDS), U), np.empty(WORDS, U)
    rows = _first_look(prints, stored, found, np.float32(floor), marks, kept, out)
    return found.chosen(kept), Bounds(*(array[:rows] for array in out))


@kernel
def _first_look(prints, stored, found, floor, memory, kept, out):
    token_offsets, kinds, item_offsets = stored[2], stored[4], stored[5]
    marks, joined = memory
    text, segments, read = np.int64(-1), np.int64(0), (np.int64(-1), np.int64(-1))
    others = np.int64(0), np.int64(0)
    row, number = np.int64(0), np.int64(0)
    for k in range(found.items.size):
        if found.texts[k] != text:
            text = np.int64(found.texts[k])
            tokens = prints.tokens[prints.offsets[text] : prints.offsets[text + 1]]
            segments, singles = mark(tokens, marks)
            others = tokens.size - singles, singles
            read = np.int64(-1), np.int64(-1)
        _fetch(stored, found.items, k)
        own = item_offsets[found.items[k]], item_offsets[found.items[k] + 1]
        longest, run, most, least = np.int64(0), np.int32(0), np.float32(0), np.float32(1)
        for field in range(own[0], own[1]):
            if _is_looked_for(kinds[field]):
                longest = max(longest, token_offsets[field + 1] - token_offsets[field])
        for of_anchors in (True, False):
            for field in range(own[0], own[1]):
                if of_anchors != _is_looked_for(kinds[field]):
                    continue
                here = row + field - own[0]
                out.candidates[here], out.fields[here] = number, field
                wanted = _segments_read(stored, found, k, field, longest, segments)
                if wanted[0] < wanted[1] and wanted != read:
                    join(marks, wanted, joined)
                    read = wanted
                _look_at(stored, found, k, field, wanted, joined, others, here, out)
                if of_anchors:
                    run, most = max(run, out.longest[here]), max(most, out.fine[here])
                    least = min(least, out.fine[here]) if kinds[field] == HALF else least
            kept[k] = run >= RUN_OF_WORDS or (most >= floor and least >= floor)
            if not kept[k]:
                break
        if kept[k]:
            row += own[1] - own[0]
            number += 1
    return row


@inlined
def _look_at(stored, found, k, field, wanted, joined, others, here, out):
    """Fill the row of one field of a candidate; nothing is there if no segment of the text is wanted."""
    place = field - stored[5][found.items[k]]
    out.alone[here] = not (place < 63 and has_bit(found.inside[k], place))
    out.fine[here], out.covered[here], out.longest[here], out.aligned[here] = 0, 0, 0, 0
    if wanted[0] < wanted[1]:
        out.fine[here], out.covered[here], out.longest[here], out.aligned[here] = _bound(
            stored, field, joined, others
        )


@inlined
def _fetch(stored, items, k):
    """Let what is needed of the next items come nearer meanwhile."""
    _, _, token_offsets, fine, kinds, item_offsets, pair_places, _ = stored
    if k + 12 < items.size:
        prefetch(U(item_offsets.ctypes.data) + U(8) * U(items[k + 12]))
        field = U(item_offsets[items[k + 8]])
        prefetch(U(token_offsets.ctypes.data) + U(8) * field)
        prefetch(U(kinds.ctypes.data) + field)
        token = U(token_offsets[item_offsets[items[k + 4]]])
        prefetch(U(pair_places.ctypes.data) + U(2) * token)
        prefetch(U(fine.ctypes.data) + U(4) * token)


@inlined
def _is_looked_for(kind):
    return kind == ANCHOR or kind == HALF


@inlined
def _segments_read(stored, found, k, field, longest, segments):
    """The segments of the text that `verify` may read for a field; none for a long anchor without a hit."""
    token_offsets, kind = stored[2], stored[4][field]
    size = token_offsets[field + 1] - token_offsets[field]
    if kind == ANYWHERE:
        return np.int64(0), np.int64(segments)
    if (
        kind == ANCHOR
        and size > LONG_ANCHOR
        and not has_bit(found.anchors[k], field - stored[5][found.items[k]])
    ):
        return np.int64(0), np.int64(0)
    margin = np.int64((size if kind == ANCHOR else longest) * STRETCH) + SLACK
    if kind == HALF:
        margin += SLACK  # where the longer half stands, and SLACK around it
    if kind == NEAR:
        margin += reach(longest)
    return np.int64(max(found.firsts[k] - margin, 0) // SEGMENT), np.int64(
        min((found.lasts[k] + margin) // SEGMENT + 1, segments)
    )


@inlined
def _bound(stored, field, joined, others):
    """Of a field: the share by weight, the share in long runs, the longest run, and the share in order."""
    _, single, token_offsets, fine, kinds, _, pair_places, weights = stored
    first, last = token_offsets[field], token_offsets[field + 1]
    if last - first == 1:
        is_there = is_marked(joined, pair_places[first])
        return np.float32(is_there), np.float32(0), np.int32(is_there), np.float32(is_there)
    weight = np.float32(0)
    run, longest, covered, counted = np.int64(0), np.int64(0), np.int64(0), np.int64(0)
    for t in range(first + 1, last):
        marked = is_marked(joined, pair_places[t])
        weight += fine[t] * np.float32(marked)
        run = (run + 1) & -marked
        longest = max(longest, run)
        length = run + 1
        if length >= RUN_OF_WORDS:
            counted = np.int64(0) if length == RUN_OF_WORDS else counted
            if length >= (RUN_OF_SINGLES if single[t] else RUN_OF_WORDS):
                covered += length - counted
                counted = length
    total = weights[field]
    share = min(weight / total + ROUNDING, np.float32(1)) if total > 0 else np.float32(0)
    longest += longest > 0
    in_order = share
    if is_aligned(kinds[field], last - first, share):
        in_order = _bound_aligned(stored, field, joined, others)
    return share, np.float32(covered) / np.float32(max(last - first, 1)), np.int32(longest), in_order


@inlined
def _bound_aligned(stored, field, joined, others):
    """Of a field: the share by weight of its tokens that are marked, or for which a translation could stand.

    `others`: how many tokens the text has that could stand for a character: words; and the other way round.
    """
    hashes, single, token_offsets, fine = stored[:4]
    first, last = token_offsets[field], token_offsets[field + 1]
    total, there = np.float32(0), np.float32(0)
    missing, greatest = (np.float32(0), np.float32(0)), (np.float32(0), np.float32(0))
    for t in range(first, last):
        weight = weight_of(fine, first, last, t)
        total += weight
        if is_marked(joined, token_place(print_of(hashes[t], single[t]))):
            there += weight
        elif single[t]:
            missing = missing[0] + weight, missing[1]
            greatest = max(greatest[0], weight), greatest[1]
        else:
            missing = missing[0], missing[1] + weight
            greatest = greatest[0], max(greatest[1], weight)
    there += _translated(missing, greatest, others, total / np.float32(max(last - first, 1)))
    return min(there / total + ROUNDING, np.float32(1)) if total > 0 else np.float32(1)


@inlined
def _translated(missing, greatest, others, mean):
    """The most weight that translations add, of characters and of words: `others` as in `_bound_aligned`.

    A token of the text stands for one of the field, and once more after each JUMP back.
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
