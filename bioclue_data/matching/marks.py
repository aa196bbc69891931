"""What the first look looks at: prints of the tokens of a text, and of its pairs of neighbours.

A print is 16 bits of a hash. Those of a text are marked in bitmaps, one for each SEGMENT tokens.
"""
# mypy: disable-error-code="no-untyped-def, misc"

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from bioclue_data.matching.compiled import inlined, kernel
from bioclue_data.matching.tokens import BASE, U

if TYPE_CHECKING:
    from bioclue_data.matching.tokens import Tokens

SEGMENT = 256  # tokens in a bitmap
BITS = 14  # of a print in it
WORDS = (1 << BITS) // 64


def prints_of(tokens: Tokens) -> tuple[Any, Any]:
    """uint16[tokens] each: prints of tokens, and of their pairs: each token and the one before.

    That of a text's first token is the token's own.
    """
    of_tokens, of_pairs = (np.empty(len(tokens.hashes), np.uint16) for _ in range(2))
    _prints(tokens.hashes, tokens.single, tokens.offsets, of_tokens, of_pairs)
    return of_tokens, of_pairs


@kernel
def _prints(hashes, single, offsets, token_prints, pair_prints):
    for text in range(offsets.size - 1):
        for t in range(offsets[text], offsets[text + 1]):
            token_prints[t] = pair_prints[t] = print_of(hashes[t], single[t])
            if t > offsets[text]:
                pair_prints[t] = print_of_pair(hashes[t - 1] * U(BASE) + hashes[t])


@inlined
def print_of(value, is_single):
    """Print of a token, from its hash; the lowest bit tells characters from words."""
    return np.uint16((value >> U(49) << U(1)) | U(is_single))


@inlined
def print_of_pair(value):
    """Print of a pair, from its hash."""
    return np.uint16(value >> U(48))


@inlined
def mark(tokens, pairs, marks):
    """Mark the tokens and pairs of a text -> the number of segments."""
    segments = (tokens.size + SEGMENT - 1) // SEGMENT
    for segment in range(segments):
        own = marks[segment]
        for word in range(WORDS):
            own[word] = U(0)
        for t in range(U(segment * SEGMENT), U(min(tokens.size, (segment + 1) * SEGMENT))):
            _mark(own, tokens[t])
            _mark(own, pairs[t])
    return segments


@inlined
def _mark(own, value):
    place = U(value) >> U(16 - BITS)
    own[place >> U(6)] |= U(1) << (place & U(63))


@inlined
def join(marks, wanted, joined):
    """The marks of the segments [wanted[0], wanted[1]), together."""
    for word in range(WORDS):
        joined[word] = marks[wanted[0], word]
    for segment in range(wanted[0] + 1, wanted[1]):
        for word in range(WORDS):
            joined[word] |= marks[segment, word]


@inlined
def which_are_marked(prints, first, last, joined):
    """Which of prints[first:last], 64 at most, are marked, as bits."""
    found = U(0)
    for t in range(U(first), U(last)):
        place = U(prints[t]) >> U(16 - BITS)
        found |= ((joined[place >> U(6)] >> (place & U(63))) & U(1)) << (t - U(first))
    return found
