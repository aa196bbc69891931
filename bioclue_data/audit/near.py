"""Near duplicates between splits, found by the matching engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from bioclue_data.audit.hashes import pieces
from bioclue_data.matching import index as indexes
from bioclue_data.matching.bounds import first_look
from bioclue_data.matching.candidates import candidates, scratch
from bioclue_data.matching.scan import scan
from bioclue_data.matching.tokens import texts_of
from bioclue_data.matching.verify import verify

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bioclue_data.audit.batch import Batch
    from bioclue_data.audit.table import Table
    from bioclue_data.matching.index import Index

CONTAINED = 0.8  # weight of an item's pairs of tokens that stand in the other; 0.7 finds templates
LENGTHS = 0.8  # shorter text by longer one, in characters
TOKENS = 10  # shorter items differ by one word only, and mean something else
INDEXED = 3_000_000  # characters that one index holds
BEFORE = {"test": ("train", "validation"), "validation": ("train",)}
"""Splits that are used before a split."""
ASKED = {"row": pl.UInt32, "key": pl.UInt64, "raw": pl.String, "size": pl.UInt32}
SCHEMA = {"row": pl.UInt32, "score": pl.Float64, "other": pl.UInt32}


def near_pairs(table: Table) -> pl.DataFrame:
    """The nearest rows, in a split that is used before, of each row: row, score, other.

    Rows of test are compared with validation and train, rows of validation with train. Rows that are equal
    but for case, width and blanks are no near duplicates. Of others that are equally near, all are given.
    """
    parts = [pl.DataFrame(schema=SCHEMA)]
    splits = set(table.counts["split"])
    for split, before in BEFORE.items():
        if split in splits and splits.intersection(before):
            parts += [_nearest(here, table, before) for here in _portions(table, split)]
    return pl.concat(parts)


def _portions(table: Table, split: str) -> Iterator[pl.DataFrame]:
    """Inputs of a split, as many as an index holds; which ones are together depends on their texts alone."""
    keys = table.keys.filter(pl.col("split") == split)
    count = int(keys["size"].sum() // INDEXED) + 1
    for number in range(count):
        rows = keys.filter(pl.col("key") % count == number)["row"]
        yield table.gather(lambda batch: _asked(batch, (split,)), rows)


def _asked(batch: Batch, splits: tuple[str, ...]) -> pl.DataFrame:
    """Inputs of rows of these splits; nothing is read for batches that have none."""
    chosen = pl.col("split").is_in(splits)
    if batch.rows.filter(chosen).is_empty():
        return pl.DataFrame(schema=ASKED)
    size = pl.col("raw").str.len_chars().cast(pl.UInt32)
    return batch.inputs.filter(chosen).select("row", "key", "raw", size=size)


def _nearest(here: pl.DataFrame, table: Table, before: tuple[str, ...]) -> pl.DataFrame:
    texts = texts_of(here["raw"].to_list())
    kinds = np.full(len(here), indexes.ANCHOR, np.uint8)
    index = indexes.build(texts, np.arange(len(here), dtype=np.int32), kinds)
    found = [pl.DataFrame(schema=SCHEMA)]
    for batch in table.batches():
        there = _asked(batch, before)
        found.append(_like(here, there, _scanned(index, there["raw"])))
        found = [_best(pl.concat(found))]
    return found[0]


def _best(pairs: pl.DataFrame) -> pl.DataFrame:
    return pairs.filter(pl.col("score") == pl.col("score").max().over("row"))


def _like(here: pl.DataFrame, there: pl.DataFrame, scored: Iterator[tuple[int, int, float]]) -> pl.DataFrame:
    """Pairs of about the same length that are not equal."""
    kinds = {"a": pl.UInt32, "b": pl.UInt32, "score": pl.Float64}
    pairs = pl.DataFrame(list(scored), schema=kinds, orient="row")
    left = here.select("row", "key", "size").with_row_index("a")
    right = there.select(other="row", key_b="key", size_b="size").with_row_index("b")
    pairs = pairs.join(left, on="a").join(right, on="b")
    shorter, longer = pl.min_horizontal("size", "size_b"), pl.max_horizontal("size", "size_b")
    return pairs.filter(pl.col("key") != pl.col("key_b"), shorter >= LENGTHS * longer).select(*SCHEMA)


def _scanned(index: Index, texts: pl.Series) -> Iterator[tuple[int, int, float]]:
    """(item, text, score) of each pair that is near."""
    working = scratch(index)
    tokens = np.diff(index.token_offsets)
    for first, values in pieces(texts):
        batch = texts_of(values)
        hits, prints = scan(batch, index)
        found, bounds = first_look(prints, index, candidates(hits, index, working))
        hopeful = np.zeros(len(found.items), bool)
        hopeful[bounds.candidates[bounds.fine >= CONTAINED]] = True
        found = found.chosen(hopeful)
        if not len(found.texts):
            continue
        scores = verify(batch, index, found)
        near = (scores.fine >= CONTAINED) & (tokens[scores.fields] >= TOKENS)
        yield from _pairs(scores, found, np.flatnonzero(near), first)


def _pairs(scores: Any, found: Any, chosen: Any, first: int) -> Iterator[tuple[int, int, float]]:
    for k in chosen:
        candidate = scores.candidates[k]
        yield int(found.items[candidate]), int(found.texts[candidate]) + first, float(scores.fine[k])
