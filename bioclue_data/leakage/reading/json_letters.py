"""Letters outside of strings: parts of numbers and literals, or text that is no JSON."""
# mypy: disable-error-code="no-untyped-def, misc"

from __future__ import annotations

import codecs

import numpy as np

from bioclue_data.matching.compiled import part
from bioclue_data.matching.tokens import U

LETTER = 2
STEPS = np.zeros(256, np.int8)  # what a byte outside of strings adds to the level of brackets, or LETTER
STEPS[list(b"[{")], STEPS[list(b"]}")] = 1, -1
STEPS[[*range(ord("A"), ord("Z") + 1), *range(ord("a"), ord("z") + 1), *range(0x80, 0x100)]] = LETTER
# Those of JSON and what Python and others write for them; a byte order mark is no text either.
_WORDS = [*b"true false null NaN Infinity True False None nan inf Inf".split(), codecs.BOM_UTF8]
_KNOWN = np.array([int.from_bytes(word, "big") for word in _WORDS], np.uint64)
_LONGEST = max(map(len, _WORDS))


@part
def unquoted(block, at, end):
    """Letters from `at` on -> (where they end, whether they are a literal or the exponent of a number)."""
    stop, value = at, U(0)
    while stop < end and STEPS[block[stop]] == LETTER:
        value = (value << U(8)) | U(block[stop])
        stop += 1
    if stop - at == 1 and at > 0 and (block[at] | 0x20) == ord("e"):
        return stop, 48 <= block[at - 1] <= 57 or block[at - 1] == ord(".")
    known = False
    if stop - at <= _LONGEST:
        for word in _KNOWN:
            known = known or value == word
    return stop, known
