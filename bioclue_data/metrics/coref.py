"""Coreference: MUC, B³, CEAF (entity-based, φ4) and their mean, the CoNLL score (Pradhan et al. 2014).

Mentions are known by their spans; each set of an item is compared with the sets of the same item. A gold
mention that is in no predicted set stands alone there, and the other way round.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import linear_sum_assignment

from bioclue_data.metrics.entities import Spans, spans
from bioclue_data.metrics.family import Family, Row
from bioclue_data.metrics.matching import prf

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bioclue_data.metrics.totals import Array, Counts, Totals

Cluster = frozenset[Spans]
SIDES = ("right", "predicted", "found", "gold")


def clusters(row: Row) -> list[Cluster]:
    """The sets of a row, as sets of spans; sets of fewer than two places are left out."""
    places = {mention["id"]: spans(mention["spans"]) for mention in row["entities"] or ()}
    made = (
        frozenset(places[name] for name in one["members"] if name in places) for one in row["corefs"] or ()
    )
    return list(dict.fromkeys(cluster for cluster in made if len(cluster) > 1))


def count(gold: Row, predicted: Row) -> Counts:
    """Numerators and denominators of the three scores for one item."""
    ours, theirs = clusters(gold), clusters(predicted)
    return {
        "muc.right": _muc(theirs, ours),
        "muc.predicted": sum(len(one) - 1 for one in theirs),
        "muc.found": _muc(ours, theirs),
        "muc.gold": sum(len(one) - 1 for one in ours),
        "b3.right": _b_cubed(theirs, ours),
        "b3.predicted": sum(map(len, theirs)),
        "b3.found": _b_cubed(ours, theirs),
        "b3.gold": sum(map(len, ours)),
        "ceaf.right": (same := _ceaf(ours, theirs)),
        "ceaf.predicted": len(theirs),
        "ceaf.found": same,
        "ceaf.gold": len(ours),
    }


def _muc(these: Sequence[Cluster], those: Sequence[Cluster]) -> int:
    """Links of these sets that stay when those sets part them."""
    return sum(len(one) - len(_parts(one, those)) for one in these)


def _parts(one: Cluster, those: Sequence[Cluster]) -> list[Cluster]:
    shared = [one & other for other in those if one & other]
    alone = one - frozenset().union(*those)
    return [*shared, *(frozenset([place]) for place in alone)]


def _b_cubed(these: Sequence[Cluster], those: Sequence[Cluster]) -> float:
    """For each mention the share of its set that is with it in those sets; added up."""
    return sum(len(one & other) ** 2 / len(one) for one in these for other in those)


def _ceaf(ours: Sequence[Cluster], theirs: Sequence[Cluster]) -> float:
    """The similarity of the best pairs of sets."""
    if not ours or not theirs:
        return 0.0
    alike = np.array([[2 * len(one & other) / (len(one) + len(other)) for other in theirs] for one in ours])
    return float(alike[linear_sum_assignment(alike, maximize=True)].sum())


def make(totals: Totals) -> dict[str, Array]:
    """The scores."""
    f1 = {
        f"{name}_f1": prf(*(totals[f"{name}.{side}"] for side in SIDES))["f1"]
        for name in ("muc", "b3", "ceaf")
    }
    return {"conll_f1": sum(f1.values()) / 3, **f1}  # type: ignore[dict-item]


FAMILY = Family("coref", ("conll_f1", "muc_f1", "b3_f1", "ceaf_f1"), count, make)
