"""What a family of metrics is, and how its scores are made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from bioclue_data.metrics.totals import Items

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bioclue_data.metrics.totals import Array, Counts, Totals

Row: TypeAlias = "dict[str, Any]"


@dataclass(frozen=True)
class Family:
    """Scores that are made of one count of each item.

    Attributes:
        name: One word.
        scores: Names of the scores, the headline first.
        count: The numbers of an item, from the gold row and the predicted row.
        make: The scores of sums; NaN where a score is undefined.
        pools: Whether items of several datasets make one score; false for scales of their own.
    """

    name: str
    scores: tuple[str, ...]
    count: Callable[[Row, Row], Counts]
    make: Callable[[Totals], dict[str, Array]]
    pools: bool = True

    def score(self, counts: Sequence[Counts]) -> dict[str, float]:
        """All scores of some items, by name."""
        made = self.make(Items.of(counts).totals())
        return {name: float(made[name][0]) for name in self.scores}
