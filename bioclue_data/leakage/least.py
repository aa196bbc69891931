"""What of each field any verdict needs: of a candidate that cannot have it no more need be looked at.

Every rule of `verdicts` that gives a verdict is here again as what it needs at the least of a single field.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from bioclue_data.leakage.evidence import CONTEXT, ITEM, LESS, SUPPORT
from bioclue_data.leakage.verdicts import needed
from bioclue_data.matching.bounds import Least
from bioclue_data.matching.index import HALF

if TYPE_CHECKING:
    from bioclue_data.leakage.items import Items
    from bioclue_data.leakage.verdicts import Thresholds
    from bioclue_data.matching.index import Index

NEVER = 2  # more than any share
ROUNDING = 1e-4  # shares are added in another order there
_LONGEST = np.iinfo(np.int32).max


def least(items: Items, index: Index, thresholds: Thresholds) -> Least:
    """What is needed of each anchor; of other fields nothing is asked.

    An item's share is the mean of its fields' shares: one of them has at least that.
    """
    is_item, is_context, is_half = items.roles == ITEM, items.roles == CONTEXT, items.kinds == HALF
    count = len(items.keys)
    units = np.bincount(items.items[is_item], items.units[is_item], count)
    has_support = np.bincount(items.items[items.roles == SUPPORT], minlength=count) > 0
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
    )


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
