"""The scan: which windows of an index stand in which texts. Buffers in, buffers out, without the lock."""
# mypy: disable-error-code="no-untyped-def, misc"

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numba import njit

from bioclue_data.matching.tokens import CARRY, FAST, U, tables, tokenise
from bioclue_data.matching.windows import SEED, find, may_hold, mix, power

if TYPE_CHECKING:
    from bioclue_data.matching.index import Index
    from bioclue_data.matching.tokens import Texts

ROOM = 4096  # tokens at a time: their hashes stay in the first-level cache
STRIDE_ABOVE = 3_000_000  # windows from which only every fourth place of the corpus is looked up


class Hits(NamedTuple):
    """Windows found, in the order of the texts: text, number of the window, position of its last token."""

    texts: Any  # int32
    windows: Any  # int32
    positions: Any  # int32


def scan(texts: Texts, index: Index, first: int = 0, last: int | None = None) -> Hits:
    """Look up every window of texts[first:last]; every fourth one if the index is large.

    A run of tokens that text and field share is found if it is as long as a window (and three more with the
    stride of four). Thread-safe, and free of the interpreter's lock.
    """
    last = len(texts) if last is None else last
    stride = 4 if index.windows > STRIDE_ABOVE else 1
    parts, room = [], 1 << 16
    while first < last:
        hits = tuple(np.empty(room, np.int32) for _ in Hits._fields)
        done, count = _scan(texts.base, texts.offsets, first, last, tables(), _seeds(index), stride, hits)
        if done == first:
            room *= 4
            continue
        first = done
        parts.append([array[:count] for array in hits])
    empty = [np.empty(0, np.int32)] * 3
    return Hits(*(np.concatenate(arrays) for arrays in zip(empty, *parts, strict=True)))


def _seeds(index: Index) -> tuple[Any, ...]:
    powers = (power(SEED.word), power(SEED.single), power(2), power(1))
    short = np.array([power(int(length)) for length in index.short_lengths], U)
    short_anchors = index.anchors, index.words, index.short_lengths, short
    return index.bloom, index.keys, index.ids, short_anchors, powers


@njit(**FAST)
def _probe(prefix, single, count, bloom, powers, hashes, passed):
    """Hash of the window that ends at each token, and whether the filter lets it pass."""
    word_back, single_back = U(CARRY - SEED.word), U(CARRY - SEED.single)
    for i in range(U(count)):
        running = prefix[i + U(CARRY)]
        word = running - prefix[i + word_back] * powers[0]
        character = running - prefix[i + single_back] * powers[1]
        hashes[i] = mix(character if single[i + U(CARRY)] != 0 else word)
    for i in range(U(count)):
        passed[i] = may_hold(hashes[i], bloom)


@njit(**FAST)
def _probe_short(prefix, count, anchors, back, factor, passed):
    """Mark tokens at which a short anchor may end, by its last `back` tokens."""
    for i in range(U(count)):
        value = mix(prefix[i + U(CARRY)] - prefix[i + U(CARRY) - U(back)] * factor)
        bit = value >> U(46)
        passed[i] |= np.uint8(((anchors[bit >> U(6)] >> (bit & U(63))) & U(1)) << U(1))


@njit(**FAST)
def _scan(base, offsets, first, last, tables, seeds, stride, hits):
    """-> the text where it stopped because the hits are full, and how many hits come before that text."""
    bloom, keys, ids, (anchors, words, short_lengths, short_powers), powers = seeds
    places = U(keys.size - 1)
    size = CARRY + ROOM + 40
    prefix, single = np.zeros(size, np.uint64), np.zeros(size, np.uint8)
    arrays = (prefix, np.zeros(size, np.int32), np.zeros(size, np.int32), single)
    hashes, passed = np.zeros(ROOM + 40, np.uint64), np.zeros(ROOM + 40, np.uint8)
    eight = passed.view(np.uint64)
    full = hits[0].size - (ROOM + 40) * (1 + short_lengths.size)
    count = np.int64(0)
    for text in range(first, last):
        before = count
        at, end = offsets[text], offsets[text + 1]
        position = np.int64(0)
        prefix[:CARRY] = U(0)
        while at < end:
            at, found = tokenise(base, at, end, tables, arrays, offsets[text], ROOM)
            if found == 0:
                break
            _probe(prefix, single, found, bloom, powers, hashes, passed)
            if anchors.size:
                _probe_short(prefix, found, anchors, 2, powers[2], passed)
            if words.size:
                _probe_short(prefix, found, words, 1, powers[3], passed)
            passed[found : (found + 7) & ~7] = 0
            if count > full:
                return np.int64(text), before
            for group in range((found + 7) >> 3):
                if eight[group] == U(0):
                    continue
                for i in range(group * 8, min(found, group * 8 + 8)):
                    if passed[i] == 0:
                        continue
                    length = SEED.single if single[CARRY + i] else SEED.word
                    here = position + i
                    if passed[i] & 1 and here + 1 >= length and (stride == 1 or here & 3 == 0):
                        number = find(hashes[i], keys, ids, places)
                        if number >= 0:
                            hits[0][count] = text
                            hits[1][count] = number
                            hits[2][count] = here
                            count += 1
                    if passed[i] & 2:
                        for k in range(short_lengths.size):
                            n = short_lengths[k]
                            if here + 1 < n:
                                break
                            value = mix(prefix[CARRY + i] - prefix[CARRY + i - n] * short_powers[k])
                            number = find(value, keys, ids, places) if may_hold(value, bloom) else -1
                            if number >= 0:
                                hits[0][count] = text
                                hits[1][count] = number
                                hits[2][count] = here
                                count += 1
            position += found
            for i in range(CARRY):
                prefix[i] = prefix[i + found]
    return np.int64(last), count
