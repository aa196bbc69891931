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

from bioclue_data.leakage.evidence import LESS, of_item, with_support
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
        very_short: Below this an item counts only where it stands by itself, or with an answer or options; a
            term and its annotations only with both, and with low confidence.
        short: Below this an item must be there whole.
        long: From here on the `_long` shares hold.
        near_short, near_long: Share for near_duplicate.
        suspected_short, suspected_long: Share for suspected.
        aligned_short, aligned_long: The same of an alignment.
        plain_short, plain_long: Share for either of its windows, whatever they weigh, where the item is there
            without its options or answer.
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
    plain_short: float = 0.65
    plain_long: float = 0.3
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
        low_confidence: bool; a short or common item, without its answer or two of its options; a term, or a
            short text inside another one, even beside its annotations.
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
    count = int(scores.candidates[-1]) + 1 if len(scores.candidates) else 0
    starts = np.searchsorted(scores.candidates, np.arange(count + 1)).astype(np.int64)
    rows = (
        scores.fields, scores.fine, scores.covered, scores.longest,
        scores.aligned, scores.alone, scores.plain,
    )  # fmt: skip
    facts = (
        items.roles, items.kinds, items.units, index.token_offsets,
        items.templates, items.common, items.inside,
    )  # fmt: skip
    kinds = np.int8, np.float32, bool, np.float64, np.float32, np.int64
    judged = Judged(*(np.empty(count, kind) for kind in kinds))
    public = items.public[items.items[scores.fields[starts[:-1]]]]
    _judge(starts, rows, facts, public, Thresholds(*map(float, thresholds)), judged)
    return judged


@kernel
def _judge(starts, rows, facts, public, limits, judged):
    for k in range(public.size):
        own = starts[k], starts[k + 1]
        item = of_item(own, rows, facts, limits)
        joint = with_support(own, rows, facts, limits, item)
        is_public = public[k] and not joint.answered
        verdict = _verdict(item, joint, is_public, limits)
        best = max(item.share, joint.share)
        if verdict == SUSPECTED:
            best = max(best, item.aligned, joint.aligned)
        if verdict == SOURCE_OVERLAP and not is_public:
            best = np.float64(item.context)
        is_common = item.template or (item.common and not item.pair)
        is_doubtful = (item.weight < limits.short or is_common) and not joint.supported
        is_phrase = item.annotated and item.weight < limits.short and not item.alone
        is_doubtful |= is_phrase or _is_term(item, limits)
        of_context = verdict == SOURCE_OVERLAP and not public[k]
        judged.verdicts[k], judged.scores[k] = verdict, best
        judged.low_confidence[k] = verdict >= SUSPECTED and is_doubtful
        judged.covered[k], judged.longest[k] = item.covered, item.longest
        judged.rows[k] = item.context_row if of_context else item.item_row


@inlined
def _verdict(item, joint, is_public, limits):
    around = SOURCE_OVERLAP if item.context >= np.float32(limits.context) else NONE
    verdict = evidence = PARTIAL if item.item_run >= np.float32(limits.run) else around
    if item.covered > limits.ngram:
        verdict = NGRAM
    if _is_suspected(item, joint, limits) or _is_asked_and_answered(item, joint, limits):
        verdict = SUSPECTED
    if _is_near(item, joint, limits):
        verdict = NEAR_DUPLICATE
    if item.exact:
        verdict = EXACT
    if _is_stem(item, joint, limits):
        verdict = evidence
    is_very_short = item.weight < limits.very_short
    is_copied = item.exact and (item.alone or not is_very_short)
    if (is_very_short or item.template) and not (is_copied or joint.supported):
        verdict = around
    if _is_term(item, limits) and not (is_copied and joint.supported):
        verdict = around
    return min(verdict, SOURCE_OVERLAP) if is_public else verdict


@inlined
def _is_term(item, limits):
    """Is it a term and its annotations? Terms are in lists, and beside their other names in dictionaries."""
    return item.annotated and item.weight < limits.very_short


@inlined
def _is_stem(item, joint, limits):
    """Is neither the case there that a question is about, nor its options? Other cases have its words."""
    has_case = item.context_row >= 0
    return has_case and item.context < np.float32(limits.context) and joint.options < limits.options


@inlined
def _is_suspected(item, joint, limits):
    """Is enough there for `suspected`: of the item, or of the item with what belongs to it?"""
    shares = limits.aligned_short, limits.aligned_long
    by_share = _is_enough(item.share, item.weight, limits, (limits.suspected_short, limits.suspected_long))
    in_order = _is_enough(item.aligned, item.weight, limits, shares)
    alone = (by_share or in_order) and item.suspected and _is_told(item, joint, limits)
    beside = _is_enough(joint.aligned, joint.weight, limits, shares)
    return alone or (beside and item.aligned >= limits.question)


@inlined
def _is_asked_and_answered(item, joint, limits):
    """Is one of the item's fields there whole, beside an answer? Corpora leave details of a case out."""
    return item.asked and not item.pair and joint.answer >= limits.short


@inlined
def _is_near(item, joint, limits):
    """The same for `near_duplicate`."""
    shares = limits.near_short, limits.near_long
    by_share = _is_enough(item.share, item.weight, limits, shares)
    alone = by_share and item.near and _is_told(item, joint, limits)
    beside = _is_enough(joint.share, joint.weight, limits, shares)
    return alone or (beside and item.aligned >= limits.question)


@inlined
def _is_told(item, joint, limits):
    """Is an item told by its words from others of its kind?

    Its rare words are not enough, as the name of what many ask about; and without its options more of it must
    be there: its words are often those of another question.
    """
    is_plain = _is_enough(item.plain, item.weight, limits, (limits.plain_short, limits.plain_long))
    is_bare = _is_enough(item.aligned, item.weight, limits, (limits.bare_short, limits.bare_long))
    return is_plain and (joint.options >= limits.options or is_bare)


@inlined
def _is_enough(share, units, limits, shares):
    """Is a share enough for its length? What is needed falls from short items to long ones."""
    part = min(max((units - limits.short) / max(limits.long - limits.short, 1e-9), 0.0), 1.0)
    return units >= limits.short and share >= shares[0] + part * (shares[1] - shares[0])


def needed(units: Any, thresholds: Thresholds, name: str) -> Any:
    """The share that is enough for a length; no share is for one below `short`."""
    shares: list[float] = [getattr(thresholds, f"{name}_short"), getattr(thresholds, f"{name}_long")]
    return np.interp(units, [thresholds.short, thresholds.long], shares)
