"""From hits to candidates: which items are worth a closer look in which text."""
# mypy: disable-error-code="no-untyped-def, misc"

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numba import njit

from bioclue_data.matching.tokens import FAST

if TYPE_CHECKING:
    from bioclue_data.matching.index import Index
    from bioclue_data.matching.scan import Hits

SHARE = 0.12  # of an anchor's windows that must be in the text
RUN = 4  # or this many of them, as in a run of 7 words


class Candidates(NamedTuple):
    """Pairs of a text and an item, in the order of the texts; and where the item's windows stand in it."""

    texts: Any  # int32
    items: Any  # int32
    firsts: Any  # int32, token
    lasts: Any


class Scratch(NamedTuple):
    """Working memory of one thread: per window and per field, which text touched it last.

    Texts are numbered on over all calls, from `serial`, so that nothing needs to be wiped in between.
    """

    serial: Any  # int64[1]
    windows: Any  # int64[windows]
    fields: Any  # int64[fields]
    counts: Any  # int32[fields], as the rest
    firsts: Any
    lasts: Any


def scratch(index: Index) -> Scratch:
    """Fresh working memory for an index."""
    fields = len(index.kinds)
    arrays = [np.full(index.windows, -1, np.int64), np.full(fields, -1, np.int64)]
    places = [np.zeros(fields, np.int32) for _ in range(3)]
    return Scratch(np.zeros(1, np.int64), *arrays, *places)


def candidates(hits: Hits, index: Index, working: Scratch) -> Candidates:
    """Items of which an anchor has enough of its windows in a text."""
    room = 1024
    while True:
        out = tuple(np.empty(room, np.int32) for _ in Candidates._fields)
        owned = (index.owners, index.owner_offsets, index.window_counts, index.items)
        count = _candidates(hits, owned, working, out)
        working.serial[0] += int(hits.texts[-1]) + 1 if len(hits.texts) else 0
        if count >= 0:
            return _by_item(*(array[:count] for array in out))
        room *= 8


def _by_item(texts: Any, items: Any, firsts: Any, lasts: Any) -> Candidates:
    """Fields of one item in one text, put together."""
    order = np.lexsort((items, texts))
    texts, items, firsts, lasts = texts[order], items[order], firsts[order], lasts[order]
    fresh = np.ones(len(texts), bool)
    fresh[1:] = (texts[1:] != texts[:-1]) | (items[1:] != items[:-1])
    starts = np.flatnonzero(fresh)
    if not len(starts):
        return Candidates(texts, items, firsts, lasts)
    spans = np.minimum.reduceat(firsts, starts), np.maximum.reduceat(lasts, starts)
    return Candidates(texts[starts], items[starts], *spans)


@njit(**FAST)
def _candidates(hits, owned, working, out):
    """A row for each field of which enough is in a text -> how many, or -1 if they do not fit."""
    texts, windows, positions = hits
    owners, owner_offsets, window_counts, items = owned
    serial, seen, touched, counts, firsts, lasts = working
    fields = np.empty(counts.size, np.int32)
    count, i = 0, 0
    while i < texts.size:
        text = texts[i]
        stamp = serial[0] + text
        found = 0
        while i < texts.size and texts[i] == text:
            window, position = windows[i], positions[i]
            fresh = seen[window] != stamp
            seen[window] = stamp
            for k in range(owner_offsets[window], owner_offsets[window + 1]):
                field = owners[k]
                if touched[field] != stamp:
                    touched[field] = stamp
                    counts[field] = 0
                    firsts[field] = position
                    fields[found] = field
                    found += 1
                counts[field] += fresh
                lasts[field] = position
            i += 1
        for k in range(found):
            field = fields[k]
            if counts[field] < RUN and counts[field] < SHARE * window_counts[field]:
                continue
            if count == out[0].size:
                return -1
            out[0][count] = text
            out[1][count] = items[field]
            out[2][count] = firsts[field]
            out[3][count] = lasts[field]
            count += 1
    return count
