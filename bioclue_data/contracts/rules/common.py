"""Rules that hold for every contract (G, I13): ids, closed sets of the common columns, gold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from bioclue_data.contracts.rules.frames import (
    Batch,
    Frame,
    Look,
    Looks,
    elements,
    fixed,
    not_blank,
    one_of,
    quoted,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

SPLITS = ("train", "validation", "test")
LANGUAGES = ("en", "zh-Hans", "zh-Hant", "mul")
ACCESS = ("open", "registration", "credentialed", "copyrighted")


def _rows(batch: Batch) -> pl.DataFrame:
    """The rows with `has_gold`: a gold field is not null; always true where the task has none."""
    given = [_given(path) for path in batch.gold]
    return batch.rows.with_columns(pl.any_horizontal(given or pl.lit(True)).alias("has_gold"))


def _given(path: str) -> pl.Expr:
    """Whether a row has this gold. A list without elements is complete: there is nothing to annotate."""
    column, _, field = path.partition(".")
    if not field:
        return pl.col(column).is_not_null()
    given = pl.col(column).list.eval(pl.element().struct.field(field).is_not_null()).list.any()
    return pl.col(column).is_not_null() & ((pl.col(column).list.len() == 0) | given)


def _gold(batch: Batch) -> pl.DataFrame:
    """One line per gold field that is not null, also inside lists."""
    parts = [_gold_of(batch.rows, path) for path in batch.gold]
    empty = batch.rows.clear().select("row", "labelled", pl.lit("").alias("gold"))
    return pl.concat([empty, *parts])


def _gold_of(rows: pl.DataFrame, path: str) -> pl.DataFrame:
    column, _, field = path.partition(".")
    if not field:
        given = rows.filter(pl.col(column).is_not_null())
        return given.select("row", "labelled", pl.lit(path).alias("gold"))
    given = elements(rows, column, ["row", "labelled"], "i").filter(pl.col(field).is_not_null())
    return given.select("row", "labelled", pl.format(f"{column}[{{}}].{field}", "i").alias("gold"))


FRAMES = {"rows": Frame(_rows, pl.lit("")), "gold": Frame(_gold, pl.col("gold"))}

_G1 = Look("rows", ~pl.col("repeated"), pl.format("{} is given before", quoted("item_id")), "item_id")

_PREFIX = pl.format("{}:{}:", "dataset", "split")
_G6 = Look(
    "rows",
    pl.col("item_id").str.starts_with(_PREFIX)
    & (pl.col("item_id").str.len_bytes() > _PREFIX.str.len_bytes()),
    pl.format("{} does not begin with {}, or nothing follows", quoted("item_id"), _PREFIX),
    "item_id",
)

LOOKS: Mapping[str, Looks] = {
    "G1": fixed(_G1),
    "G2": fixed(one_of("split", SPLITS)),
    "G3": fixed(one_of("language", LANGUAGES)),
    "G4": fixed(one_of("access", ACCESS), not_blank("licence")),
    "G5": fixed(
        Look(
            "rows",
            pl.col("content_hash") == pl.col("rehashed"),
            pl.format("the content gives {}", quoted("rehashed")),
            "content_hash",
        )
    ),
    "G6": fixed(_G6),
    "G7": fixed(
        Look("rows", ~pl.col("labelled") | pl.col("has_gold"), pl.lit("every gold field is null"), "labelled")
    ),
    "I13": fixed(Look("gold", pl.col("labelled"), pl.lit("labelled is false, and the field holds a value"))),
}
