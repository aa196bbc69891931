"""Scan a corpus for the items of an index: batches of records in, the best match of each item out.

Memory does not grow with the corpus: of each item only the best record is kept, with its evidence, and how
many records there were. The result does not depend on the number of threads or the size of batches.
"""

from __future__ import annotations

import threading
from bisect import bisect_right
from concurrent.futures import ThreadPoolExecutor, as_completed
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from bioclue_data.leakage import verdicts
from bioclue_data.leakage.least import worth_comparing
from bioclue_data.leakage.matches import Matches, Pieces, best_of_each
from bioclue_data.leakage.reading.templates import place_in_whole, without
from bioclue_data.matching.bounds import first_look
from bioclue_data.matching.candidates import candidates
from bioclue_data.matching.scan import scan
from bioclue_data.matching.tokens import PADDING, Texts
from bioclue_data.matching.verify import verify

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from bioclue_data.leakage.matches import Seen
    from bioclue_data.leakage.prompts import Cut
    from bioclue_data.leakage.search import Search
    from bioclue_data.matching.candidates import Scratch

PIECE, OVERLAP = 1 << 18, 1 << 13  # bytes: longer records are looked at in overlapping pieces
BATCH = 6 << 20  # bytes of text that are scanned at a time, about
FIRST, LAST = 3 << 18, 3 << 19  # the same where a corpus begins and ends, so that no thread waits long


class Records(NamedTuple):
    """A batch of a corpus: texts, the file they are from, and the number of the first one in it.

    Attributes:
        more: Where other files begin in a batch of several: place of the record, file, number of the record.
        templates: Lines that many records of the file have.
    """

    texts: Texts
    file: str
    first: int
    more: tuple[tuple[int, str, int], ...] = ()
    templates: tuple[bytes, ...] = ()

    def place(self, record: int) -> tuple[str, int]:
        """File, and number in it, of a record of the batch."""
        at = bisect_right(self.more, record, key=lambda part: part[0])
        begin, file, first = self.more[at - 1] if at else (0, self.file, self.first)
        return file, first + record - begin


def joined(batches: Iterable[Records]) -> Iterator[Records]:
    """Small batches put together to about BATCH bytes: a thousand small files go like a large one.

    Those of files with other templates stay apart.
    """
    held: list[Records] = []
    size, wanted = 0, FIRST
    for batch in batches:
        if held and held[-1].templates != batch.templates:
            yield _join(held)
            held, size = [], 0
        held.append(batch)
        size += int(batch.texts.offsets[-1])
        if size >= wanted:
            yield _join(held)
            held, size, wanted = [], 0, min(2 * wanted, BATCH)
    if held:
        yield _join(held)


def _join(batches: list[Records]) -> Records:
    if len(batches) == 1:
        return batches[0]
    # a table's texts begin behind its header
    data = [batch.texts.data[batch.texts.offsets[0] : batch.texts.offsets[-1]] for batch in batches]
    sizes = np.concatenate([[0], np.concatenate([np.diff(batch.texts.offsets) for batch in batches])])
    counts = np.cumsum([len(batch.texts) for batch in batches]).tolist()
    more = tuple((count, batch.file, batch.first) for count, batch in zip(counts, batches[1:], strict=False))
    texts = Texts(np.concatenate([*data, np.zeros(PADDING, np.uint8)]), np.cumsum(sizes).astype(np.int64))
    return Records(texts, batches[0].file, batches[0].first, more, batches[0].templates)


def _parts(batch: Records) -> Iterator[Records]:
    """A batch in batches of about LAST bytes; nothing is copied."""
    offsets, begin = batch.texts.offsets, 0
    while begin < len(batch.texts):
        end = int(np.searchsorted(offsets, offsets[begin] + LAST))
        end = min(max(end, begin + 1), len(batch.texts))
        file, first = batch.place(begin)
        more = tuple((at - begin, name, number) for at, name, number in batch.more if begin < at < end)
        texts = Texts(batch.texts.data, offsets[begin : end + 1])
        yield Records(texts, file, first, more, batch.templates)
        begin = end


def scan_records(
    batches: Iterable[Records], search: Search, threads: int = 2, apart: Any = None
) -> dict[int, Seen]:
    """Scan batches of records with some threads; -> item -> what was seen.

    The threads read, too, one at a time: a thread more that only reads would take the place of another.
    `apart`: bool[items]; of these nothing is seen.
    """
    source = _Source(batches)
    seen: dict[int, Seen] = {}
    lock = threading.Lock()

    def work() -> None:
        with search.working() as scratch:
            for batch in source:
                found: dict[int, Seen] = {}
                for cut in search.cuts(batch.templates):
                    found |= _scan_batch(batch, cut, search, seen, scratch, apart)
                with lock:
                    for item, new in found.items():
                        if item in seen:
                            seen[item].add(new)
                        else:
                            seen[item] = new

    with ThreadPoolExecutor(threads) as pool, source:
        for done in as_completed([pool.submit(work) for _ in range(threads)]):
            done.result()
    return seen


class _Source:
    """Batches that several threads take from, one at a time; the last one goes in parts.

    As a context, it gives no more of them at its end: if one thread fails, or is interrupted, the others end.
    """

    def __init__(self, batches: Iterable[Records]) -> None:
        self._batches = _last_in_parts(batches)
        self._lock = threading.Lock()

    def __iter__(self) -> Iterator[Records]:
        while True:
            with self._lock:
                batch = next(self._batches, None)
            if batch is None:
                return
            yield batch

    def __enter__(self) -> _Source:
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._batches = iter(())


def _last_in_parts(batches: Iterable[Records]) -> Iterator[Records]:
    """The batches; the last one in parts of about LAST bytes, so that all threads end together."""
    last: Records | None = None
    for batch in batches:
        if last is not None:
            yield last
        last = batch
    if last is not None:
        yield from _parts(last)


def _scan_batch(
    batch: Records, cut: Cut, search: Search, known: Mapping[int, Seen], scratch: Scratch, apart: Any
) -> dict[int, Seen]:
    """What a batch has of each item that is not apart. If a better match is `known` that one stays."""
    items, index, thresholds = search.items, search.index, search.thresholds
    pieces = _pieces(without(batch.texts, cut.left_out))
    hits, prints = scan(pieces.texts, index)
    found = candidates(hits, index, scratch)
    for others in (apart, cut.apart):
        if others is not None:
            found = found.chosen(~others[found.items])
    found, bounds = first_look(prints, index, found, search.least)
    is_hopeful = verdicts.judge(bounds, items, index, thresholds).verdicts > verdicts.NONE
    most = worth_comparing(bounds, items, search.least)[is_hopeful[bounds.candidates]]
    found = found.chosen(is_hopeful)
    if not len(found.texts):
        return {}
    scores = verify(pieces.texts, index, found, thresholds.floor, most)
    judged = verdicts.judge(scores, items, index, thresholds)
    whole = partial(_in_whole, batch.texts, frozenset(cut.left_out))
    return dict(best_of_each(Matches(batch.place, whole, pieces, found, scores, judged), known))


def _in_whole(texts: Texts, left_out: frozenset[bytes], record: int, at: int) -> int:
    """Where a byte of a record stands in it as it was read."""
    if not left_out:
        return at
    begin, end = texts.offsets[record : record + 2]
    return place_in_whole(texts.data[begin:end].tobytes(), left_out, at)


def _pieces(texts: Texts) -> Pieces:
    sizes = np.diff(texts.offsets)
    if not len(sizes) or sizes.max() <= PIECE:
        return Pieces(texts, np.arange(len(texts)), np.zeros(len(texts), np.int64))
    parts, owners, begins = [], [], []
    for text in range(len(texts)):
        data = texts.data[texts.offsets[text] : texts.offsets[text + 1]]
        for begin in range(0, max(1, len(data) - OVERLAP), PIECE - OVERLAP):
            begin = _boundary(data, begin)  # noqa: PLW2901
            parts.append(data[begin : _boundary(data, begin + PIECE)])
            owners.append(text)
            begins.append(begin)
    offsets = np.zeros(len(parts) + 1, np.int64)
    np.cumsum([len(part) for part in parts], out=offsets[1:])
    joined = np.concatenate([*parts, np.zeros(PADDING, np.uint8)])
    return Pieces(Texts(joined, offsets), np.array(owners), np.array(begins, np.int64))


def _boundary(data: Any, at: int) -> int:
    """The next place that is not inside a character."""
    while 0 < at < len(data) and data[at] & 0xC0 == 0x80:
        at += 1
    return min(at, len(data))
