"""Texts as numbers: equal for texts of the same tokens, whatever their case, width, accents and blanks."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from bioclue_data.matching.tokens import texts_of, tokenise_all
from bioclue_data.matching.windows import whole_texts

if TYPE_CHECKING:
    from collections.abc import Iterator

    import polars as pl

PIECE = 1 << 18  # bytes of texts that are tokenised at a time: 17 bytes of tokens for each of theirs


def pieces(texts: pl.Series) -> Iterator[tuple[int, list[str]]]:
    """The texts in lists of about `PIECE` bytes, each with the number of its first text."""
    ends = texts.str.len_bytes().cum_sum().to_numpy()
    first = 0
    while first < len(texts):
        start = ends[first - 1] if first else 0
        last = max(first + 1, int(np.searchsorted(ends, start + PIECE)))
        yield first, texts.slice(first, last - first).to_list()
        first = last


def hashes_of(texts: pl.Series) -> Any:
    """uint64 for each text; 0 for a text without a token."""
    return np.concatenate([np.empty(0, np.uint64), *(_hashes(values) for _, values in pieces(texts))])


def _hashes(values: list[str]) -> Any:
    tokens = tokenise_all(texts_of(values))
    chosen = np.flatnonzero(np.diff(tokens.offsets))
    found = np.zeros(len(values), np.uint64)
    hashes, ends = np.zeros(len(chosen), np.uint64), np.zeros(len(chosen), np.uint64)
    whole_texts(tokens.hashes, tokens.offsets, chosen, hashes, ends)
    found[chosen] = hashes
    return found


def token_sets(texts: pl.Series) -> Iterator[frozenset[int]]:
    """The hashes of the tokens of each text."""
    for _, values in pieces(texts):
        tokens = tokenise_all(texts_of(values))
        for first, last in pairwise(tokens.offsets):
            yield frozenset(tokens.hashes[first:last].tolist())
