"""Which near duplicates are copies, and which differ in a word that matters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from bioclue_data.audit.batch import SEPARATOR
from bioclue_data.audit.hashes import hashes_of, token_sets

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bioclue_data.audit.batch import Batch
    from bioclue_data.audit.table import Table

NAMED = ("tc", "nli", "sts", "boolqa")
"""Tasks whose gold is a name or number: copies have the same one, a sample and its control have not."""
WORDS = 10  # of shorter texts one word is much of what they say; a CJK character counts as half a word
SHARED = 0.5  # of the tokens of each part; options and halves of pairs are parts
PAIRS = 20_000  # whose texts are read at a time


def copies(table: Table, pairs: pl.DataFrame) -> pl.DataFrame:
    """Pairs of rows that say the same but for numbers and signs, or are long, with parts and gold alike.

    Args:
        table: Where the rows are.
        pairs: row, other: their numbers, and what else is to be kept.
    """
    parts = [pairs.clear(), *(_copies(table, some) for some in pairs.iter_slices(PAIRS))]
    return pl.concat(parts)


def _copies(table: Table, pairs: pl.DataFrame) -> pl.DataFrame:
    texts = table.gather(_said, "inputs", rows=pl.concat([pairs["row"], pairs["other"]]))
    texts = texts.join(table.keys.select("row", "gold"), on="row")
    both = pairs.join(texts, on="row", maintain_order="left")
    both = both.join(texts, left_on="other", right_on="row", suffix="_other", maintain_order="left")
    both = both.with_columns(alike=pl.Series(_parts_alike(both), dtype=pl.Boolean))
    is_long = pl.min_horizontal("words", "words_other") >= WORDS
    is_contrast = pl.lit(False)
    if table.task in NAMED:
        is_contrast = (pl.col("gold") != pl.col("gold_other")).fill_null(False)  # test has no labels
    is_same = pl.col("plain") == pl.col("plain_other")
    return both.filter(is_same | (is_long & pl.col("alike") & ~is_contrast)).select(pairs.columns)


def _said(batch: Batch) -> pl.DataFrame:
    """What is compared of each row: row, raw, words, plain (a hash of the tokens without numbers)."""
    raw = pl.col("raw")
    words = raw.str.count_matches(r"[\p{L}\p{N}--\p{Han}]+") + raw.str.count_matches(r"\p{Han}") / 2
    plain = hashes_of(batch.inputs["raw"].str.replace_all(r"\p{N}+", " "))
    return batch.inputs.select("row", "raw", words=words, plain=pl.Series(plain, dtype=pl.UInt64))


def _parts_alike(pairs: pl.DataFrame) -> Iterator[bool]:
    """Has every part of either text one in the other that shares its tokens?"""
    ours, theirs = (_parts(pairs[name]) for name in ("raw", "raw_other"))
    for one, other in zip(ours, theirs, strict=True):
        yield _shared(one, other) >= SHARED and _shared(other, one) >= SHARED


def _parts(texts: pl.Series) -> Iterator[list[frozenset[int]]]:
    """The tokens of each part of each text."""
    parts = texts.str.split(SEPARATOR)
    tokens = iter(token_sets(parts.explode()))
    for count in parts.list.len():
        yield [next(tokens) for _ in range(count)]


def _shared(parts: list[frozenset[int]], others: list[frozenset[int]]) -> float:
    """The least share of the tokens of a part that one of the others has."""
    return min(max(len(part & other) for other in others) / len(part) for part in parts if part)
