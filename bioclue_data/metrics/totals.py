"""Numbers of items, added up: over all items, or over many resamples of them at once.

An item's numbers are a dict of `field` or `field|kind` (a mention type, a label) -> number; what is not there
is 0. A metric gives them for one item and makes scores of their sums, so that a bootstrap with a thousand
resamples is one product of matrices.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from scipy import sparse

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Counts: TypeAlias = "dict[str, float]"
Array: TypeAlias = "np.ndarray[Any, np.dtype[np.float64]]"


class Items:
    """The numbers of n items.

    Attributes:
        columns: Field, or field and kind -> number of the column.
        values: Sparse matrix of n rows.
    """

    def __init__(self, columns: Mapping[str, int], values: Any) -> None:
        self.columns, self.values = columns, values

    @classmethod
    def of(cls, counts: Sequence[Counts]) -> Items:
        """The items in their order."""
        columns: dict[str, int] = {}
        ends, places = [0], list[int]()
        values = list[float]()
        for item in counts:
            places += [columns.setdefault(name, len(columns)) for name in item]
            values += item.values()
            ends.append(len(places))
        shape = (len(counts), len(columns))
        return cls(columns, sparse.csr_matrix((np.asarray(values, np.float64), places, ends), shape))

    def __len__(self) -> int:
        return int(self.values.shape[0])

    def chosen(self, which: Array) -> Items:
        """The items at some places, or where a mask is true."""
        return Items(self.columns, self.values[which])

    def totals(self, weights: Array | None = None) -> Totals:
        """The sums over all items; or with weights of shape (b, n), b weighted sums."""
        if weights is None:
            weights = np.ones((1, len(self)))
        return Totals(self, weights, np.asarray(self.values.T @ weights.T))


@dataclass(frozen=True)
class Totals:
    """b sums of the numbers of n items.

    Attributes:
        items: The items.
        weights: Shape (b, n): how often each item counts.
        sums: Shape (columns, b).
    """

    items: Items
    weights: Array
    sums: Array

    def __getitem__(self, field: str) -> Array:
        """The sums of a field over all its kinds, shape (b,)."""
        places = [at for name, at in self.items.columns.items() if name.partition("|")[0] == field]
        total: Array = self.sums[places].sum(axis=0)
        return total

    def kinds(self, *fields: str) -> list[Array]:
        """For each field the sums by kind, shape (kinds, b); the kinds are those of all the fields."""
        split = [name.partition("|") for name in self.items.columns]
        names = dict.fromkeys(kind for field, _, kind in split if field in fields)
        return [np.array([self._one(f"{field}|{kind}") for kind in names]) for field in fields]

    def _one(self, column: str) -> Array:
        at = self.items.columns.get(column)
        one: Array = np.zeros(len(self.weights)) if at is None else self.sums[at]
        return one

    def values(self, field: str) -> Array:
        """The numbers of the single items, shape (n,)."""
        at = self.items.columns.get(field)
        if at is None:
            return np.zeros(len(self.items))
        column: Array = self.items.values[:, [at]].toarray()[:, 0]
        return column


def ratio(over: Array, under: Array) -> Array:
    """A quotient; NaN where it is undefined."""
    quotient: Array = np.divide(
        over, under, out=np.full(np.shape(under), np.nan), where=np.asarray(under) != 0
    )
    return quotient


def mean(totals: Totals, field: str) -> Array:
    """The mean of a field over the items."""
    return ratio(totals[field], totals.weights.sum(axis=1))
