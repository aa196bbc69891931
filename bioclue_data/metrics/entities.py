"""Named entities: F1 of mentions.

`f1` is strict: type and all spans are the gold's (as in CBLUE's CMeEE, BioCreative, CoNLL); the same mention
twice counts once. `macro_f1` is its mean over types. `untyped_f1` leaves the type out. `overlap_f1` takes a
mention as right if it shares a character with a gold mention of its type, and a gold mention as found the
same way. `nested_f1` counts only mentions that share characters with another one of their side,
`discontinuous_f1` only those of several spans (Dai et al. 2020).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import chain
from typing import TYPE_CHECKING, Any

from bioclue_data.metrics.family import Family, Row
from bioclue_data.metrics.matching import macro_f1, matched, micro, prf

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Set

    from bioclue_data.metrics.totals import Array, Counts, Totals

Spans = tuple[tuple[int, int], ...]
Mention = tuple[str, Spans]


def spans(places: Iterable[dict[str, Any]] | None) -> Spans:
    """Spans as a key, in the order of the text."""
    return tuple(sorted((place["start"], place["end"]) for place in places or ()))


def mentions(row: Row) -> set[Mention]:
    """The mentions of a row: type and spans."""
    return {(mention["type"], spans(mention["spans"])) for mention in row["entities"] or ()}


def count(gold: Row, predicted: Row) -> Counts:
    """The numbers of one item."""
    ours, theirs = mentions(gold), mentions(predicted)
    return {
        **matched("strict", ours, theirs, lambda mention: mention[0]),
        **matched("untyped", {mention[1] for mention in ours}, {mention[1] for mention in theirs}),
        **matched("nested", _nested(ours), _nested(theirs)),
        **matched("discontinuous", _discontinuous(ours), _discontinuous(theirs)),
        "overlap.right": _overlapping(theirs, ours),
        "overlap.found": _overlapping(ours, theirs),
    }


def make(totals: Totals) -> dict[str, Array]:
    """The scores."""
    overlap = prf(
        totals["overlap.right"], totals["strict.predicted"], totals["overlap.found"], totals["strict.gold"]
    )
    return {
        **micro(totals, "strict"),
        "macro_f1": macro_f1(totals, "strict"),
        "untyped_f1": micro(totals, "untyped")["f1"],
        "overlap_f1": overlap["f1"],
        "nested_f1": micro(totals, "nested")["f1"],
        "discontinuous_f1": micro(totals, "discontinuous")["f1"],
    }


def _nested(found: Set[Mention]) -> set[Mention]:
    times = Counter(place for _, places in found for place in _characters(places))
    return {mention for mention in found if any(times[place] > 1 for place in _characters(mention[1]))}


def _discontinuous(found: Set[Mention]) -> set[Mention]:
    return {mention for mention in found if len(mention[1]) > 1}


def _overlapping(these: Set[Mention], those: Set[Mention]) -> int:
    """How many of these share a character with one of those, of the same type."""
    covered: dict[str, set[int]] = defaultdict(set)
    for kind, places in those:
        covered[kind].update(_characters(places))
    return sum(not covered[kind].isdisjoint(_characters(places)) for kind, places in these)


def _characters(places: Spans) -> Iterator[int]:
    return chain.from_iterable(range(start, end) for start, end in places)


FAMILY = Family(
    "entities",
    ("f1", "precision", "recall", "macro_f1", "untyped_f1", "overlap_f1", "nested_f1", "discontinuous_f1"),
    count,
    make,
)
