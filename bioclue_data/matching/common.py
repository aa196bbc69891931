"""Windows that many texts of all kinds have: they tell nothing of one item, and would be most of the hits.

Two Bloom filters ship, made by `scripts/generate_common.py` of corpora and tables; no text can be read off.
"""

from __future__ import annotations

import io
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from bioclue_data.matching.tokens import U, tokenise_all
from bioclue_data.matching.windows import SEED, SHORT_SEED, filter_of, may_hold_each, windows_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bioclue_data.matching.tokens import Texts

FILE = Path(__file__).with_name("common.npz")
SEEDS = SEED, SHORT_SEED
TEXTS, SOURCES = 40, 3  # a window is common that stands in more texts, and in that many sources


class Common(NamedTuple):
    """The common windows of SEED and of SHORT_SEED length.

    Attributes:
        filters: uint64; a Bloom filter for each.
        version: Changes with the windows.
    """

    filters: tuple[Any, Any]
    version: str


@cache
def load() -> Common:
    """What ships."""
    with np.load(FILE) as stored:
        return _common(stored["windows"], stored["short_windows"])


def save(common: Common) -> None:
    """Write what ships; the same bytes for the same windows."""
    written = io.BytesIO()
    np.savez_compressed(written, windows=common.filters[0], short_windows=common.filters[1])
    FILE.write_bytes(written.getvalue())


def _common(windows: Any, short_windows: Any) -> Common:
    digest = blake2b(windows.tobytes() + short_windows.tobytes(), digest_size=4).hexdigest()
    return Common((windows, short_windows), digest)


def is_common(hashes: Any, is_short: Any) -> Any:
    """bool: is each window a common one of its length? One in a hundred others is taken for one."""
    windows, short_windows = load().filters
    return np.where(is_short, may_hold_each(hashes, short_windows), may_hold_each(hashes, windows))


def generate(sources: Iterable[Iterable[Texts]]) -> Common:
    """Find them: windows that stand in more than TEXTS texts, and in SOURCES sources.

    Args:
        sources: Batches of texts, source by source.
    """
    counted: tuple[list[Any], list[Any]] = ([], [])
    for source in sources:
        batches = [_counts(batch) for batch in source]
        for number, found in enumerate(counted):
            if batches:
                found.append(_sum([batch[number] for batch in batches]))
    windows, short_windows = (filter_of(_many(found)) for found in counted)
    return _common(windows, short_windows)


def _counts(texts: Texts) -> list[Any]:
    """For each seed, (distinct windows, number of texts that have each)."""
    tokens = tokenise_all(texts)
    counts = []
    for seed in SEEDS:
        windows = windows_of(tokens, seed)
        text = np.searchsorted(tokens.offsets, windows.positions, side="right")
        order = np.lexsort((text, windows.hashes))
        hashes, text = windows.hashes[order], text[order]
        is_first = np.ones(len(hashes), bool)
        is_first[1:] = (hashes[1:] != hashes[:-1]) | (text[1:] != text[:-1])
        counts.append(np.unique(hashes[is_first], return_counts=True))
    return counts


def _sum(counts: list[Any]) -> Any:
    """Counts of several batches as one."""
    hashes, places = np.unique(np.concatenate([hashes for hashes, _ in counts]), return_inverse=True)
    numbers = np.concatenate([numbers for _, numbers in counts])
    return hashes, np.bincount(places, numbers, len(hashes)).astype(np.int64)


def _many(counts: list[Any]) -> Any:
    """The windows that many texts of several sources have."""
    hashes, texts = _sum(counts)
    _, sources = _sum([(hashes, np.ones(len(hashes))) for hashes, _ in counts])
    return hashes[(texts > TEXTS) & (sources >= SOURCES)].astype(U)
