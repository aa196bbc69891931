"""From hits to candidates: which items are worth a closer look in which text."""
# mypy: disable-error-code="no-untyped-def, misc"

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from bioclue_data.matching.compare import SLACK, STRETCH
from bioclue_data.matching.compiled import inlined, kernel
from bioclue_data.matching.machine import prefetch
from bioclue_data.matching.scan import stride_of
from bioclue_data.matching.tokens import U

if TYPE_CHECKING:
    from bioclue_data.matching.index import Index
    from bioclue_data.matching.scan import Hits

RUN = 4  # hits at successive tokens that make a candidate of any field, as in a run of 7 words


# columns of the working memory of a field: of the index, and of the text under way; and of an item
GAP, NEEDED, PARTNER, ALIKE, ITEM, PLACE = range(6)
TOUCHED, COUNT, RUNNING, LONGEST, START, LAST, FIRST, END, ALONE, RAN = range(6, 16)
SEEN, ROW = range(2)
LINE = 16  # int32 in a line of the cache: a field's columns come with one access
LAST_SERIAL = 2**31 - 1
AHEAD = 8  # hits


class Candidates(NamedTuple):
    """Pairs of a text and an item, in the order of the texts; and where the item's windows stand in it.

    Attributes:
        texts, items: int32.
        firsts, lasts: int32; tokens.
        anchors: uint64; a bit for each anchor that is hit, by its place in the item, the last for all beyond.
        inside: uint64; the same of those short ones that stand inside lines only.
    """

    texts: Any
    items: Any
    firsts: Any
    lasts: Any
    anchors: Any
    inside: Any

    def chosen(self, which: Any) -> Candidates:
        """Some of them."""
        return Candidates(*(array[which] for array in self))


class Scratch(NamedTuple):
    """Working memory of one thread: which text touched a field or an item last, and what it found there.

    Texts are numbered on over all calls, from `serial`, so that nothing needs to be wiped in between.

    Attributes:
        serial: int64[1].
        fields: int32[fields * LINE]; GAP: tokens without a hit that end a cluster; NEEDED: hits that are
            enough; PARTNER, ALIKE, ITEM: of the index; PLACE: the field's in its item; COUNT: hits of the
            cluster, RUNNING: tokens of the run of hits up to the LAST one, LONGEST: the most of them in the
            cluster, START: where it begins; FIRST: where the first cluster with enough hits begins, -1 if
            there is none yet, END: the last hit of the last one; ALONE: does any hit stand alone? RAN: was
            there a run of RUN hits?
        items: int32[items, 2]; ROW: the candidate that the item is.
        touched: int32[fields + 1]; the fields of the text under way.
    """

    serial: Any
    fields: Any
    items: Any
    touched: Any


def scratch(index: Index, needed: Any = None) -> Scratch:
    """Fresh working memory. `needed`: int32[fields]; hits that are enough, if not those of the index."""
    fields = np.zeros((len(index.kinds), LINE), np.int32)
    fields[:, GAP] = (np.diff(index.token_offsets) * STRETCH).astype(np.int32) + SLACK
    fields[:, NEEDED] = index.needed if needed is None else needed
    fields[:, PARTNER] = index.partners
    fields[:, ALIKE], fields[:, ITEM] = index.alike, index.items
    fields[:, PLACE] = np.arange(len(index.items)) - index.item_offsets[index.items]
    return Scratch(
        np.zeros(1, np.int64),
        fields.reshape(-1),
        np.zeros((len(index.item_offsets) - 1, 2), np.int32),
        np.empty(len(fields) + 1, np.int32),
    )


def candidates(hits: Hits, index: Index, working: Scratch) -> Candidates:
    """Items of which an anchor has enough of its windows in a text; halves with some of the other, or a run.

    Enough of them must stand together: hits with a longer gap between them than a field's stretch are of
    different places, none of which a stretch could hold both of.
    """
    room = max(1024, len(hits.texts))
    texts = int(hits.texts[-1]) + 1 if len(hits.texts) else 0
    owned = index.owners, index.owner_offsets
    while True:
        if working.serial[0] + texts > LAST_SERIAL:
            working.fields[TOUCHED::LINE] = working.items[:, SEEN] = working.serial[0] = 0
        kinds = *[np.int32] * 4, *[np.uint64] * 2
        out = [np.empty(room, kind) for kind in kinds]
        count = _candidates(hits, owned, stride_of(index), working, tuple(out))
        working.serial[0] += texts
        if count >= 0:
            return Candidates(*(array[:count] for array in out))
        room *= 8


@kernel
def _candidates(hits, owned, stride, working, out):
    """A row for each item of which enough is in a text -> how many, or -1 if they do not fit."""
    owners, owner_offsets = owned
    serial, fields, _, touched = working
    count, begin = np.int64(0), np.int64(0)
    while begin < hits.texts.size:
        text, end, found = hits.texts[begin], begin, 0
        stamp = np.int32(serial[0] + text + 1)
        while end < hits.texts.size and hits.texts[end] == text:
            end += 1
        for i in range(begin, end):
            window = hits.windows[i]
            _fetch(hits.windows, i, owned, fields)
            for k in range(owner_offsets[window], owner_offsets[window + 1]):
                touched[found] = owners[k]
                own = np.int64(owners[k]) * LINE
                found += _touch(fields, own, (hits.positions[i], hits.alone[i]), stamp, stride)
        begin = end
        for k in range(found):
            field = np.int64(touched[k])
            own = field * LINE
            _close(fields, own)
            while field >= 0 and fields[own + FIRST] >= 0:
                other = np.int64(fields[field * LINE + PARTNER]) * LINE
                if other < 0 or fields[other + TOUCHED] == stamp or fields[own + RAN]:
                    if count == out[0].size:
                        return -1
                    count += _add(text, field * LINE, own, stamp, working, (count, out))
                field = np.int64(fields[field * LINE + ALIKE])
    return count


@inlined
def _fetch(windows, i, owned, fields):
    """Let what is needed of the next hits come nearer meanwhile."""
    owners, owner_offsets = owned
    if i + 3 * AHEAD < windows.size:
        prefetch(U(owner_offsets.ctypes.data) + U(8) * U(windows[i + 3 * AHEAD]))
        first = owner_offsets[windows[i + 2 * AHEAD]]
        prefetch(U(owners.ctypes.data) + U(4) * U(first))
        first, last = owner_offsets[windows[i + AHEAD]], owner_offsets[windows[i + AHEAD] + 1]
        for k in range(first, min(first + AHEAD, last)):
            prefetch(U(fields.ctypes.data) + U(4 * LINE) * U(owners[k]))


@inlined
def _touch(fields, own, hit, stamp, stride):
    """A hit of a field -> 1 if it is the first one in the text. `own`: where the field's line begins."""
    position, is_alone = hit
    is_first = fields[own + TOUCHED] != stamp
    if is_first:
        fields[own + TOUCHED] = stamp
        fields[own + FIRST] = -1
        fields[own + COUNT] = fields[own + LONGEST] = fields[own + ALONE] = fields[own + RAN] = 0
        fields[own + RUNNING] = 1
        fields[own + START] = fields[own + LAST] = position
    elif position - fields[own + LAST] > fields[own + GAP]:
        _close(fields, own)
        fields[own + COUNT] = fields[own + LONGEST] = 0
        fields[own + START] = position
    step = position - fields[own + LAST]
    running = fields[own + RUNNING] + step if step <= stride else np.int64(1)
    fields[own + COUNT] += stride
    fields[own + RUNNING] = running
    fields[own + LONGEST] = max(np.int64(fields[own + LONGEST]), running)
    fields[own + LAST] = position
    fields[own + ALONE] |= is_alone
    return 1 if is_first else 0


@inlined
def _close(fields, own):
    """Take a cluster that has enough hits into the field's place in the text."""
    has_run = fields[own + LONGEST] >= RUN
    if has_run or fields[own + COUNT] >= fields[own + NEEDED]:
        fields[own + RAN] |= has_run
        if fields[own + FIRST] < 0:
            fields[own + FIRST] = fields[own + START]
        fields[own + END] = fields[own + LAST]


@inlined
def _add(text, field, own, stamp, working, rows):
    """A field goes into the row of its text and item; -> 1 if that row is new.

    `field` and `own`: where the lines of the field, and of the one that stands for its content, begin.
    """
    count, (texts, items, firsts, lasts, anchors, inside) = rows
    _, fields, seen, _ = working
    item, bit = fields[field + ITEM], U(1) << U(min(fields[field + PLACE], 63))
    is_new = seen[item, SEEN] != stamp
    if is_new:
        seen[item, SEEN], seen[item, ROW] = stamp, count
        texts[count], items[count] = text, item
        firsts[count], lasts[count] = fields[own + FIRST], fields[own + END]
        anchors[count] = inside[count] = U(0)
    row = seen[item, ROW]
    firsts[row] = min(firsts[row], fields[own + FIRST])
    lasts[row] = max(lasts[row], fields[own + END])
    anchors[row] |= bit
    if fields[own + ALONE] == 0:
        inside[row] |= bit
    return 1 if is_new else 0
