"""Index and scan against a dictionary of tuples: every window is found, with all the fields that have it."""

from __future__ import annotations

import json
import math
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bioclue_data.errors import UsageError
from bioclue_data.matching import common as common_windows
from bioclue_data.matching import index as indexes
from bioclue_data.matching import scan as scans
from bioclue_data.matching import shipped
from bioclue_data.matching.candidates import (
    LAST_SERIAL,
    RUN,
    candidates,
    scratch,
)
from bioclue_data.matching.compare import SLACK, STRETCH
from bioclue_data.matching.index import (
    ANCHOR,
    ANYWHERE,
    COMMON,
    HALF,
    NEAR,
    OTHERS,
    SHARE_OF_SINGLES,
    SHARE_OF_WORDS,
    Index,
    build,
)
from bioclue_data.matching.scan import Hits, scan
from bioclue_data.matching.tokens import BASE, Texts, texts_of, tokenise_all
from bioclue_data.matching.windows import SEED, SHORT_SEED, Lengths, count_fields, count_owners, windows_of
from tests.matching import PlainIndex, few, folded, windows

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

FEW = {"max_examples": 120, "deadline": None}
KINDS = st.sampled_from([ANCHOR, ANCHOR, ANCHOR, HALF, NEAR, ANYWHERE])


def index_of(fields: Sequence[str], kinds: Sequence[int] | None = None) -> Index:
    """Every field an item of its own."""
    chosen = np.array(kinds or [ANCHOR] * len(fields), np.uint8)
    return build(texts_of(list(fields)), np.arange(len(fields), dtype=np.int32), chosen)


@pytest.fixture(autouse=True)
def _no_window_is_common(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(common_windows, "is_common", those_of(""))


def those_of(text: str) -> Callable[[Any, Any], Any]:
    """As `is_common`, of a text's windows."""
    tokens = tokenise_all(texts_of([text]))
    long, short = (windows_of(tokens, seed).hashes for seed in (SEED, SHORT_SEED))
    return lambda hashes, is_short: np.where(is_short, np.isin(hashes, short), np.isin(hashes, long))


def owners(index: Index, window: int) -> frozenset[int]:
    start, end = index.owner_offsets[window : window + 2]
    found = index.owners[start:end].tolist()
    for field in found:
        if index.alike[field] >= 0:
            found.append(int(index.alike[field]))
    assert len(set(found)) == len(found)
    return frozenset(found)


def hits_of(texts: Texts, index: Index, *part: int) -> Hits:
    return scan(texts, index, *part)[0]


def by_text(hits: Hits, index: Index, count: int) -> list[set[tuple[int, frozenset[int]]]]:
    """Hits as `PlainIndex.hits` gives them, for each text."""
    found: list[set[tuple[int, frozenset[int]]]] = [set() for _ in range(count)]
    for text, window, position, _ in zip(*(array.tolist() for array in hits), strict=True):
        found[text].add((position, owners(index, window)))
    return found


def same(one: Any, other: Any) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


@settings(**FEW)
@given(st.lists(few(), max_size=4))
def test_windows(texts: list[str]) -> None:
    tokens = tokenise_all(texts_of(texts))
    found = windows_of(tokens, SEED)
    wanted = [(int(tokens.offsets[n]) + i, key) for n, text in enumerate(texts) for i, key in windows(text)]
    assert found.positions.tolist() == [position for position, _ in wanted]
    keys = {}
    for value, (_, key) in zip(found.hashes.tolist(), wanted, strict=True):
        assert keys.setdefault(value, key) == key
    assert len(keys) == len({key for _, key in wanted})


@settings(**FEW)
@given(st.lists(st.tuples(few(most=12), KINDS), max_size=8), st.lists(few(most=60), max_size=4))
def test_every_window_is_found_with_all_its_owners(fields: list[tuple[str, int]], texts: list[str]) -> None:
    names, kinds = [text for text, _ in fields], [kind for _, kind in fields]
    index, plain = index_of(names, kinds), PlainIndex(names, kinds)
    hits = hits_of(texts_of(texts), index)
    assert by_text(hits, index, len(texts)) == [plain.hits(text) for text in texts]
    assert hits.texts.tolist() == sorted(hits.texts.tolist())
    counts = [sum(number in group for group in plain.owners.values()) for number in range(len(names))]
    contents = [tuple(folded(name)) if count else () for name, count in zip(names, counts, strict=True)]
    firsts = [contents.index(content) == number for number, content in enumerate(contents)]
    assert index.window_counts.tolist() == [
        n if first else 0 for n, first in zip(counts, firsts, strict=True)
    ]
    assert index.windows == len(plain.owners)


@settings(**FEW)
@given(st.lists(few(most=14), min_size=1, max_size=6), st.lists(few(most=60), min_size=1, max_size=3))
def test_a_stride_misses_no_run_of_three_more_tokens(fields: list[str], texts: list[str]) -> None:
    index, plain = index_of(fields), PlainIndex(fields, [ANCHOR] * len(fields))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scans, "STRIDE_ABOVE", -1)
        found = by_text(hits_of(texts_of(texts), index), index, len(texts))
    assert found == [plain.hits(text, stride=4) for text in texts]
    for text, hits in zip(texts, found, strict=True):
        ends = {i for i, key in windows(text) if key in plain.owners}
        for i in ends:
            if {i, i + 1, i + 2, i + 3} <= ends:
                assert {i, i + 1, i + 2, i + 3} & {place for place, _ in hits}


@settings(**FEW)
@given(st.lists(few(most=12), min_size=1, max_size=6))
def test_weights_are_inverse_frequencies_where_a_window_is_new(fields: list[str]) -> None:
    index = index_of(fields)
    for lengths, weights in ((indexes.FINE, index.fine), (indexes.WIDE, index.wide)):
        keys = [_short_windows(field, lengths) for field in fields]
        wanted = []
        for own in keys:
            seen: set[tuple[str, ...]] = set()
            for key in own:
                frequency = sum(key in others for others in keys)
                fresh = bool(key) and key not in seen
                wanted.append(math.log((OTHERS + len(fields)) / frequency) if fresh else 0)
                seen.add(key)
        assert weights.tolist() == pytest.approx(wanted, rel=1e-5)


def _short_windows(field: str, lengths: Lengths) -> list[tuple[str, ...]]:
    found = folded(field)
    sizes = [lengths.single if single else lengths.word for _, single in found]
    texts = [text for text, _ in found]
    return [tuple(texts[i + 1 - n : i + 1]) if i + 1 >= n else () for i, n in enumerate(sizes)]


@pytest.mark.parametrize("text", ["liver " * 3000, "肝" * 9000, "a b c d e " * 4000])
def test_long_texts_and_more_hits_than_fit_at_once(text: str) -> None:
    fields = [
        "liver " * 2,
        "liver " * 3,
        "liver " * 4,
        "liver " * 5,
        "肝" * 2,
        "肝" * 3,
        "肝" * 6,
        "a b c d e",
    ]
    index, plain = index_of(fields), PlainIndex(fields, [ANCHOR] * len(fields))
    texts = [text] * 9 + ["", text + "end"]
    found = by_text(hits_of(texts_of(texts), index), index, len(texts))
    wanted = plain.hits(text)
    assert found[:9] == [wanted] * 9
    assert found[9] == set()
    assert len(wanted) > 1000


def test_a_run_over_the_edge_of_a_block_is_found() -> None:
    words = [f"w{i}" for i in range(9000)]
    starts = (2040, 2044, 2047, 4090, 4093, 4095, 4096, 6140, 8188, 8192)
    for size, seed in ((SHORT_SEED.word, SHORT_SEED), (indexes.SHORT_UNITS, SEED)):
        index = index_of([" ".join(words[i : i + size]) for i in starts])
        hits = hits_of(texts_of([" ".join(words)]), index)
        ends = {i + j for i in starts for j in range(seed.word - 1, size)}
        assert hits.positions.tolist() == sorted(ends)


def test_nothing_is_found_by_nothing() -> None:
    for fields in ([], [""], ["one"], ["肝"], [" .,"]):
        index = index_of(fields)
        assert index.windows == 0
        assert (
            len(hits_of(texts_of(["one two three four five six", "肝炎肝炎肝炎肝炎", ""]), index).texts) == 0
        )
    assert len(hits_of(texts_of([]), index_of(["one two three four five"])).texts) == 0
    assert len(hits_of(texts_of(["", ""]), index_of(["one two three four five"])).texts) == 0


def test_texts_without_tokens_need_no_room() -> None:
    texts = [""] * 9000 + ["one two three"] + [" ."] * 9000
    hits, prints = scan(texts_of(texts * 3), index_of(["one two three"]))
    assert hits.texts.tolist() == [9000 + len(texts) * i for i in range(3)]
    assert np.flatnonzero(np.diff(prints.offsets)).tolist() == hits.texts.tolist()


def test_a_part_of_the_texts() -> None:
    texts, index = texts_of(["one two", "none", "one two", "one two"]), index_of(["one two"])
    assert hits_of(texts, index, 1, 3).texts.tolist() == [2]
    assert hits_of(texts, index, 3).texts.tolist() == [3]


@pytest.mark.parametrize("kernels", ["shipped", "numba"])
def test_a_saved_index_is_mapped_and_finds_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kernels: str
) -> None:
    if kernels == "numba":
        monkeypatch.setattr(shipped, "routines", dict)
    texts = texts_of(["the liver of a mouse was small", "肝炎的治疗方法是什么呢", "two words"])
    for fields in (["liver of a mouse was", "肝炎的治疗方法", "two words"], ["liver of a mouse was"]):
        index = index_of(fields)
        indexes.save(index, tmp_path / "index")
        loaded = indexes.load(tmp_path / "index")
        assert same(index, loaded)
        assert not loaded.bloom.flags.writeable
        assert isinstance(loaded.bloom.base, np.memmap)
        hits = hits_of(texts, index)
        compiled = len(scans._scan.made.signatures)
        assert same(hits, hits_of(texts, loaded))
        assert len(scans._scan.made.signatures) == compiled
        assert same(candidates(hits, index, scratch(index)), candidates(hits, loaded, scratch(loaded)))


@pytest.mark.parametrize("key", ["format", "characters", "seed"])
def test_an_index_of_another_version_is_refused(tmp_path: Path, key: str) -> None:
    with pytest.raises(UsageError, match="no index"):
        indexes.load(tmp_path)
    indexes.save(index_of(["one two"]), tmp_path)
    header = json.loads((tmp_path / "header.json").read_text())
    (tmp_path / "header.json").write_text(json.dumps(header | {key: "other"}))
    with pytest.raises(UsageError, match="another version"):
        indexes.load(tmp_path)


def test_threads_find_the_same() -> None:
    texts = texts_of([f"row {i} the liver of a mouse {i % 7} 肝炎的治疗方法{i}" for i in range(400)])
    index = index_of(["the liver of a mouse 3", "肝炎的治疗方法", "liver of a mouse 5 肝"])
    whole = hits_of(texts, index)
    with ThreadPoolExecutor(4) as pool:
        parts = list(pool.map(lambda first: hits_of(texts, index, first, first + 25), range(0, 400, 25)))
    assert same(whole, [np.concatenate(arrays) for arrays in zip(*parts, strict=True)])
    assert len(whole.texts) > 400


@settings(**FEW)
@given(
    st.lists(st.tuples(few(most=14), KINDS, st.booleans(), st.booleans()), min_size=1, max_size=30),
    st.lists(few(most=50), min_size=1, max_size=3),
    few(),
)
def test_candidates(fields: list[tuple[str, int, bool, bool]], texts: list[str], common: str) -> None:
    names, kinds = [text for text, *_ in fields], [kind for _, kind, *_ in fields]
    items = np.cumsum([new for _, _, new, _ in fields]).astype(np.int32)
    populations = np.cumsum([new for *_, new in fields]).astype(np.int32)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(indexes, "COMMON", 2)
        patch.setattr(common_windows, "is_common", those_of(common))
        index = build(texts_of(names), items, np.array(kinds, np.uint8), populations)
        plain = PlainIndex(names, kinds, populations.tolist(), common)
    hits = hits_of(texts_of(texts), index)
    found = candidates(hits, index, scratch(index))
    wanted = []
    for number, text in enumerate(texts):
        places: dict[int, tuple[int, int]] = {}
        for field, item in enumerate(items.tolist()):
            other = _other_half(field, names, kinds, items.tolist())
            looked_for = any(other in group for group in plain.owners.values())
            is_alone = looked_for and not any(other in group for _, group in plain.hits(text))
            clusters = _clusters(plain, field, text, names[field])
            if is_alone and not any(map(_has_run, clusters)):
                continue
            for own in clusters:
                before = places.get(item, (min(own), max(own)))
                places[item] = (min(*own, before[0]), max(*own, before[1]))
        wanted += [(number, item, *places[item]) for item in sorted(places)]
    assert sorted(zip(*(array.tolist() for array in found[:4]), strict=True)) == wanted


def _other_half(field: int, names: list[str], kinds: list[int], items: list[int]) -> int | None:
    """The other half, if the field is a short half of a pair."""
    halves = [i for i, kind in enumerate(kinds) if kind == HALF and items[i] == items[field]]
    if field not in halves or len(halves) != 2:
        return None
    return sum(halves) - field


def _clusters(plain: PlainIndex, field: int, text: str, text_of_field: str) -> list[list[int]]:
    """Places of the field's windows that stand together, where there are enough."""
    found: list[list[int]] = []
    for place in sorted(i for i, group in plain.hits(text) if field in group):
        if found and place - found[-1][-1] <= int(len(folded(text_of_field)) * STRETCH) + SLACK:
            found[-1].append(place)
        else:
            found.append([place])
    windows = sum(field in group for group in plain.owners.values())
    singles = [single for _, single in folded(text_of_field)]
    share = SHARE_OF_SINGLES if 2 * sum(singles) > len(singles) else SHARE_OF_WORDS
    return [places for places in found if _has_run(places) or len(places) >= math.ceil(share * windows)]


def _has_run(places: list[int]) -> bool:
    return any(set(range(place, place + RUN)) <= set(places) for place in places)


def test_half_of_a_pair_alone_needs_a_run_of_its_own() -> None:
    words = [f"w{i}x" for i in range(40)]
    pair = [" ".join(words[:20]), " ".join(words[20:])]
    kinds = np.full(2, HALF, np.uint8)
    index = build(texts_of(pair), np.zeros(2, np.int32), kinds)
    pieces = f"{' '.join(words[2:8])} blue {' '.join(words[10:16])}"  # six windows of 17, three in a row
    records = [pair[0], pieces, f"{pieces} {' '.join(words[30:34])}", pair[1]]
    found = candidates(hits_of(texts_of(records), index), index, scratch(index))
    assert found.texts.tolist() == [0, 2, 3]


def test_weights_do_not_depend_on_other_populations() -> None:
    one, other = (
        ["the blue liver of the frog", "the blue knee of the frog"],
        ["a blue liver", "the blue heart"],
    )
    alone = index_of(one)
    kinds = np.full(4, ANCHOR, np.uint8)
    both = build(texts_of([*one, *other]), np.arange(4), kinds, np.array([0, 0, 1, 1]))
    size = len(alone.token_hashes)
    assert both.fine[:size].tolist() == alone.fine.tolist()
    assert both.wide[:size].tolist() == alone.wide.tolist()
    assert both.window_counts[:2].tolist() == alone.window_counts.tolist()
    mixed = index_of([*one, *other])
    assert mixed.fine[:size].tolist() != alone.fine.tolist()


def test_a_window_that_many_share_makes_no_candidate_by_itself() -> None:
    template = "which of the following is the most likely"
    fields = [f"{template} {' '.join(f'w{i}x{j}' for j in range(60))}" for i in range(COMMON + 5)]
    index = index_of(fields)
    hits = hits_of(texts_of([f"{template} cause", f"{template} {fields[3][-200:]}"]), index)
    found = candidates(hits, index, scratch(index))
    assert list(zip(found.texts.tolist(), found.items.tolist(), strict=True)) == [(1, 3)]


def test_more_candidates_than_fit_at_once() -> None:
    count, numbers = 3000, np.arange(3000, dtype=np.int32)
    texts = texts_of([f"a b c d e{i}" for i in range(count)])
    index = build(texts, numbers, np.full(count, ANCHOR, np.uint8), numbers)
    hits = hits_of(texts_of(["a b c d", "x", "a b c d e7"]), index)
    found = candidates(hits, index, scratch(index))
    assert sorted(found.items.tolist()) == sorted([*range(count)] * 2)
    assert found.texts.tolist() == [0] * count + [2] * count


def test_fields_of_the_same_content_are_found_together() -> None:
    fields = ["the blue liver of the frog", "one red knee for a mouse", "The blue LIVER of the frog"]
    index = index_of(fields)
    assert index.window_counts.tolist() == [4, 4, 0]
    found = candidates(hits_of(texts_of([fields[0]]), index), index, scratch(index))
    assert found.items.tolist() == [0, 2]


def test_texts_are_numbered_on_until_the_numbers_are_used_up() -> None:
    index = index_of(["one two three four five"])
    hits, working = hits_of(texts_of(["x", "one two three four"]), index), scratch(index)
    for serial in (0, 2, LAST_SERIAL - 1, 2):
        working.serial[0] = max(serial, working.serial[0])
        assert candidates(hits, index, working).texts.tolist() == [1]
    assert working.serial[0] == 4


@settings(**FEW)
@given(st.lists(few(most=40), max_size=5))
def test_prints_are_the_upper_bits_of_tokens_and_pairs_and_tell_scripts_apart(texts: list[str]) -> None:
    packed = texts_of([*texts, "liver " * 5000, "p53 肝"])
    for first, last in ((0, len(packed)), (len(texts), len(texts) + 1)):
        _, prints = scan(packed, index_of(["none of it"]), first, last)
        tokens = tokenise_all(packed)
        begin, end = tokens.offsets[first], tokens.offsets[last]
        found = prints.tokens[: end - begin]
        assert (found >> 1).tolist() == (tokens.hashes[begin:end] >> np.uint64(49)).tolist()
        assert (found & 1).tolist() == tokens.single[begin:end].tolist()
        pairs = tokens.hashes[:-1] * np.uint64(BASE) + tokens.hashes[1:]
        is_first = np.isin(np.arange(begin, end), tokens.offsets)
        expected = np.concatenate([[0], pairs >> np.uint64(48)])[begin:end]
        assert prints.pairs[: end - begin][~is_first].tolist() == expected[~is_first].tolist()
        assert np.diff(prints.offsets)[first:last].tolist() == np.diff(tokens.offsets)[first:last].tolist()


@pytest.mark.parametrize(
    ("text", "alone"),
    [("x\nBlue knee", True), ("a: blue knee.", True), ("the blue knee", False), ("blue knee of", False)],
)
def test_a_short_anchor_inside_a_line_is_marked(text: str, alone: bool) -> None:
    index = index_of(["blue knee"])
    for before in ("", "w " * 2047, "w " * 2046 + "\n"):
        hits = hits_of(texts_of([before + "\n" + text]), index)
        assert hits.alone.tolist() == [alone]
        found = candidates(hits, index, scratch(index))
        assert found.inside.tolist() == [0 if alone else 1]


def test_with_a_stride_a_run_is_still_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scans, "STRIDE_ABOVE", -1)
    words = [f"w{i}" for i in range(300)]
    index = index_of([" ".join(words)])
    found = candidates(hits_of(texts_of([" ".join(words[100:112])]), index), index, scratch(index))
    assert found.items.tolist() == [0]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(st.integers(0, 12), max_size=30), max_size=12), st.data())
def test_in_how_many_fields_of_its_population_a_window_is(
    parts: list[list[int]], data: st.DataObject
) -> None:
    populations = data.draw(st.lists(st.integers(0, 2), min_size=len(parts), max_size=len(parts)))
    listed = [(value, field) for field, values in enumerate(parts) for value in values]
    owners: dict[tuple[int, int], list[int]] = {}
    first = []
    for value, field in listed:
        known = owners.setdefault((value, populations[field]), [])
        first.append(field not in known)
        known += [field] * first[-1]
    hashes = (np.array([value for value, _ in listed], np.uint64) + np.uint64(1)) * np.uint64(BASE)
    fields = np.array([field for _, field in listed], np.int32)
    counts = count_fields(hashes, fields, np.array(populations, np.int64))
    assert counts.tolist() == [
        len(owners[value, populations[field]]) * is_first
        for (value, field), is_first in zip(listed, first, strict=True)
    ]


@given(st.lists(st.lists(st.integers(0, 9), unique=True, min_size=1, max_size=8), max_size=12), st.data())
def test_how_many_owners_of_a_window_are_in_the_population_of_each(
    owners: list[list[int]], data: st.DataObject
) -> None:
    populations = data.draw(st.lists(st.integers(0, 3), min_size=10, max_size=10))
    listed = np.array([field for own in owners for field in own], np.int32)
    offsets = np.cumsum([0, *map(len, owners)]).astype(np.int64)
    counts = count_owners(listed, offsets, np.array(populations, np.int64))
    assert counts.tolist() == [
        sum(populations[other] == populations[field] for other in own) for own in owners for field in own
    ]
