"""Fields that are blank, and texts that are far longer or shorter than the others of their field."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from bioclue_data.audit.findings import found

if TYPE_CHECKING:
    from bioclue_data.audit.batch import Batch
    from bioclue_data.audit.table import Table

TEXTS = 100  # texts of a field from which there is a usual length
DEVIATIONS = 8.0  # of the logarithm of the length, in robust standard deviations
SPREAD = 0.25  # least standard deviation that is assumed: fields of one length have none
MAD = 1.4826  # of a normal distribution: standard deviation by median absolute deviation


def blank_field(batch: Batch) -> pl.DataFrame:
    """Texts that are there and hold nothing but blanks."""
    blank = r"^[\s\x{200B}\x{FEFF}\x{3000}]*$"
    return found(batch.texts.filter(pl.col("text").str.contains(blank)), pl.lit("blank"))


def length_outlier(table: Table) -> pl.DataFrame:
    """Texts whose length is far from that of nearly all texts of their field."""
    sizes = table.gather(lambda batch: _sized(batch).group_by("field", "size").len(), "texts")
    sizes = sizes.group_by("field", "size").agg(pl.col("len").sum())
    usual = _usual(sizes).filter(pl.col("rows") >= TEXTS)
    texts = table.gather(lambda batch: _far(_sized(batch), usual), "texts")
    return found(texts, pl.format("{} characters; half of this field have {} or fewer", "size", "usual"))


def _sized(batch: Batch) -> pl.DataFrame:
    texts = batch.texts.with_columns(size=pl.col("text").str.len_chars()).drop("text")
    return texts.filter(pl.col("size") > 0)


def _usual(sizes: pl.DataFrame) -> pl.DataFrame:
    """Of each field: middle (of the logarithms), spread, rows, usual (the middle in characters)."""
    sizes = sizes.with_columns(log=pl.col("size").log())
    sizes = sizes.join(_medians(sizes, "log").rename({"median": "middle"}), on="field")
    away = sizes.with_columns(away=(pl.col("log") - pl.col("middle")).abs())
    fields = sizes.group_by("field").agg(pl.col("middle").first(), rows=pl.col("len").sum())
    return fields.join(_medians(away, "away"), on="field").select(
        "field",
        "middle",
        "rows",
        spread=pl.max_horizontal(pl.col("median") * MAD, pl.lit(SPREAD)),
        usual=pl.col("middle").exp().round(0).cast(pl.Int64),
    )


def _medians(sizes: pl.DataFrame, column: str) -> pl.DataFrame:
    """Median of a column of each field, whose rows stand for `len` texts: field, median."""
    ordered = sizes.sort("field", column).with_columns(
        upto=pl.col("len").cum_sum().over("field"), whole=pl.col("len").sum().over("field")
    )
    half = ordered.filter(2 * pl.col("upto") >= pl.col("whole"))
    return half.group_by("field", maintain_order=True).agg(median=pl.col(column).first())


def _far(texts: pl.DataFrame, usual: pl.DataFrame) -> pl.DataFrame:
    away = (pl.col("size").log() - pl.col("middle")).abs()
    return texts.join(usual, on="field").filter(away > DEVIATIONS * pl.col("spread"))


def broken_rule(batch: Batch) -> pl.DataFrame:
    """Rows that break a rule of their contract, as their record declares; warnings are no faults."""
    rows = batch.rows.select("split", "item_id", fault="quality").explode("fault").drop_nulls("fault")
    fault = pl.col("fault").struct
    rows = rows.filter(fault.field("severity") == "expected")
    detail = pl.format("{}: {}", fault.field("rule"), fault.field("detail"))
    return found(rows, detail, fault.field("place"))


LOOKS_AT_ROWS = {"blank_field": blank_field, "broken_rule": broken_rule}
LOOKS = {"length_outlier": length_outlier}
