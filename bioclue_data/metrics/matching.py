"""Precision, recall and F1 of sets of things, found against gold."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from bioclue_data.metrics.totals import ratio

if TYPE_CHECKING:
    from collections.abc import Callable, Set

    from bioclue_data.metrics.totals import Array, Counts, Totals

T = TypeVar("T")


def matched(field: str, gold: Set[T], predicted: Set[T], kind: Callable[[T], str] = lambda _: "") -> Counts:
    """What is right, predicted and gold in one item, by kind; things are equal or not."""
    sides = {"right": gold & predicted, "predicted": predicted, "gold": gold}
    return {
        f"{field}.{side}|{name}": count
        for side, things in sides.items()
        for name, count in Counter(map(kind, things)).items()
    }


def micro(totals: Totals, field: str) -> dict[str, Array]:
    """`precision`, `recall`, `f1` over all things; NaN if there is neither gold nor prediction."""
    right, predicted, gold = (totals[f"{field}.{side}"] for side in ("right", "predicted", "gold"))
    return prf(right, predicted, right, gold)


def prf(right: Array, predicted: Array, found: Array, gold: Array) -> dict[str, Array]:
    """Precision `right / predicted`, recall `found / gold`, their harmonic mean; 0 where one is undefined."""
    some = (predicted > 0) | (gold > 0)
    precision, recall = (
        np.where(some, np.nan_to_num(ratio(*pair)), np.nan) for pair in ((right, predicted), (found, gold))
    )
    f1 = np.where(precision + recall == 0, 0.0, ratio(2 * precision * recall, precision + recall))
    return {"precision": precision, "recall": recall, "f1": np.where(some, f1, np.nan)}


def macro_f1(totals: Totals, field: str) -> Array:
    """The mean of F1 over the kinds that are there, in the gold or in the predictions."""
    right, predicted, gold = totals.kinds(f"{field}.right", f"{field}.predicted", f"{field}.gold")
    if not len(gold):
        return np.full(len(totals.weights), np.nan)
    some = predicted + gold > 0
    f1 = np.where(some, np.nan_to_num(ratio(2 * right, predicted + gold)), 0.0)
    return ratio(f1.sum(axis=0), some.sum(axis=0))
