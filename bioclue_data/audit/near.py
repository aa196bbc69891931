"""Near duplicates between splits, found by the matching engine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from bioclue_data.audit.alike import copies
from bioclue_data.audit.hashes import pieces
from bioclue_data.matching import index as indexes
from bioclue_data.matching.bounds import first_look, least_of_all
from bioclue_data.matching.candidates import candidates, scratch
from bioclue_data.matching.scan import scan
from bioclue_data.matching.tokens import texts_of
from bioclue_data.matching.verify import verify

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bioclue_data.audit.batch import Batch
    from bioclue_data.audit.table import Table
    from bioclue_data.matching.candidates import Candidates, Scratch
    from bioclue_data.matching.index import Index
    from bioclue_data.matching.tokens import Texts
    from bioclue_data.matching.verify import Scores

CONTAINED = 0.8  # weight of an item's pairs of tokens that stand in the other; 0.7 finds templates
LENGTHS = 0.8  # shorter text by longer one, in characters
TOKENS = 10  # shorter items differ by one word only, and mean something else
INDEXED = 1_500_000  # characters that one index holds
TOGETHER = 200_000_000  # bytes of indexes that are looked for at a time
READ = 8  # portions whose texts are read at a time
BEFORE = {"test": ("train", "validation"), "validation": ("train",)}
"""Splits that are used before a split."""
SCHEMA = {"row": pl.UInt32, "score": pl.Float64, "other": pl.UInt32}


def near_pairs(table: Table) -> pl.DataFrame:
    """The nearest rows, in a split that is used before, of each row: row, score, other.

    Rows of test are compared with validation and train, rows of validation with train. Rows that are equal
    but for case, width and blanks are no near duplicates, nor are those that `alike.copies` leaves out. Of
    others that are equally near, all are given.
    """
    parts = [pl.DataFrame(schema=SCHEMA)]
    splits = set(table.counts["split"])
    for split, before in BEFORE.items():
        if split in splits and splits.intersection(before):
            parts += [_nearest(held, table, before) for held in _indexed(table, split)]
    return copies(table, pl.concat(parts))


@dataclass(frozen=True)
class Portion:
    """Some inputs of a split, to look for; the rows are in the order of the index."""

    rows: pl.Series
    index: Index
    working: Scratch


def _indexed(table: Table, split: str) -> Iterator[list[Portion]]:
    """The inputs of a split, indexed in portions, as many together as memory has room for."""
    held: list[Portion] = []
    for rows in _portions(table, split):
        held.append(_portion(rows))
        if sum(array.nbytes for portion in held for array in portion.index) >= TOGETHER:
            yield held
            held = []
    if held:
        yield held


def _portions(table: Table, split: str) -> Iterator[pl.DataFrame]:
    """Inputs of a split, as many as an index holds; which ones are together depends on their texts alone."""
    keys = table.keys.filter(pl.col("split") == split)
    count = int(keys["size"].sum() // INDEXED) + 1
    keys = keys.select("row", portion=pl.col("key") % count)
    for first in range(0, count, READ):
        some = keys.filter(pl.col("portion").is_between(first, first + READ - 1))
        read = some.join(table.gather(_asked, "inputs", rows=some["row"]), on="row")
        yield from read.sort("row").partition_by("portion", include_key=False)


def _asked(batch: Batch) -> pl.DataFrame:
    return batch.inputs.select("row", "raw")


def _portion(asked: pl.DataFrame) -> Portion:
    kinds = np.full(len(asked), indexes.ANCHOR, np.uint8)
    index = indexes.build(texts_of(asked["raw"].to_list()), np.arange(len(asked), dtype=np.int32), kinds)
    return Portion(asked["row"], index, scratch(index))


def _nearest(held: list[Portion], table: Table, before: tuple[str, ...]) -> pl.DataFrame:
    keys = table.keys.select("row", "key", "size")
    earlier = _distinct(table, before)
    found = pl.DataFrame(schema=SCHEMA)
    for batch in table.batches("inputs"):
        there = _asked(batch).join(earlier, on="row", how="semi")
        pairs = pl.concat([pl.DataFrame(schema=SCHEMA), *_scanned(held, there)])
        found = pl.concat([found, _like(pairs, keys)])
        found = found.filter(pl.col("score") == pl.col("score").max().over("row"))
    return found


def _distinct(table: Table, splits: tuple[str, ...]) -> pl.DataFrame:
    """Rows of some splits: of those with the same tokens, gold and length, the one with the first id."""
    facts = ["key", "gold", "size"]
    rows = table.keys.filter(pl.col("split").is_in(splits)).select("row", *facts)
    again = pl.struct(facts).is_duplicated()
    twice = rows.filter(again)
    named = twice.join(table.column("item_id", twice["row"]), on="row").sort("item_id")
    firsts = named.unique(facts, keep="first")
    return pl.concat([part.select("row") for part in (rows.filter(~again), firsts)])


def _like(pairs: pl.DataFrame, keys: pl.DataFrame) -> pl.DataFrame:
    """Pairs of about the same length that are not equal."""
    pairs = pairs.join(keys, on="row").join(keys, left_on="other", right_on="row", suffix="_other")
    shorter, longer = pl.min_horizontal("size", "size_other"), pl.max_horizontal("size", "size_other")
    return pairs.filter(pl.col("key") != pl.col("key_other"), shorter >= LENGTHS * longer).select(*SCHEMA)


def _scanned(held: list[Portion], there: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Pairs of rows of which one has nearly all of the other: row, score, other."""
    for first, values in pieces(there["raw"]):
        texts = texts_of(values)
        others = there["row"].slice(first, len(values))
        for portion in held:
            found = _hopeful(portion, texts)
            if len(found.texts):
                yield _scored(portion, found, verify(texts, portion.index, found), others)


def _hopeful(portion: Portion, texts: Texts) -> Candidates:
    """Candidates whose upper bounds are near."""
    hits, prints = scan(texts, portion.index)
    possible = candidates(hits, portion.index, portion.working)
    found, bounds = first_look(prints, portion.index, possible, least_of_all(portion.index))
    hopeful = np.zeros(len(found.items), bool)
    hopeful[bounds.candidates[bounds.fine >= CONTAINED]] = True
    return found.chosen(hopeful)


def _scored(portion: Portion, found: Candidates, scores: Scores, others: pl.Series) -> pl.DataFrame:
    tokens = np.diff(portion.index.token_offsets)[scores.fields]
    near = np.flatnonzero((scores.fine >= CONTAINED) & (tokens >= TOKENS))
    pair = scores.candidates[near]
    rows, texts = portion.rows.gather(found.items[pair]), others.gather(found.texts[pair])
    return pl.DataFrame({"row": rows, "score": scores.fine[near].astype(np.float64), "other": texts})
