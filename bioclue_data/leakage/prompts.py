"""Which lines of prompts are left out of a corpus: those that say nothing of what is looked for.

A question that was answered twenty times, the premise of many pairs, or examples in each prompt stand in many
records, too, and are the items themselves.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from bioclue_data.leakage.reading.batches import packed
from bioclue_data.matching.scan import scan, stride_of
from bioclue_data.matching.tokens import Tokens, tokenise_all

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bioclue_data.matching.index import Index

MUCH, MANY = 0.5, 8  # share of a field's windows, and how many, with which a line tells of the field


class Cut(NamedTuple):
    """How a corpus is read for some of the items.

    Attributes:
        left_out: The lines that are left out.
        apart: bool[items]; for these it is read in other ways. None: it is for all items.
    """

    left_out: tuple[bytes, ...]
    apart: Any


WHOLE = Cut((), None)


def cuts(lines: Iterable[bytes], index: Index, populations: Any) -> list[Cut]:
    """How a corpus with these lines is read: each population in one way, so that no other one matters.

    A line is left out that has no anchor of the population whole, nor half of one.

    Args:
        lines: Lines of templates.
        index: The items.
        populations: int32[fields].
    """
    lines = list(lines)
    kept = _telling(lines, index, populations)
    ways: dict[tuple[bytes, ...], list[int]] = {}
    for population in np.unique(populations).tolist():
        left_out = tuple(text for line, text in enumerate(lines) if line not in kept[population])
        ways.setdefault(left_out, []).append(population)
    if len(ways) == 1:
        return [Cut(left_out, None) for left_out in ways]
    firsts = index.item_offsets[:-1]
    of_items = np.where(np.diff(index.item_offsets) > 0, np.append(populations, -1)[firsts], -1)
    return [Cut(left_out, ~np.isin(of_items, some)) for left_out, some in ways.items()]


def _telling(lines: list[bytes], index: Index, populations: Any) -> defaultdict[int, set[int]]:
    """The lines that tell of a field, by its population."""
    texts = packed(lines)
    hits, _ = scan(texts, index)
    tokens = tokenise_all(texts)
    telling: defaultdict[int, set[int]] = defaultdict(set)
    for line, field, count in _shared(hits.texts, hits.windows, index):
        many = max(MANY, MUCH * index.window_counts[field])
        if count * stride_of(index) >= many or _has(tokens, line, index, field):
            telling[int(populations[field])].add(line)
    return telling


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
