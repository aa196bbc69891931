"""Tagged tokens: they are joined to text again, with the mentions that the tags mark behind it.

A file of them has one a line (CoNLL). In a record they may also stand one after the other with a slash before
the tag, or each in a line before its tag, as strings of JSON lists do.
"""
# mypy: disable-error-code="no-untyped-def, misc"

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from bioclue_data.leakage.markup import replaced
from bioclue_data.leakage.reading.annotated import END, Tagged, listed
from bioclue_data.matching.compiled import kernel
from bioclue_data.matching.machine import ones, tag_mask
from bioclue_data.matching.tokens import ALL, U

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bioclue_data.matching.tokens import Texts

_LINE = re.compile(rb"\S+[ \t]+(?:\S+[ \t]+)*(?:O|[BIESMLU][-_]\S+|[BI])\s*")
_NUMBER = re.compile(rb"[\d.:_-]+")
_LINES = 400  # that are looked at
_SHARE = 0.9
_TAG = rb"(?:O|[BIESMLU][-_][^\s]+)"
_TOKENS = 6  # that are tagged, one after the other
_RUNS = re.compile(
    rb"(?m:"
    rb"(?P<beside>(?:^[^\s]+[ \t]+(?:[^\s]+[ \t]+)*%(tag)s[ \t\r]*(?:\n|\Z)){%(least)d,})"
    rb"|(?P<below>(?:^[^\s]+\r?\n%(tag)s\r?(?:\n|\Z)){%(least)d,})"
    rb"|(?P<slash>(?:(?<![^\s])[^\s]+/%(tag)s(?:\s+|\Z)){%(least)d,}))" % {b"tag": _TAG, b"least": _TOKENS}
)
_LEAST = 2  # tokens that are tagged as outside of all mentions


def is_tagged(head: bytes) -> bool:
    """Are nearly all lines a token with a tag of the BIO kind, and more than one of them in a sentence?"""
    lines = _first_lines(head)
    if len(lines) < 10:
        return False
    return sum(_LINE.fullmatch(line) is not None for line in lines) >= _SHARE * len(lines)


def _first_lines(head: bytes) -> list[bytes]:
    return [line for line in head[: 2**16].splitlines()[:-1] if line.strip()][:_LINES]


def tokens(head: bytes, pieces: Iterator[bytes]) -> Iterator[Tagged]:
    """The tokens of a file with their tags. `head`: how the file begins."""
    column, rest = _column_of_tokens(head), b""
    for piece in pieces:
        *lines, rest = (rest + piece).split(b"\n")
        yield from (_tagged(line, column) for line in lines)
    yield _tagged(rest, column)


def _column_of_tokens(head: bytes) -> int:
    """Where the tokens are: first, unless numbers are there, or the same few ids in all lines of a text."""
    rows = [line.split()[:-1] for line in _first_lines(head) if _LINE.fullmatch(line)]
    columns = [[row[place] for row in rows] for place in range(min(map(len, rows), default=0))]
    kinds = [0 if _are_numbers(cells) else len(set(cells)) for cells in columns] or [0]
    most = max(kinds)
    return kinds.index(most) if 2 * kinds[0] <= most else 0


def _are_numbers(cells: list[bytes]) -> bool:
    return 2 * sum(_NUMBER.fullmatch(cell) is not None for cell in cells) > len(cells)


def _tagged(line: bytes, column: int) -> Tagged:
    cells = line.split()
    return Tagged(cells[min(column, len(cells) - 1)], cells[-1]) if cells else END


def untagged_records(texts: Texts) -> Texts:
    """The same records with runs of tagged tokens as text and mentions; the very same if there are none."""
    found: list[tuple[int, int, bytes]] = []
    for number in _may_be_tagged(texts):
        begin, end = texts.offsets[number : number + 2].tolist()
        record = texts.data[begin:end].tobytes()
        for match in _RUNS.finditer(record):
            run = _tokens_of(match)
            words = b" ".join(one.token for one in run)
            found.append((begin + match.start(), begin + match.end(), b"%b\n%b" % (words, listed(run))))
    return replaced(texts, found) if found else texts


def _may_be_tagged(texts: Texts) -> list[int]:
    """Records that have some tags of tokens outside of all mentions: `O`."""
    numbers = np.empty(len(texts), np.int64)
    found: list[int] = numbers[: _find_tagged(texts.base, texts.offsets, numbers)].tolist()
    return found


@kernel
def _find_tagged(base, offsets, numbers):
    """Note the records -> how many there are."""
    count = np.int64(0)
    for text in range(offsets.size - 1):
        begin, end, tags = offsets[text] + 1, offsets[text + 1], U(0)  # no token is before the first byte
        for at in range(begin, end, 64):
            marks = tag_mask(base + U(at))
            if end - at < 64:
                marks &= U(ALL) >> U(64 - (end - at))
            tags += ones(marks)
        numbers[count] = text
        count += np.int64(tags >= U(_LEAST))
    return count


def _tokens_of(match: re.Match[bytes]) -> list[Tagged]:
    run = match[0]
    if match.lastgroup == "below":
        cells = run.split()
        return [Tagged(*pair) for pair in zip(cells[::2], cells[1::2], strict=True)]
    if match.lastgroup == "slash":
        parts = (word.rpartition(b"/") for word in run.split())
        return [Tagged(token, tag) for token, _, tag in parts]
    return [_tagged(line, 0) for line in run.splitlines()]
