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

from bioclue_data.leakage.evidence import LESS, evidence
from bioclue_data.matching.align import LEAST

if TYPE_CHECKING:
    from bioclue_data.leakage.evidence import Evidence
    from bioclue_data.leakage.items import Items
    from bioclue_data.matching.bounds import Bounds
    from bioclue_data.matching.index import Index
    from bioclue_data.matching.verify import Scores

VERDICTS = ("", "source_overlap", "partial", "ngram", "suspected", "near_duplicate", "exact")  # rising
NONE, SOURCE_OVERLAP, PARTIAL, NGRAM, SUSPECTED, NEAR_DUPLICATE, EXACT = range(len(VERDICTS))


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

    very_short: float = 4
    short: float = 8
    long: float = 30
    near_short: float = 0.9
    near_long: float = 0.7
    suspected_short: float = 0.8
    suspected_long: float = 0.55
    aligned_short: float = 0.8
    aligned_long: float = 0.65
    ngram: float = 0.5
    run: float = 8
    context: float = 0.5
    support: float = 0.7
    question: float = 0.7
    options: float = 0.5
    bare_short: float = 0.85
    bare_long: float = 0.8
    half: float = 16

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
    found = evidence(scores, items, index, thresholds)
    count = len(found.share)
    around = np.where(found.context >= thresholds.context, SOURCE_OVERLAP, NONE).astype(np.int8)
    verdicts = around.copy()
    for reached, verdict in (
        (found.item_run >= thresholds.run, PARTIAL),
        (found.covered > thresholds.ngram, NGRAM),
        (_suspected(found, thresholds), SUSPECTED),
        (_near(found, thresholds), NEAR_DUPLICATE),
        (found.exact, EXACT),
    ):
        verdicts[reached] = verdict
    says_little = (found.weight < thresholds.very_short) | found.template
    copied = found.exact & (found.alone | (found.weight >= thresholds.very_short))
    verdicts = np.where(says_little & ~copied & ~found.supported, around, verdicts)
    of_public_text = np.zeros(count, bool)
    of_public_text[scores.candidates] = items.public[items.items[scores.fields]]
    public = of_public_text & ~found.answered
    verdicts[public & (verdicts > SOURCE_OVERLAP)] = SOURCE_OVERLAP
    best = np.maximum(found.share, found.joint)
    in_order = np.maximum(found.aligned, found.joint_aligned)
    best = np.where(verdicts == SUSPECTED, np.maximum(best, in_order), best)
    best = np.where(~public & (verdicts == SOURCE_OVERLAP), found.context, best).astype(np.float32)
    doubtful = (found.weight < thresholds.short) | found.template | (found.common & ~found.pair)
    low = (verdicts >= SUSPECTED) & doubtful & ~found.supported
    of_context = (verdicts == SOURCE_OVERLAP) & ~of_public_text
    rows = np.where(of_context, found.context_row, found.item_row)
    return Judged(verdicts, best, low, found.covered, found.longest, rows)


def _suspected(found: Evidence, thresholds: Thresholds) -> Any:
    """Is enough there for `suspected`: of the item, or of the item with what belongs to it?

    Without its options more of an item must be there: its words are often those of another question.
    """
    by_share = _enough(found.share, found.weight, thresholds, "suspected")
    in_order = _enough(found.aligned, found.weight, thresholds, "aligned")
    bare = _enough(found.aligned, found.weight, thresholds, "bare")
    alone = (by_share | in_order) & ((found.options >= thresholds.options) | bare)
    beside = _enough(found.joint_aligned, found.joint_weight, thresholds, "aligned")
    return (alone & found.suspected) | (beside & (found.aligned >= thresholds.question))


def _near(found: Evidence, thresholds: Thresholds) -> Any:
    """The same for `near_duplicate`."""
    alone = _enough(found.share, found.weight, thresholds, "near") & found.near
    beside = _enough(found.joint, found.joint_weight, thresholds, "near")
    return alone | (beside & (found.aligned >= thresholds.question))


def _enough(share: Any, units: Any, thresholds: Thresholds, name: str) -> Any:
    """Is a share enough for its length?"""
    return (share >= needed(units, thresholds, name)) & (units >= thresholds.short)


def needed(units: Any, thresholds: Thresholds, name: str) -> Any:
    """The share that is enough for a length; no share is for one below `short`."""
    shares: list[float] = [getattr(thresholds, f"{name}_short"), getattr(thresholds, f"{name}_long")]
    return np.interp(units, [thresholds.short, thresholds.long], shares)
