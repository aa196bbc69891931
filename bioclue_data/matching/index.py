"""The index of the texts to look for: fields of items, as windows with all their owners.

Windows are weighted by how rare they are in the population that a field is of (a table, say): scores do not
depend on what else is indexed. Those that more than COMMON fields of a population have, as templates do, are
not looked for, but for fields that have no others; nor those that texts of all kinds have (`common`), but for
fields that have few others.

An item has fields: anchors, which are looked for in a corpus, and others, which are looked at once an anchor
was found: near it, or anywhere in the same record. The halves of a pair are anchors, each with a place of its
own. Anchors shorter than every window are whole windows of their own. A window keeps all fields sharing it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from bioclue_data.errors import UsageError
from bioclue_data.matching import characters, common
from bioclue_data.matching.marks import prints_of
from bioclue_data.matching.tokens import GOLDEN, Texts, Tokens, U, tokenise_all
from bioclue_data.matching.windows import (
    SEED,
    SHORT_SEED,
    Lengths,
    count_fields,
    count_owners,
    table_of,
    whole_texts,
    windows_of,
)

if TYPE_CHECKING:
    from pathlib import Path

FORMAT = 6
ANCHOR, NEAR, ANYWHERE, HALF = range(4)
COMMON = 20  # a window that more contents of a population have tells nothing of one of them
ENOUGH, ENOUGH_OF_SHORT = 4, 2  # windows of a field beside which it needs none that texts of all kinds have,
PART = 0.25  # if they are so many of its windows
OTHERS = 20_000  # fields that a window is taken not to stand in, beside those of the population
SINGLES_PER_UNIT = 13 / 8  # CJK characters that tell as much as a word
SHORT_UNITS = 13  # below that a field has windows of SHORT_SEED
LONG_WORD = 8  # bytes of a single word that can be an anchor
SHARE_OF_WORDS, SHARE_OF_SINGLES = 0.14, 0.10  # of an anchor's windows that together make a candidate
FINE = Lengths(2, 2)
WIDE = Lengths(3, 4)
BITS_PER_ANCHOR = 128
AT_A_TIME = 1 << 18  # windows that are weighted together: less memory, and quicker


class Index(NamedTuple):
    """Arrays only, so that a scan takes it as it is, from memory or from a file.

    Attributes:
        token_hashes: uint64; all fields' tokens, one field after the other.
        single: uint8; 1 for a CJK character.
        token_offsets: int64[fields + 1].
        fine: float32; weight of the window of FINE length that ends at the token, 0 where there is none or
            the field had it before.
        wide: float32; the same of WIDE length.
        weights: float32[fields]; the sum of `fine`.
        token_prints, pair_prints: uint16; see `marks`.
        kinds: uint8[fields]: ANCHOR, NEAR, ANYWHERE or HALF.
        partners: int32[fields]; for the half of a pair the other one, or the first field with its content;
            else -1.
        alike: int32[fields]; the next anchor of the same content in the population, else -1. The first one
            stands for all of them.
        items: int32[fields]; ascending.
        item_offsets: int64[items + 1]; fields of an item.
        bloom, short_bloom, slots: hash of a window -> its number; see `Table`.
        owners: int32; fields of the windows, one window after the other.
        owner_offsets: int64[windows + 1].
        window_counts: int32[fields]; distinct windows of the field that are looked for, 0 if it is no anchor,
            or not the first one of its content.
        needed: int32[fields]; how many of these windows make a candidate.
        anchors: uint64; bitmap of the last two tokens of short anchors.
        words: uint64; bitmap of anchors of a single word.
        short_lengths: int64; lengths of short anchors of several tokens, ascending.
    """

    token_hashes: Any
    single: Any
    token_offsets: Any
    fine: Any
    wide: Any
    weights: Any
    token_prints: Any
    pair_prints: Any
    kinds: Any
    partners: Any
    alike: Any
    items: Any
    item_offsets: Any
    bloom: Any
    short_bloom: Any
    slots: Any
    owners: Any
    owner_offsets: Any
    window_counts: Any
    needed: Any
    anchors: Any
    words: Any
    short_lengths: Any

    @property
    def windows(self) -> int:
        """How many distinct windows there are."""
        return len(self.owner_offsets) - 1


def build(texts: Texts, items: Any, kinds: Any, populations: Any = None) -> Index:
    """Index some fields.

    Args:
        texts: The fields' texts.
        items: int32[fields], ascending: which item a field belongs to.
        kinds: uint8[fields]: ANCHOR, NEAR, ANYWHERE or HALF.
        populations: int32[fields]: what a field's windows are weighted in; None: all fields together.
    """
    tokens = tokenise_all(texts)
    groups = _Populations(np.zeros(len(texts), np.int64) if populations is None else populations)
    fine, wide = _weights(tokens, FINE, groups), _weights(tokens, WIDE, groups)  # while there is little else
    is_anchor = np.isin(kinds, (ANCHOR, HALF))
    first, alike = groups.alike(contents(tokens.hashes, tokens.offsets), is_anchor)
    looked_for = first == np.arange(len(texts))
    is_short = units(tokens.single, tokens.offsets) < SHORT_UNITS
    owned, (anchors, words), lengths = _windows_of_anchors(tokens, looked_for, is_short)
    distinct, owners, owner_offsets = _telling(*owned, groups, is_short)
    del owned
    counts = np.bincount(owners, minlength=len(texts)).astype(np.int32)
    table = table_of(distinct, is_short[owners[owner_offsets[:-1]]])
    count = int(items[-1]) + 1 if len(items) else 0
    token_prints, pair_prints = prints_of(tokens)
    index = Index(
        token_hashes=tokens.hashes,
        single=tokens.single,
        token_offsets=tokens.offsets,
        fine=fine,
        wide=wide,
        weights=np.bincount(_field_of_tokens(tokens), fine, len(texts)).astype(np.float32),
        token_prints=token_prints,
        pair_prints=pair_prints,
        kinds=np.asarray(kinds, np.uint8),
        partners=_partners(np.asarray(items), np.asarray(kinds), first, counts),
        alike=alike,
        items=np.asarray(items, np.int32),
        item_offsets=np.searchsorted(items, np.arange(count + 1)).astype(np.int64),
        **table._asdict(),
        owners=owners,
        owner_offsets=owner_offsets,
        window_counts=counts,
        needed=_needed(tokens, counts),
        anchors=anchors,
        words=words,
        short_lengths=lengths,
    )
    for array in index:
        array.setflags(write=False)  # as a mapped one is: the kernels are compiled for one kind of arrays
    return index


def _windows_of_anchors(
    tokens: Tokens, looked_for: Any, is_short: Any
) -> tuple[tuple[Any, Any, Any], tuple[Any, Any], Any]:
    """Windows of chosen fields, as `_owners` has them; the bitmaps and the lengths of those without any."""
    field_of_tokens = _field_of_tokens(tokens)
    fields, hashes = [], []
    for seed, of_seed in ((SEED, looked_for & ~is_short), (SHORT_SEED, looked_for & is_short)):
        windows = windows_of(tokens, seed)
        owners = field_of_tokens[windows.positions]
        fields.append(owners[of_seed[owners]])
        hashes.append(windows.hashes[of_seed[owners]])
    lengths = np.diff(tokens.offsets)
    without = looked_for & (lengths > 0)
    without[np.concatenate(fields)] = False
    alone = np.flatnonzero(without & (lengths == 1))
    first = tokens.offsets[alone]
    without[alone[tokens.ends[first] - tokens.starts[first] < LONG_WORD]] = False
    chosen = np.flatnonzero(without)
    whole, ends = np.empty(len(chosen), U), np.empty(len(chosen), U)
    whole_texts(tokens.hashes, tokens.offsets, chosen, whole, ends)
    is_word = lengths[chosen] == 1
    bitmaps = _bitmap(ends[~is_word]), _bitmap(ends[is_word])
    lengths_of_chosen = np.unique(lengths[chosen][~is_word])
    all_fields, all_hashes = np.concatenate([*fields, chosen]), np.concatenate([*hashes, whole])
    del fields, hashes
    return _owners(all_hashes, all_fields), bitmaps, lengths_of_chosen


def _needed(tokens: Tokens, window_counts: Any) -> Any:
    """How many of a field's windows are enough: of words, or if most tokens are single characters."""
    singles = np.diff(np.concatenate([[0], np.cumsum(tokens.single, dtype=np.int64)])[tokens.offsets])
    share = np.where(2 * singles > np.diff(tokens.offsets), SHARE_OF_SINGLES, SHARE_OF_WORDS)
    return np.ceil(share * window_counts).astype(np.int32)


def _partners(items: Any, kinds: Any, first_alike: Any, window_counts: Any) -> Any:
    """For each half of a pair the other half, or the first field like it, if that is looked for."""
    partners = np.full(len(kinds), -1, np.int32)
    halves = np.flatnonzero(kinds == HALF)
    _, starts, counts = np.unique(items[halves], return_index=True, return_counts=True)
    first = starts[counts == 2]
    partners[halves[first]] = first_alike[halves[first + 1]]
    partners[halves[first + 1]] = first_alike[halves[first]]
    partners[window_counts[partners] == 0] = -1
    return partners


def _bitmap(hashes: Any) -> Any:
    """A bit for the top bits of each hash; small, so that it stays in the first-level cache."""
    size = 1 << (BITS_PER_ANCHOR * len(hashes) // 64).bit_length()
    bitmap = np.zeros(size, U)
    bits = hashes >> U(65 - (64 * size).bit_length())
    np.bitwise_or.at(bitmap, (bits >> U(6)).astype(np.int64), U(1) << (bits & U(63)))
    return bitmap


def _owners(hashes: Any, fields: Any) -> tuple[Any, Any, Any]:
    """Distinct hashes, and the distinct fields of each as (values, offsets)."""
    order = np.argsort(hashes, kind="stable")
    hashes, fields = hashes[order], fields[order]
    fresh = np.ones(len(hashes), bool)
    fresh[1:] = hashes[1:] != hashes[:-1]
    kept = fresh.copy()
    kept[1:] |= fields[1:] != fields[:-1]
    starts = np.flatnonzero(fresh[kept])
    return hashes[fresh], fields[kept].astype(np.int32), np.append(starts, kept.sum()).astype(np.int64)


def contents(hashes: Any, offsets: Any) -> Any:
    """uint64[fields]: equal for fields of the same tokens, by the tokens' hashes and offsets."""
    places = np.arange(len(hashes), dtype=U) * U(2)
    with np.errstate(over="ignore"):
        placed = np.concatenate([[U(0)], np.cumsum(hashes * (places + U(1)), dtype=U)])
        plain = np.concatenate([[U(0)], np.cumsum(hashes, dtype=U)])
        starts, ends = offsets[:-1], offsets[1:]
        return placed[ends] - placed[starts] - (plain[ends] - plain[starts]) * starts.astype(U) * U(2)


def _telling(
    hashes: Any, owners: Any, offsets: Any, populations: _Populations, is_short: Any
) -> tuple[Any, Any, Any]:
    """The windows that tell something of their fields; of fields that have none, all."""
    windows = np.repeat(np.arange(len(hashes), dtype=np.int32), np.diff(offsets))
    count = len(populations.of)
    telling = count_owners(owners, offsets, populations.of) <= COMMON
    uncommon = telling & ~common.is_common(hashes, is_short[owners[offsets[:-1]]])[windows]
    uncommon_ones, all_ones = (
        np.bincount(owners[uncommon], minlength=count),
        np.bincount(owners, minlength=count),
    )
    is_enough = uncommon_ones >= np.maximum(np.where(is_short, ENOUGH_OF_SHORT, ENOUGH), PART * all_ones)
    telling = np.where(is_enough[owners], uncommon, telling)
    has_telling = np.zeros(count, bool)
    has_telling[owners[telling]] = True
    kept = telling | ~has_telling[owners]
    sizes = np.bincount(windows[kept], minlength=len(hashes))
    used = sizes > 0
    return hashes[used], owners[kept], np.append(0, np.cumsum(sizes[used])).astype(np.int64)


def units(single: Any, offsets: Any) -> Any:
    """float32[fields]: length in units: words, or 13/8 CJK characters."""
    singles = np.diff(np.concatenate([[0], np.cumsum(single, dtype=np.int64)])[offsets])
    return (np.diff(offsets) - singles + singles / SINGLES_PER_UNIT).astype(np.float32)


def _field_of_tokens(tokens: Tokens) -> Any:
    """int32[tokens]: the field that each token is of."""
    return np.repeat(np.arange(len(tokens.offsets) - 1, dtype=np.int32), np.diff(tokens.offsets))


class _Populations:
    """What fields are weighted in: the population of each, and the number of fields taken to be in each."""

    def __init__(self, populations: Any) -> None:
        self.of = np.asarray(populations, np.int64)
        self.sizes = OTHERS + np.bincount(self.of)

    def alike(self, contents_of_fields: Any, chosen: Any) -> tuple[Any, Any]:
        """int32[fields]: the first and the next one of the chosen fields with a field's content, else -1."""
        fields = np.flatnonzero(chosen).astype(np.int32)
        keys = contents_of_fields[fields] + self.of[fields].astype(U) * U(GOLDEN)
        order = np.argsort(keys, kind="stable")
        fields, keys = fields[order], keys[order]
        is_first = np.ones(len(keys), bool)
        is_first[1:] = keys[1:] != keys[:-1]
        first, following = np.full(len(chosen), -1, np.int32), np.full(len(chosen), -1, np.int32)
        first[fields] = fields[is_first][np.cumsum(is_first) - 1]
        following[fields[:-1][~is_first[1:]]] = fields[1:][~is_first[1:]]
        return first, following

    def frequencies(self, hashes: Any, fields: Any) -> Any:
        """int32: how many fields of its field's population have each window; 0 if the field had it before.

        The windows of a field follow one another.
        """
        return count_fields(hashes, fields, self.of)


def _weights(tokens: Tokens, lengths: Lengths, populations: _Populations) -> Any:
    """Inverse frequency of the window that ends at each token; 0 where there is none, or no new one."""
    windows = windows_of(tokens, lengths)
    fields = _field_of_tokens(tokens)[windows.positions]
    frequencies = populations.frequencies(windows.hashes, fields)
    weights = np.zeros(len(tokens.hashes), np.float32)
    for first in range(0, len(fields), AT_A_TIME):
        some = slice(first, first + AT_A_TIME)
        sizes, times = populations.sizes[populations.of[fields[some]]], frequencies[some]
        weights[windows.positions[some]] = np.where(times, np.log(sizes / np.maximum(times, 1)), 0)
    return weights


def save(index: Index, folder: Path) -> None:
    """Write an index as a folder of arrays that `load` maps into memory."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, array in index._asdict().items():
        np.save(folder / f"{name}.npy", array)
    (folder / "header.json").write_text(json.dumps(_header()), encoding="utf-8")


def load(folder: Path) -> Index:
    """Map a saved index into memory: many processes share one copy.

    Raises:
        UsageError: there is none, or another version wrote it.
    """
    path = folder / "header.json"
    if not path.is_file():
        raise UsageError("no index here", where=str(folder), remedy="make it with `save`")
    if json.loads(path.read_text(encoding="utf-8")) != _header():
        raise UsageError("this index was made by another version", where=str(folder), remedy="make it again")
    arrays = {name: np.load(folder / f"{name}.npy", mmap_mode="r") for name in Index._fields}
    return Index(**{name: array.view(np.ndarray) for name, array in arrays.items()})


def _header() -> dict[str, Any]:
    versions = {"characters": characters.load().version, "common": common.load().version}
    return {"format": FORMAT, **versions, "seeds": [*SEED, *SHORT_SEED]}
