"""Ranking: MAP, MRR, P@1 and nDCG over queries.

Predicted candidates are ordered by their `rank`, else by falling `relevance`, ties in the order given. A gold
candidate is relevant if its relevance is above 0, or from the grade on that the source's evaluation takes;
without relevance, if it is ranked. What is not predicted is not found. nDCG has the grade as gain and log2
as discount (Järvelin and Kekäläinen 2002). `mrr_10` is the score of CBLUE's KUAKE-IR. A query without a
relevant candidate scores 0.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from bioclue_data.metrics.family import Family, Row
from bioclue_data.metrics.totals import mean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bioclue_data.metrics.totals import Array, Counts, Totals

SCORES = ("map", "mrr", "mrr_10", "precision_1", "ndcg", "ndcg_10")
RELEVANT_FROM = {"mediqa_qa": 3.0}  # 1 incorrect, 2 related, 3 incomplete, 4 excellent


def ordered(candidates: Sequence[dict[str, Any]]) -> list[str]:
    """Ids of the candidates that have a rank or relevance, the best first."""
    judged = [one for one in candidates if one["rank"] is not None or one["relevance"] is not None]
    last = len(judged) + 1
    judged.sort(key=lambda one: (one["rank"] or last, -(one["relevance"] or 0.0)))
    return [one["id"] for one in judged]


def gains(candidates: Sequence[dict[str, Any]]) -> dict[str, float]:
    """Candidate -> gain: its relevance; where there is none at all, 1 if it is ranked."""
    grades = {one["id"]: one["relevance"] for one in candidates if one["relevance"] is not None}
    return grades or {one["id"]: 1.0 for one in candidates if one["rank"]}


def count(gold: Row, predicted: Row) -> Counts:
    """The scores of one query."""
    gain = gains(gold["candidates"] or ())
    least = RELEVANT_FROM.get(gold["dataset"], 0.0)
    relevant = {name for name, grade in gain.items() if grade > 0 and grade >= least}
    found = ordered(predicted["candidates"] or ())
    places = [place for place, name in enumerate(found, 1) if name in relevant]
    first = places[0] if places else math.inf
    precisions = [number / place for number, place in enumerate(places, 1)]
    return {
        "map": sum(precisions) / len(relevant) if relevant else 0.0,
        "mrr": 1 / first,
        "mrr_10": 1 / first if first <= 10 else 0.0,
        "precision_1": float(first == 1),
        "ndcg": _ndcg(gain, found, len(found) + len(gain)),
        "ndcg_10": _ndcg(gain, found, 10),
    }


def _ndcg(gain: dict[str, float], found: Sequence[str], depth: int) -> float:
    best = _dcg(sorted(gain.values(), reverse=True)[:depth])
    return _dcg([gain.get(name, 0.0) for name in found[:depth]]) / best if best else 0.0


def _dcg(values: Sequence[float]) -> float:
    return sum(value / math.log2(place + 1) for place, value in enumerate(values, 1))


def make(totals: Totals) -> dict[str, Array]:
    """The means over queries."""
    return {name: mean(totals, name) for name in SCORES}


FAMILY = Family("ranking", SCORES, count, make)
