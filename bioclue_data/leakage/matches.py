"""The best match of each item: which record it is in, with its evidence, and how many records there are."""
# mypy: disable-error-code="no-untyped-def, misc"

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from bioclue_data.leakage import verdicts
from bioclue_data.matching.compiled import inlined, kernel
from bioclue_data.matching.machine import load64
from bioclue_data.matching.tokens import U

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from bioclue_data.leakage.verdicts import Judged
    from bioclue_data.matching.candidates import Candidates
    from bioclue_data.matching.tokens import Texts
    from bioclue_data.matching.verify import Scores

Rank = tuple[int, bool, float, float]
AROUND = 60  # bytes of evidence before and after a match
EVIDENCE = 800  # bytes of evidence at most


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
        shares: Of each field of the item the share that is there, of its windows or in order; of an answer
            maybe 0 where it is too little to be support. None of what is at most partial.
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
    shares: tuple[float, ...] = dataclasses.field(compare=False)

    @property
    def rank(self) -> Rank:
        """How good the match is: verdict, confident, score, longest."""
        return self.verdict, self.confident, self.score, self.longest

    def is_before(self, rank: Rank, place: tuple[str, int]) -> bool:
        """Is it better than a match of that rank and place, or as good and not behind it in the corpus?"""
        return self.rank > rank or (self.rank == rank and (self.file, self.record) <= place)


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
        if other.best.is_before(self.best.rank, (self.best.file, self.best.record)):
            self.best = other.best
        self.records += other.records
        self.covered = max(self.covered, other.covered)
        runs = (self.longest, self.characters), (other.longest, other.characters)
        self.longest, self.characters = max(runs)


class Pieces(NamedTuple):
    """A batch of records as it is scanned.

    Attributes:
        texts: Records, or pieces of long ones.
        owners: The record that each is of.
        begins: The byte of it where it begins.
    """

    texts: Texts
    owners: Any
    begins: Any


class Matches(NamedTuple):
    """Candidates of a batch, with their scores and verdicts.

    Attributes:
        place: File of a record, and number in it.
        whole: Where a byte of a record that is scanned stands in the record as it was read.
    """

    place: Callable[[int], tuple[str, int]]
    whole: Callable[[int, int], int]
    pieces: Pieces
    found: Candidates
    scores: Scores
    judged: Judged


def best_of_each(matches: Matches, known: Mapping[int, Seen]) -> Iterator[tuple[int, Seen]]:
    """Each item that has a verdict, with its best match, or the known one if that is no worse."""
    judged = _rounded(matches.judged)
    matches = matches._replace(judged=judged)
    groups = _groups(matches)
    best = groups.best
    ranks = judged.verdicts[best], ~judged.low_confidence[best], judged.scores[best], judged.longest[best]
    records = matches.pieces.owners[matches.found.texts[best]].tolist()
    for item, k, rank, record, *shared in zip(
        matches.found.items[best].tolist(),
        best.tolist(),
        zip(*(array.tolist() for array in ranks), strict=True),
        records,
        *(array.tolist() for array in groups[1:]),
        strict=True,
    ):
        before, place = known.get(item), matches.place(record)
        if before is not None and before.best.is_before(rank, place):
            match = before.best
        else:
            match = _match(matches, k, rank, place)
        yield item, Seen(match, *shared)


class _Groups(NamedTuple):
    """Of each item that has a verdict: its best candidate, and what `Seen` says of all of them."""

    best: Any
    records: Any
    covered: Any
    longest: Any
    characters: Any


def _groups(matches: Matches) -> _Groups:
    _, _, pieces, found, scores, judged = matches
    chosen = np.flatnonzero(judged.verdicts > verdicts.NONE)
    order = chosen[np.argsort(found.items[chosen], kind="stable")]
    groups = _Groups(*(np.empty(len(order), kind) for kind in (np.int64, np.int64, float, float, np.int64)))
    runs = scores.run_starts[judged.rows], scores.run_ends[judged.rows]
    candidates = found.items, found.texts, pieces.owners[found.texts]
    count = _group(order, candidates, tuple(judged), runs, (pieces.texts.base, pieces.texts.offsets), groups)
    return _Groups(*(array[:count] for array in groups))


@kernel
def _group(order, candidates, judged, runs, bytes_of_texts, groups):
    """Fill the groups -> how many there are. The candidates of an item are in the order of their texts.

    `bytes_of_texts`: the address, for they may be read only, and the offsets.
    """
    (items, texts, owners), (base, offsets) = candidates, bytes_of_texts
    verdicts_of, scores, low, covered, longest, _ = judged
    group, last, counted = np.int64(-1), np.int64(-1), np.int64(-1)
    for k in order:
        if items[k] != last:
            group, last, counted = group + 1, np.int64(items[k]), np.int64(-1)
            groups.best[group], groups.records[group], groups.characters[group] = k, 0, 0
            groups.covered[group] = groups.longest[group] = -1
        best = groups.best[group]
        rank = verdicts_of[k], not low[k], scores[k], longest[k]
        if rank > (verdicts_of[best], not low[best], scores[best], longest[best]):
            groups.best[group] = k
        if verdicts_of[k] >= verdicts.SUSPECTED and owners[k] != counted:
            groups.records[group] += 1
            counted = owners[k]
        groups.covered[group] = max(groups.covered[group], covered[k])
        if longest[k] >= groups.longest[group]:
            text = base + U(offsets[texts[k]])
            characters = _characters(text, runs[0][k], runs[1][k])
            is_longer = longest[k] > groups.longest[group]
            groups.characters[group] = characters if is_longer else max(groups.characters[group], characters)
            groups.longest[group] = longest[k]
    return group + 1


@inlined
def _characters(text, begin, end):
    """How many characters the bytes [begin, end) of a text at an address begin."""
    count = np.int64(0)
    for at in range(U(begin), U(end)):
        count += load64(text + at) & U(0xC0) != U(0x80)
    return count


def _rounded(judged: Judged) -> Judged:
    """As `Match.rank` compares them, so that the best does not depend on where batches are cut."""
    return judged._replace(
        scores=np.round(judged.scores.astype(np.float64), 4),
        longest=np.round(judged.longest.astype(np.float64), 1),
    )


def _match(matches: Matches, k: int, rank: Rank, place: tuple[str, int]) -> Match:
    scores, judged = matches.scores, matches.judged
    row, text = int(judged.rows[k]), matches.found.texts[k]
    record, shift = int(matches.pieces.owners[text]), int(matches.pieces.begins[text])
    verdict, confident, score, longest = rank
    run = int(scores.run_starts[row]), int(scores.run_ends[row])
    # where all of a field is there it is one run: the stretch may have words of it beside that, too
    start, end = run if verdict == verdicts.EXACT else (int(scores.starts[row]), int(scores.ends[row]))
    return Match(
        verdict=verdict,
        confident=confident,
        score=score,
        covered=round(float(judged.covered[k]), 4),
        longest=longest,
        file=place[0],
        record=place[1],
        field=int(scores.fields[row]),
        start=matches.whole(record, start + shift),
        end=matches.whole(record, end + shift),
        evidence=_text(matches, k, start - AROUND, min(end + AROUND, start - AROUND + EVIDENCE)),
        run=_text(matches, k, *run),
        shares=_shares(scores, k) if verdict > verdicts.PARTIAL else (),
    )


def _shares(scores: Scores, k: int) -> tuple[float, ...]:
    first, last = np.searchsorted(scores.candidates, (k, k + 1))
    return tuple(np.maximum(scores.fine[first:last], scores.aligned[first:last]).tolist())


def _text(matches: Matches, k: int, start: int, end: int) -> str:
    """A piece of a candidate's text; characters cut at its ends are left out."""
    texts, number = matches.pieces.texts, int(matches.found.texts[k])
    first, last = int(texts.offsets[number]), int(texts.offsets[number + 1])
    piece: bytes = texts.data[max(first + start, first) : min(first + end, last)].tobytes()
    return piece.decode("utf-8", "ignore")
