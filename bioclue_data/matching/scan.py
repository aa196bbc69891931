"""The scan: which windows of an index stand in which texts. Buffers in, buffers out, without the lock."""
# mypy: disable-error-code="no-untyped-def, misc"

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from bioclue_data.matching.alone import edges, stands_alone
from bioclue_data.matching.compiled import inlined, kernel, part
from bioclue_data.matching.machine import load64, nonzero_mask, prefetch, trailing_zeros
from bioclue_data.matching.marks import print_of, print_of_pair
from bioclue_data.matching.tokens import (
    BASE,
    BLOCK,
    CARRY,
    ROOM,
    U,
    block_of_tokens,
    hash_tokens,
    tables,
    tokenise,
)
from bioclue_data.matching.windows import (
    SEED,
    SHORT_SEED,
    block_of,
    find,
    has_bits,
    may_hold,
    power,
    slot_address,
)

if TYPE_CHECKING:
    from bioclue_data.matching.index import Index
    from bioclue_data.matching.tokens import Texts

BASE_2, BASE_4 = int(power(2)), int(power(4))
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
    """The prints of all tokens, text by text, for a first look at what was found; see `marks`.

    Attributes:
        tokens: uint16.
        pairs: uint16; of each token and the one before. That of a text's first token says nothing.
        offsets: int64; one more than there are texts.
    """

    tokens: Any
    pairs: Any
    offsets: Any


def scan(texts: Texts, index: Index, first: int = 0, last: int | None = None) -> tuple[Hits, Prints]:
    """Look up every window of texts[first:last]; every fourth one if the index is large.

    A run of tokens that text and field share is found if it is as long as a window (and three more with the
    stride of four). Texts outside [first, last) have no prints. Thread-safe, and free of the interpreter's
    lock.
    """
    last = len(texts) if last is None else last
    bytes_of_texts = int(texts.offsets[last] - texts.offsets[first]) if first < last else 0
    most = bytes_of_texts // 2 + last - first
    prints = Prints(np.empty(most, np.uint16), np.empty(most, np.uint16), np.zeros(len(texts) + 1, np.int64))
    how = stride_of(index), edges()
    memory = _memory(3 + len(index.short_lengths))
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
    shifts = U(65 - (64 * len(index.anchors)).bit_length()), U(65 - (64 * len(index.words)).bit_length())
    whole = index.anchors, index.words, shifts, index.short_lengths
    return index.bloom, index.short_bloom, index.slots, whole


def _memory(most: int) -> tuple[tuple[Any, ...], ...]:
    """For a block of tokens, of each of which so many windows end in the index at `most`.

    What `tokenise` fills; hashes of pairs and of windows, places in bitmaps, blocks of filters, what the
    bitmaps hold, and what passes; what is to be looked up; and the parts.
    """
    windows, places, blocks = (tuple(np.zeros(BLOCK, kind) for _ in range(2)) for kind in (U, np.uint32, U))
    pairs, held, passed = np.zeros(BLOCK, U), np.zeros(BLOCK, np.uint8), np.zeros(BLOCK + 64, np.uint8)
    pending = tuple(np.zeros(BLOCK * most, kind) for kind in (U, np.int32, np.int32))
    parts = tuple(np.zeros(ROOM + 1, np.int64) for _ in range(3))
    return block_of_tokens(), (pairs, windows, places, blocks, held, passed), pending, parts


@part
def _hash_pairs(tokens, single, count, shifts, pairs, places, token_prints, pair_prints):
    """Hash of each token and the one before it, the prints of both, and where bitmaps have them.

    `places`: of anchors without windows that may end at a token, by two tokens, and by one.
    """
    for i in range(U(count)):
        token = tokens[i + U(CARRY)]
        pair = _joined(tokens[i + U(CARRY - 1)], U(BASE), token)
        pairs[i + U(CARRY)] = pair
        places[0][i], places[1][i] = pair >> shifts[0], token >> shifts[1]
        token_prints[i] = print_of(token, single[i + U(CARRY)])
        pair_prints[i] = print_of_pair(pair)


@inlined
def _joined(first, factor, second):
    """Hash of two successive windows as one. `factor`: BASE to the power of the length of the second."""
    return first * factor + second


@part
def _hash(tokens, pairs, single, count, windows):
    """Hashes of the windows that end at each token."""
    for i in range(U(count)):
        one, two, is_single = tokens[i + U(CARRY)], pairs[i + U(CARRY)], single[i + U(CARRY)] != 0
        three = _joined(pairs[i + U(CARRY - 1)], U(BASE), one)
        four = _joined(pairs[i + U(CARRY - 2)], U(BASE_2), two)
        six = _joined(pairs[i + U(CARRY - 4)], U(BASE_4), four)
        windows[0][i] = six if is_single else four
        windows[1][i] = four if is_single else three


@part
def _look(first, last, step, hashes, bloom, blocks):
    """The block of the filter for each so-manieth window. Nothing else: so that many loads are under way."""
    for i in range(U(first), U(last), U(step)):
        blocks[i] = bloom[block_of(hashes[i], bloom)]


@part
def _look_whole(count, anchors, words, two, one, held):
    """Do the bitmaps have an anchor without windows that ends at each token: of several tokens, or of one?"""
    if words.size == 1:  # there are none
        for i in range(U(count)):
            pair = U(two[i])
            held[i] = (anchors[pair >> U(6)] >> (pair & U(63))) & U(1)
        return
    for i in range(U(count)):
        pair, word = U(two[i]), U(one[i])
        of_several = (anchors[pair >> U(6)] >> (pair & U(63))) & U(1)
        held[i] = of_several | (((words[word >> U(6)] >> (word & U(63))) & U(1)) << U(1))


@part
def _test(count, windows, blocks, held, passed):
    """Which filters let the windows pass that end at each token: a bit for each."""
    for i in range(U(count)):
        long = has_bits(blocks[0][i], windows[0][i])
        short = has_bits(blocks[1][i], windows[1][i])
        passed[i] = long | (short << U(1)) | (held[i] << np.uint8(2))


@part
def _list(block, seeds, windows, passed, pending):
    """What to look up of the tokens that passed -> how many.

    `pending`: hash, token, and number of tokens; less than 0 for a whole anchor.
    """
    tokens, single, count = block
    slots, (_, _, _, lengths), short_bloom = seeds[2], seeds[3], seeds[1]
    hashes, short_hashes = windows
    passed[count : count + 64] = 0
    address, listed = U(passed.ctypes.data), U(0)
    for first in range(0, count, 64):
        marks = nonzero_mask(address + U(first))
        while marks != U(0):
            i = np.int64(first) + np.int64(trailing_zeros(marks))
            marks &= marks - U(1)
            mark, is_single = U(passed[i]), single[CARRY + i] != 0
            size = SEED.single if is_single else SEED.word
            listed = _put(hashes[i], i, size, mark & U(1), slots, pending, listed)
            size = SHORT_SEED.single if is_single else SHORT_SEED.word
            listed = _put(short_hashes[i], i, size, (mark >> U(1)) & U(1), slots, pending, listed)
            listed = _put(tokens[CARRY + i], i, -1, mark >> U(3), slots, pending, listed)
            for j in range(lengths.size if mark & U(4) else 0):
                value = U(0)
                for t in range(CARRY + i - lengths[j] + 1, CARRY + i + 1):
                    value = _joined(value, U(BASE), tokens[t])
                listed = _put(value, i, -lengths[j], may_hold(value, short_bloom), slots, pending, listed)
    return np.int64(listed)


@inlined
def _put(value, i, size, is_one, slots, pending, listed):
    """One more to look up if `is_one` is 1, none if it is 0 -> how many. To ask which would cost more."""
    pending[0][listed], pending[1][listed], pending[2][listed] = value, i, size
    prefetch(slot_address(value * is_one, slots))
    return listed + is_one


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
    hash_tokens(filled, arrays)
    return (text, at, position, printed), count, filled


@part
def _collect(base, offsets, slots, edges, memory, block, hits, count, whole):
    """Look up what is pending of a block -> hits so far, and before the block's last text."""
    (_, _, starts, ends, _, _), _, pending, parts = memory
    part_count, filled, listed = block
    part, next_part = -1, np.int64(0)
    for k in range(listed):
        i, size = np.int64(pending[1][k]), np.int64(pending[2][k])
        while i >= next_part:
            part += 1
            next_part = parts[1][part + 1] if part + 1 < part_count else filled
            if part == part_count - 1 and parts[2][part] == 0:
                whole = count
        text, here = parts[0][part], parts[2][part] + i - parts[1][part]
        is_alone = size > 0
        if not is_alone:
            begin, end = offsets[text], offsets[text + 1]
            is_word_after_word = (
                size == -1 and i > 0 and here > 0 and _follows(base + U(begin), starts, ends, CARRY + i)
            )
            if here + 1 < -size or is_word_after_word:
                continue
            start, stop = begin + starts[CARRY + i + size + 1], begin + ends[CARRY + i]
            is_alone = stands_alone(base, start, stop, (begin, end), edges)
            if size == -1 and not is_alone:
                continue
        number = find(pending[0][k], slots)
        hits[0][count], hits[1][count], hits[2][count], hits[3][count] = text, number, here, is_alone
        count += number >= 0 and here + 1 >= size
    if part < part_count - 1 and parts[2][part_count - 1] == 0:
        whole = count
    return count, whole


@inlined
def _follows(text, starts, ends, t):
    """Does a token stand behind an ASCII one and a blank, as most words of a sentence? "①" is none."""
    before = U(starts[t]) - U(1)
    return before == U(ends[t - 1]) and load64(text + before - U(1)) & U(0xFF80) == U(0x2000)


@kernel
def _scan(base, offsets, first, last, tables, seeds, how, memory, hits, prints):
    """-> the text where it stopped because the hits are full, and how many hits come before that text."""
    stride, edges = how
    bloom, short_bloom, slots, (anchors, words, shifts, _) = seeds
    (tokens, _, starts, _, single, _), (pairs, windows, places, blocks, held, passed), pending, parts = memory
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
        own_prints = prints.tokens[printed:], prints.pairs[printed:]
        _hash_pairs(tokens, single, filled, shifts, pairs, places, own_prints[0], own_prints[1])
        _hash(tokens, pairs, single, filled, windows)
        if stride == 1:
            _look(0, filled, 1, windows[0], bloom, blocks[0])
        else:
            blocks[0][:filled] = U(0)
            for part in range(part_count):
                stop = parts[1][part + 1] if part + 1 < part_count else filled
                _look(parts[1][part] + (-parts[2][part] & 3), stop, 4, windows[0], bloom, blocks[0])
        _look(0, filled, 1, windows[1], short_bloom, blocks[1])
        _look_whole(filled, anchors, words, places[0], places[1], held)
        _test(filled, windows, blocks, held, passed)
        listed = _list((tokens, single, filled), seeds, windows, passed, pending)
        block = part_count, filled, listed
        count, whole = _collect(base, offsets, slots, edges, memory, block, hits, count, whole)
        for i in range(CARRY):
            tokens[i], pairs[i], starts[i] = tokens[i + filled], pairs[i + filled], starts[i + filled]
        under_way = under_way[0], under_way[1], under_way[2], printed + filled
    return np.int64(last), count
