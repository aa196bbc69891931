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
    shifts = U(65 - (64 * len(index.anchors)).bit_length()), U(65 - (64 * len(index.words)).bit_length())
    short_anchors = index.anchors, index.words, shifts, index.short_lengths, short
    return index.bloom, index.slots, short_anchors, powers


@njit(forceinline=True)
def _window(prefix, single, i, powers):
    """Hash of the seed window that ends at a token."""
    running = prefix[i + U(CARRY)]
    word = running - prefix[i + U(CARRY - SEED.word)] * powers[0]
    character = running - prefix[i + U(CARRY - SEED.single)] * powers[1]
    return mix(character if single[i + U(CARRY)] != 0 else word)


@njit(**FAST)
def _probe(prefix, single, count, bloom, powers, hashes, passed):
    """Hash of the window that ends at each token, and whether the filter lets it pass."""
    for i in range(U(count)):
        hashes[i] = _window(prefix, single, i, powers)
    for i in range(U(count)):
        passed[i] = may_hold(hashes[i], bloom)


@njit(**FAST)
def _probe_fourth(prefix, single, first, count, bloom, powers, hashes, passed):
    """The same of every fourth token from the first on; the others do not pass."""
    passed[:count] = 0
    for i in range(U(first), U(count), U(4)):
        hashes[i] = _window(prefix, single, i, powers)
        passed[i] = may_hold(hashes[i], bloom)


@njit(**FAST)
def _probe_short(prefix, count, anchors, words, shifts, powers, passed):
    """Mark tokens at which a short anchor may end: by its last two tokens, or by its only one."""
    for i in range(U(count)):
        running = prefix[i + U(CARRY)]
        two = mix(running - prefix[i + U(CARRY - 2)] * powers[2]) >> shifts[0]
        one = mix(running - prefix[i + U(CARRY - 1)] * powers[3]) >> shifts[1]
        held = (anchors[two >> U(6)] >> (two & U(63))) | (words[one >> U(6)] >> (one & U(63)))
        passed[i] |= np.uint8((held & U(1)) << U(1))


@njit(**FAST)
def _look_up(single, count, slots, position, hashes, passed, places, numbers):
    """Tokens that passed, and the windows found there, -1 if none; -> how many. Lookups overlap in time."""
    listed = 0
    for i in range(count):
        places[listed] = i
        listed += passed[i] != 0
    for k in range(listed):
        i = places[k]
        length = SEED.single if single[CARRY + i] else SEED.word
        is_seed = passed[i] & 1 and position + i + 1 >= length
        numbers[k] = find(hashes[i], slots) if is_seed else -1
    return listed


@njit(**FAST)
def _scan(base, offsets, first, last, tables, seeds, stride, hits):
    """-> the text where it stopped because the hits are full, and how many hits come before that text."""
    bloom, slots, (anchors, words, shifts, short_lengths, short_powers), powers = seeds
    size = CARRY + ROOM + 40
    prefix, single = np.zeros(size, np.uint64), np.zeros(size, np.uint8)
    arrays = (prefix, np.zeros(size, np.int32), np.zeros(size, np.int32), single)
    hashes, passed = np.zeros(ROOM + 40, np.uint64), np.zeros(ROOM + 40, np.uint8)
    places, numbers = np.zeros(ROOM + 41, np.int32), np.zeros(ROOM + 40, np.int64)
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
            if stride == 1:
                _probe(prefix, single, found, bloom, powers, hashes, passed)
            else:
                _probe_fourth(prefix, single, -position & 3, found, bloom, powers, hashes, passed)
            if short_lengths.size:
                _probe_short(prefix, found, anchors, words, shifts, powers, passed)
            if count > full:
                return np.int64(text), before
            listed = _look_up(single, found, slots, position, hashes, passed, places, numbers)
            for k in range(listed):
                i = places[k]
                here = position + i
                if numbers[k] >= 0:
                    hits[0][count], hits[1][count], hits[2][count] = text, numbers[k], here
                    count += 1
                if passed[i] & 2 == 0:
                    continue
                for j in range(short_lengths.size):
                    n = short_lengths[j]
                    if here + 1 < n:
                        break
                    value = mix(prefix[CARRY + i] - prefix[CARRY + i - n] * short_powers[j])
                    number = find(value, slots) if may_hold(value, bloom) else -1
                    if number >= 0:
                        hits[0][count], hits[1][count], hits[2][count] = text, number, here
                        count += 1
            position += found
            for i in range(CARRY):
                prefix[i] = prefix[i + found]
    return np.int64(last), count
