"""The tokeniser in plain Python: what `tokens.py` must equal, and what turns a match into words again."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from bioclue_data.matching import characters
from bioclue_data.matching.characters import EXPANSION, IGNORED, SINGLE, WORD

_GOLDEN = 0x9E3779B97F4A7C15
_MASK = (1 << 64) - 1


class Token(NamedTuple):
    """A token: its folded text, its bytes in the UTF-8 of the text, and whether it is one CJK character."""

    text: str
    start: int
    end: int
    single: bool


def tokens(text: str) -> list[Token]:
    """All tokens of a text."""
    found: list[Token] = []
    word, start, last, at = "", 0, 0, 0
    for character in text:
        kind, folded = fold(character)
        size = len(character.encode())
        if kind in {WORD, EXPANSION}:
            start = start if word else at
            word, last = word + folded, at + size
        elif kind != IGNORED:
            if word:
                found.append(Token(word, start, last, single=False))
                word = ""
            if kind == SINGLE:
                found.append(Token(folded, at, at + size, single=True))
        at += size
    return [*found, Token(word, start, last, single=False)] if word else found


@lru_cache(maxsize=1 << 16)
def fold(character: str) -> tuple[int, str]:
    """Kind of a character and what it is folded to."""
    table, code = characters.load(), ord(character)
    if code >= characters.SIZE:
        return (IGNORED if 0xE0000 <= code < 0xE0200 else characters.SEPARATOR), ""
    entry = int(table.entries[code])
    kind, folded = entry >> 24, entry & 0xFFFFFF
    if kind == EXPANSION:
        return kind, int(table.expansions[folded]).to_bytes(4, "little").rstrip(b"\0").decode()
    return kind, chr(folded)


class _Folded(dict[int, str]):
    """What each character is in a text of tokens with blanks between them, as `str.translate` asks for it."""

    def __missing__(self, code: int) -> str:
        kind, folded = fold(chr(code))
        known = {WORD: folded, EXPANSION: folded, IGNORED: "", SINGLE: f" {folded} "}
        self[code] = known.get(kind, " ")
        return self[code]


_FOLDED = _Folded()


def words(text: str) -> list[str]:
    """The texts of all tokens, as `tokens` has them, and quicker."""
    return text.translate(_FOLDED).split()


def normalise(text: str) -> str:
    """The folded tokens, with a blank between any two of which one is a word."""
    parts: list[str] = []
    before = True
    for token in tokens(text):
        parts.append(token.text if (before and token.single) or not parts else f" {token.text}")
        before = token.single
    return "".join(parts)


def hash_token(token: Token) -> int:
    """64-bit hash of a token; of words of up to 8 bytes, and of single characters, no two are equal."""
    if token.single:
        return _scramble((ord(token.text) + 1) * _GOLDEN)
    value, data = 0, b"".join(map(_word_bytes, token.text))
    blocks = [data[i : i + 8] for i in range(0, len(data), 8)] or [b""]
    for block in blocks:
        value = _scramble((value ^ int.from_bytes(block, "little")) * _GOLDEN)
    return value


def _word_bytes(character: str) -> bytes:
    """The code point, lowest byte first, without zeros above."""
    code = ord(character)
    return code.to_bytes((code.bit_length() + 7) // 8, "little")


def _scramble(value: int) -> int:
    value &= _MASK
    return value ^ (value >> 32)
