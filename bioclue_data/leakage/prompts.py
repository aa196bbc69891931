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
from bioclue_data.matching.windows import SEED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bioclue_data.matching.index import Index

MUCH, MANY = 0.5, 8  # share of a field's windows, and how many, with which a line tells of the field
MOST, FEW = 0.7, 2  # share of a line's windows, and how many, with which it is a part of a field
_BYTES = 8  # of the hash of a token


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

    A line is left out that has no anchor of the population whole, nor half of one, nor is a part of one, and
    nothing else of such an item.

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
    """The lines that tell of a field, by its population.

    Beside those that have much of an anchor, or are part of one, these are the lines with what else its item
    has, such as its answer.
    """
    texts = packed(lines)
    hits, _ = scan(texts, index)
    tokens = tokenise_all(texts)
    telling: defaultdict[int, set[int]] = defaultdict(set)
    told: set[int] = set()
    windows = _windows(tokens)
    for line, field, count in _shared(hits.texts, hits.windows, index):
        found = count * stride_of(index)
        is_much = found >= max(MANY, MUCH * index.window_counts[field])
        is_part = found >= max(FEW, MOST * windows[line])
        if is_much or is_part or _has(tokens, line, index, field):
            telling[int(populations[field])].add(line)
            told.add(int(index.items[field]))
    for item in told:
        for field in range(*index.item_offsets[item : item + 2].tolist()):
            own = [line for line in range(len(lines)) if _tells_of(tokens, line, index, field)]
            telling[int(populations[field])].update(own)
    return telling


def _windows(tokens: Tokens) -> Any:
    """int64[texts]: windows of each, as far as its tokens are of the kind that most of them are."""
    sizes = np.diff(tokens.offsets)
    singles = np.diff(np.concatenate([[0], np.cumsum(tokens.single, dtype=np.int64)])[tokens.offsets])
    return np.maximum(sizes - np.where(2 * singles > sizes, SEED.single, SEED.word) + 1, 0)


def _shared(texts: Any, windows: Any, index: Index) -> Iterator[tuple[int, int, int]]:
    """Each text and field with windows in common, and how many there are."""
    counts = np.diff(index.owner_offsets)[windows]
    firsts = np.repeat(index.owner_offsets[windows] - np.cumsum(counts) + counts, counts)
    owners = index.owners[firsts + np.arange(len(firsts))]
    pairs, times = np.unique(np.stack([np.repeat(texts, counts), owners]), axis=1, return_counts=True)
    return zip(*pairs.tolist(), times.tolist(), strict=True)


def _has(tokens: Tokens, text: int, index: Index, field: int) -> bool:
    """Has the text all tokens of the field, in one run?"""
    whole, part = _tokens_of(tokens, text, index, field)
    return bool(part) and part in whole


def _tells_of(tokens: Tokens, text: int, index: Index, field: int) -> bool:
    """Has the text all tokens of the field, and it is no single word, or has the field those of the text?"""
    whole, part = _tokens_of(tokens, text, index, field)
    return (len(part) > _BYTES and part in whole) or whole in part


def _tokens_of(tokens: Tokens, text: int, index: Index, field: int) -> tuple[bytes, bytes]:
    """The hashes of the tokens of a text, and of a field."""
    begin, end = tokens.offsets[text : text + 2]
    first, last = index.token_offsets[field : field + 2]
    return tokens.hashes[begin:end].tobytes(), index.token_hashes[first:last].tobytes()
