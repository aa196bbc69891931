"""What every code point is to the matcher, and what it is folded to: one table, generated and versioned.

An entry is `kind << 24 | folded`: NFKC of the single character, without accents, case folded, Simplified for
Traditional. A character that NFKC makes several ASCII letters or digits of (ligatures, units, Roman numerals)
is an EXPANSION: `folded` is its row in the second table, up to four bytes, the first lowest. Of numbers and
signs in brackets or with a full stop, as ⑴, ⒑ and ㈠ are, what is in the brackets or before the stop counts.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

SEPARATOR, WORD, SINGLE, IGNORED, EXPANSION = range(5)
SIZE = 0x32400  # planes 0 to 3 as far as they are assigned; what lies above separates
RULES = 2  # by which the table is made: another number for each that is another
FILE = Path(__file__).with_name("characters.npz")
_LISTED = re.compile(r"\((\w+)\)|〔(\w)〕|(\w+)[.,]")
_HAN_AND_KANA = ((0x3005, 0x3008), (0x3040, 0x3100), (0x31F0, 0x3200), (0x3400, 0xA000), (0x20000, SIZE))


class Characters(NamedTuple):
    """The two tables, and the version that every index made with them carries.

    Attributes:
        entries: uint32[SIZE].
        expansions: uint32[rows]: up to four ASCII bytes, the first lowest, 0 after the last.
        version: "<Unicode version>-<OpenCC version>-<rules>".
    """

    entries: Any
    expansions: Any
    version: str


@lru_cache(maxsize=1)
def load() -> Characters:
    """The table that the package carries."""
    with np.load(FILE) as stored:
        folded = (stored["distances"] + np.arange(SIZE, dtype=np.int32)).astype(np.uint32)
        entries = stored["kinds"].astype(np.uint32) << 24 | folded
        return Characters(entries, stored["expansions"], str(stored["version"]))


def save(made: Characters) -> None:
    """Write the package's table; distances from each character to what it is folded to compress best."""
    folded = (made.entries & 0xFFFFFF).astype(np.int32)
    np.savez_compressed(
        FILE,
        kinds=(made.entries >> 24).astype(np.uint8),
        distances=folded - np.arange(SIZE, dtype=np.int32),
        expansions=made.expansions,
        version=made.version,
    )


def generate(simplify: Callable[[str], str], version: str) -> Characters:
    """Make the table anew; `simplify` turns one Traditional character into a Simplified one."""
    entries = np.zeros(SIZE, np.uint32)
    rows: list[int] = []
    for code in range(SIZE):
        kind, folded = _entry(chr(code), simplify, rows)
        entries[code] = kind << 24 | folded
    return Characters(entries, np.array(rows or [0], np.uint32), version)


def _entry(character: str, simplify: Callable[[str], str], rows: list[int]) -> tuple[int, int]:
    category = unicodedata.category(character)
    if category in {"Mn", "Me", "Cf"}:
        return IGNORED, 0
    if category == "Cs":
        return SEPARATOR, 0
    plain = _without_accents(unicodedata.normalize("NFKC", character)).casefold()
    plain = _without_accents(unicodedata.normalize("NFKC", plain))
    if listed := _LISTED.fullmatch(plain):
        plain = listed[listed.lastindex or 0]
    if len(plain) > 1:
        if not (len(plain) <= 4 and plain.isascii() and plain.isalnum()):
            return _kind(character), ord(character)
        rows.append(sum(ord(letter) << 8 * place for place, letter in enumerate(plain)))
        return EXPANSION, len(rows) - 1
    folded = simplify(plain) if _is_single(ord(plain)) else plain
    return _kind(folded), ord(folded)


def _kind(character: str) -> int:
    if _is_single(ord(character)):
        return SINGLE
    return WORD if unicodedata.category(character)[0] in "LN" else SEPARATOR


def _is_single(code: int) -> bool:
    return any(first <= code < last for first, last in _HAN_AND_KANA)


def _without_accents(text: str) -> str:
    parts = unicodedata.normalize("NFD", text)
    rest_is_marks = len(parts) > 1 and all(map(unicodedata.combining, parts[1:]))
    return parts[0] if rest_is_marks and not _is_single(ord(parts[0])) else text
