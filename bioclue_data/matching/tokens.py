"""The tokeniser, compiled: bytes of UTF-8 in; running hashes, byte spans and scripts of tokens out.

The hash of a window of n tokens that ends at token i is `prefix[i] - prefix[i - n] * BASE**n`: any length
costs one multiplication. `reference.py` says the same in plain Python, and is the oracle of the tests.
"""
# mypy: disable-error-code="no-untyped-def, misc"

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from bioclue_data.matching import characters
from bioclue_data.matching.compiled import inlined, kernel, part
from bioclue_data.matching.machine import (
    list_bits,
    lists_bits,
    load64,
    ones,
    three_byte_codes,
    trailing_zeros,
    word_masks,
)

U = np.uint64
BASE = 0xD6E8FEB86659FD93
GOLDEN = 0x9E3779B97F4A7C15
CARRY = 64  # tokens that a window may reach back over
ROOM = 2048  # tokens at a time: all about them stays in the second-level cache
MOST = 15  # bytes of a word that is hashed without a loop
WHOLE, SINGLE = 8, 8 | 64  # sizes of what is hashed as eight bytes
CODES = 16  # characters that are decoded at a time
BLOCK = (
    CARRY + ROOM + 64
)  # elements of the arrays: the last 64 bytes may hold 32 tokens more, and 32 are written
PADDING = 64  # bytes after a text that the tokeniser may read
EXPECTED = 12  # words in 64 bytes that are written without a question
_NO_SINGLE = 5 << 24  # in the entry of what is neither a token of its own nor a separator
_LOWER = 0x2020202020202020
ALL = 0xFFFFFFFFFFFFFFFF  # bits


@inlined
def _mix(block):
    """Hash of eight bytes."""
    value = block * U(GOLDEN)
    return value ^ (value >> U(32))


@inlined
def _join_bytes(address, size):
    """Eight bytes whose hash is that of a word of ASCII letters and digits, in lower case."""
    value = U(0)
    while size > 8:
        value = _mix(value ^ (load64(address) | U(_LOWER)))
        address += U(8)
        size -= 8
    return value ^ ((load64(address) | U(_LOWER)) & (U(ALL) >> U(64 - 8 * size)))


@inlined
def _decode(word, entries):
    """Table entry and length of the non-ASCII character in the low bytes of `word`."""
    lead = word & U(0xFF)
    if lead < U(0xE0):
        return entries[((lead & U(0x1F)) << U(6)) | ((word >> U(8)) & U(0x3F))], 2
    if lead < U(0xF0):
        code = ((lead & U(0xF)) << U(12)) | ((word >> U(2)) & U(0xFC0)) | ((word >> U(16)) & U(0x3F))
        return entries[code], 3
    code = ((lead & U(7)) << U(18)) | ((word << U(4)) & U(0x3F000))
    code |= ((word >> U(10)) & U(0xFC0)) | ((word >> U(24)) & U(0x3F))
    if code < U(entries.size):
        return entries[code], 4
    return np.uint32(characters.IGNORED << 24 if U(0xE0000) <= code < U(0xE0200) else 0), 4


@inlined
def _push(value, block, size, byte):
    """One more byte of a word: whole blocks of 8 go into the hash."""
    if size == 8:
        value = _mix(value ^ block)
        block, size = U(0), np.int64(0)
    return value, block | (byte << U(8 * size)), size + 1


@part
def _join_mixed(base, at, end, entries, expansions):
    """The same of a word with characters beyond ASCII in it -> (bytes, end of the word, next byte)."""
    value, block, size, last = U(0), U(0), np.int64(0), at
    while at < end:
        word = load64(base + U(at))
        byte = word & U(0xFF)
        if byte < U(0x80):
            lower = byte | U(0x20)
            if not (U(97) <= lower <= U(122) or U(48) <= byte <= U(57)):
                break
            value, block, size = _push(value, block, size, lower)
            at += 1
            last = at
            continue
        entry, length = _decode(word, entries)
        kind = entry >> 24
        folded = U(entry & 0xFFFFFF)
        if kind == characters.EXPANSION:
            letters = U(expansions[folded])
            while letters:
                value, block, size = _push(value, block, size, letters & U(0xFF))
                letters >>= U(8)
        elif kind == characters.WORD:
            if folded < U(0x80):
                value, block, size = _push(value, block, size, folded)
            else:
                while folded:
                    value, block, size = _push(value, block, size, folded & U(0xFF))
                    folded >>= U(8)
        elif kind != characters.IGNORED:
            break
        at += length
        if kind != characters.IGNORED:
            last = at
    return value ^ block, last, at


@inlined
def _find_words(words, open_before, inside, block, t, starts, ends):
    """Where the ASCII words of a block of 64 bytes begin and end -> the number of tokens so far.

    Args:
        words: Bits of letters and digits.
        open_before: 1 if a word goes on at the first byte, whose start is known; else 0.
        inside: Bits of the bytes that count.
        block: Where the block begins in the text.
        t: Tokens so far.
        starts: 32 words are written in any case, or EXPECTED ones: to ask how many there are costs more.
        ends: The same.
    """
    before = (words << U(1)) | open_before
    begins, stops = words & ~before & inside, before & ~words & inside
    count, first, last = ones(stops), t + open_before, t
    if lists_bits():
        list_bits(begins, block, U(starts.ctypes.data) + U(4) * first)
        list_bits(stops, block, U(ends.ctypes.data) + U(4) * last)
        return t + count
    for k in range(U(EXPECTED)):
        starts[first + k], begins = _lowest(begins, block)
        ends[last + k], stops = _lowest(stops, block)
    k = U(EXPECTED)
    while begins | stops:
        starts[first + k], begins = _lowest(begins, block)
        ends[last + k], stops = _lowest(stops, block)
        k += U(1)
    return t + count


@inlined
def _lowest(bits, block):
    """Place of the lowest bit, in a block that begins somewhere, and the others."""
    return block + np.int32(trailing_zeros(bits)), bits & (bits - U(1))


@inlined
def _read_words(text, first, last, starts, ends, contents):
    """The bytes of the tokens [first, last), which are ASCII words, case folded. `text`: its address."""
    heads, tails, sizes = contents
    for t in range(first, last):
        address, size = text + U(starts[t]), np.int64(ends[t]) - np.int64(starts[t])
        heads[t], tails[t] = load64(address) | U(_LOWER), load64(address + U(8)) | U(_LOWER)
        sizes[t] = size
        if size > MOST:
            heads[t], sizes[t] = _join_bytes(address, size), WHOLE


@part
def hash_tokens(count, arrays):
    """Hash the contents of so many tokens that `tokenise` read: as one block of eight bytes, or as two."""
    hashes, (heads, tails, sizes), _, _, single, _ = arrays
    for t in range(U(CARRY), U(CARRY + count)):
        size = U(sizes[t]) & U(15)
        value = _mix(heads[t] & (U(ALL) >> (U(64) - U(8) * min(size, U(8)))))
        tail = tails[t] & ((U(1) << (U(8) * (max(size, U(8)) - U(8)))) - U(1))
        hashes[t] = _mix(value ^ tail) if size > U(8) else value
        single[t] = sizes[t] >> np.uint8(6)


@inlined
def _characters(base, at, end, entries, origin, t, arrays):
    """Tokens of up to CODES characters of three bytes -> (next byte, tokens so far, were there so many?)."""
    _, (heads, _, sizes), starts, ends, _, codes = arrays
    count = min(np.int64(three_byte_codes(base + U(at), U(codes.ctypes.data))), (end - at) // 3)
    for k in range(U(count)):
        entry = entries[codes[k]]
        if entry & np.uint32(_NO_SINGLE):
            return at, t, False
        heads[t], sizes[t] = U(entry & np.uint32(0xFFFFFF)) + U(1), SINGLE
        starts[t] = at - origin
        at += 3
        ends[t] = at - origin
        t += U(entry >> np.uint32(25))
    return at, t, count == CODES


@inlined
def _beyond_ascii(base, at, end, tables, origin, t, is_open, arrays):
    """Tokens from a character beyond ASCII up to an ASCII one, or until they are full.

    `is_open`: a word goes on here, whose start is known.

    Returns:
        The next byte, and the number of tokens so far.
    """
    entries, expansions = tables
    _, (heads, _, sizes), starts, ends, _, _ = arrays
    limit = U(CARRY + ROOM)
    while at < end and t < limit:
        if not is_open:
            at, t, are_more = _characters(base, at, end, entries, origin, t, arrays)
            if are_more or at >= end:
                continue
        bytes8 = load64(base + U(at))
        if bytes8 & U(0x80) == U(0):
            break
        entry, length = _decode(bytes8, entries)
        kind = entry >> 24
        is_word = kind & 1 or kind == characters.EXPANSION
        if kind == characters.IGNORED and not is_open:
            at += length
            continue
        if not (is_word or is_open):
            heads[t], sizes[t] = U(entry & 0xFFFFFF) + U(1), SINGLE
            starts[t], ends[t] = at - origin, at + length - origin
            at += length
            t += U(kind >> 1)
            continue
        first = origin + starts[t] if is_open else at
        if is_word:
            content, last, at = _join_mixed(base, first, end, entries, expansions)
        else:
            content, last = _join_bytes(base + U(first), at - first), at
        heads[t], sizes[t] = content, WHOLE
        starts[t], ends[t] = first - origin, last - origin
        t += U(1)
        is_open = False
    return at, t


@part
def tokenise(base, at, end, tables, arrays, origin, filled):
    """Tokens of the bytes [at, end), until the text ends or ROOM tokens are full; `hash_tokens` must follow.

    Args:
        base: Address of the bytes; PADDING readable bytes follow the last.
        at: First byte, an index.
        end: One past the last.
        tables: Entries and expansions of the characters.
        arrays: See `block_of_tokens`; tokens go in from number CARRY + filled on.
        origin: Where the text begins.
        filled: How many tokens are in the arrays, beside those carried over.

    Returns:
        The byte where it stopped, between two tokens, and the number of tokens that were added.
    """
    _, contents, starts, ends, _, _ = arrays
    t = read = U(CARRY + filled)
    limit = U(CARRY + ROOM)
    is_open = U(0)
    while at < end and t < limit:
        words, others = word_masks(base + U(at))
        if others == U(0) and at + 64 <= end:  # a branch: the next block does not wait for this one
            t = _find_words(words, is_open, U(ALL), np.int32(at - origin), t, starts, ends)
            is_open = words >> U(63)
            at += 64
            continue
        width = min(end - at, 64)
        ascii_width = min(np.int64(trailing_zeros(others)), width)
        if ascii_width > 0:
            inside = U(ALL) >> U(64 - ascii_width)
            t = _find_words(words, is_open, inside, np.int32(at - origin), t, starts, ends)
            is_open = (words >> U(ascii_width - 1)) & U(1)
            at += ascii_width
        if ascii_width == width or t >= limit:
            continue
        _read_words(base + U(origin), read, t, starts, ends, contents)
        at, t = _beyond_ascii(base, at, end, tables, origin, t, is_open != U(0), arrays)
        read, is_open = t, U(0)
    if is_open and at >= end:
        ends[t] = end - origin
        t += U(1)
    elif is_open:
        at = origin + starts[t]
    _read_words(base + U(origin), read, t, starts, ends, contents)
    return at, np.int64(t) - CARRY - filled


class Texts(NamedTuple):
    """Texts as the kernels take them.

    Attributes:
        data: uint8, with PADDING readable bytes after the last text.
        offsets: int64, one more than there are texts.
    """

    data: Any
    offsets: Any

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @property
    def base(self) -> Any:
        """Address of the data; the array must be kept alive."""
        return U(self.data.ctypes.data)


class Tokens(NamedTuple):
    """Tokens of some texts, one after the other; text i has tokens[offsets[i]:offsets[i + 1]]."""

    hashes: Any  # uint64
    starts: Any  # int32, bytes from the beginning of the text
    ends: Any
    single: Any  # uint8: 1 for a CJK character
    offsets: Any  # int64


def tables() -> tuple[Any, Any]:
    """Entries and expansions, as the kernels take them."""
    loaded = characters.load()
    return loaded.entries, loaded.expansions


def block_of_tokens() -> tuple[Any, ...]:
    """The arrays that `tokenise` fills.

    Of BLOCK tokens: hashes (uint64); contents: the first eight bytes and the next eight (uint64), and how
    many there are (uint8; MOST at most, or WHOLE: eight bytes stand for the word, or SINGLE: for a
    character); starts and ends (int32, bytes from where the text begins); single (uint8). And room for CODES
    code points (uint32).
    """
    contents = np.zeros(BLOCK, U), np.zeros(BLOCK, U), np.zeros(BLOCK, np.uint8)
    spans = np.zeros(BLOCK, np.int32), np.zeros(BLOCK, np.int32)
    return np.zeros(BLOCK, U), contents, *spans, np.zeros(BLOCK, np.uint8), np.zeros(CODES, np.uint32)


def texts_of(values: list[str]) -> Texts:
    """Texts of strings."""
    encoded = [value.encode() for value in values]
    offsets = np.zeros(len(encoded) + 1, np.int64)
    np.cumsum([len(value) for value in encoded], out=offsets[1:])
    return Texts(np.frombuffer(b"".join([*encoded, bytes(PADDING)]), np.uint8), offsets)


def tokenise_all(texts: Texts, which: Any = None) -> Tokens:
    """All tokens of all texts, or of some of them (int64: their numbers)."""
    begins, ends = (
        bound if which is None else bound[which] for bound in (texts.offsets[:-1], texts.offsets[1:])
    )
    room = int((ends - begins).sum()) + len(begins)
    out = (np.empty(room, U), np.empty(room, np.int32), np.empty(room, np.int32), np.empty(room, np.uint8))
    offsets = np.zeros(len(begins) + 1, np.int64)
    _tokenise_texts(texts.base, begins, ends, tables(), block_of_tokens(), out, offsets)
    hashes, starts, ends, single = (array[: offsets[-1]].copy() for array in out)
    return Tokens(hashes, starts, ends, single, offsets)


@kernel
def _tokenise_texts(base, begins, ends, tables, arrays, out, token_offsets):
    total = np.int64(0)
    hashes, _, starts, stops, single, _ = arrays
    for text in range(begins.size):
        at, end = begins[text], ends[text]
        while at < end:
            at, count = tokenise(base, at, end, tables, arrays, begins[text], np.int64(0))
            if count == 0:
                break
            hash_tokens(count, arrays)
            for t in range(CARRY, CARRY + count):
                out[0][total] = hashes[t]
                out[1][total], out[2][total] = starts[t], stops[t]
                out[3][total] = single[t]
                total += 1
        token_offsets[text + 1] = total
