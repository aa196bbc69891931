"""A dataset in one task, as large as it may be: rows come in batches, what is kept of a row is numbers."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Protocol

import polars as pl

from bioclue_data.audit.batch import Batch
from bioclue_data.audit.findings import found
from bioclue_data.audit.occurrences import irregular

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pyarrow as pa

    from bioclue_data.audit.expected import Expected


SHORT = 20  # characters: such texts are terms, told apart by their signs, or in a document headings


class Source(Protocol):
    """Where the rows of a table are: `tables.Files`, or something that holds them."""

    def batches(self) -> Iterator[pa.Table]:
        """The rows, in pieces that memory has room for; the same ones each time."""
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

    def batches(self) -> Iterator[Batch]:
        """The rows; a table of one batch keeps it, with the frames that were made of it."""
        if self._only is not None:
            yield self._only
            return
        first, last = 0, None
        for rows in self._source.batches():
            last = Batch(self.task, rows, first)
            yield last
            first += rows.num_rows
            if first > rows.num_rows:
                last = None
        self._only = last

    def gather(self, make: Callable[[Batch], pl.DataFrame], rows: pl.Series | None = None) -> pl.DataFrame:
        """What `make` gives of all batches, as one frame; of these rows only, if they are given."""
        parts = []
        for batch in self.batches():
            part = make(batch)
            parts.append(part if rows is None else part.filter(pl.col("row").is_in(rows.implode())))
        return pl.concat(parts)

    def found(
        self, frame: pl.DataFrame, detail: pl.Expr | str, place: pl.Expr | str = "place"
    ) -> pl.DataFrame:
        """Findings from a frame with `row`: the id and the split of each row are looked up."""
        names = self.gather(lambda batch: batch.rows.select("row", "item_id", "split"), frame["row"].unique())
        return found(frame.drop("split", strict=False).join(names, on="row"), detail, place)

    def column(self, name: str, rows: pl.Series) -> pl.DataFrame:
        """A column of some rows: row, and the column by its name."""
        return self.gather(lambda batch: batch.rows.select("row", name), rows)

    def hashed(self, name: str) -> pl.DataFrame:
        """A column of strings as numbers: row, split, hash; without rows that have none."""
        value = pl.col(name)
        return self.gather(
            lambda batch: batch.rows.filter(value.is_not_null()).select("row", "split", hash=value.hash())
        )

    @cached_property
    def keys(self) -> pl.DataFrame:
        """Numbers that are equal for rows that are asked the same; see `_keys`."""
        return self.gather(_keys)

    @cached_property
    def counts(self) -> pl.DataFrame:
        """Rows by split: split, rows."""
        parts = self.gather(lambda batch: batch.rows.group_by("split").len("rows"))
        return parts.group_by("split").agg(pl.col("rows").sum()).sort("split")

    @cached_property
    def labels(self) -> pl.DataFrame:
        """How often each label comes: split, label, number, items (that have it)."""
        parts = self.gather(
            lambda batch: batch.labels.group_by("split", "label").agg(
                number=pl.len(), items=pl.col("row").n_unique()
            )
        )
        return parts.group_by("split", "label").agg(pl.col("number").sum(), pl.col("items").sum())

    @cached_property
    def lengths(self) -> pl.DataFrame:
        """How many rows have a first input field of how many characters: split, length, rows."""
        parts = self.gather(lambda batch: batch.lengths.group_by("split", "length").len("rows"))
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
