"""Rules about what points to what: ids, relations, events, coreference (I4–I6, I8, I11, I15)."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import polars as pl

from bioclue_data.contracts.rules.frames import (
    Batch,
    Frame,
    Look,
    Looks,
    among,
    elements,
    filled,
    first_of,
    fixed,
    quoted,
)
from bioclue_data.contracts.rules.mentions import wrong_ids

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bioclue_data.contracts.rules import Terms

_LAYERS = ("entities", "relations", "events", "corefs")
_KIND_OF = {"entities": "entity", "relations": "relation", "events": "event"}


def _items(batch: Batch) -> pl.DataFrame:
    """Everything that has an id in an item."""
    parts = [
        _one_layer(batch, layer).select("row", "layer", "i", "id", "type") for layer in batch.layers(*_LAYERS)
    ]
    return pl.concat(parts)


def _one_layer(batch: Batch, layer: str) -> pl.DataFrame:
    return elements(batch.rows, layer, ["row"], "i").with_columns(pl.lit(layer).alias("layer"))


_FIELDS = pl.Struct(dict.fromkeys(("role", "kind", "ref", "text", "type"), pl.String))
_NO_LINKS = pl.DataFrame(
    schema={"row": pl.UInt32, "layer": pl.String, "i": pl.Int64, "id": pl.String, "args": pl.List(_FIELDS)}
)
"""In a table without relations and events; the roles of a record are those of its other tables."""


def _linking(batch: Batch) -> pl.DataFrame:
    """Relations and events alike; a relation has no trigger."""
    columns = ["row", "layer", "i", "id", "type", "args", "attributes", "trigger"]
    parts = [_one_layer(batch, layer) for layer in batch.layers("relations", "events")]
    none = pl.lit(None, pl.List(pl.Struct({"start": pl.Int32, "end": pl.Int32})))
    if not parts:
        return _NO_LINKS
    return pl.concat(
        [
            (part if "trigger" in part.columns else part.with_columns(trigger=none)).select(columns)
            for part in parts
        ]
    )


def _arguments(batch: Batch) -> pl.DataFrame:
    """Arguments with `resolves`, true if `ref` is an id of its kind in the item, and `wrong` for concepts."""
    lines = elements(batch["linking"], "args", ["row", "layer", "i", "id"], "j")
    kind = pl.col("layer").replace(_KIND_OF)
    named = (
        batch["items"].select("row", kind.alias("kind"), pl.col("id").alias("ref"), resolves=True).unique()
    )
    concept = pl.when(pl.col("kind") == "concept").then(pl.col("ref").str.splitn(":", 2))
    lines = lines.join(named, on=["row", "kind", "ref"], how="left", maintain_order="left").with_columns(
        concept.struct.field("field_0").alias("db"), concept.struct.field("field_1").alias("code")
    )
    return wrong_ids(lines, "db", "code")


def _links(batch: Batch) -> pl.DataFrame:
    """Relations and events with `key`, their arguments in one order, and `circular`."""
    inner = batch["arguments"].filter(pl.col("kind").is_in(["relation", "event"]) & pl.col("resolves"))
    edges = inner.select("row", "layer", "id", pl.col("kind") + "s", "ref").iter_rows()
    circular = pl.DataFrame(
        [(*node, True) for node in _circular(((row, a, b), (row, c, d)) for row, a, b, c, d in edges)],
        schema={"row": batch.rows.schema["row"], "layer": pl.String, "id": pl.String, "circular": pl.Boolean},
        orient="row",
    )
    ordered = pl.col("args").list.eval(pl.element().struct.json_encode().sort())
    return (
        batch["linking"]
        .with_columns(ordered.alias("key"), pl.col("args").list.len().alias("n"))
        .join(circular, on=["row", "layer", "id"], how="left", maintain_order="left")
    )


_Node = tuple[int, str, str]


def _circular(edges: Iterable[tuple[_Node, _Node]]) -> list[_Node]:
    """The nodes that can be reached from themselves."""
    targets: dict[_Node, list[_Node]] = defaultdict(list)
    for node, target in edges:
        targets[node].append(target)
    return [node for node in targets if node in _reached(node, targets)]


def _reached(node: _Node, targets: Mapping[_Node, list[_Node]]) -> set[_Node]:
    seen: set[_Node] = set()
    waiting = [*targets[node]]
    while waiting:
        if (here := waiting.pop()) not in seen:
            seen.add(here)
            waiting.extend(targets.get(here, ()))
    return seen


def _corefs(batch: Batch) -> pl.DataFrame:
    return elements(batch.rows, "corefs", ["row"], "i")


def _members(batch: Batch) -> pl.DataFrame:
    """Members with `resolves`, true if they are mentions of the item."""
    mentions = batch["items"].filter(pl.col("layer") == "entities")
    named = mentions.select("row", pl.col("id").alias("members"), resolves=True).unique()
    lines = elements(batch["corefs"], "members", ["row", "i"], "j")
    return lines.join(named, on=["row", "members"], how="left", maintain_order="left")


FRAMES = {
    "items": Frame(_items, pl.format("{}[{}]", "layer", "i")),
    "linking": Frame(_linking, pl.format("{}[{}]", "layer", "i")),
    "arguments": Frame(_arguments, pl.format("{}[{}].args[{}]", "layer", "i", "j")),
    "links": Frame(_links, pl.format("{}[{}]", "layer", "i")),
    "corefs": Frame(_corefs, pl.format("corefs[{}]", "i")),
    "members": Frame(_members, pl.format("corefs[{}].members[{}]", "i", "j")),
}

_POINTS = (
    pl.when(pl.col("kind").is_in(list(_KIND_OF.values())))
    .then(pl.col("resolves").is_not_null())
    .when(pl.col("kind") == "concept")
    .then(pl.col("code").is_not_null() & pl.col("wrong").is_null())
    .when(pl.col("kind") == "text")
    .then(pl.col("ref").is_null() & filled("text"))
    .otherwise(pl.lit(False))
)

_I5 = (
    Look(
        "arguments",
        _POINTS,
        pl.coalesce("wrong", pl.format("{}, ref {}, text {}", quoted("kind"), quoted("ref"), quoted("text"))),
    ),
    Look("links", pl.col("circular").is_null(), pl.format("{} {} reaches itself", "layer", quoted("id"))),
)


def _types(terms: Terms) -> Sequence[Look]:
    closed = {layer: terms.labels[layer] for layer in _LAYERS if layer in terms.labels}
    looks = [
        Look("items", (pl.col("layer") != layer) | among("type", allowed), quoted("type"), ".type")
        for layer, allowed in closed.items()
    ]
    if roles := terms.labels.get("roles"):
        looks.append(Look("arguments", among("role", roles), quoted("role"), ".role"))
    if types := terms.labels.get("arguments"):
        looks.append(
            Look("arguments", pl.col("type").is_null() | among("type", types), quoted("type"), ".type")
        )
    return looks


def _arity(terms: Terms) -> Sequence[Look]:
    if terms.arity is None:
        return ()
    found = pl.format("{} arguments instead of {}", "n", pl.lit(terms.arity))
    return (Look("links", (pl.col("layer") != "relations") | (pl.col("n") == terms.arity), found),)


_I11 = (
    Look("corefs", pl.col("members").list.n_unique() >= 2, pl.lit("fewer than two members")),
    Look("members", pl.col("resolves").is_not_null(), pl.format("{} is no mention", quoted("members"))),
    Look(
        "corefs",
        pl.col("head").is_null() | pl.col("members").list.contains(pl.col("head")),
        pl.format("{} is no member", quoted("head")),
        ".head",
    ),
)

LOOKS: Mapping[str, Looks] = {
    "I4": fixed(Look("items", first_of("row", "id"), pl.format("the id {} is given before", quoted("id")))),
    "I5": fixed(*_I5),
    "I6": _types,
    "I8": _arity,
    "I11": fixed(*_I11),
    "I15": fixed(
        Look(
            "links",
            first_of("row", "layer", "type", "trigger", "key", "attributes"),
            pl.format("{} {} is given before", "type", quoted("id")),
        )
    ),
}
