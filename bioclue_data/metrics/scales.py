"""Numbers on a scale: correlation, error, and how often a grade is met.

`pearson` and `spearman` (mid-ranks for ties) are those of SciPy, made so that resamples need no loop.
`error` is the mean absolute one: lower is better. `accuracy` and `macro_f1` take whole numbers as classes,
as CBLUE does for CHIP-STS, KUAKE-QTR and KUAKE-QQR; they are undefined where a gold number is not whole. An
item without a prediction gets the end of the scale that is farther from the gold.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bioclue_data.metrics.family import Family, Row
from bioclue_data.metrics.matching import macro_f1, matched
from bioclue_data.metrics.totals import mean, ratio

if TYPE_CHECKING:
    from collections.abc import Callable

    from bioclue_data.metrics.totals import Array, Counts, Totals


def _of_scale(row: Row) -> tuple[float, float]:
    return row["score_min"], row["score_max"]


def _counter(column: str, scale: Callable[[Row], tuple[float, float]]) -> Callable[[Row, Row], Counts]:
    def count(gold: Row, predicted: Row) -> Counts:
        ours, theirs = gold[column], predicted[column]
        if theirs is None:
            theirs = max(scale(gold), key=lambda end: abs(end - ours))
        grades = matched("grade", {f"{ours:g}"}, {f"{theirs:g}"}, str)
        numbers = {"gold": ours, "predicted": theirs, "error": abs(ours - theirs)}
        return {**numbers, **grades, "met": ours == theirs, "broken": not float(ours).is_integer()}

    return count


def make(totals: Totals) -> dict[str, Array]:
    """The scores."""
    x, y = totals.values("gold"), totals.values("predicted")
    whole = not totals.values("broken").any()
    classes = {"accuracy": mean(totals, "met"), "macro_f1": macro_f1(totals, "grade")}
    undefined = np.full(len(totals.weights), np.nan)
    return {
        "pearson": _pearson(
            np.broadcast_to(x, totals.weights.shape), np.broadcast_to(y, totals.weights.shape), totals.weights
        ),
        "spearman": _pearson(_ranks(x, totals.weights), _ranks(y, totals.weights), totals.weights),
        "error": mean(totals, "error"),
        **{name: values if whole else undefined for name, values in classes.items()},
    }


def _pearson(x: Array, y: Array, weights: Array) -> Array:
    """Correlations of rows of shape (b, n); NaN where one side does not vary."""
    x, y = (_centred(side, weights) for side in (x, y))
    spread = (weights * x * x).sum(axis=1) * (weights * y * y).sum(axis=1)
    tiny = spread <= 1e-18 * np.maximum(1.0, (weights.sum(axis=1)) ** 2)
    return np.where(tiny, np.nan, ratio((weights * x * y).sum(axis=1), np.sqrt(spread)))


def _centred(values: Array, weights: Array) -> Array:
    centred: Array = values - ratio((weights * values).sum(axis=1), weights.sum(axis=1))[:, None]
    return centred


def _ranks(values: Array, weights: Array) -> Array:
    """Mid-ranks of n values in b resamples, shape (b, n): those before, and half of those that are equal."""
    _, group = np.unique(values, return_inverse=True)
    starts = np.searchsorted(np.sort(group), np.arange(group.max(initial=-1) + 1))
    size = np.add.reduceat(weights[:, np.argsort(group, kind="stable")], starts, axis=1)
    ranks: Array = (np.cumsum(size, axis=1) - size + (size + 1) / 2)[:, group]
    return ranks


def _of_values(row: Row) -> tuple[float, float]:
    """Scales of ordinal labels are not in the rows: nothing is the farthest that can be said."""
    return row["value"], row["value"] + 1.0


SCORES = ("pearson", "spearman", "error", "accuracy", "macro_f1")
SIMILARITY = Family("similarity", SCORES, _counter("score", _of_scale), make, pools=False)
ORDINAL = Family("ordinal", SCORES, _counter("value", _of_values), make, pools=False)
