"""Invented texts for the tests of the matcher, and its work in plain Python."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from bioclue_data.matching import index as indexes
from bioclue_data.matching.alone import (
    CLOSES,
    ENDS,
    FAR,
    LEADS,
    LONGEST_NUMBER,
    NUMBERS,
    NUMERALS,
    POINTS,
    STOPS,
)
from bioclue_data.matching.characters import IGNORED, SEPARATOR
from bioclue_data.matching.index import ANCHOR, HALF, LONG_WORD
from bioclue_data.matching.reference import fold, tokens
from bioclue_data.matching.windows import SEED, SHORT_SEED, Lengths

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


def nasty(pieces: Sequence[str]) -> SearchStrategy[str]:
    """Texts that some pieces make, with and without blanks between them."""
    return st.lists(st.sampled_from(pieces) | st.just(" "), max_size=40).map("".join)


WORDS = ["liver", "HEART", "naïve", "p53", "ﬁbrosis", "of"]
SINGLES = list("肝炎療心カ疗")
_TAG = re.compile(rb"<(?![0-9])[^\0- ,<>]{1,22}>|\[(?![0-9])[^\0- ,\[\]]{1,22}\]")


def few(least: int = 0, most: int = 30) -> SearchStrategy[str]:
    """Texts of few different tokens, so that much of one stands in another."""
    token = st.sampled_from(WORDS).map(" {} ".format) | st.sampled_from(SINGLES)
    return st.lists(token, min_size=least, max_size=most).map("".join)


def folded(text: str) -> list[tuple[str, bool]]:
    """The tokens: what is written, and whether it is one character."""
    return [(token.text, token.single) for token in tokens(text)]


def stands_alone(text: str, start: int, end: int) -> bool:
    """Does what stands at some bytes of a text stand by itself? The rule in plain Python."""
    data = text.encode()
    return _is_free_after(data[end:].decode()) and _is_free_before(data[:start].decode(), data[start:])


def _is_free_after(rest: str) -> bool:
    for i, character in enumerate(rest[:FAR]):
        if character in ENDS and (character not in "<[" or _TAG.match(rest[i:].encode())):
            return True
        if not _is_mark(character):
            return False
    return len(rest) <= FAR


def _is_free_before(rest: str, field: bytes) -> bool:
    is_free, left = _back(rest)
    if is_free:
        return True
    marks = rest[len(left) :]
    number = _number(left, marks)
    is_decimal = field[:1].isdigit() and marks[-1:] in list(POINTS)
    return bool(number) and not is_decimal and _back(left.removesuffix(number))[0]


def _back(rest: str) -> tuple[bool, str]:
    """Is one of LEADS, or the begin, before what is left without the marks at the end? And what is left."""
    left = rest
    while left and len(rest) - len(left) < FAR:
        is_behind = left[-1] in CLOSES and set(rest[len(left) :]) & set(STOPS)
        is_tag = left[-1] not in ">]" or any(_TAG.fullmatch(left.encode()[-size:]) for size in range(3, 25))
        if left[-1] in LEADS and is_tag and not is_behind:
            return True, left
        if not _is_mark(left[-1]):
            return False, left
        left = left[:-1]
    return not left, left


def _number(left: str, marks: str) -> str:
    """The enumerator at the end of a text, with some marks behind it; "" if there is none."""
    last = left[-1:]
    if any(first <= ord(last or " ") <= end for first, end in NUMBERS):
        return last
    if not set(marks) & set(POINTS):
        return ""
    word = re.search(r"[A-Za-z0-9]*\Z", left)
    short = word[0] if word else ""
    is_short = len(short) == 1 or (len(short) <= LONGEST_NUMBER and any(map(str.isdigit, short)))
    return last if last and last in NUMERALS else short if is_short else ""


def _is_mark(character: str) -> bool:
    return fold(character)[0] in {SEPARATOR, IGNORED}


def windows(text: str, seed: Lengths = SEED) -> list[tuple[int, tuple[str, ...]]]:
    """Every window of a seed's length: place of its last token, and its tokens."""
    found = folded(text)
    texts = [token for token, _ in found]
    sizes = [seed.single if single else seed.word for _, single in found]
    return [(i, tuple(texts[i + 1 - size : i + 1])) for i, size in enumerate(sizes) if i + 1 >= size]


class PlainIndex:
    """An index as a dictionary of tuples."""

    def __init__(
        self,
        fields: Sequence[str],
        kinds: Sequence[int],
        populations: Sequence[int] | None = None,
        common: str = "",
    ) -> None:
        self.contents = [tuple(token for token, _ in folded(field)) for field in fields]
        sizes = [sum(8 / 13 if single else 1 for _, single in folded(field)) for field in fields]
        self.short = [size < indexes.SHORT_UNITS for size in sizes]
        self.owners: dict[tuple[str, ...], set[int]] = {}
        self.lengths: set[int] = set()
        self.last_two: set[tuple[str, ...]] = set()
        for number, (field, kind) in enumerate(zip(fields, kinds, strict=True)):
            if kind not in {ANCHOR, HALF}:
                continue
            keys = [key for _, key in windows(field, self._seed(number))]
            found = tokens(field)
            whole = tuple(token.text for token in found)
            if not keys and (len(whole) > 1 or (whole and found[0].end - found[0].start >= LONG_WORD)):
                keys = [whole]
                self.lengths.add(len(whole))
                self.last_two.add(whole[-2:])
            for key in keys:
                self.owners.setdefault(key, set()).add(number)
        self.common = {seed: {key for _, key in windows(common, seed)} for seed in (SEED, SHORT_SEED)}
        self._leave_out_what_tells_nothing(populations or [0] * len(fields))

    def _seed(self, number: int) -> Lengths:
        return SHORT_SEED if self.short[number] else SEED

    def _leave_out_what_tells_nothing(self, populations: Sequence[int]) -> None:
        owned = [(key, number) for key, group in self.owners.items() for number in group]
        telling = {
            (key, number)
            for key, number in owned
            if self._frequency(key, number, populations) <= indexes.COMMON
        }
        uncommon = {(key, number) for key, number in telling if key not in self.common[self._seed(number)]}
        left, all_windows = (Counter(number for _, number in some) for some in (uncommon, owned))
        telling = {
            (key, number)
            for key, number in telling
            if (key, number) in uncommon
            or left[number] < max(self._enough(number), indexes.PART * all_windows[number])
        }
        numbers = {number for _, number in telling}
        left = {
            key: {number for number in group if (key, number) in telling or number not in numbers}
            for key, group in self.owners.items()
        }
        self.owners = {key: group for key, group in left.items() if group}

    def _enough(self, number: int) -> int:
        return indexes.ENOUGH_OF_SHORT if self.short[number] else indexes.ENOUGH

    def _frequency(self, key: tuple[str, ...], number: int, populations: Sequence[int]) -> int:
        """How many contents of the field's population have a window."""
        group = (other for other in self.owners[key] if populations[other] == populations[number])
        return len({self.contents[other] for other in group})

    def hits(self, text: str, stride: int = 1) -> set[tuple[int, frozenset[int]]]:
        """Place of the last token of each window found, and the fields that have it."""
        found = {
            (i, frozenset(self.owners[key]))
            for seed in (SEED, SHORT_SEED)
            for i, key in windows(text, seed)
            if key in self.owners and (i % stride == 0 or seed == SHORT_SEED)
        }
        of_text = tokens(text)
        whole = tuple(token.text for token in of_text)
        for i in range(len(whole)):
            ends = {whole[i : i + 1], whole[max(i - 1, 0) : i + 1]}
            for length in self.lengths if ends & self.last_two else ():
                key = whole[i + 1 - length : i + 1] if i + 1 >= length else ()
                is_inside = length == 1 and not stands_alone(text, of_text[i].start, of_text[i].end)
                if key in self.owners and not is_inside:
                    found.add((i, frozenset(self.owners[key])))
        return found
