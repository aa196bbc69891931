"""The scan: which windows of an index stand in which texts. Buffers in, buffers out, without the lock."""
# mypy: disable-error-code="no-untyped-def, misc"

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from bioclue_data.matching.alone import ENDS, LEADS, codes, stands_alone
from bioclue_data.matching.compiled import inlined, kernel, part
from bioclue_data.matching.machine import load64, prefetch, trailing_zeros
from bioclue_data.matching.tokens import BASE, BLOCK, CARRY, ROOM, U, block_of_tokens, tables, tokenise
from bioclue_data.matching.windows import SEED, SHORT_SEED, find, may_hold, power, slot_address

if TYPE_CHECKING:
    from bioclue_data.matching.index import Index
    from bioclue_data.matching.tokens import Texts

STRIDE_ABOVE = 3_000_000  # windows from which only every fourth place of the corpus is looked up


class Hits(NamedTuple):
    """Windows found, in the order of the texts.

    Attributes:
        texts: int32.
        windows: int32; number of the window in the index.
        positions: int32; token of the text that it ends at.
        alone: bool; False: a short anchor inside a line.
    """

    texts: Any
    windows: Any
    positions: Any
    alone: Any


class Prints(NamedTuple):
    """Upper halves of the hashes of all tokens, text by text, for a first look at what was found.

    Attributes:
        tokens: uint32.
        offsets: int64; one more than there are texts.
    """

    tokens: Any
    offsets: Any


def scan(texts: Texts, index: Index, first: int = 0, last: int | None = None) -> tuple[Hits, Prints]:
    """Look up every window of texts[first:last]; every fourth one if the index is large.

    A run of tokens that text and field share is found if it is as long as a window (and three more with the
    stride of four). Texts outside [first, last) have no prints. Thread-safe, and free of the interpreter's
    lock.
    """
    last = len(texts) if last is None else last
    bytes_of_texts = int(texts.offsets[last] - texts.offsets[first]) if first < last else 0
    prints = Prints(
        np.empty(bytes_of_texts // 2 + last - first, np.uint32), np.zeros(len(texts) + 1, np.int64)
    )
    how = stride_of(index), bool(index.short_bloom.any()), (codes(LEADS), codes(ENDS))
    memory = _memory(2 + len(index.short_lengths))
    parts, room = [], 1 << 16
    while first < last:
        hits = (*(np.empty(room, np.int32) for _ in range(3)), np.empty(room, bool))
        done, count = _scan(
            texts.base, texts.offsets, first, last, tables(), _seeds(index), how, memory, hits, prints
        )
        if done == first:
            room *= 4
            continue
        first = done
        parts.append([array[:count] for array in hits])
    prints.offsets[last:] = prints.offsets[last]
    if len(parts) == 1:
        return Hits(*parts[0]), prints
    empty = [*([np.empty(0, np.int32)] * 3), np.empty(0, bool)]
    return Hits(*(np.concatenate(arrays) for arrays in zip(empty, *parts, strict=True))), prints


def stride_of(index: Index) -> int:
    """At how many tokens of a text a window is looked up: at each, or at every so many."""
    return 4 if index.windows > STRIDE_ABOVE else 1


def _seeds(index: Index) -> tuple[Any, ...]:
    powers = (power(SEED.word), power(SEED.single)), (power(SHORT_SEED.word), power(SHORT_SEED.single))
    short = np.array([power(int(length)) for length in index.short_lengths], U)
    shifts = U(65 - (64 * len(index.anchors)).bit_length()), U(65 - (64 * len(index.words)).bit_length())
    short_anchors = index.anchors, index.words, (*shifts, power(2), power(1)), index.short_lengths, short
    return index.bloom, index.short_bloom, index.slots, short_anchors, powers


def _memory(most: int) -> tuple[tuple[Any, ...], ...]:
    """For a block of tokens, of each of which so many windows end in the index at `most`.

    What `tokenise` fills; hashes, and which of them pass; what is to be looked up; and the parts.
    """
    looked_up = [np.zeros(BLOCK, kind) for kind in (U, U, np.uint8)]
    pending = [np.zeros(BLOCK * most, kind) for kind in (U, np.int32, np.int32)]
    return (
        block_of_tokens(),
        tuple(looked_up),
        tuple(pending),
        tuple(np.zeros(ROOM + 1, np.int64) for _ in range(3)),
    )


@part
def _hash(prefix, single, count, powers, hashes, short_hashes, prints):
    """Hashes of the windows that end at each token, and the upper half of the token's own hash."""
    for i in range(U(count)):
        running = prefix[i + U(CARRY)]
        is_single = single[i + U(CARRY)] != 0
        prints[i] = (running - prefix[i + U(CARRY - 1)] * U(BASE)) >> U(32)
        hashes[i] = _window(running, prefix, i, is_single, SEED, powers[0])
        short_hashes[i] = _window(running, prefix, i, is_single, SHORT_SEED, powers[1])


@inlined
def _window(running, prefix, i, is_single, seed, powers):
    """Hash of the window of a seed's length that ends at a token."""
    word = running - prefix[i + U(CARRY - seed.word)] * powers[0]
    character = running - prefix[i + U(CARRY - seed.single)] * powers[1]
    return character if is_single else word


@part
def _probe(first, last, step, hashes, bloom, passed):
    """Does the filter let the window pass that ends at each so-manieth token? The others do not pass."""
    for i in range(U(first), U(last), U(step)):
        passed[i] = may_hold(hashes[i], bloom)


@part
def _probe_short(count, hashes, bloom, passed):
    """The same of short windows, which are looked up at every token."""
    for i in range(U(count)):
        passed[i] |= may_hold(hashes[i], bloom) << U(1)


@part
def _probe_whole(prefix, count, anchors, words, numbers, passed):
    """Mark tokens at which an anchor without windows may end: by its last two tokens, or by its only one."""
    two_shift, one_shift, square, base = numbers
    for i in range(U(count)):
        running = prefix[i + U(CARRY)]
        two = (running - prefix[i + U(CARRY - 2)] * square) >> two_shift
        one = (running - prefix[i + U(CARRY - 1)] * base) >> one_shift
        held = (anchors[two >> U(6)] >> (two & U(63))) | (words[one >> U(6)] >> (one & U(63)))
        passed[i] |= np.uint8((held & U(1)) << U(2))


@part
def _list(block, seeds, looked_up, pending):
    """What to look up of the tokens that passed -> how many. Their places in the table are fetched meanwhile.

    `pending`: hash, token, and number of tokens; less than 0 for a whole anchor.
    """
    prefix, single, count = block
    slots, (_, _, _, lengths, powers), short_bloom = seeds[2], seeds[3], seeds[1]
    hashes, short_hashes, passed = looked_up
    passed[count : count + 8] = 0
    address, listed = U(passed.ctypes.data), 0
    for first in range(0, count, 8):
        marks = load64(address + U(first))
        while marks != U(0):
            bit = trailing_zeros(marks) & U(0x38)
            mark = marks >> bit
            marks &= ~(U(0xFF) << bit)
            i = np.int64(first) + np.int64(bit >> U(3))
            is_single = single[CARRY + i] != 0
            if mark & U(1):
                size = SEED.single if is_single else SEED.word
                listed = _put(hashes[i], i, size, slots, pending, listed)
            if mark & U(2):
                size = SHORT_SEED.single if is_single else SHORT_SEED.word
                listed = _put(short_hashes[i], i, size, slots, pending, listed)
            for j in range(lengths.size if mark & U(4) else 0):
                value = prefix[CARRY + i] - prefix[CARRY + i - lengths[j]] * powers[j]
                if may_hold(value, short_bloom) != U(0):
                    listed = _put(value, i, -lengths[j], slots, pending, listed)
    return listed


@inlined
def _put(value, i, size, slots, pending, listed):
    """One more to look up -> how many."""
    pending[0][listed], pending[1][listed], pending[2][listed] = value, i, size
    prefetch(slot_address(value, slots))
    return listed + 1


@part
def _fill(base, offsets, last, tables, arrays, under_way, prints, parts):
    """Tokens of the next texts, up to ROOM of them; of as many texts as `parts` has room for.

    `under_way`: the text, its next byte, how many of its tokens there were, how many tokens at all. `parts`:
    for each text in the block: its number, its first token in the block, and how many it had before.

    Returns:
        What is under way now, the number of parts, and of tokens.
    """
    text, at, position, printed = under_way
    count, filled = 0, np.int64(0)
    while text < last and filled < ROOM and count < parts[0].size:
        parts[0][count], parts[1][count], parts[2][count] = text, filled, position
        count += 1
        at, found = tokenise(base, at, offsets[text + 1], tables, arrays, offsets[text], filled)
        filled += found
        position += found
        if at >= offsets[text + 1]:
            text += 1
            at, position = offsets[text], np.int64(0)
            prints.offsets[text] = printed + filled
    return (text, at, position, printed), count, filled


@part
def _collect(base, offsets, slots, marks, memory, block, hits, count, whole):
    """Look up what is pending of a block -> hits so far, and before the block's last text."""
    (_, starts, ends, _), _, pending, parts = memory
    part_count, filled, listed = block
    part, next_part = -1, np.int64(0)
    for k in range(listed):
        i, size = np.int64(pending[1][k]), np.int64(pending[2][k])
        while i >= next_part:
            part += 1
            next_part = parts[1][part + 1] if part + 1 < part_count else filled
            if part == part_count - 1 and parts[2][part] == 0:
                whole = count
        number = find(pending[0][k], slots)
        text, here = parts[0][part], parts[2][part] + i - parts[1][part]
        if number < 0 or here + 1 < abs(size):
            continue
        is_alone = size > 0
        if not is_alone:
            begin, end = offsets[text], offsets[text + 1]
            start, stop = begin + starts[CARRY + i + size + 1], begin + ends[CARRY + i]
            is_alone = stands_alone(base, start, stop, (begin, end), marks[0], marks[1])
        hits[0][count], hits[1][count], hits[2][count], hits[3][count] = text, number, here, is_alone
        count += 1
    if part < part_count - 1 and parts[2][part_count - 1] == 0:
        whole = count
    return count, whole


@kernel
def _scan(base, offsets, first, last, tables, seeds, how, memory, hits, prints):
    """-> the text where it stopped because the hits are full, and how many hits come before that text."""
    stride, has_short, marks = how
    bloom, short_bloom, slots, (anchors, words, numbers, short_lengths, _), powers = seeds
    (prefix, starts, _, single), (hashes, short_hashes, passed), pending, parts = memory
    full = hits[0].size - pending[0].size
    count, whole = np.int64(0), np.int64(0)
    under_way = np.int64(first), offsets[first], np.int64(0), prints.offsets[first]
    while under_way[0] < last:
        text, _, position, printed = under_way
        if position == 0:
            whole = count
        if count > full:
            return text, whole
        under_way, part_count, filled = _fill(
            base, offsets, last, tables, memory[0], under_way, prints, parts
        )
        _hash(prefix, single, filled, powers, hashes, short_hashes, prints.tokens[printed:])
        if stride == 1:
            _probe(0, filled, 1, hashes, bloom, passed)
        else:
            passed[:filled] = 0
            for part in range(part_count):
                stop = parts[1][part + 1] if part + 1 < part_count else filled
                _probe(parts[1][part] + (-parts[2][part] & 3), stop, 4, hashes, bloom, passed)
        if has_short:
            _probe_short(filled, short_hashes, short_bloom, passed)
        if short_lengths.size:
            _probe_whole(prefix, filled, anchors, words, numbers, passed)
        listed = _list((prefix, single, filled), seeds, memory[1], pending)
        block = part_count, filled, listed
        count, whole = _collect(base, offsets, slots, marks, memory, block, hits, count, whole)
        for i in range(CARRY):
            prefix[i], starts[i] = prefix[i + filled], starts[i + filled]
        under_way = under_way[0], under_way[1], under_way[2], printed + filled
    return np.int64(last), count
