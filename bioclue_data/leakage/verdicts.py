"""From scores to verdicts: what finding some of an item's fields in one corpus record means.

An item is judged on all its item fields together, in one record: on the mean of their shares, or, if that is
stronger, on the item with its options or answer. Of a pair each half must be there for itself. The shorter
the item, the more of it must be there. Scores are stored beside the verdict, so that other thresholds can be
tried.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from bioclue_data.matching.index import HALF, NEAR

if TYPE_CHECKING:
    from bioclue_data.leakage.items import Items
    from bioclue_data.matching.index import Index
    from bioclue_data.matching.verify import Scores

VERDICTS = ("", "source_overlap", "partial", "ngram", "suspected", "near_duplicate", "exact")  # rising
NONE, SOURCE_OVERLAP, PARTIAL, NGRAM, SUSPECTED, NEAR_DUPLICATE, EXACT = range(len(VERDICTS))
SINGLES_PER_UNIT = 13 / 8  # CJK characters that tell as much as a word


@dataclass(frozen=True)
class Thresholds:
    """What share of an item must be in a record.

    Lengths are in units: words, or 13/8 CJK characters. Between `short` and `long` the shares fall linearly.

    Attributes:
        very_short: Below this an item counts only where it stands by itself, or with an answer or options.
        short: Below this an item must be there whole.
        long: From here on the `_long` shares hold.
        near_short, near_long: Share for near_duplicate.
        suspected_short, suspected_long: Share for suspected.
        ngram: Share of tokens in runs of 8 words or 13 CJK characters (Tulu 3: 0.5).
        run: Units of the longest run for partial.
        context: Share of a context for source_overlap.
        support: Share of an answer that counts as being there.
        question: Share of the question that must be there beside its options or answer.
        half: Units of one half of a pair from which 0.1 less than the `_long` share is enough.
    """

    very_short: float = 4
    short: float = 8
    long: float = 30
    near_short: float = 0.9
    near_long: float = 0.7
    suspected_short: float = 0.8
    suspected_long: float = 0.55
    ngram: float = 0.5
    run: float = 8
    context: float = 0.5
    support: float = 0.7
    question: float = 0.4
    half: float = 16


class Judged(NamedTuple):
    """One row for each candidate.

    Attributes:
        verdicts: int8; places in VERDICTS.
        scores: float32; the share that the verdict rests on.
        low_confidence: bool; a short or common item, without its answer or two of its options.
        covered: float32; share of the item's tokens in long runs.
        longest: float32; units of the longest run of an item or context field.
        rows: int64; the row of the scores that is the best evidence.
    """

    verdicts: Any
    scores: Any
    low_confidence: Any
    covered: Any
    longest: Any
    rows: Any


class _Evidence(NamedTuple):
    """What is found of each candidate.

    Attributes:
        share, weight: Share of the item, and its length in units.
        joint, joint_weight: The same of the item with its options or answer; share 0 for pairs.
        context: Share of its best context.
        covered: Share of tokens in long runs.
        item_run, longest: Units of the longest run of an item field; of an item or context field.
        exact: Is every item field there whole?
        alone: Does every item field stand by itself, if it is there whole?
        template: Is every item field a template that many items have, and the item no pair?
        common: Has another item of the table each of its fields?
        supported: Are an answer or two options there?
    """

    share: Any
    weight: Any
    joint: Any
    joint_weight: Any
    context: Any
    covered: Any
    item_run: Any
    longest: Any
    exact: Any
    alone: Any
    template: Any
    common: Any
    supported: Any


def judge(scores: Scores, items: Items, index: Index, thresholds: Thresholds) -> Judged:
    """Judge every candidate of some scores."""
    count = int(scores.candidates[-1]) + 1 if len(scores.candidates) else 0
    units = items.units[scores.fields]
    tokens = np.diff(index.token_offsets)[scores.fields]
    whole = (scores.longest == tokens) & (tokens > 0)
    halves = _Halves(scores, units, whole, items.kinds[scores.fields] == HALF, count)
    found = _evidence(scores, items, (units, tokens, whole), thresholds, halves.pairs)
    around = np.where(found.context >= thresholds.context, SOURCE_OVERLAP, NONE).astype(np.int8)
    verdicts = around.copy()
    for reached, verdict in (
        (found.item_run >= thresholds.run, PARTIAL),
        (found.covered > thresholds.ngram, NGRAM),
        (_reached(found, halves, thresholds, "suspected"), SUSPECTED),
        (_reached(found, halves, thresholds, "near"), NEAR_DUPLICATE),
        (found.exact, EXACT),
    ):
        verdicts[reached] = verdict
    says_little = (found.weight < thresholds.very_short) | found.template
    copied = found.exact & (found.alone | (found.weight >= thresholds.very_short))
    verdicts = np.where(says_little & ~copied & ~found.supported, around, verdicts)
    public = _public(scores, items, thresholds, count)
    verdicts[public & (verdicts > SOURCE_OVERLAP)] = SOURCE_OVERLAP
    best = np.maximum(found.share, found.joint)
    best = np.where(~public & (verdicts == SOURCE_OVERLAP), found.context, best).astype(np.float32)
    doubtful = (found.weight < thresholds.short) | found.template | (found.common & ~halves.pairs)
    low = (verdicts >= SUSPECTED) & doubtful & ~found.supported
    rows = _best_rows(scores, items, verdicts, count)
    return Judged(verdicts, best, low, found.covered, found.longest, rows)


def _evidence(
    scores: Scores, items: Items, sizes: tuple[Any, Any, Any], thresholds: Thresholds, pairs: Any
) -> _Evidence:
    """What is found of each candidate; `sizes`: units and tokens of each row, and if it is there whole."""
    units, tokens, whole = sizes
    candidate, field, count = scores.candidates, scores.fields, len(pairs)
    is_item, is_context = items.roles[field] == 0, items.roles[field] == 1
    share, weight = _mean(candidate, scores.fine, units, is_item, count)
    supported, joint, joint_weight = _support(scores, items, whole, thresholds, (share, weight))
    runs = scores.longest * (units / np.maximum(tokens, 1))
    has_item = np.bincount(candidate[is_item], minlength=count) > 0
    return _Evidence(
        share=share,
        weight=weight,
        joint=np.where(pairs, 0, joint),
        joint_weight=joint_weight,
        context=_most(candidate, scores.fine, is_context, count),
        covered=_mean(candidate, scores.covered, units, is_item, count)[0],
        item_run=_most(candidate, runs, is_item, count),
        longest=_most(candidate, runs, is_item | is_context, count),
        exact=has_item & _every(candidate, whole, is_item, count),
        alone=_every(candidate, scores.alone, is_item, count),
        template=has_item & ~pairs & _every(candidate, items.templates[field], is_item, count),
        common=has_item & _every(candidate, items.common[field], is_item, count),
        supported=supported,
    )


class _Halves:
    """The halves of pairs: each must be there for itself."""

    def __init__(self, scores: Scores, units: Any, whole: Any, is_half: Any, count: int) -> None:
        self.candidates = scores.candidates[is_half]
        self.shares, self.units, self.whole = scores.fine[is_half], units[is_half], whole[is_half]
        self.pairs = np.zeros(count, bool)
        self.pairs[self.candidates] = True

    def reach(self, low: float, high: float, thresholds: Thresholds) -> Any:
        """Have both halves of each candidate enough? True where the item is no pair."""
        needed = np.interp(self.units, [thresholds.short, thresholds.half], [low, high - 0.1])
        enough = (self.shares >= needed) & (self.units >= thresholds.short) | self.whole
        return _every(self.candidates, enough, slice(None), len(self.pairs))


def _reached(found: _Evidence, halves: _Halves, thresholds: Thresholds, verdict: str) -> Any:
    """Is enough there for `suspected` or `near`: of the item, or of the item with what belongs to it?"""
    low: float = getattr(thresholds, f"{verdict}_short")
    high: float = getattr(thresholds, f"{verdict}_long")

    def enough(share: Any, units: Any) -> Any:
        needed = np.interp(units, [thresholds.short, thresholds.long], [low, high])
        return (share >= needed) & (units >= thresholds.short)

    alone = enough(found.share, found.weight) & halves.reach(low, high, thresholds)
    return alone | (enough(found.joint, found.joint_weight) & (found.share >= thresholds.question))


def _public(scores: Scores, items: Items, thresholds: Thresholds, count: int) -> Any:
    """Is the text public without the item, and nothing of the answers there: two of them, or the only one?"""
    public = np.zeros(count, bool)
    public[scores.candidates] = items.public[items.items[scores.fields]]
    is_answer = items.roles[scores.fields] == 2
    there = is_answer & (scores.fine >= thresholds.support)
    needed = np.minimum(np.bincount(scores.candidates[is_answer], minlength=count), 2)
    answered = (np.bincount(scores.candidates[there], minlength=count) >= needed) & (needed > 0)
    return public & ~answered


def _most(candidate: Any, values: Any, chosen: Any, count: int) -> Any:
    """The greatest value over the chosen rows of each candidate, 0 where there are none."""
    most = np.zeros(count, np.float32)
    np.maximum.at(most, candidate[chosen], values[chosen])
    return most


def _every(candidate: Any, values: Any, chosen: Any, count: int) -> Any:
    """Is the value of all chosen rows of each candidate true?"""
    every = np.ones(count, bool)
    np.logical_and.at(every, candidate[chosen], values[chosen])
    return every


def _mean(candidate: Any, values: Any, units: Any, chosen: Any, count: int) -> tuple[Any, Any]:
    """Mean by length over the chosen rows of each candidate, and their length."""
    weight = np.bincount(candidate[chosen], weights=units[chosen], minlength=count)
    total = np.bincount(candidate[chosen], weights=(values * units)[chosen], minlength=count)
    return total / np.maximum(weight, 1e-9), weight


def _support(
    scores: Scores, items: Items, whole: Any, thresholds: Thresholds, alone: tuple[Any, Any]
) -> tuple[Any, Any, Any]:
    """Is an answer, or are two options there; share and length of the item with its options or answer."""
    candidate, field = scores.candidates, scores.fields
    units = items.units[field]
    share, weight = alone
    count = len(share)
    is_option = (items.roles[field] == 2) & (items.kinds[field] == NEAR)
    is_answer = (items.roles[field] == 2) & ~is_option
    options = np.bincount(candidate[is_option & whole], minlength=count)
    found, length = _mean(candidate, scores.fine, units, is_option, count)
    answered = is_answer & (scores.fine >= thresholds.support) & (units >= 1)
    answers = np.bincount(candidate[answered], minlength=count)
    best = np.zeros(count, np.float64)
    np.maximum.at(best, candidate[is_answer], (scores.fine * np.minimum(units, 200))[is_answer])
    chosen = np.zeros(count, np.float64)
    np.maximum.at(chosen, candidate[answered], np.minimum(units, 200)[answered])
    joint_weight = weight + length + chosen
    joint = share * weight + found * length + np.where(chosen > 0, np.minimum(best, chosen), 0)
    has_support = (length > 0) | (chosen > 0)
    joint = np.where(has_support, joint / np.maximum(joint_weight, 1e-9), 0)
    return (options >= 2) | (answers > 0), joint, joint_weight


def _best_rows(scores: Scores, items: Items, verdicts: Any, count: int) -> Any:
    """The row of each candidate with the longest run of what the verdict is about."""
    overlap = (verdicts[scores.candidates] == SOURCE_OVERLAP) & ~items.public[items.items[scores.fields]]
    wanted = np.where(overlap, 1, 0) == items.roles[scores.fields]
    key = np.where(wanted, scores.longest.astype(np.int64), -1)
    order = np.lexsort((key, scores.candidates))
    ends = np.searchsorted(scores.candidates[order], np.arange(count), side="right") - 1
    return order[ends] if count else np.zeros(0, np.int64)
