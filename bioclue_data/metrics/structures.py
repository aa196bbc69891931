"""Text to structure: codes, records, frames and trees, compared as values.

`exact_match`: the whole output, or set of codes, is right. `part_f1`: F1 of its parts, which are, by kind,

- codes: system and code;
- frames: whole frames, as CBLUE's CHIP-CDEE counts events; lists inside a frame have no order;
- tree: nodes with triples (role, logical relation, set of triples), as Text2DT's node F1;
- record: every value with the keys above it.

Of trees, as in the Text2DT track of CHIP 2022: `exact_match` is its tree accuracy, `triple_f1` compares the
triples of all nodes, `path_f1` the ways from the root to a decision. Case does not count in triples.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from bioclue_data.metrics.family import Family, Row
from bioclue_data.metrics.matching import matched, micro
from bioclue_data.metrics.totals import mean

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    from bioclue_data.metrics.totals import Array, Counts, Totals

Node = tuple[str, str, frozenset[tuple[str, ...]]]


def count(gold: Row, predicted: Row) -> Counts:
    """The numbers of one item."""
    if gold["kind"] == "codes":
        ours, theirs = _codes(gold), _codes(predicted)
        return {"right": float(ours == theirs), **matched("part", ours, theirs)}
    mine, given = _value(gold), _value(predicted)
    if gold["kind"] == "tree":
        return _tree_counts(_nodes(mine), _nodes(given))
    parts = _frames if gold["kind"] == "frames" else _leaves
    return {"right": float(_plain(mine) == _plain(given)), **matched("part", parts(mine), parts(given))}


def _codes(row: Row) -> set[Hashable]:
    return {(code["system"], code["code"]) for code in row["codes"] or ()}


def _value(row: Row) -> Any:
    """The output; None if there is none, or it is no JSON."""
    try:
        return None if row["output"] is None else json.loads(row["output"])
    except ValueError:
        return None


def _plain(value: Any) -> str:
    """A spelling in which lists of plain values have no order."""
    if isinstance(value, list) and not any(isinstance(one, (dict, list)) for one in value):
        value = sorted(value, key=repr)
    if isinstance(value, list):
        return f"[{','.join(map(_plain, value))}]"
    if isinstance(value, dict):
        return f"{{{','.join(f'{key}:{_plain(value[key])}' for key in sorted(value))}}}"
    return json.dumps(value, ensure_ascii=False)


def _frames(value: Any) -> set[Hashable]:
    return _numbered(_plain(frame) for frame in (value if isinstance(value, list) else []))


def _leaves(value: Any, above: str = "") -> set[Hashable]:
    return _numbered(_walk(value, above))


def _numbered(parts: Iterator[str]) -> set[Hashable]:
    """A bag as a set: a part that comes again gets a number."""
    seen: Counter[str] = Counter()
    found: set[Hashable] = set()
    for part in parts:
        found.add((part, seen[part]))
        seen[part] += 1
    return found


def _walk(value: Any, above: str) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inside in value.items():
            yield from _walk(inside, f"{above}/{key}")
    elif isinstance(value, list):
        for inside in value:
            yield from _walk(inside, above)
    elif value is not None:
        yield f"{above}={json.dumps(value, ensure_ascii=False)}"


def _nodes(value: Any) -> list[Node]:
    """The nodes of a tree in pre-order; those that are no nodes are left out."""
    found = [node for node in (value if isinstance(value, list) else []) if isinstance(node, dict)]
    return [(str(node.get("role")), str(node.get("logical_rel")), _triples(node)) for node in found]


def _triples(node: dict[str, Any]) -> frozenset[tuple[str, ...]]:
    return frozenset(tuple(str(part).lower() for part in triple) for triple in node.get("triples") or ())


def _tree_counts(ours: list[Node], theirs: list[Node]) -> Counts:
    return {
        "right": float(ours == theirs),
        **matched("part", _filled(ours), _filled(theirs)),
        **matched("triple", _all_triples(ours), _all_triples(theirs)),
        **matched("path", set(_paths(ours)), set(_paths(theirs))),
    }


def _filled(nodes: list[Node]) -> set[Hashable]:
    """The nodes with triples."""
    return _numbered(repr((*node[:2], sorted(node[2]))) for node in nodes if node[2])


def _all_triples(nodes: list[Node]) -> set[tuple[str, ...]]:
    return {triple for node in nodes for triple in node[2]}


def _paths(nodes: list[Node]) -> Iterator[tuple[Hashable, ...]]:
    """From the root to each decision: nodes, and on which side each goes on (0 holds, 1 does not).

    In pre-order a decision ends the branch where the last condition holds, and the next node begins the other
    one; what comes when all branches are full belongs to no tree.
    """
    way: list[tuple[Node, int]] = []
    for node in nodes:
        if node[0] == "C":
            way.append((node, 0))
            continue
        yield (*way, node)
        while way and way[-1][1] == 1:
            way.pop()
        if not way:
            return
        way[-1] = (way[-1][0], 1)


def make(totals: Totals) -> dict[str, Array]:
    """The scores."""
    f1 = {f"{part}_f1": micro(totals, part)["f1"] for part in ("part", "triple", "path")}
    return {"exact_match": mean(totals, "right"), **f1}


FAMILY = Family("structure", ("part_f1", "exact_match", "triple_f1", "path_f1"), count, make)
