"""Flattened views of a batch of rows: one line per mention, span, option … for rules to look at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bioclue_data.contracts.rules import Terms


@dataclass(frozen=True, slots=True)
class Frame:
    """A kind of view.

    Attributes:
        build: Makes it from a batch. Every line has `row` (index in the batch); indices in lists are columns.
        place: Where a line stands in its row, for example `entities[3].spans[0]`; made for faulty lines only.
    """

    build: Callable[[Batch], pl.DataFrame]
    place: pl.Expr


@dataclass(frozen=True, slots=True)
class Look:
    """What a rule asks of the lines of one frame.

    Attributes:
        frame: Name of the frame.
        holds: Boolean over the lines: true is fine, false and null are faults.
        found: String that shows what was found; made for faulty lines only.
        at: Appended to the place: the column of a row, or `.type` inside a mention.
    """

    frame: str
    holds: pl.Expr
    found: pl.Expr
    at: str = ""


Looks: TypeAlias = "Callable[[Terms], Sequence[Look]]"
"""What a rule looks at under the terms of a record; empty where the record promises nothing."""


def fixed(*looks: Look) -> Looks:
    """Looks that are the same for every record."""
    return lambda _terms: looks


class Batch:
    """Rows of one table, and the frames over them, each made once and only when somebody looks at it.

    Attributes:
        rows: One line per row with its content columns and `row`, the index.
        gold: The gold paths of the contract.
        terms: What the record promises.
    """

    def __init__(
        self, rows: pl.DataFrame, gold: tuple[str, ...], terms: Terms, frames: Mapping[str, Frame]
    ) -> None:
        self.rows, self.gold, self.terms = rows, gold, terms
        self._frames = frames
        self._made: dict[str, pl.DataFrame] = {}

    def __getitem__(self, name: str) -> pl.DataFrame:
        if name not in self._made:
            self._made[name] = self._frames[name].build(self)
        return self._made[name]

    def layers(self, *names: str) -> list[str]:
        """Those of the columns that the table has."""
        return [name for name in names if name in self.rows.columns]


def elements(parent: pl.DataFrame, column: str, keep: Sequence[str], index: str) -> pl.DataFrame:
    """One line per element of a list column, with the parent's columns `keep` and its position as `index`.

    A list that is null or empty gives no line. The fields of a struct become columns.
    """
    length = pl.col(column).list.len()
    lines = (
        parent.select(*keep, column)
        .filter(length > 0)
        .with_columns(pl.int_ranges(length).alias(index))
        .explode(column, index)
    )
    return lines.unnest(column) if isinstance(lines.schema[column], pl.Struct) else lines


def blank(column: str) -> pl.Expr:
    """True where a string has nothing but white space."""
    return pl.col(column).str.strip_chars() == ""


def filled(column: str) -> pl.Expr:
    """True where a string has more than white space."""
    return ~blank(column)


def first_of(*columns: str) -> pl.Expr:
    """True where a combination of values is seen for the first time; null counts as a value."""
    return pl.struct(*columns).is_first_distinct()


def among(column: str, allowed: Sequence[str] | frozenset[str]) -> pl.Expr:
    """True where a value is one of the closed set."""
    return pl.col(column).is_in(sorted(allowed))


def quoted(column: str) -> pl.Expr:
    """A string in quotation marks, cut to 70 characters; the word null where it is missing."""
    short = pl.col(column).str.slice(0, 70)
    return pl.when(pl.col(column).is_null()).then(pl.lit("null")).otherwise(pl.format("'{}'", short))


def shown(column: str) -> pl.Expr:
    """A value of any scalar type as text; the word null where it is missing."""
    return pl.col(column).cast(pl.String).fill_null("null")


def not_blank(column: str) -> Look:
    """A column of the row that may not be blank."""
    return Look("rows", filled(column), quoted(column), column)


def one_of(column: str, allowed: Sequence[str] | frozenset[str]) -> Look:
    """A column of the row that holds one of a closed set; null is another rule's business."""
    return Look("rows", pl.col(column).is_null() | among(column, allowed), quoted(column), column)
