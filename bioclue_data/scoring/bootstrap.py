"""Bootstrap over items: scores of resamples, and intervals of them."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bioclue_data.metrics.family import Family
    from bioclue_data.metrics.totals import Array, Items

AT_ONCE = 1 << 22  # weights in memory
LEVEL = 95


@dataclass(frozen=True)
class Scores:
    """Scores of n items, and of resamples of them, by name.

    Attributes:
        items: n.
        values: The scores; NaN where undefined.
        draws: Shape (resamples,) each.
    """

    items: int
    values: Mapping[str, float]
    draws: Mapping[str, Array]

    def interval(self, name: str) -> tuple[float, float] | None:
        """The percentile interval of 95 %; None without resamples, or if none has that score."""
        draws = self.draws[name]
        draws = draws[~np.isnan(draws)]
        if not len(draws):
            return None
        low, high = np.percentile(draws, [(100 - LEVEL) / 2, (100 + LEVEL) / 2])
        return float(low), float(high)


def scores(family: Family, items: Items, resamples: int, seed: int, name: str) -> Scores:
    """The scores of some items, and of resamples of as many items drawn with replacement.

    Args:
        family: The metrics.
        items: The items.
        resamples: How many.
        seed: Of the resamples.
        name: Of the items: those of another name are drawn independently of them.
    """
    rng = np.random.default_rng([seed, zlib.crc32(name.encode())])
    once = family.make(items.totals())
    return Scores(
        len(items),
        {score: float(once[score][0]) for score in family.scores},
        _draws(family, items, resamples, rng),
    )


def _draws(family: Family, items: Items, resamples: int, rng: np.random.Generator) -> dict[str, Array]:
    made: dict[str, list[Array]] = {name: [np.empty(0)] for name in family.scores}
    size = len(items)
    step = max(1, AT_ONCE // max(1, size))
    for start in range(0, resamples if size else 0, step):
        weights = rng.multinomial(size, np.full(size, 1 / size), min(step, resamples - start))
        found = family.make(items.totals(weights.astype(np.float64)))
        for name, parts in made.items():
            parts.append(found[name])
    return {name: np.concatenate(parts) for name, parts in made.items()}


def averaged(parts: Sequence[Scores], names: Sequence[str]) -> Scores:
    """The means over datasets that have the score; each dataset is resampled by itself."""
    return Scores(
        sum(part.items for part in parts),
        {name: float(_mean(np.array([[part.values[name]] for part in parts]))[0]) for name in names},
        {name: _mean(np.array([part.draws[name] for part in parts])) for name in names},
    )


def _mean(values: Array) -> Array:
    """The mean of the rows, of shape (datasets, n), without those that are undefined in all of n."""
    defined = values[~np.isnan(values).all(axis=1)] if values.shape[1] else values
    mean: Array = np.mean(defined, axis=0) if len(defined) else np.full(values.shape[1], np.nan)
    return mean
