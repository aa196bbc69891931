"""A dataset in one task, as large as it may be: rows come in batches, what is kept of a row is numbers."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Protocol

import polars as pl

from bioclue_data.audit.batch import EVERY, Batch, columns_of
from bioclue_data.audit.findings import found
from bioclue_data.audit.occurrences import irregular

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    import pyarrow as pa

    from bioclue_data.audit.expected import Expected


SHORT = 20  # characters: such texts are terms, told apart by their signs, or in a document headings


class Source(Protocol):
    """Where the rows of a table are: `tables.Files`, or something that holds them."""

    def batches(self, columns: Collection[str] = ()) -> Iterator[pa.Table]:
        """The rows in the same order each time, in pieces that memory has room for; empty: all columns."""
        ...


class Table:
    """Rows of all splits of a dataset in one task.

    Attributes:
        dataset: Id of the dataset.
        task: Name of the contract.
        expected: By split, what it should look like, where that is known.
    """

    def __init__(
        self, dataset: str, task: str, source: Source, expected: dict[str, Expected] | None = None
    ) -> None:
        self.dataset, self.task, self.expected = dataset, task, expected or {}
        self._source = source
        self._only: Batch | None = None

    def batches(self, *needs: str) -> Iterator[Batch]:
        """The rows; a table of one batch keeps it, with the frames that were made of it.

        Args:
            needs: Columns, and frames of a batch, that are looked at; none: all columns are read.
        """
        if self._only is not None:
            yield self._only
            return
        first = 0
        for rows in self._source.batches(columns_of(self.task, needs) if needs else ()):
            batch = Batch.of(self.task, rows, first)
            first += rows.num_rows
            yield batch
        if first == rows.num_rows and not needs:
            self._only = batch

    def gather(
        self, make: Callable[[Batch], pl.DataFrame], *needs: str, rows: pl.Series | None = None
    ) -> pl.DataFrame:
        """What `make` gives of all batches, as one frame; of these rows only, if they are given.

        Args:
            make: What it gives of a row does not depend on other rows.
            needs: Columns, and frames of a batch, that it looks at.
            rows: Numbers of rows.
        """
        parts: list[pl.DataFrame] = []
        for batch in self.batches(*needs):
            chosen = batch if rows is None else batch.only(rows)
            if len(chosen.rows) or not parts:
                parts.append(make(chosen))
        return pl.concat(parts)

    def found(
        self, frame: pl.DataFrame, detail: pl.Expr | str, place: pl.Expr | str = "place"
    ) -> pl.DataFrame:
        """Findings from a frame with `row`: the id and the split of each row are looked up."""
        names = self.gather(
            lambda batch: batch.rows.select("row", "item_id", "split"), *EVERY, rows=frame["row"].unique()
        )
        return found(frame.drop("split", strict=False).join(names, on="row"), detail, place)

    def column(self, name: str, rows: pl.Series) -> pl.DataFrame:
        """A column of some rows: row, and the column by its name."""
        return self.gather(lambda batch: batch.rows.select("row", name), name, rows=rows.unique())

    def hashed(self, name: str) -> pl.DataFrame:
        """A column of strings as numbers: row, split, hash; without rows that have none."""
        value = pl.col(name)
        return self.gather(
            lambda batch: batch.rows.filter(value.is_not_null()).select("row", "split", hash=value.hash()),
            name,
        )

    @cached_property
    def keys(self) -> pl.DataFrame:
        """Numbers that are equal for rows that are asked the same; see `_keys`."""
        return self.gather(_keys, "inputs", "marks", "gold")

    @cached_property
    def counts(self) -> pl.DataFrame:
        """Rows by split: split, rows."""
        parts = self.gather(lambda batch: batch.rows.group_by("split").len("rows"), "split")
        return parts.group_by("split").agg(pl.col("rows").sum()).sort("split")

    @cached_property
    def labels(self) -> pl.DataFrame:
        """How often each label comes: split, label, number, items (that have it)."""
        parts = self.gather(
            lambda batch: batch.labels.group_by("split", "label").agg(
                number=pl.len(), items=pl.col("row").n_unique()
            ),
            "labels",
        )
        return parts.group_by("split", "label").agg(pl.col("number").sum(), pl.col("items").sum())

    @cached_property
    def lengths(self) -> pl.DataFrame:
        """How many rows have a first input field of how many characters: split, length, rows."""
        parts = self.gather(lambda batch: batch.lengths.group_by("split", "length").len("rows"), "lengths")
        return parts.group_by("split", "length").agg(pl.col("rows").sum())

    @cached_property
    def irregular(self) -> pl.DataFrame:
        """Places of usual mentions that are none; see `occurrences.irregular`."""
        return irregular(self)


def _keys(batch: Batch) -> pl.DataFrame:
    """Rows with something in them, as numbers: 40 bytes for each.

    row, split, key (of the tokens), same (of all that is asked; short texts as written),
    raw (of the very characters and all beside), gold (null: none), size (characters).
    """
    inputs = batch.inputs.filter(pl.col("raw").str.strip_chars() != "").join(batch.marks, on="row")
    inputs = inputs.join(batch.gold, on="row", how="left")
    size = pl.col("raw").str.len_chars()
    written = pl.when(size <= SHORT).then(pl.col("raw").str.strip_chars().str.to_lowercase())
    return inputs.select(
        "row",
        "split",
        "key",
        same=pl.struct("key", "marks", written.alias("written")).hash(),
        raw=pl.struct("raw", "marks").hash(),
        gold=pl.when(pl.col("gold").is_not_null()).then(pl.col("gold").hash()),
        size=size,
    )
