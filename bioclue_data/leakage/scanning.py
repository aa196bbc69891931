"""Scan a corpus for the items of an index: batches of records in, the best match of each item out.

Memory does not grow with the corpus: of each item only the best record is kept, with its evidence, and how
many records there were. The result does not depend on the number of threads or the size of batches.
"""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from bioclue_data.leakage import verdicts
from bioclue_data.leakage.least import least
from bioclue_data.matching import candidates as candidate
from bioclue_data.matching.bounds import first_look
from bioclue_data.matching.scan import scan
from bioclue_data.matching.tokens import PADDING, Texts
from bioclue_data.matching.verify import verify

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bioclue_data.leakage.items import Items
    from bioclue_data.leakage.verdicts import Judged, Thresholds
    from bioclue_data.matching.candidates import Candidates
    from bioclue_data.matching.index import Index
    from bioclue_data.matching.verify import Scores

PIECE, OVERLAP = 1 << 18, 1 << 13  # bytes: longer records are looked at in overlapping pieces
BATCH = 1 << 23  # bytes of text that are scanned at a time, about
AROUND = 60  # bytes of evidence before and after a match
EVIDENCE = 800  # bytes of evidence at most


class Records(NamedTuple):
    """A batch of a corpus: texts, the file they are from, and the number of the first one in it.

    Attributes:
        more: Where other files begin in a batch of several: place of the record, file, number of the record.
    """

    texts: Texts
    file: str
    first: int
    more: tuple[tuple[int, str, int], ...] = ()

    def place(self, record: int) -> tuple[str, int]:
        """File, and number in it, of a record of the batch."""
        at = bisect_right(self.more, record, key=lambda part: part[0])
        begin, file, first = self.more[at - 1] if at else (0, self.file, self.first)
        return file, first + record - begin


def joined(batches: Iterable[Records]) -> Iterator[Records]:
    """Small batches put together to about BATCH bytes: a thousand small files go like a large one."""
    held: list[Records] = []
    size = 0
    for batch in batches:
        held.append(batch)
        size += int(batch.texts.offsets[-1])
        if size >= BATCH:
            yield _join(held)
            held, size = [], 0
    if held:
        yield _join(held)


def _join(batches: list[Records]) -> Records:
    if len(batches) == 1:
        return batches[0]
    data = [batch.texts.data[: batch.texts.offsets[-1]] for batch in batches]
    sizes = np.concatenate([[0], np.concatenate([np.diff(batch.texts.offsets) for batch in batches])])
    counts = np.cumsum([len(batch.texts) for batch in batches]).tolist()
    more = tuple((count, batch.file, batch.first) for count, batch in zip(counts, batches[1:], strict=False))
    texts = Texts(np.concatenate([*data, np.zeros(PADDING, np.uint8)]), np.cumsum(sizes).astype(np.int64))
    return Records(texts, batches[0].file, batches[0].first, more)


@dataclass(frozen=True, slots=True)
class Match:
    """The best record for an item.

    Attributes:
        verdict: Place in `verdicts.VERDICTS`.
        confident: False: a short or common item, without its answer or two of its options.
        score: Share of the item (or of its context) that is in the record.
        covered: Share of its tokens in runs of 8 words or 13 CJK characters.
        longest: Length of the longest run, in words or 13/8 characters.
        file, record: Where: the file, and the number of the record in it, from 0.
        field: Name of the field that is the evidence; `text` its number in the index.
        start, end: Bytes of the match in the record's text.
        evidence: The match and what stands around it.
        run: The longest run of equal tokens.
    """

    verdict: int
    confident: bool
    score: float
    covered: float
    longest: float
    file: str
    record: int
    field: int
    start: int
    end: int
    evidence: str
    run: str

    @property
    def rank(self) -> tuple[int, bool, float, float]:
        """How good the match is."""
        return self.verdict, self.confident, self.score, self.longest


@dataclass(slots=True)
class Seen:
    """All about one item in one corpus: the best match, how many records match, and the most shared.

    `longest` is in units, as in `Match`; `characters` is what the longest run has.
    """

    best: Match
    records: int
    covered: float
    longest: float
    characters: int

    def add(self, other: Seen) -> None:
        """Join what another batch found; of equal matches the first in the corpus counts."""
        mine, theirs = (self.best.rank, other.best.rank)
        place = (self.best.file, self.best.record) > (other.best.file, other.best.record)
        if theirs > mine or (theirs == mine and place):
            self.best = other.best
        self.records += other.records
        self.covered = max(self.covered, other.covered)
        runs = (self.longest, self.characters), (other.longest, other.characters)
        self.longest, self.characters = max(runs)


def scan_records(
    batches: Iterable[Records], items: Items, index: Index, thresholds: Thresholds, threads: int = 2
) -> dict[int, Seen]:
    """Scan batches of records with some threads; -> item -> what was seen."""
    local = threading.local()
    enough = least(items, index, thresholds)

    def work(batch: Records) -> dict[int, Seen]:
        if not hasattr(local, "scratch"):
            local.scratch = candidate.scratch(index)
        return _scan_batch(batch, items, index, thresholds, enough, local.scratch)

    seen: dict[int, Seen] = {}
    with ThreadPoolExecutor(threads) as pool:
        for found in _in_order(pool, work, batches, ahead=threads + 1):
            for item, new in found.items():
                if item in seen:
                    seen[item].add(new)
                else:
                    seen[item] = new
    return seen


def _in_order(
    pool: ThreadPoolExecutor, work: Any, batches: Iterable[Records], ahead: int
) -> Iterator[dict[int, Seen]]:
    waiting: deque[Future[dict[int, Seen]]] = deque()
    for batch in batches:
        waiting.append(pool.submit(work, batch))
        if len(waiting) >= ahead:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def _scan_batch(
    batch: Records, items: Items, index: Index, thresholds: Thresholds, enough, scratch: candidate.Scratch
) -> dict[int, Seen]:
    pieces = _pieces(batch.texts)
    hits, prints = scan(pieces.texts, index)
    found = candidate.candidates(hits, index, scratch)
    found, bounds = first_look(prints, index, found, enough)
    found = found.chosen(verdicts.judge(bounds, items, index, thresholds).verdicts > verdicts.NONE)
    if not len(found.texts):
        return {}
    scores = verify(pieces.texts, index, found, thresholds.floor)
    judged = verdicts.judge(scores, items, index, thresholds)
    rounded = judged._replace(
        scores=np.round(judged.scores.astype(np.float64), 4),
        longest=np.round(judged.longest.astype(np.float64), 1),
    )  # as `Match.rank` compares them, so that the best does not depend on where batches are cut
    return dict(_best(batch, pieces, found, scores, rounded))


class _Pieces(NamedTuple):
    """Texts of at most PIECE bytes; the record that each is of, and the byte of it where it begins."""

    texts: Texts
    owners: Any
    begins: Any


def _pieces(texts: Texts) -> _Pieces:
    sizes = np.diff(texts.offsets)
    if not len(sizes) or sizes.max() <= PIECE:
        return _Pieces(texts, np.arange(len(texts)), np.zeros(len(texts), np.int64))
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
    return _Pieces(Texts(joined, offsets), np.array(owners), np.array(begins, np.int64))


def _boundary(data: Any, at: int) -> int:
    """The next place that is not inside a character."""
    while 0 < at < len(data) and data[at] & 0xC0 == 0x80:
        at += 1
    return min(at, len(data))


def _best(
    batch: Records, pieces: _Pieces, found: Candidates, scores: Scores, judged: Judged
) -> Iterator[tuple[int, Seen]]:
    """The best candidate of each item, with its evidence."""
    chosen = np.flatnonzero(judged.verdicts > verdicts.NONE)
    order = np.lexsort(
        (
            -found.texts[chosen],
            judged.longest[chosen],
            judged.scores[chosen],
            ~judged.low_confidence[chosen],
            judged.verdicts[chosen],
            found.items[chosen],
        )
    )
    chosen = chosen[order]
    owners = pieces.owners[found.texts[chosen]].tolist()
    is_leak = (judged.verdicts[chosen] >= verdicts.SUSPECTED).tolist()
    covered, longest = judged.covered[chosen].tolist(), judged.longest[chosen].tolist()
    ends = np.flatnonzero(np.append(found.items[chosen][1:] != found.items[chosen][:-1], True))
    begin = 0
    for end in ends.tolist() if len(chosen) else ():
        group = range(begin, end + 1)
        begin, k = end + 1, int(chosen[end])
        leaks = {owners[j] for j in group if is_leak[j]}
        match = _match(batch, pieces, int(found.texts[k]), scores, judged, k)
        most = max(longest[j] for j in group)
        characters = max(
            len(_run(pieces, found, scores, judged, int(chosen[j]))) for j in group if longest[j] == most
        )
        yield int(found.items[k]), Seen(match, len(leaks), max(covered[j] for j in group), most, characters)


def _run(pieces: _Pieces, found: Candidates, scores: Scores, judged: Judged, k: int) -> str:
    """The longest run of equal tokens of a candidate's evidence."""
    begin, end = pieces.texts.offsets[found.texts[k] : found.texts[k] + 2]
    row = int(judged.rows[k])
    return _text(pieces.texts.data[begin:end], int(scores.run_starts[row]), int(scores.run_ends[row]))


def _match(batch: Records, pieces: _Pieces, text: int, scores: Scores, judged: Judged, k: int) -> Match:
    row, texts = int(judged.rows[k]), pieces.texts
    data = texts.data[texts.offsets[text] : texts.offsets[text + 1]]
    start, end = int(scores.starts[row]), int(scores.ends[row])
    shift = int(pieces.begins[text])
    file, record = batch.place(int(pieces.owners[text]))
    return Match(
        verdict=int(judged.verdicts[k]),
        confident=not judged.low_confidence[k],
        score=float(judged.scores[k]),
        covered=round(float(judged.covered[k]), 4),
        longest=float(judged.longest[k]),
        file=file,
        record=record,
        field=int(scores.fields[row]),
        start=start + shift,
        end=end + shift,
        evidence=_text(data, start - AROUND, min(end + AROUND, start - AROUND + EVIDENCE)),
        run=_text(data, int(scores.run_starts[row]), int(scores.run_ends[row])),
    )


def _text(data: Any, start: int, end: int) -> str:
    """A piece of a text; characters cut at its ends are left out."""
    return bytes(data[max(start, 0) : min(end, len(data))]).decode("utf-8", "ignore")
