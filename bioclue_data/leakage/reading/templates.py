"""Lines of prompt templates: what stands in many records of a file says nothing about any of them.

Unless it is what is looked for: `leakage.prompts` tells.
"""
# mypy: disable-error-code="no-untyped-def, misc"

from __future__ import annotations

from collections import deque
from itertools import compress
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from bioclue_data.leakage.reading.batches import SIZE, packed
from bioclue_data.leakage.reading.raw import FAULTS
from bioclue_data.matching.compiled import inlined, kernel
from bioclue_data.matching.index import units
from bioclue_data.matching.machine import load64, trailing_zeros
from bioclue_data.matching.tokens import GOLDEN, PADDING, Texts, U, tokenise_all
from bioclue_data.matching.windows import SEED

if TYPE_CHECKING:
    from collections.abc import Collection, Container, Iterable, Iterator

RECORDS = 1000  # that are looked at
SHARE = 0.2  # of them, in which a line of a template stands
TIMES = 20
_LOOKED_AT = 2**18  # bytes of a record
SHORTEST = 12  # bytes of a line that is looked at
_PLACE = [("hash", U), ("batch", np.int64), ("record", np.int64), ("begin", np.int64), ("end", np.int64)]
_ONES = 0x0101010101010101
_NEWLINES = ord("\n") * _ONES


class _Lines(NamedTuple):
    data: Any  # uint8, the lines one after the other
    offsets: Any  # int64
    by_length: Any  # int32: first line of a length, -1 if there is none; lines are sorted by length


def with_templates(batches: Iterator[Texts]) -> Iterator[tuple[Texts, tuple[bytes, ...]]]:
    """The same records, with the lines that many of the first thousand share.

    Records that were read before a fault come first, then the fault.
    """
    held, count, size = deque[Texts](), 0, 0
    fault: Exception | None = None
    try:
        for texts in batches:
            held.append(texts)
            count += len(texts)
            size += int(texts.offsets[-1] - texts.offsets[0])
            if count >= RECORDS or size >= 2 * SIZE:
                break
    except FAULTS as error:
        fault = error
    found = tuple(frequent_lines(held))
    while held:
        yield held.popleft(), found
    if fault:
        raise fault
    for texts in batches:
        yield texts, found


def frequent_lines(batches: Iterable[Texts]) -> list[bytes]:
    """Lines that stand in at least SHARE of the first RECORDS records, and in TIMES of them.

    Labels and headings are none: too short to be taken for an item, and items have them, too.
    """
    parts, count = [], 0
    batches = list(batches)
    for number, texts in enumerate(batches):
        looked_at = min(len(texts), RECORDS - count)
        parts.append(_places(texts, number, looked_at, count))
        count += looked_at
    if count < TIMES:
        return []
    places = np.concatenate(parts)
    hashes, first, inverse = np.unique(places["hash"], return_index=True, return_inverse=True)
    lines_of_records = np.unique(inverse * RECORDS + places["record"])
    times = np.bincount(lines_of_records // RECORDS, minlength=len(hashes))
    chosen = places[np.sort(first[times >= max(TIMES, SHARE * count)])]
    found = [batches[place["batch"]].data[place["begin"] : place["end"]].tobytes() for place in chosen]
    if not found:
        return []
    tokens = tokenise_all(packed(found))
    return list(compress(found, units(tokens.single, tokens.offsets) >= SEED.word))


def _places(texts: Texts, batch: int, count: int, records_before: int) -> Any:
    """Where the lines of the first records of a batch are, short ones left out."""
    offsets = texts.offsets[: count + 1]
    room = int(offsets[-1] - offsets[0]) // SHORTEST + 1
    found = np.empty(room, U), *(np.empty(room, np.int64) for _ in range(3))
    places = np.empty(_find_lines(texts.base, offsets, *found), _PLACE)
    for name, values in zip(("hash", "record", "begin", "end"), found, strict=True):
        places[name] = values[: len(places)]
    places["record"] += records_before
    places["batch"] = batch
    return places


@kernel
def _find_lines(base, offsets, hashes, records, begins, ends):
    count = np.int64(0)
    for text in range(offsets.size - 1):
        at, end = offsets[text], min(offsets[text + 1], offsets[text] + _LOOKED_AT)
        while at < end:
            value, stop = _line(base, at, end)
            if stop - at >= SHORTEST:
                hashes[count], records[count], begins[count], ends[count] = value, text, at, stop
                count += 1
            at = stop + 1
    return count


@inlined
def _line(base, at, end):
    """A hash of the line that begins at a byte, and where it ends."""
    value, width = U(0), np.int64(8)
    while width == 8:
        block = load64(base + U(at))
        others = block ^ U(_NEWLINES)
        newlines = (others - U(_ONES)) & ~others & U(_ONES << 7)
        width = min(np.int64(trailing_zeros(newlines) >> U(3)), end - at, np.int64(8))
        if width < 8:
            block = (block & ((U(1) << U(8 * width)) - U(1))) ^ U(width)
        value = (value ^ block) * U(GOLDEN)
        value ^= value >> U(32)
        at += width
    return value, at


def without(texts: Texts, lines: Collection[bytes]) -> Texts:
    """The texts without these lines; the very same object if there are none."""
    if not lines:
        return texts
    out = np.zeros(int(texts.offsets[-1] - texts.offsets[0]) + PADDING, np.uint8)
    offsets = np.zeros(len(texts.offsets), np.int64)
    _filter(texts.base, texts.offsets, _lines_of(lines), out, offsets)
    return Texts(out, offsets)


def _lines_of(found: Iterable[bytes]) -> _Lines:
    found = sorted(found, key=len)
    offsets = np.zeros(len(found) + 1, np.int64)
    np.cumsum([len(line) for line in found], out=offsets[1:])
    by_length = np.full(len(found[-1]) + 1, -1, np.int32)
    for i in reversed(range(len(found))):
        by_length[len(found[i])] = i
    return _Lines(np.frombuffer(b"".join(found), np.uint8), offsets, by_length)


@kernel
def _filter(base, offsets, lines, out, out_offsets):
    to = np.int64(0)
    for text in range(offsets.size - 1):
        at, end = offsets[text], offsets[text + 1]
        while at < end:
            begin = to
            while at < end:
                out[to] = load64(base + U(at)) & U(0xFF)
                if out[to] == 10:
                    break
                at += 1
                to += 1
            if _is_one_of(out, begin, to, lines):
                to = begin
            if at < end and to > begin:
                out[to] = 10
                to += 1
            at += 1
        out_offsets[text + 1] = to


@inlined
def _is_one_of(out, begin, end, lines):
    """Do the bytes [begin, end) make one of the lines?"""
    length = end - begin
    line = np.int64(lines.by_length[length]) if length < lines.by_length.size else np.int64(-1)
    while 0 <= line < lines.offsets.size - 1:
        first = lines.offsets[line]
        if lines.offsets[line + 1] - first != length:
            return False
        i = 0
        while i < length and lines.data[first + i] == out[begin + i]:
            i += 1
        if i == length:
            return True
        line += 1
    return False


def place_in_whole(whole: bytes, lines: Container[bytes], at: int) -> int:
    """Where a byte of a text without the lines, or its end, stands in the whole text. Empty ones go, too."""
    begin = kept = 0
    for line in whole.split(b"\n"):
        if line and line not in lines:
            if at <= kept + len(line):
                return begin + at - kept
            kept += len(line) + 1
        begin += len(line) + 1
    return len(whole)
