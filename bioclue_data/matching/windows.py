"""Hashes of windows of tokens, and the tables that a scan looks them up in."""
# mypy: disable-error-code="no-untyped-def, misc"

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from bioclue_data.matching.compiled import inlined, kernel
from bioclue_data.matching.machine import prefetch
from bioclue_data.matching.tokens import BASE, GOLDEN, Tokens, U


def power(length: int) -> Any:
    """BASE to the power of a window's length."""
    return U(pow(BASE, length, 1 << 64))


class Lengths(NamedTuple):
    """How many tokens make a window whose last token is a word, or a CJK character."""

    word: int
    single: int


AHEAD = 16  # windows
SEED = Lengths(4, 6)
SHORT_SEED = Lengths(3, 4)  # of fields that one changed word can leave without a window of four


class Windows(NamedTuple):
    """Windows of some texts: hash, and the position of the last token (over all texts)."""

    hashes: Any  # uint64
    positions: Any  # int32


def windows_of(tokens: Tokens, lengths: Lengths) -> Windows:
    """All full windows, text by text."""
    size = len(tokens.hashes)
    hashes, positions = np.empty(size, U), np.empty(size, np.int32)
    powers = (power(lengths.word), power(lengths.single))
    prefix = np.zeros(int(np.diff(tokens.offsets).max(initial=0)) + 1, U)
    read = tokens.hashes, tokens.single, tokens.offsets
    count = _windows(read, lengths, powers, prefix, hashes, positions)
    return Windows(hashes[:count], positions[:count])


@kernel
def _windows(tokens, lengths, powers, prefix, hashes, positions):
    token_hashes, single, offsets = tokens
    count = 0
    for text in range(offsets.size - 1):
        first, last = offsets[text], offsets[text + 1]
        for t in range(first, last):
            i = t - first
            prefix[i + 1] = prefix[i] * U(BASE) + token_hashes[t]
            length = lengths[1] if single[t] else lengths[0]
            if i + 1 >= length:
                factor = powers[1] if single[t] else powers[0]
                hashes[count] = prefix[i + 1] - prefix[i + 1 - length] * factor
                positions[count] = t
                count += 1
    return count


@kernel
def whole_texts(token_hashes, offsets, chosen, hashes, anchors):
    """Hash of each chosen text as one window, and of its last two tokens, or its only one."""
    for k in range(chosen.size):
        first, last = offsets[chosen[k]], offsets[chosen[k] + 1]
        running = U(0)
        for t in range(first, last):
            running = running * U(BASE) + token_hashes[t]
        hashes[k] = running
        before = token_hashes[last - 2] if last - first > 1 else U(0)
        anchors[k] = before * U(BASE) + token_hashes[last - 1]


def count_fields(hashes: Any, fields: Any, populations: Any) -> Any:
    """int32: how many fields of its field's population have each window; 0 if the field had it before.

    Args:
        hashes: uint64; of windows, those of a field one after the other.
        fields: int32; the field of each.
        populations: int64[fields].
    """
    places = 1 << max(1, (3 * len(hashes) // 2 - 1).bit_length())
    found = np.empty(len(hashes), np.int32)
    slots = np.empty(len(hashes), np.uint32)
    _count_fields(hashes, fields, populations, np.zeros(2 * places, U), slots, found)
    return found


@kernel
def _count_fields(hashes, fields, populations, table, slots, out):
    """`table`: of each place the key, and the last field that had it in the upper half beside the count."""
    last = U(table.size - 1)
    for i in range(hashes.size):
        if i + AHEAD < hashes.size:
            coming = _key(hashes, fields, populations, i + AHEAD)
            prefetch(U(table.ctypes.data) + U(8) * _place(coming, last))
        key, field = _key(hashes, fields, populations, i), U(fields[i]) << U(32)
        place = _place(key, last)
        while table[place] != U(0) and table[place] != key:
            place = (place + U(2)) & last
        known = table[place + U(1)]
        is_first = table[place] == U(0) or (known >> U(32)) << U(32) != field
        table[place], table[place + U(1)] = key, field | ((known & U(0xFFFFFFFF)) + U(is_first))
        slots[i] = np.uint32(place + U(1)) if is_first else np.uint32(0)  # no place of a count
    for i in range(hashes.size):
        if i + AHEAD < hashes.size:
            prefetch(U(table.ctypes.data) + U(8) * U(slots[i + AHEAD]))
        out[i] = table[U(slots[i])] & U(0xFFFFFFFF) if slots[i] else U(0)


@inlined
def _key(hashes, fields, populations, i):
    """What a window is counted by: its hash, in its population; never 0."""
    return (hashes[i] + U(populations[fields[i]]) * U(GOLDEN)) | U(1)


def count_owners(owners: Any, offsets: Any, populations: Any) -> Any:
    """int32: of each owner of a window, how many owners the window has in its population.

    Args:
        owners: int32; distinct fields, one window after the other.
        offsets: int64[windows + 1].
        populations: int64[fields].
    """
    found = np.empty(len(owners), np.int32)
    counts = np.zeros(int(populations.max(initial=0)) + 1, np.int32)
    _count_owners(owners, offsets, populations, counts, found)
    return found


@kernel
def _count_owners(owners, offsets, populations, counts, found):
    for window in range(offsets.size - 1):
        own = range(offsets[window], offsets[window + 1])
        for i in own:
            counts[populations[owners[i]]] += 1
        for i in own:
            found[i] = counts[populations[owners[i]]]
        for i in own:
            counts[populations[owners[i]]] = 0


@inlined
def _place(key, last):
    """Where it stands in a table of pairs, if no other one does."""
    return (key >> U(19)) & last & ~U(1)


BLOOM_BITS = 12  # per hash
SHORT_BLOOM_BITS = 20  # of short windows: there are few, and what passes in vain costs more than memory


class Table(NamedTuple):
    """Bloom filters of 64-bit blocks, for long and for short windows, before an open-addressing table.

    A slot holds the upper half of a hash, and one more than its id; 0: free. Other bits of the hash choose
    the slot: of the hashes that come to it one in 2**32 is taken for another.
    """

    bloom: Any  # uint64
    short_bloom: Any  # uint64
    slots: Any  # uint64


def table_of(hashes: Any, is_short: Any) -> Table:
    """The table of some distinct hashes; the id is the position. `is_short`: bool; which filter holds it."""
    places = 1 << (2 * max(1, len(hashes))).bit_length()
    filters = filter_of(hashes[~is_short]), filter_of(hashes[is_short], SHORT_BLOOM_BITS)
    table = Table(*filters, np.zeros(places, U))
    _fill(hashes, table.slots)
    return table


def filter_of(hashes: Any, bits: int = BLOOM_BITS) -> Any:
    """uint64: the filter that lets some hashes pass, and one in a hundred others."""
    bloom = np.zeros(1 << (len(hashes) * bits // 64).bit_length(), U)
    np.bitwise_or.at(bloom, _blocks(hashes, bloom), _bits(hashes))
    return bloom


def may_hold_each(hashes: Any, bloom: Any) -> Any:
    """bool: does the filter let each hash pass?"""
    bits = _bits(hashes)
    return bloom[_blocks(hashes, bloom)] & bits == bits


def _blocks(hashes: Any, bloom: Any) -> Any:
    """The block of each hash."""
    return ((hashes >> U(40)) & U(bloom.size - 1)).astype(np.int64)


def _bits(hashes: Any) -> Any:
    """The three bits of each hash in its block."""
    one, two, three = ((hashes >> U(shift)) & U(63) for shift in (0, 6, 12))
    return (U(1) << one) | (U(1) << two) | (U(1) << three)


@inlined
def block_of(value, bloom):
    """Number of the block of a filter that a hash has its bits in."""
    return (value >> U(40)) & U(bloom.size - 1)


@inlined
def has_bits(block, value):
    """1 if a block has the three bits of a hash, else 0."""
    found = (block >> (value & U(63))) & (block >> ((value >> U(6)) & U(63)))
    return found & (block >> ((value >> U(12)) & U(63))) & U(1)


@inlined
def may_hold(value, bloom):
    """Does the filter let a hash pass? `may_hold_each` for one."""
    return has_bits(bloom[block_of(value, bloom)], value)


@kernel
def _fill(hashes, slots):
    last = U(slots.size - 1)
    for i in range(hashes.size):
        value = hashes[i]
        place = (value >> U(19)) & last
        while slots[place] != U(0):
            place = (place + U(1)) & last
        slots[place] = ((value >> U(32)) << U(32)) | U(i + 1)


@inlined
def slot_address(value, slots):
    """Address of the slot of a hash."""
    return U(slots.ctypes.data) + U(8) * ((value >> U(19)) & U(slots.size - 1))


@inlined
def find(value, slots):
    """Id of a hash, -1 if the table does not hold it."""
    last = U(slots.size - 1)
    place = (value >> U(19)) & last
    while slots[place] != U(0):
        if slots[place] >> U(32) == value >> U(32):
            return np.int64(slots[place] & U(0xFFFFFFFF)) - 1
        place = (place + U(1)) & last
    return np.int64(-1)
