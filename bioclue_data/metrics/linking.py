"""Entity linking: are the concepts of given mentions right?

Gold norms of one `group` are the parts of one composite concept, other groups are alternatives: a mention is
right if its first predicted group has the ids of one gold alternative. In predictions the groups are
candidates, the best first: `accuracy_5` and `accuracy_10` look at the first five and ten. The id counts, or
the standard name in its place. A mention is known by its spans.

`concept_f1` compares the set of concepts of an item (its first candidates) with the gold: the F1 of CBLUE's
CHIP-CDN, whose items are terms with several standard names, and of BioCreative's document level.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from bioclue_data.metrics.entities import Spans, spans
from bioclue_data.metrics.family import Family, Row
from bioclue_data.metrics.matching import matched, micro
from bioclue_data.metrics.totals import ratio

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bioclue_data.metrics.totals import Array, Counts, Totals

Concept = frozenset[str]
NIL = "nil"
DEPTHS = (1, 5, 10)


def concepts(mention: dict[str, Any], ids: Mapping[str, str] | None = None) -> list[Concept]:
    """The concepts of a mention by group: in gold alternatives, in predictions candidates.

    Args:
        mention: With `norms`.
        ids: Name -> id, for predictions by the standard name of a vocabulary that has ids.
    """
    groups: dict[int, set[str]] = defaultdict(set)
    for norm in mention["norms"] or ():
        said = NIL if norm["relation"] == NIL else str(norm["id"] or norm["name"])
        groups[norm["group"]].add((ids or {}).get(said, said))
    return [frozenset(groups[group]) for group in sorted(groups)]


def count(gold: Row, predicted: Row) -> Counts:
    """The numbers of one item: mentions without gold concepts are left out."""
    given = {place: iter(found) for place, found in _by_place(predicted).items()}
    ids = _ids(gold)
    counts: dict[str, float] = dict.fromkeys(("mentions", *(f"right_{depth}" for depth in DEPTHS)), 0.0)
    ours: set[str] = set()
    theirs: set[str] = set()
    for mention in gold["entities"] or ():
        mine = next(given.get(spans(mention["spans"]), iter(())), {"norms": None})
        if not (right := concepts(mention)):
            continue
        candidates = concepts(mine, ids)
        counts["mentions"] += 1
        for depth in DEPTHS:
            counts[f"right_{depth}"] += any(candidate in right for candidate in candidates[:depth])
        best = candidates[0] if candidates else frozenset()
        ours |= max(right, key=lambda alternative: len(alternative & best))
        theirs |= best
    return {**counts, **matched("concepts", ours, theirs)}


def _ids(row: Row) -> dict[str, str]:
    """Standard name -> id, of the concepts of a row."""
    norms = [norm for mention in row["entities"] or () for norm in mention["norms"] or ()]
    return {norm["name"]: norm["id"] for norm in norms if norm["name"] and norm["id"]}


def _by_place(row: Row) -> dict[Spans, list[dict[str, Any]]]:
    found: dict[Spans, list[dict[str, Any]]] = defaultdict(list)
    for mention in row["entities"] or ():
        found[spans(mention["spans"])].append(mention)
    return found


def make(totals: Totals) -> dict[str, Array]:
    """The scores."""
    accuracy = {depth: ratio(totals[f"right_{depth}"], totals["mentions"]) for depth in DEPTHS}
    return {
        "accuracy": accuracy[1],
        "accuracy_5": accuracy[5],
        "accuracy_10": accuracy[10],
        "concept_f1": micro(totals, "concepts")["f1"],
    }


FAMILY = Family("linking", ("accuracy", "accuracy_5", "accuracy_10", "concept_f1"), count, make)
