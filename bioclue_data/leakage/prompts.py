"""Which lines of prompts are left out of a corpus: those that say nothing of what is looked for.

A question that was answered twenty times, the premise of many pairs, or examples in each prompt stand in many
records, too, and are the items themselves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from bioclue_data.leakage.reading.batches import packed
from bioclue_data.matching.scan import scan, stride_of
from bioclue_data.matching.tokens import Tokens, tokenise_all

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bioclue_data.matching.index import Index

MUCH, MANY = 0.5, 8  # share of a field's windows, and how many, with which a line tells of the field


def left_out(lines: Iterable[bytes], index: Index) -> list[bytes]:
    """The lines that have no anchor of the index whole, nor half of one."""
    lines = list(lines)
    texts = packed(lines)
    hits, _ = scan(texts, index)
    tokens = tokenise_all(texts)
    telling = {
        line
        for line, field, count in _shared(hits.texts, hits.windows, index)
        if count * stride_of(index) >= max(MANY, MUCH * index.window_counts[field])
        or _has(tokens, line, index, field)
    }
    return [text for line, text in enumerate(lines) if line not in telling]


def _shared(texts: Any, windows: Any, index: Index) -> Iterator[tuple[int, int, int]]:
    """Each text and field with windows in common, and how many there are."""
    counts = np.diff(index.owner_offsets)[windows]
    firsts = np.repeat(index.owner_offsets[windows] - np.cumsum(counts) + counts, counts)
    owners = index.owners[firsts + np.arange(len(firsts))]
    pairs, times = np.unique(np.stack([np.repeat(texts, counts), owners]), axis=1, return_counts=True)
    return zip(*pairs.tolist(), times.tolist(), strict=True)


def _has(tokens: Tokens, text: int, index: Index, field: int) -> bool:
    """Has the text all tokens of the field, in one run?"""
    begin, end = tokens.offsets[text : text + 2]
    first, last = index.token_offsets[field : field + 2]
    whole, part = tokens.hashes[begin:end].tobytes(), index.token_hashes[first:last].tobytes()
    return bool(part) and part in whole
