"""Bitmaps of the tokens of a text, and of its pairs of neighbours: what the first look looks at.

A token is known by its print: the upper half of its hash, with the lowest bit set if it is one character. A
bitmap holds SEGMENT tokens of a text.
"""
# mypy: disable-error-code="no-untyped-def, misc"

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from bioclue_data.matching.compiled import inlined, kernel
from bioclue_data.matching.tokens import U

if TYPE_CHECKING:
    from bioclue_data.matching.tokens import Tokens

SEGMENT = 512  # tokens
BITS = 14  # of a place in the bitmap of a segment
WORDS = (1 << BITS) // 64
_PAIR = 0x9E3779B1


def pair_places(tokens: Tokens) -> Any:
    """uint16[tokens]: where the pair of each token and the one before is marked; of a first token, itself."""
    places = np.empty(len(tokens.hashes), np.uint16)
    _pair_places(tokens.hashes, tokens.single, tokens.offsets, places)
    return places


@kernel
def _pair_places(hashes, single, offsets, places):
    for text in range(offsets.size - 1):
        before = np.uint32(0)
        for t in range(offsets[text], offsets[text + 1]):
            token = print_of(hashes[t], single[t])
            places[t] = pair_place(before, token) if t > offsets[text] else token_place(token)
            before = token


@inlined
def print_of(value, is_single):
    """Print of a token, from its hash."""
    return np.uint32((value >> U(33) << U(1)) | U(is_single))


@inlined
def token_place(token):
    """Where a token is marked, by its print."""
    return token >> np.uint32(32 - BITS)


@inlined
def pair_place(before, token):
    """Where the pair of two tokens is marked, by their prints."""
    return np.uint32(np.uint32((U(before) * U(_PAIR)) ^ U(token)) * U(_PAIR)) >> np.uint32(32 - BITS)


@inlined
def mark(tokens, marks):
    """Mark the tokens and pairs of a text -> the number of segments, and of tokens of one character."""
    segments, singles, before = (tokens.size + SEGMENT - 1) // SEGMENT, np.int64(0), np.uint32(0)
    for segment in range(segments):
        own = marks[segment]
        for word in range(WORDS):
            own[word] = U(0)
        for t in range(segment * SEGMENT, min(tokens.size, (segment + 1) * SEGMENT)):
            token = tokens[t]
            single, pair = token_place(token), pair_place(before, token)
            own[single >> np.uint32(6)] |= U(1) << U(single & np.uint32(63))
            own[pair >> np.uint32(6)] |= U(1) << U(pair & np.uint32(63))
            singles += np.int64(token & np.uint32(1))
            before = token
    return segments, singles


@inlined
def join(marks, wanted, joined):
    """The marks of the segments [wanted[0], wanted[1]), together."""
    for word in range(WORDS):
        joined[word] = marks[wanted[0], word]
    for segment in range(wanted[0] + 1, wanted[1]):
        for word in range(WORDS):
            joined[word] |= marks[segment, word]


@inlined
def is_marked(joined, place):
    """1 if a place is marked, else 0."""
    return np.int64((joined[place >> np.uint32(6)] >> U(place & np.uint32(63))) & U(1))
