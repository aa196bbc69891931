"""What of each field any verdict needs: of a candidate that cannot have it no more need be looked at.

Every rule of `verdicts` that gives a verdict is here again as what it needs at the least of a single field.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from bioclue_data.leakage.evidence import CONTEXT, ITEM, LESS, SUPPORT
from bioclue_data.leakage.verdicts import needed
from bioclue_data.matching.bounds import ALONE, ANYHOW, SUPPORTED, WHOLE, Least
from bioclue_data.matching.compare import RUN_OF_WORDS
from bioclue_data.matching.index import ANYWHERE, HALF, NEAR, SINGLES_PER_UNIT

if TYPE_CHECKING:
    from bioclue_data.leakage.items import Items
    from bioclue_data.leakage.verdicts import Thresholds
    from bioclue_data.matching.bounds import Bounds
    from bioclue_data.matching.index import Index

NEVER = 2  # more than any share
ROUNDING = 1e-4  # shares are added in another order there
_LONGEST = np.iinfo(np.int32).max


def least(items: Items, index: Index, thresholds: Thresholds) -> Least:
    """What is needed of each anchor, and of support where that must be there.

    An item's share is the mean of its fields' shares: one of them has at least that.
    """
    is_item, is_context, is_half = items.roles == ITEM, items.roles == CONTEXT, items.kinds == HALF
    units, has_support = _units(items), _has(items, items.roles == SUPPORT)
    fine = _least_of(units, thresholds, "suspected", "near")[items.items]
    fine[is_half] = _least_of_halves(items.units[is_half], thresholds)
    aligned = _least_of(units, thresholds, "aligned")
    aligned = np.where(has_support, np.minimum(aligned, thresholds.question), aligned)[items.items]
    per_unit = np.diff(index.token_offsets) / np.maximum(items.units, 1e-9)
    runs = np.floor(np.minimum(thresholds.run * per_unit, _LONGEST))
    return Least(
        fine=_rounded(np.where(is_context, thresholds.context, fine)),
        aligned=_rounded(np.where(is_item & ~is_half, aligned, NEVER)),
        covered=_rounded(np.where(is_item, thresholds.ngram, NEVER)),
        run=np.where(is_item, runs, _LONGEST).astype(np.int32),
        windows=_windows(items, index, thresholds),
        lone=np.where(is_item, _lone(items, index, thresholds)[items.items], ANYHOW),
        support=_rounded(np.where(items.kinds == NEAR, 1, thresholds.support)),
    )


def worth_comparing(bounds: Bounds, items: Items, least: Least) -> Any:
    """int32[rows]: the longest run, as in `bounds`; 0 for answers where none of the item's can be there."""
    is_answer = (items.kinds[bounds.fields] == ANYWHERE) & (items.roles[bounds.fields] == SUPPORT)
    may_be_there = bounds.candidates[is_answer & (bounds.fine >= least.support[bounds.fields])]
    is_left_out = is_answer & ~np.isin(bounds.candidates, may_be_there)
    return np.where(is_left_out, 0, bounds.longest).astype(np.int32)


def _units(items: Items) -> Any:
    """float64[items]: length of an item's own fields."""
    is_item = items.roles == ITEM
    return np.bincount(items.items[is_item], items.units[is_item], len(items.keys))


def _has(items: Items, fields: Any) -> Any:
    """bool[items]: has it such a field? `fields`: bool[fields]."""
    return np.bincount(items.items[fields], minlength=len(items.keys)) > 0


def _windows(items: Items, index: Index, thresholds: Thresholds) -> Any:
    """int32[fields]: all windows of what can only be `exact`."""
    others = _has(items, items.roles == SUPPORT) | _has(items, items.kinds == HALF)
    is_whole = (items.roles == ITEM) & (_is_short(items, index, thresholds) & ~others)[items.items]
    following = index.alike.copy()
    while (linked := following >= 0).any():  # one anchor stands for all that are like it
        is_whole[linked] &= is_whole[following[linked]]
        following[linked] = following[following[linked]]
    return np.where(is_whole, index.window_counts, index.needed)


def _is_short(items: Items, index: Index, thresholds: Thresholds) -> Any:
    """bool[items]: too short for any share or run; as `exact` it counts, or with its support."""
    sizes = np.diff(index.token_offsets)
    has_words = items.units * SINGLES_PER_UNIT > sizes + 0.5
    has_run = (items.roles == ITEM) & has_words & (sizes >= RUN_OF_WORDS)  # also of characters and a word
    return (_units(items) < min(thresholds.short, thresholds.run)) & ~_has(items, has_run)


def _lone(items: Items, index: Index, thresholds: Thresholds) -> Any:
    """uint8[items]: what an item must be that counts only so, or with an answer or two options."""
    is_item, is_half = items.roles == ITEM, items.kinds == HALF
    is_template = ~_has(items, is_item & ~items.templates)
    is_whole = is_template | (_is_short(items, index, thresholds) & ~_has(items, items.kinds == NEAR))
    lone = np.where(is_whole & ~_has(items, is_half), WHOLE, ANYHOW)
    is_annotated = np.bincount(items.items[is_item & is_half], minlength=len(items.keys)) == 1
    of_very_short = np.where(is_annotated, SUPPORTED, ALONE)
    return np.where(_units(items) < thresholds.very_short, of_very_short, lone).astype(np.uint8)


def _rounded(shares: Any) -> Any:
    return (shares - ROUNDING).astype(np.float32)


def _least_of(units: Any, thresholds: Thresholds, *names: str) -> Any:
    """The least share of an item of some length; short ones must be there whole."""
    shares = np.minimum.reduce([needed(units, thresholds, name) for name in names])
    return np.where(units >= thresholds.short, shares, 1)


def _least_of_halves(units: Any, thresholds: Thresholds) -> Any:
    """The same of one half of a pair; see `evidence`."""
    part = np.clip((units - thresholds.short) / max(thresholds.half - thresholds.short, 1e-9), 0, 1)
    ends = (
        (thresholds.suspected_short, thresholds.suspected_long),
        (thresholds.near_short, thresholds.near_long),
    )
    shares = np.minimum.reduce([short + part * (long - LESS - short) for short, long in ends])
    return np.where(units >= thresholds.short, shares, 1)
