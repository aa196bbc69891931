"""Rules about mentions, their spans and concepts (I1–I3, I7, I9, I10, I12, I14, T, D4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from bioclue_data.contracts import codes
from bioclue_data.contracts.rules.frames import (
    Batch,
    Frame,
    Look,
    Looks,
    elements,
    filled,
    first_of,
    fixed,
    quoted,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

_JOINS_NEXT = r"[\p{M}\u{200D}\u{1F3FB}-\u{1F3FF}]"
"""Combining marks, the zero-width joiner and skin tones belong to the character before them."""


def with_body(parent: pl.DataFrame, text: str) -> pl.DataFrame:
    """The lines with the text that offsets count in (`body`) and its length in code points (`size`)."""
    return parent.with_columns(pl.col(text).alias("body"), pl.col(text).str.len_chars().alias("size"))


def _texts(batch: Batch) -> pl.DataFrame:
    """The texts that mentions stand in: of rows, or of turns."""
    if "turns" in batch.rows.columns:
        turns = batch["turns"].with_columns(pl.format("turns[{}].", "turn").alias("prefix"))
        return with_body(turns, "text")
    return with_body(batch.rows.with_columns(pl.lit("").alias("prefix")), "text")


def _entities(batch: Batch) -> pl.DataFrame:
    return elements(batch["texts"], "entities", ["row", "prefix", "labelled", "body", "size"], "i")


def _mentions(batch: Batch) -> pl.DataFrame:
    """Entities and event triggers alike: spans and the text that they should give."""
    keep = ["row", "prefix", "body", "size", "i", "type", "spans", "surface", "layer", "slot"]
    entities = batch["entities"].with_columns(
        pl.lit("entities").alias("layer"), pl.lit("spans").alias("slot"), pl.col("text").alias("surface")
    )
    parts = [entities.select(keep)]
    if "events" in batch.rows.columns:
        parts.append(_triggers(batch).select(keep))
    return pl.concat(parts).with_row_index("m")


def _triggers(batch: Batch) -> pl.DataFrame:
    events = elements(batch["texts"], "events", ["row", "prefix", "body", "size"], "i")
    return events.filter(pl.col("trigger").is_not_null()).with_columns(
        pl.lit("events").alias("layer"),
        pl.lit("trigger").alias("slot"),
        pl.col("trigger").alias("spans"),
        pl.col("trigger_text").alias("surface"),
    )


IN_RANGE = (pl.col("start") >= 0) & (pl.col("start") < pl.col("end")) & (pl.col("end") <= pl.col("size"))

PIECE = pl.when(IN_RANGE).then(
    pl.col("body").str.slice(
        pl.col("start").clip(lower_bound=0), (pl.col("end") - pl.col("start")).clip(lower_bound=0)
    )
)
"""The characters of a span, null if it leaves the text. Clipped, since a negative length ends the query."""


def _spans(batch: Batch) -> pl.DataFrame:
    mentions = batch["mentions"].with_columns(pl.col("spans").list.len().alias("n"))
    keep = ["row", "prefix", "layer", "slot", "i", "m", "n", "body", "size"]
    return elements(mentions, "spans", keep, "j").with_columns(PIECE.alias("piece"))


def _marks(batch: Batch) -> pl.DataFrame:
    """Mentions with what their spans give: `joined`, null if a span leaves the text."""
    spans = batch["spans"]
    joined = spans.filter(pl.col("n") == 1).select("m", pl.col("piece").alias("joined"))
    if joined.height < spans.height:
        pieces = pl.col("piece").str.join(batch.terms.joiner, ignore_nulls=False)
        several = spans.filter(pl.col("n") > 1).group_by("m").agg(pieces.alias("joined"))
        joined = pl.concat([joined, several])
    none = pl.when(pl.col("spans").list.len() == 0).then(pl.lit(""))
    marks = batch["mentions"].join(joined, on="m", how="left", maintain_order="left")
    return marks.with_columns(pl.coalesce("joined", none))


def wrong_ids(lines: pl.DataFrame, db: str, code: str) -> pl.DataFrame:
    """The lines with a column `wrong`: what is wrong with the id; null where nothing is."""
    pairs = lines.select(db, code).drop_nulls().unique()
    found = [codes.wrong(*pair) for pair in pairs.iter_rows()]
    pairs = pairs.with_columns(pl.Series("wrong", found, dtype=pl.String))
    return lines.join(pairs, on=[db, code], how="left", maintain_order="left")


def _norms(batch: Batch) -> pl.DataFrame:
    """Norms with `wrong` and, where the item has a closed list, `listed` (null: none of them)."""
    entities = batch["entities"].select("row", "prefix", "i", "norms")
    lines = wrong_ids(elements(entities, "norms", ["row", "prefix", "i"], "j"), "db", "id")
    if "concepts" not in batch.rows.columns:
        return lines
    closed = batch.rows.filter(pl.col("concepts").is_not_null()).select("row", pl.lit(True).alias("closed"))
    keyed = lines.with_columns(
        pl.when(pl.col("id").is_null()).then(pl.lit("name")).otherwise(pl.lit("id")).alias("by"),
        pl.coalesce("id", "name").alias("key"),
    )
    with_listed = keyed.join(_listed(batch), on=["row", "db", "by", "key"], how="left", maintain_order="left")
    return with_listed.join(closed, on="row", how="left", maintain_order="left")


def _listed(batch: Batch) -> pl.DataFrame:
    lines = elements(batch.rows, "concepts", ["row"], "k")
    keys = [
        lines.select("row", "db", pl.lit(by).alias("by"), pl.col(by).alias("key")) for by in ("id", "name")
    ]
    return pl.concat(keys).drop_nulls().unique().with_columns(pl.lit(True).alias("listed"))


def _passages(batch: Batch) -> pl.DataFrame:
    return elements(with_body(batch.rows, "text"), "passages", ["row", "size"], "i")


_MENTION = pl.format("{}{}[{}]", "prefix", "layer", "i")

FRAMES = {
    "texts": Frame(_texts, pl.col("prefix")),
    "entities": Frame(_entities, pl.format("{}entities[{}]", "prefix", "i")),
    "mentions": Frame(_mentions, _MENTION),
    "spans": Frame(_spans, pl.format("{}{}[{}].{}[{}]", "prefix", "layer", "i", "slot", "j")),
    "marks": Frame(_marks, _MENTION),
    "norms": Frame(_norms, pl.format("{}entities[{}].norms[{}]", "prefix", "i", "j")),
    "passages": Frame(_passages, pl.format("passages[{}]", "i")),
}

_EXTENT = pl.format("[{}, {}) in a text of {} characters", "start", "end", "size")

_I1 = Look("spans", IN_RANGE, _EXTENT)

_I2 = Look(
    "spans",
    (pl.col("j") == 0) | (pl.col("start") >= pl.col("end").shift(1)),
    pl.format("begins at {}, the span before ends at {}", "start", pl.col("end").shift(1)),
)

_I3 = Look(
    "marks",
    pl.col("joined").is_null()
    | pl.col("surface").is_null()
    | ((pl.col("joined") == pl.col("surface")) & (pl.col("surface") != "")),
    pl.format("the spans give {}, the text is {}", quoted("joined"), quoted("surface")),
)

_I9 = Look(
    "passages",
    (pl.col("start") >= 0)
    & (pl.col("start") <= pl.col("end"))
    & (pl.col("end") <= pl.col("size"))
    & ((pl.col("i") == 0) | (pl.col("start") >= pl.col("end").shift(1))),
    pl.format("{}, after one that ends at {}", _EXTENT, pl.col("end").shift(1).fill_null(0)),
)

_I10 = Look(
    "mentions",
    pl.col("surface").is_null() | (pl.col("surface") == pl.col("surface").str.strip_chars()),
    quoted("surface"),
)

_I12 = Look(
    "mentions",
    (pl.col("layer") != "entities") | first_of("row", "prefix", "layer", "type", "spans"),
    pl.format("{} {} is given before", "type", quoted("surface")),
)

_CUTS_AFTER = pl.col("body").str.slice(pl.col("end").clip(lower_bound=0), 1).str.contains(_JOINS_NEXT)
_CUTS_BEFORE = (pl.col("start") > 0) & pl.col("piece").str.contains("^" + _JOINS_NEXT)
_CUTS_JOINER = pl.col("piece").str.ends_with("\u200d") | (
    pl.col("body").str.slice(pl.col("start").clip(lower_bound=1) - 1, 1) == "\u200d"
)

_I14 = Look(
    "spans",
    pl.col("piece").is_null() | ~(_CUTS_AFTER | _CUTS_BEFORE | _CUTS_JOINER),
    pl.format("{} is cut out of a longer sequence", quoted("piece")),
)

_RELATIONS = ("exact", "broader", "narrower", "related", "nil")

_I7 = (
    Look("norms", pl.col("wrong").is_null(), pl.col("wrong")),
    Look("norms", pl.col("relation").is_in(_RELATIONS), quoted("relation"), ".relation"),
    Look(
        "norms",
        pl.when(pl.col("relation") == "nil")
        .then(pl.col("id").is_null())
        .otherwise(pl.col("id").is_not_null() | pl.col("name").is_not_null()),
        pl.format("relation {} with id {} and name {}", "relation", quoted("id"), quoted("name")),
    ),
)

_T2 = Look(
    "entities",
    ~pl.col("labelled") | (pl.col("norms").list.len().fill_null(0) > 0),
    pl.format("no norms for {}", quoted("text")),
)

_T3 = Look(
    "norms",
    pl.col("closed").is_null() | pl.col("listed").is_not_null() | (pl.col("relation") == "nil"),
    pl.format("{} {} {} is no candidate", "db", quoted("id"), quoted("name")),
)


LOOKS: Mapping[str, Looks] = {
    "I1": fixed(_I1),
    "I2": fixed(_I2),
    "I3": fixed(_I3),
    "I7": fixed(*_I7),
    "I9": fixed(_I9),
    "I10": fixed(_I10),
    "I12": fixed(_I12),
    "I14": fixed(_I14),
    "T1": fixed(Look("entities", filled("text"), quoted("text"))),
    "T2": fixed(_T2),
    "T3": fixed(_T3),
    "D4": fixed(_I1, _I2, _I3),
}
