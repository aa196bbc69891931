"""From scores to verdicts: what finding some of an item's fields in one corpus record means.

An item is judged on all its item fields together, in one record: on the mean of their shares, or, if that is
stronger, on the item with its options or answer. Of a pair each half must be there for itself. The shorter
the item, the more of it must be there. Scores are stored beside the verdict, so that other thresholds can be
tried.
"""
# mypy: disable-error-code="no-untyped-def, misc"

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from bioclue_data.leakage.evidence import LESS, evidence
from bioclue_data.matching.align import LEAST
from bioclue_data.matching.compiled import inlined, kernel

if TYPE_CHECKING:
    from bioclue_data.leakage.items import Items
    from bioclue_data.matching.bounds import Bounds
    from bioclue_data.matching.index import Index
    from bioclue_data.matching.verify import Scores

VERDICTS = ("", "source_overlap", "partial", "ngram", "suspected", "near_duplicate", "exact")  # rising
NONE, SOURCE_OVERLAP, PARTIAL, NGRAM, SUSPECTED, NEAR_DUPLICATE, EXACT = range(len(VERDICTS))


class Thresholds(NamedTuple):
    """What share of an item must be in a record.

    Lengths are in units: words, or 13/8 CJK characters. Between `short` and `long` the shares fall linearly.

    Attributes:
        very_short: Below this an item counts only where it stands by itself, or with an answer or options.
        short: Below this an item must be there whole.
        long: From here on the `_long` shares hold.
        near_short, near_long: Share for near_duplicate.
        suspected_short, suspected_long: Share for suspected.
        aligned_short, aligned_long: The same of an alignment.
        ngram: Share of tokens in runs of 8 words or 13 CJK characters (Tulu 3: 0.5).
        run: Units of the longest run for partial.
        context: Share of a context for source_overlap.
        support: Share of an answer that counts as being there.
        question: Aligned share of the question that must be there beside its options or answer.
        options: Share of the options of an item that must be there for these shares,
        bare_short, bare_long: and the aligned share where they are not.
        half: Units of one half of a pair from which LESS less than the `_long` share is enough.
    """

    very_short: float = 4.0
    short: float = 8.0
    long: float = 30.0
    near_short: float = 0.9
    near_long: float = 0.7
    suspected_short: float = 0.8
    suspected_long: float = 0.55
    aligned_short: float = 0.8
    aligned_long: float = 0.65
    ngram: float = 0.5
    run: float = 8.0
    context: float = 0.5
    support: float = 0.7
    question: float = 0.7
    options: float = 0.5
    bare_short: float = 0.85
    bare_long: float = 0.8
    half: float = 16.0

    @property
    def floor(self) -> float:
        """The least share of an anchor that any verdict but those of long runs needs."""
        of_halves = self.suspected_short, self.suspected_long - LESS, self.near_short, self.near_long - LESS
        return min(float(LEAST), self.context, *of_halves)


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


def judge(scores: Scores | Bounds, items: Items, index: Index, thresholds: Thresholds) -> Judged:
    """Judge every candidate of some scores, or the most it could be by their bounds."""
    starts, found = evidence(scores, items, index, thresholds)
    count = len(found.share)
    public = items.public[items.items[scores.fields[starts[:-1]]]]
    kinds = np.int8, np.float32, bool, np.float32, np.float32, np.int64
    judged = Judged(*(np.empty(count, kind) for kind in kinds))
    _judge(found, public, Thresholds(*map(float, thresholds)), judged)
    return judged


@kernel
def _judge(found, public, limits, judged):
    for k in range(public.size):
        around = SOURCE_OVERLAP if found.context[k] >= limits.context else NONE
        verdict = around
        if found.item_run[k] >= limits.run:
            verdict = PARTIAL
        if found.covered[k] > limits.ngram:
            verdict = NGRAM
        if _is_suspected(found, k, limits):
            verdict = SUSPECTED
        if _is_near(found, k, limits):
            verdict = NEAR_DUPLICATE
        if found.exact[k]:
            verdict = EXACT
        is_very_short = found.weight[k] < limits.very_short
        is_copied = found.exact[k] and (found.alone[k] or not is_very_short)
        if (is_very_short or found.template[k]) and not (is_copied or found.supported[k]):
            verdict = around
        is_public = public[k] and not found.answered[k]
        if is_public:
            verdict = min(verdict, SOURCE_OVERLAP)
        best = max(found.share[k], found.joint[k])
        if verdict == SUSPECTED:
            best = max(best, found.aligned[k], found.joint_aligned[k])
        if verdict == SOURCE_OVERLAP and not is_public:
            best = found.context[k]
        is_common = found.template[k] or (found.common[k] and not found.pair[k])
        is_doubtful = (found.weight[k] < limits.short or is_common) and not found.supported[k]
        judged.verdicts[k], judged.scores[k] = verdict, best
        judged.low_confidence[k] = verdict >= SUSPECTED and is_doubtful
        judged.covered[k], judged.longest[k] = found.covered[k], found.longest[k]
        of_context = verdict == SOURCE_OVERLAP and not public[k]
        judged.rows[k] = found.context_row[k] if of_context else found.item_row[k]


@inlined
def _is_suspected(found, k, limits):
    """Is enough there for `suspected`: of the item, or of the item with what belongs to it?

    Without its options more of an item must be there: its words are often those of another question.
    """
    weight, in_order = found.weight[k], found.aligned[k]
    by_share = _is_enough(found.share[k], weight, limits, limits.suspected_short, limits.suspected_long)
    aligned = _is_enough(in_order, weight, limits, limits.aligned_short, limits.aligned_long)
    bare = _is_enough(in_order, weight, limits, limits.bare_short, limits.bare_long)
    alone = (by_share or aligned) and (found.options[k] >= limits.options or bare)
    beside = _is_enough(
        found.joint_aligned[k], found.joint_weight[k], limits, limits.aligned_short, limits.aligned_long
    )
    return (alone and found.suspected[k]) or (beside and in_order >= limits.question)


@inlined
def _is_near(found, k, limits):
    """The same for `near_duplicate`."""
    shares = limits.near_short, limits.near_long
    alone = _is_enough(found.share[k], found.weight[k], limits, *shares) and found.near[k]
    beside = _is_enough(found.joint[k], found.joint_weight[k], limits, *shares)
    return alone or (beside and found.aligned[k] >= limits.question)


@inlined
def _is_enough(share, units, limits, of_short, of_long):
    """Is a share enough for its length? The one needed falls from that of short items to that of long ones."""
    part = min(max((units - limits.short) / max(limits.long - limits.short, 1e-9), 0.0), 1.0)
    return units >= limits.short and share >= of_short + part * (of_long - of_short)


def needed(units: Any, thresholds: Thresholds, name: str) -> Any:
    """The share that is enough for a length; no share is for one below `short`."""
    shares: list[float] = [getattr(thresholds, f"{name}_short"), getattr(thresholds, f"{name}_long")]
    return np.interp(units, [thresholds.short, thresholds.long], shares)
