"""Items that stand twice: inside a split, across splits, nearly, or with another gold."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import polars as pl

from bioclue_data.audit.fields import GOLD, INPUT
from bioclue_data.audit.findings import found, none, of_split
from bioclue_data.audit.hashes import hashes_of
from bioclue_data.audit.near import near_pairs
from bioclue_data.audit.table import SHORT

if TYPE_CHECKING:
    from bioclue_data.audit.batch import Batch
    from bioclue_data.audit.table import Table

DOCUMENTS = ("ner", "re", "ee", "coref")
HALVES = 0.5  # share of pairs
NAMED = 50_000  # copies that are looked up at a time
OTHERS = 5  # ids of copies that a detail names


def duplicate_in_split(table: Table) -> pl.DataFrame:
    """Rows that ask what another row of their split asks: the same tokens in all input fields."""
    copies = _copies(table)
    return _named(table, copies.filter(pl.len().over("same", "split") > 1), across=False)


def duplicate_across_splits(table: Table) -> pl.DataFrame:
    """Rows that ask what a row of another split asks."""
    copies = _copies(table)
    return _named(table, copies.filter(pl.col("split").n_unique().over("same") > 1), across=True)


def _copies(table: Table) -> pl.DataFrame:
    """Rows that ask what another row asks: row, split, same."""
    keys = table.keys.filter(pl.col("size") > SHORT) if table.task in DOCUMENTS else table.keys
    return keys.filter(pl.col("same").is_duplicated()).select("row", "split", "same")


def _named(table: Table, rows: pl.DataFrame, across: bool) -> pl.DataFrame:
    """Findings that name the copies of rows with the same `same`: in other splits, or in their own."""
    rows = rows.join(table.column("item_id", rows["row"]), on="row")
    count = len(rows) // NAMED + 1
    return pl.concat([_naming(rows.filter(pl.col("same") % count == part), across) for part in range(count)])


def _naming(rows: pl.DataFrame, across: bool) -> pl.DataFrame:
    names = rows.group_by("same", there="split").agg(
        ids=pl.col("item_id").sort().head(OTHERS + 1), number=pl.len()
    )
    elsewhere = pl.col("split") != pl.col("there")
    pairs = rows.join(names, on="same").filter(elsewhere if across else ~elsewhere)
    rows = pairs.group_by("row", "item_id", "split").agg(pl.col("ids").explode(), pl.col("number").sum())
    ids = pl.col("ids").list.set_difference(pl.concat_list("item_id")).list.sort().list.head(OTHERS)
    more = pl.col("number").cast(pl.Int64) - OTHERS - (0 if across else 1)
    rest = pl.when(more > 0).then(pl.format(" and {} more", more)).otherwise(pl.lit(""))
    return found(rows, pl.concat_str([pl.lit("as "), ids.list.join(", "), rest]), pl.lit(""))


def conflicting_gold(table: Table) -> pl.DataFrame:
    """Labelled rows with the very same input as another row, and another gold."""
    rows = table.keys.filter(pl.col("gold").is_not_null()).select("row", "split", "raw", "gold")
    rows = rows.filter(pl.col("raw").is_duplicated())
    rows = rows.filter(pl.col("gold").n_unique().over("raw") > 1).drop("gold")
    said = table.gather(
        lambda batch: batch.rows.select("row", "item_id").join(batch.gold, on="row"),
        "gold",
        rows=rows["row"],
    )
    rows = rows.join(said, on="row")
    names = rows.group_by("raw").agg(
        golds=pl.col("gold").unique().sort().str.slice(0, 60).head(OTHERS).str.join(" / "),
        ids=pl.col("item_id").sort().head(OTHERS).str.join(", "),
    )
    return found(rows.join(names, on="raw"), pl.format("{} in {}", "golds", "ids"), pl.lit(GOLD[table.task]))


def near_duplicate_across_splits(table: Table) -> pl.DataFrame:
    """Rows of a smaller split that nearly stand in a row of another split, of about the same length."""
    pairs = near_pairs(table)
    others = table.column("item_id", pairs["other"]).rename({"row": "other", "item_id": "name"})
    pairs = pairs.join(others, on="other").group_by("row").agg(pl.col("score").first(), pl.col("name").min())
    return table.found(pairs, pl.format("{} of it in {}", pl.col("score").round(2), "name"), pl.lit(""))


def group_across_splits(table: Table) -> pl.DataFrame:
    """Rows whose `group_id` stands in several splits."""
    groups = table.hashed("group_id")
    apart = groups.select("hash", "split").unique().filter(pl.col("hash").is_duplicated())
    rows = groups.join(apart, on="hash", how="semi")
    names = rows.group_by("hash").agg(splits=pl.col("split").cast(pl.String).unique().sort().str.join(", "))
    rows = rows.join(names, on="hash").join(table.column("group_id", rows["row"]), on="row")
    return table.found(rows, pl.format("{} in {}", "group_id", "splits"), pl.lit("group_id"))


def document_twice(table: Table) -> pl.DataFrame:
    """Rows of documents of several rows, all of which another document has too, under another id."""
    rows = table.hashed("document_id").join(table.keys.select("row", "key"), on="row")
    wholes = rows.group_by("hash").agg(whole=pl.col("key").hash().sum(), number=pl.len())
    wholes = wholes.filter(pl.col("number") > 1).filter(pl.len().over("whole") > 1)
    rows = rows.join(wholes, on="hash")
    rows = rows.join(table.column("document_id", rows["row"]), on="row")
    names = rows.group_by("whole").agg(
        names=pl.col("document_id").unique().sort().head(OTHERS).str.join(", ")
    )
    return table.found(rows.join(names, on="whole"), "names", pl.lit("document_id"))


def shared_half(table: Table) -> pl.DataFrame:
    """Splits in which many pairs share one of their texts with another pair, of the split or of train."""
    parts = [none()]
    for column in INPUT[table.task]:
        halves = table.gather(partial(_halves, column=column), column)
        in_train = pl.col("key").is_in(halves.filter(pl.col("split") == "train")["key"].unique().implode())
        shared = halves.with_columns(
            here=pl.struct("split", "key").is_duplicated(), train=in_train & (pl.col("split") != "train")
        )
        counts = shared.group_by("split").agg(
            rows=pl.len(), here=pl.col("here").sum(), train=pl.col("train").sum()
        )
        for split, rows, here, train in counts.sort("split").iter_rows():
            if max(here, train) >= HALVES * rows and rows >= 50:
                detail = f"{here} of {rows} stand in several pairs of the split, {train} in train"
                parts.append(of_split(split, column, detail))
    return pl.concat(parts)


def _halves(batch: Batch, column: str) -> pl.DataFrame:
    texts = batch.field(column)
    return texts.select("split", key=pl.Series(hashes_of(texts["text"]), dtype=pl.UInt64))


LOOKS = {
    "duplicate_in_split": duplicate_in_split,
    "duplicate_across_splits": duplicate_across_splits,
    "near_duplicate_across_splits": near_duplicate_across_splits,
    "group_across_splits": group_across_splits,
    "document_twice": document_twice,
    "conflicting_gold": conflicting_gold,
    "shared_half": shared_half,
}
TASKS = {"conflicting_gold": tuple(GOLD), "shared_half": ("nli", "sts")}
