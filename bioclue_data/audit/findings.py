"""Findings: one schema for what every check finds."""

from __future__ import annotations

import polars as pl

SCHEMA = {
    "check": pl.String,
    "severity": pl.String,
    "dataset": pl.String,
    "task": pl.String,
    "split": pl.String,
    "item_id": pl.String,
    "place": pl.String,
    "detail": pl.String,
}
"""`item_id` is null for a finding about a whole split."""

FOUND = ("split", "item_id", "place", "detail")
"""What a check gives."""
OPEN, CLOSE = "⟦", "⟧"
"""What stands around the fault in a detail."""
DETAIL = 300  # characters


def none() -> pl.DataFrame:
    """What a check gives that finds nothing."""
    return pl.DataFrame(schema=dict.fromkeys(FOUND, pl.String))


def found(frame: pl.DataFrame, detail: pl.Expr | str, place: pl.Expr | str = "place") -> pl.DataFrame:
    """Findings from rows of a frame with `split` and `item_id`; a name is that of a column."""
    whole = frame.rechunk()  # polars 2.1 panics when it joins strings of columns with empty chunks
    return whole.select(
        pl.col("split").cast(pl.String),
        "item_id",
        place=pl.col(place) if isinstance(place, str) else place,
        detail=pl.col(detail) if isinstance(detail, str) else detail,
    ).with_columns(pl.col("detail").str.slice(0, DETAIL))


def of_split(split: str, place: str, detail: str) -> pl.DataFrame:
    """One finding about a split."""
    return pl.DataFrame([(split, None, place, detail)], schema=dict.fromkeys(FOUND, pl.String), orient="row")


def excerpt(pattern: str, around: int = 40) -> pl.Expr:
    """The first match of a pattern in `text`, marked, with characters around it."""
    inside = pl.col("text").str.extract(f"(?s)({pattern})", 1)
    before = pl.col("text").str.extract(f"(?s)(.{{0,{around}}}?)(?:{pattern})", 1)
    after = pl.col("text").str.extract(f"(?s)(?:{pattern})(.{{0,{around}}})", 1)
    return pl.concat_str(
        [before.str.slice(-around), pl.lit(OPEN), inside, pl.lit(CLOSE), after.fill_null("")]
    )
