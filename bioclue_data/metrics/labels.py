"""Labels of whole items: one of several classes, several labels, or keys of options.

`macro_f1` is the mean over the labels that occur in the gold or in the predictions, as in scikit-learn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bioclue_data.metrics.family import Family, Row
from bioclue_data.metrics.matching import macro_f1, matched, micro
from bioclue_data.metrics.totals import mean

if TYPE_CHECKING:
    from collections.abc import Callable

    from bioclue_data.metrics.totals import Array, Counts, Totals


def _count(labels: Callable[[Row], set[str]]) -> Callable[[Row, Row], Counts]:
    def count(gold: Row, predicted: Row) -> Counts:
        ours, theirs = labels(gold), labels(predicted)
        return {"right": float(ours == theirs), **matched("labels", ours, theirs, str)}

    return count


def _make(totals: Totals) -> dict[str, Array]:
    f1 = {f"micro_{name}": values for name, values in micro(totals, "labels").items()}
    return {"accuracy": mean(totals, "right"), "macro_f1": macro_f1(totals, "labels"), **f1}


def _listed(row: Row) -> set[str]:
    return set(row["labels"] or ())


def _column(name: str) -> Callable[[Row], set[str]]:
    return lambda row: set() if row[name] is None else {row[name]}


SINGLE = Family("classes", ("accuracy", "macro_f1"), _count(_listed), _make)
MULTI = Family(
    "labels",
    ("micro_f1", "micro_precision", "micro_recall", "macro_f1", "accuracy"),
    _count(_listed),
    _make,
)
INFERENCE = Family("inference", ("accuracy", "macro_f1"), _count(_column("label")), _make)
ANSWER = Family("answer", ("accuracy", "macro_f1"), _count(_column("answer")), _make)
OPTIONS = Family(
    "options", ("accuracy", "micro_f1"), _count(lambda row: set(row["answer_keys"] or ())), _make
)
