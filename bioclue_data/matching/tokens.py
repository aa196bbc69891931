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
from bioclue_data.matching.machine import load64, trailing_zeros, word_masks

U = np.uint64
BASE = 0xD6E8FEB86659FD93
GOLDEN = 0x9E3779B97F4A7C15
CARRY = 64  # tokens that a window may reach back over
ROOM = 2048  # tokens at a time: their hashes stay in the first-level cache
BLOCK = CARRY + ROOM + 40  # elements of the arrays: the last 64 bytes may hold some tokens more
PADDING = 64  # bytes after a text that the tokeniser may read
_LOWER = 0x2020202020202020
_ALL = 0xFFFFFFFFFFFFFFFF


@inlined
def _hash_ascii(address, size):
    """Hash of a word of ASCII letters and digits, case folded: each byte gets its bit 0x20 if it has not."""
    value = U(0)
    while size > 8:
        value = (value ^ (load64(address) | U(_LOWER))) * U(GOLDEN)
        value ^= value >> U(32)
        address += U(8)
        size -= 8
    rest = (load64(address) | U(_LOWER)) & (U(_ALL) >> U(64 - 8 * size))
    value = (value ^ rest) * U(GOLDEN)
    return value ^ (value >> U(32))


@inlined
def hash_single(folded):
    """Hash of a token of one character."""
    value = (folded + U(1)) * U(GOLDEN)
    return value ^ (value >> U(32))


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
        value = (value ^ block) * U(GOLDEN)
        value ^= value >> U(32)
        block, size = U(0), np.int64(0)
    return value, block | (byte << U(8 * size)), size + 1


@part
def _hash_mixed(base, at, end, entries, expansions):
    """A word with characters beyond ASCII in it -> (hash, end of the word, next byte)."""
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
    value = (value ^ block) * U(GOLDEN)
    return value ^ (value >> U(32)), last, at


@part
def tokenise(base, at, end, tables, arrays, origin, filled):
    """Tokens of the bytes [at, end), until the text ends or ROOM tokens are full.

    Args:
        base: Address of the bytes; PADDING readable bytes follow the last.
        at: First byte, an index.
        end: One past the last.
        tables: Entries and expansions of the characters.
        arrays: Running hashes (uint64), starts and ends (int32, bytes from `origin`), single (uint8), each of
            BLOCK elements; tokens go in from index CARRY + filled on.
        origin: Where the text begins.
        filled: How many tokens are in the arrays, beside those carried over.

    Returns:
        The byte where it stopped, between two tokens, and the number of tokens that were added.
    """
    entries, expansions = tables
    prefix, starts, ends, single = arrays
    t = U(CARRY + filled)
    running = prefix[t - U(1)]
    limit = U(CARRY + ROOM)
    word = np.int64(-1)
    while at < end and t < limit:
        words, others = word_masks(base + U(at))
        width = end - at
        if width < 64:
            inside = (U(1) << U(width)) - U(1)
            words &= inside
            others &= inside
        else:
            width = np.int64(64)
        ascii_width = np.int64(trailing_zeros(others)) if others else width
        if ascii_width > 0:
            inside = U(_ALL) >> U(64 - ascii_width)
            words &= inside
            edges = (words ^ ((words << U(1)) | U(word >= 0))) & inside
            while edges:
                place = np.int64(trailing_zeros(edges))
                edges &= edges - U(1)
                if word < 0:
                    word = at + place
                else:
                    running = running * U(BASE) + _hash_ascii(base + U(word), at + place - word)
                    prefix[t] = running
                    starts[t] = word - origin
                    ends[t] = at + place - origin
                    single[t] = 0
                    t += U(1)
                    word = np.int64(-1)
            at += ascii_width
        if not others:
            continue
        while at < end and t < limit:
            bytes8 = load64(base + U(at))
            if bytes8 & U(0x80) == U(0):
                break
            entry, length = _decode(bytes8, entries)
            kind = entry >> 24
            if kind & 1 or kind == characters.EXPANSION or word >= 0:
                if kind == characters.IGNORED and word < 0:
                    at += length
                    continue
                first = word if word >= 0 else at
                if kind & 1 or kind == characters.EXPANSION:
                    value, last, at = _hash_mixed(base, first, end, entries, expansions)
                else:
                    value, last = _hash_ascii(base + U(first), at - first), at
                running = running * U(BASE) + value
                prefix[t] = running
                starts[t] = first - origin
                ends[t] = last - origin
                single[t] = 0
                t += U(1)
                word = np.int64(-1)
                continue
            is_single = U(kind >> 1)
            following = running * U(BASE) + hash_single(U(entry & 0xFFFFFF))
            prefix[t] = following
            starts[t] = at - origin
            at += length
            ends[t] = at - origin
            single[t] = 1
            t += is_single
            running = following if is_single else running
    if word >= 0:
        if at >= end:
            running = running * U(BASE) + _hash_ascii(base + U(word), end - word)
            prefix[t] = running
            starts[t] = word - origin
            ends[t] = end - origin
            single[t] = 0
            t += U(1)
        else:
            at = word
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
    """The arrays that `tokenise` fills."""
    return tuple(np.zeros(BLOCK, kind) for kind in (U, np.int32, np.int32, np.uint8))


def texts_of(values: list[str]) -> Texts:
    """Texts of strings."""
    encoded = [value.encode() for value in values]
    offsets = np.zeros(len(encoded) + 1, np.int64)
    np.cumsum([len(value) for value in encoded], out=offsets[1:])
    return Texts(np.frombuffer(b"".join([*encoded, bytes(PADDING)]), np.uint8), offsets)


def tokenise_all(texts: Texts) -> Tokens:
    """All tokens of all texts."""
    room = int(texts.offsets[-1] - texts.offsets[0]) + len(texts)
    out = (np.empty(room, U), np.empty(room, np.int32), np.empty(room, np.int32), np.empty(room, np.uint8))
    offsets = np.zeros(len(texts) + 1, np.int64)
    _tokenise_texts(texts.base, texts.offsets, tables(), block_of_tokens(), out, offsets)
    hashes, starts, ends, single = (array[: offsets[-1]].copy() for array in out)
    return Tokens(hashes, starts, ends, single, offsets)


@kernel
def _tokenise_texts(base, offsets, tables, arrays, out, token_offsets):
    total = np.int64(0)
    for text in range(offsets.size - 1):
        at, end = offsets[text], offsets[text + 1]
        arrays[0][CARRY - 1] = U(0)
        while at < end:
            at, count = tokenise(base, at, end, tables, arrays, offsets[text], np.int64(0))
            if count == 0:
                break
            for i in range(count):
                t = CARRY + i
                out[0][total] = arrays[0][t] - arrays[0][t - 1] * U(BASE)
                out[1][total] = arrays[1][t]
                out[2][total] = arrays[2][t]
                out[3][total] = arrays[3][t]
                total += 1
            arrays[0][CARRY - 1] = arrays[0][CARRY + count - 1]
        token_offsets[text + 1] = total
