"""Some rows of one dataset in one task: flat frames of them, made when first asked for."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from bioclue_data.audit.fields import INPUT, TEXTS, columns_in
from bioclue_data.audit.gold import GOLDS, LABELS, MARKS
from bioclue_data.audit.hashes import hashes_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pyarrow as pa

SPLITS = pl.Enum(["train", "validation", "test"])
SEPARATOR = "\x1f"  # between the texts of a row
EVERY = ("item_id", "split", "language")  # columns that nearly all frames have


def columns_of(task: str, names: Iterable[str]) -> set[str]:
    """The columns that frames of a batch are made of; what is no frame is a column itself."""
    made_of: dict[str, Iterable[str]] = {
        "texts": columns_in(TEXTS[task]),
        "lengths": columns_in(INPUT[task][:1]),
        "inputs": columns_in(INPUT[task]),
        "mentions": ("text", "entities"),
        "marks": _roots(MARKS.get(task)),
        "gold": ("labelled", *_roots(GOLDS.get(task))),
        "labels": ("labelled", *_roots(LABELS.get(task))),
    }
    return {*EVERY, *(column for name in names for column in made_of.get(name, (name,)))}


def _roots(made: pl.Expr | None) -> list[str]:
    return [] if made is None else made.meta.root_names()


class Batch:
    """Rows that are in memory together.

    Attributes:
        task: Name of the contract.
        rows: The rows, with `row`, the number of the row in its table: it joins the frames below.
    """

    def __init__(self, task: str, rows: pl.DataFrame) -> None:
        self.task, self.rows = task, rows

    @classmethod
    def of(cls, task: str, rows: pa.Table, first: int = 0) -> Batch:
        """Rows as they are read; `first` is the number of the first one."""
        frame = pl.DataFrame(pl.from_arrow(rows)).with_columns(pl.col(pl.Categorical).cast(pl.String))
        return cls(task, frame.with_columns(pl.col("split").cast(SPLITS)).with_row_index("row", first))

    def only(self, numbers: pl.Series) -> Batch:
        """Those of the rows that have one of these numbers."""
        row = self.rows["row"]
        if row.is_empty():
            return self
        here = numbers.filter(numbers.is_between(row.min(), row.max()))
        return Batch(self.task, self.rows.filter(row.is_in(here.implode())))

    @cached_property
    def texts(self) -> pl.DataFrame:
        """Every text of every row: row, item_id, split, language, field, index (of a list), text, place."""
        return pl.concat([self.field(path) for path in TEXTS[self.task]])

    def field(self, path: str) -> pl.DataFrame:
        """One column, or one member of the elements of a list column, as `texts` has it."""
        column, _, member = path.partition(".")
        frame = self.rows.select("row", "item_id", "split", "language", value=pl.col(column))
        index = pl.lit(None, pl.UInt32)
        place = pl.lit(column)
        if frame["value"].dtype == pl.List:
            frame = frame.with_columns(index=pl.int_ranges(pl.col("value").list.len())).explode(
                "value", "index"
            )
            index = pl.col("index").cast(pl.UInt32)
            place = pl.format(f"{column}[{{}}]{'.' + member if member else ''}", pl.col("index"))
        text = pl.col("value").struct.field(member) if member else pl.col("value")
        return frame.select(
            "row", "item_id", "split", "language", field=pl.lit(path), index=index, text=text, place=place
        ).filter(pl.col("text").is_not_null())

    @cached_property
    def lengths(self) -> pl.DataFrame:
        """Characters of the first input field of each row: split, length."""
        texts = (
            self.field(INPUT[self.task][0]).group_by("row").agg(length=pl.col("text").str.len_chars().sum())
        )
        return self.rows.select("row", "split").join(texts, on="row", how="left").select("split", "length")

    @cached_property
    def inputs(self) -> pl.DataFrame:
        """What a model is asked, of each row: row, item_id, split, raw (its texts), key (of their tokens)."""
        paths = INPUT[self.task]
        parts = pl.concat([self.field(path).with_columns(order=pl.lit(i)) for i, path in enumerate(paths)])
        parts = parts.with_columns(key=pl.Series(hashes_of(parts["text"]), dtype=pl.UInt64))
        order = ["key", "text"] if self.task == "sts" else ["order", "index", "key"]
        grouped = parts.sort("row", *order).group_by("row", "item_id", "split", maintain_order=True)
        found = grouped.agg(pl.col("key"), raw=pl.col("text"))
        return found.with_columns(
            key=pl.col("key").cast(pl.List(pl.String)).list.join("|").hash(),
            raw=pl.col("raw").list.join(SEPARATOR),
        )

    @cached_property
    def marks(self) -> pl.DataFrame:
        """What is given beside the texts, as a string: row, marks."""
        return self.rows.select("row", marks=MARKS.get(self.task, pl.lit("")).fill_null(""))

    @cached_property
    def gold(self) -> pl.DataFrame:
        """The gold of labelled rows as a string, where one input has one gold: row, gold."""
        if self.task not in GOLDS:
            return pl.DataFrame(schema={"row": pl.UInt32, "gold": pl.String})
        return self.rows.filter("labelled").select("row", gold=GOLDS[self.task]).drop_nulls()

    @cached_property
    def mentions(self) -> pl.DataFrame:
        """Mentions that have a text: row, item_id, split, whole, place, type, text, start, end (the last)."""
        frame = self.rows.select("row", "item_id", "split", whole="text", value="entities")
        frame = frame.with_columns(index=pl.int_ranges(pl.col("value").list.len())).explode("value", "index")
        member = pl.col("value").struct
        spans = member.field("spans").list
        found = frame.filter(pl.col("value").is_not_null()).select(
            "row", "item_id", "split", "whole",
            place=pl.format("entities[{}]", "index"),
            type=member.field("type"), text=member.field("text"),
            start=spans.first().struct.field("start").cast(pl.Int64),
            end=spans.last().struct.field("end").cast(pl.Int64),
        )  # fmt: skip
        return found.filter(pl.col("text").is_not_null())

    @cached_property
    def labels(self) -> pl.DataFrame:
        """Labels of labelled rows: row, item_id, split, label, for tasks whose gold has names."""
        if self.task not in LABELS:
            return self.rows.select("row", "item_id", "split", label=pl.lit(None, pl.String)).clear()
        frame = self.rows.filter("labelled").select("row", "item_id", "split", label=LABELS[self.task])
        return frame.explode("label").drop_nulls("label")
