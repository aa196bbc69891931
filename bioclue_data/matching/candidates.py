"""From hits to candidates: which items are worth a closer look in which text."""
# mypy: disable-error-code="no-untyped-def, misc"

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numba import njit

from bioclue_data.matching.compare import SLACK, STRETCH
from bioclue_data.matching.tokens import FAST, U

if TYPE_CHECKING:
    from bioclue_data.matching.index import Index
    from bioclue_data.matching.scan import Hits

SHARE = 0.12  # of an anchor's windows that must be in a cluster of hits
RUN = 4  # or this many of them at successive tokens, as in a run of 7 words


class Candidates(NamedTuple):
    """Pairs of a text and an item, in the order of the texts; and where the item's windows stand in it."""

    texts: Any  # int32
    items: Any  # int32
    firsts: Any  # int32, token
    lasts: Any
    anchors: (
        Any  # uint64; a bit for each anchor that is hit, by its place in the item, the last for all beyond
    )


class Scratch(NamedTuple):
    """Working memory of one thread: per field, which text touched it last, and its hits there.

    Texts are numbered on over all calls, from `serial`, so that nothing needs to be wiped in between.
    """

    serial: Any  # int64[1]
    fields: Any  # int64[fields]
    gaps: Any  # int32[fields], as the rest: tokens without a hit that end a cluster
    counts: Any  # hits of the cluster
    runs: Any  # hits at successive tokens up to the last
    longest: Any  # the most of them in the cluster
    starts: Any  # where the cluster begins
    lasts: Any  # the last hit
    firsts: Any  # where the first cluster with enough hits begins, -1 if there is none yet
    ends: Any  # the last hit of the last one


def scratch(index: Index) -> Scratch:
    """Fresh working memory for an index."""
    fields = len(index.kinds)
    gaps = (np.diff(index.token_offsets) * STRETCH).astype(np.int32) + SLACK
    places = [np.zeros(fields, np.int32) for _ in range(7)]
    return Scratch(np.zeros(1, np.int64), np.full(fields, -1, np.int64), gaps, *places)


def candidates(hits: Hits, index: Index, working: Scratch) -> Candidates:
    """Items of which an anchor has enough of its windows in a text; short halves with some of the other.

    Enough of them must stand together: hits with a longer gap between them than a field's stretch are of
    different places, none of which a stretch could hold both of.
    """
    room = 1024
    while True:
        out: tuple[Any, ...] = (*(np.empty(room, np.int32) for _ in range(4)), np.empty(room, np.uint64))
        owned = (
            index.owners, index.owner_offsets, index.window_counts, index.partners,
            index.items, index.item_offsets,
        )  # fmt: skip
        count = _candidates(hits, owned, working, out)
        working.serial[0] += int(hits.texts[-1]) + 1 if len(hits.texts) else 0
        if count >= 0:
            return _by_item(Candidates(*(array[:count] for array in out)))
        room *= 8


def _by_item(found: Candidates) -> Candidates:
    """Fields of one item in one text, put together."""
    order = np.lexsort((found.items, found.texts))
    texts, items, firsts, lasts, anchors = (array[order] for array in found)
    fresh = np.ones(len(texts), bool)
    fresh[1:] = (texts[1:] != texts[:-1]) | (items[1:] != items[:-1])
    starts = np.flatnonzero(fresh)
    if not len(starts):
        return found
    spans = np.minimum.reduceat(firsts, starts), np.maximum.reduceat(lasts, starts)
    return Candidates(texts[starts], items[starts], *spans, np.bitwise_or.reduceat(anchors, starts))


@njit(**FAST)
def _candidates(hits, owned, working, out):
    """A row for each field of which enough is in a text -> how many, or -1 if they do not fit."""
    texts, windows, positions = hits
    owners, owner_offsets, window_counts, partners, items, item_offsets = owned
    serial, touched, gaps, counts, runs, longest, starts, lasts, firsts, ends = working
    fields = np.empty(counts.size, np.int32)
    count, i = 0, 0
    while i < texts.size:
        text = texts[i]
        stamp = serial[0] + text
        found = 0
        while i < texts.size and texts[i] == text:
            window, position = windows[i], positions[i]
            for k in range(owner_offsets[window], owner_offsets[window + 1]):
                field = owners[k]
                if touched[field] != stamp:
                    touched[field] = stamp
                    firsts[field] = -1
                    counts[field] = runs[field] = longest[field] = 0
                    starts[field] = position
                    fields[found] = field
                    found += 1
                elif position - lasts[field] > gaps[field]:
                    _close(field, window_counts, counts, longest, starts, lasts, firsts, ends)
                    counts[field] = longest[field] = 0
                    starts[field] = position
                counts[field] += 1
                runs[field] = runs[field] + 1 if position - lasts[field] == 1 else 1
                longest[field] = max(longest[field], runs[field])
                lasts[field] = position
            i += 1
        for k in range(found):
            field = fields[k]
            _close(field, window_counts, counts, longest, starts, lasts, firsts, ends)
            if firsts[field] < 0 or (partners[field] >= 0 and touched[partners[field]] != stamp):
                continue
            if count == out[0].size:
                return -1
            out[0][count] = text
            out[1][count] = items[field]
            out[2][count] = firsts[field]
            out[3][count] = ends[field]
            out[4][count] = U(1) << U(min(field - item_offsets[items[field]], 63))
            count += 1
    return count


@njit(forceinline=True)
def _close(field, window_counts, counts, longest, starts, lasts, firsts, ends):
    """Take a cluster that has enough hits into the field's place in the text."""
    if longest[field] >= RUN or counts[field] >= SHARE * window_counts[field]:
        if firsts[field] < 0:
            firsts[field] = starts[field]
        ends[field] = lasts[field]
