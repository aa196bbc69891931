"""The best match of each item: which record it is in, with its evidence, and how many records there are."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from bioclue_data.leakage import verdicts

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
    """Candidates of a batch, with their scores and verdicts; `place`: file of a record, and number in it."""

    place: Callable[[int], tuple[str, int]]
    pieces: Pieces
    found: Candidates
    scores: Scores
    judged: Judged


def best_of_each(matches: Matches, known: Mapping[int, Seen]) -> Iterator[tuple[int, Seen]]:
    """Each item that has a verdict, with its best match, or the known one if that is no worse."""
    judged = _rounded(matches.judged)
    matches = matches._replace(judged=judged)
    chosen = _from_best_to_worst(matches)
    owners = matches.pieces.owners[matches.found.texts[chosen]].tolist()
    is_leak = (judged.verdicts[chosen] >= verdicts.SUSPECTED).tolist()
    covered, longest = judged.covered[chosen].tolist(), judged.longest[chosen].tolist()
    items, numbers = matches.found.items[chosen].tolist(), chosen.tolist()
    for item, group in groupby(range(len(items)), items.__getitem__):
        own, before = list(group), known.get(item)
        most = max(longest[j] for j in own)
        runs = [numbers[j] for j in own if longest[j] == most]
        yield item, Seen(
            _best(matches, numbers[own[0]], before),
            len({owners[j] for j in own if is_leak[j]}),
            max(covered[j] for j in own),
            most,
            _characters(matches, runs) if before is None or most >= before.longest else 0,
        )


def _rounded(judged: Judged) -> Judged:
    """As `Match.rank` compares them, so that the best does not depend on where batches are cut."""
    return judged._replace(
        scores=np.round(judged.scores.astype(np.float64), 4),
        longest=np.round(judged.longest.astype(np.float64), 1),
    )


def _from_best_to_worst(matches: Matches) -> Any:
    """Numbers of the candidates that have a verdict: item by item, the best ones first."""
    found, judged = matches.found, matches.judged
    chosen = np.flatnonzero(judged.verdicts > verdicts.NONE)
    order = np.lexsort(
        (
            found.texts[chosen],
            -judged.longest[chosen],
            -judged.scores[chosen],
            judged.low_confidence[chosen],
            -judged.verdicts[chosen],
            found.items[chosen],
        )
    )
    return chosen[order]


def _best(matches: Matches, k: int, known: Seen | None) -> Match:
    """A candidate's match; or the known one if that is no worse, for evidence takes time."""
    judged, owner = matches.judged, matches.pieces.owners[matches.found.texts[k]]
    rank = (
        int(judged.verdicts[k]),
        not judged.low_confidence[k],
        float(judged.scores[k]),
        float(judged.longest[k]),
    )
    place = matches.place(int(owner))
    if known is not None and known.best.is_before(rank, place):
        return known.best
    return _match(matches, k, rank, place)


def _match(matches: Matches, k: int, rank: Rank, place: tuple[str, int]) -> Match:
    scores, judged = matches.scores, matches.judged
    row, shift = int(judged.rows[k]), int(matches.pieces.begins[matches.found.texts[k]])
    start, end = int(scores.starts[row]), int(scores.ends[row])
    verdict, confident, score, longest = rank
    return Match(
        verdict=verdict,
        confident=confident,
        score=score,
        covered=round(float(judged.covered[k]), 4),
        longest=longest,
        file=place[0],
        record=place[1],
        field=int(scores.fields[row]),
        start=start + shift,
        end=end + shift,
        evidence=_text(matches, k, start - AROUND, min(end + AROUND, start - AROUND + EVIDENCE)),
        run=_text(matches, k, int(scores.run_starts[row]), int(scores.run_ends[row])),
    )


def _characters(matches: Matches, numbers: list[int]) -> int:
    """How many characters the longest runs of some candidates have at most."""
    rows = matches.judged.rows[numbers]
    starts, ends = matches.scores.run_starts[rows].tolist(), matches.scores.run_ends[rows].tolist()
    return max(len(_text(matches, *run)) for run in zip(numbers, starts, ends, strict=True))


def _text(matches: Matches, k: int, start: int, end: int) -> str:
    """A piece of a candidate's text; characters cut at its ends are left out."""
    texts, number = matches.pieces.texts, int(matches.found.texts[k])
    first, last = int(texts.offsets[number]), int(texts.offsets[number + 1])
    piece = texts.data[max(first + start, first) : min(first + end, last)]
    return piece.tobytes().decode("utf-8", "ignore")
