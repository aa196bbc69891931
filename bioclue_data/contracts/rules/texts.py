"""Rules about labels, pairs, generated texts and dialogues (C, P, S, D; P7 and D4 stand with spans)."""

from __future__ import annotations

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
    not_blank,
    one_of,
    quoted,
    shown,
)
from bioclue_data.contracts.rules.mentions import IN_RANGE, PIECE, with_body

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bioclue_data.contracts.rules import Terms

MODES = ("single", "multi", "ordinal")
PAIR_KINDS = ("similarity", "relatedness", "relevance")
SUMMARY_KINDS = (
    "summary",
    "lay_summary",
    "simplification",
    "question_summary",
    "note",
    "report",
    "paraphrase",
)
ROLES = ("patient", "doctor", "system", "other")
NEGATIVE = ("neutral", "contradiction")


def _labels(batch: Batch) -> pl.DataFrame:
    return elements(batch.rows, "labels", ["row", "mode"], "i")


def _targets(batch: Batch) -> pl.DataFrame:
    """The marked spans of rows that have one."""
    rows = with_body(batch.rows.filter(pl.col("target").is_not_null()), "text")
    lines = rows.select("row", "body", "size", "target").unnest("target")
    return lines.with_columns(PIECE.alias("piece"))


def _segments(batch: Batch) -> pl.DataFrame:
    """Sources and targets; targets with the length, languages and texts of their row's sources."""
    sources, targets = (_side(batch, layer) for layer in ("sources", "targets"))
    of_row = sources.group_by("row").agg(
        pl.col("text").str.len_chars().sum().alias("source_size"),
        pl.col("language").alias("source_languages"),
        pl.col("text").alias("source_texts"),
    )
    targets = targets.join(of_row, on="row", how="left", maintain_order="left")
    return pl.concat([sources, targets], how="diagonal")


def _side(batch: Batch, layer: str) -> pl.DataFrame:
    return elements(batch.rows, layer, ["row"], "i").with_columns(pl.lit(layer).alias("layer"))


def _turns(batch: Batch) -> pl.DataFrame:
    return elements(batch.rows, "turns", ["row", "labelled"], "turn")


def _turn_labels(batch: Batch) -> pl.DataFrame:
    return elements(batch["turns"], "labels", ["row", "turn"], "i")


def _pairs(batch: Batch) -> pl.DataFrame:
    """Pairs: `usable`, null or a value; `negative`, the texts are equal and called different."""
    if "score" in batch.rows.columns:
        middle = (pl.col("score_min") + pl.col("score_max")) / 2
        usable, negative, name = pl.col("score").is_finite(), pl.col("score") < middle, "score"
    else:
        usable, negative, name = filled("label"), pl.col("label").is_in(NEGATIVE), "label"
    return batch.rows.select(
        "row",
        usable.fill_null(True).alias("usable"),
        (negative & (pl.col("text_a") == pl.col("text_b"))).fill_null(False).alias("negative"),
        pl.lit(name).alias("name"),
        shown(name).alias("value"),
    )


FRAMES = {
    "labels": Frame(_labels, pl.format("labels[{}]", "i")),
    "targets": Frame(_targets, pl.lit("target")),
    "pairs": Frame(_pairs, pl.col("name")),
    "segments": Frame(_segments, pl.format("{}[{}]", "layer", "i")),
    "turns": Frame(_turns, pl.format("turns[{}]", "turn")),
    "turn_labels": Frame(_turn_labels, pl.format("turns[{}].labels[{}]", "turn", "i")),
}

_LABELLED = pl.col("labelled")
_N_LABELS = pl.col("labels").list.len()


def _label_set(terms: Terms) -> Sequence[Look]:
    if allowed := terms.labels.get("labels"):
        return (Look("labels", among("labels", allowed), quoted("labels")),)
    return ()


_C2 = Look(
    "rows",
    ~_LABELLED | (pl.col("mode") != "single") | pl.col("labels").is_null() | (_N_LABELS == 1),
    pl.format("{} labels", _N_LABELS),
    "labels",
)

_C3 = Look(
    "labels",
    (pl.col("mode") != "multi") | first_of("row", "labels"),
    pl.format("{} is given before", quoted("labels")),
)


def _scale(terms: Terms) -> Sequence[Look]:
    value = pl.col("value")
    on_scale = value.is_between(*terms.value_range) if terms.value_range else value.is_finite()
    missing = ~_LABELLED | pl.col("labels").is_null()
    ordinal = pl.when(value.is_null()).then(missing).otherwise(on_scale)
    holds = pl.when(pl.col("mode") == "ordinal").then(ordinal).otherwise(value.is_null())
    scale = pl.lit(str(terms.value_range or "without a range"))
    found = pl.format("mode {}, value {}, scale {}", "mode", shown("value"), scale)
    return (Look("rows", holds, found, "value"),)


_C5 = Look(
    "targets",
    IN_RANGE & (pl.col("piece") == pl.col("text")),
    pl.format("[{}, {}) gives {}, the target is {}", "start", "end", quoted("piece"), quoted("text")),
)

_P2 = Look(
    "rows",
    pl.col("score").is_null()
    | pl.col("score").is_infinite()
    | pl.col("score").is_nan()
    | pl.col("score").is_between("score_min", "score_max"),
    pl.format("{} on the scale from {} to {}", "score", "score_min", "score_max"),
    "score",
)


def _pair_label(terms: Terms) -> Sequence[Look]:
    return (one_of("label", allowed),) if (allowed := terms.labels.get("label")) else ()


_S1 = (
    Look("rows", pl.col("sources").list.len() >= 1, pl.lit("no sources"), "sources"),
    Look(
        "rows",
        ~_LABELLED | pl.col("targets").is_null() | (pl.col("targets").list.len() >= 1),
        pl.lit("no targets"),
        "targets",
    ),
    Look("segments", filled("text"), quoted("text"), ".text"),
)

_IS_SOURCE = pl.col("layer") == "sources"
_LANGUAGE = pl.col("language")

_S2 = (
    Look("segments", _LANGUAGE.is_not_null(), pl.lit("no language"), ".language"),
    Look(
        "segments",
        _IS_SOURCE | _LANGUAGE.is_null() | ~pl.col("source_languages").list.contains(_LANGUAGE),
        pl.format("{} is the language of a source", quoted("language")),
        ".language",
    ),
)

_SIZE = pl.col("text").str.len_chars()
_S3 = Look(
    "segments",
    _IS_SOURCE | pl.col("source_size").is_null() | (pl.col("source_size") >= _SIZE),
    pl.format("{} characters from {}", _SIZE, "source_size"),
)

_S4 = Look(
    "segments",
    _IS_SOURCE | pl.col("source_texts").is_null() | ~pl.col("source_texts").list.contains(pl.col("text")),
    quoted("text"),
)

_N_TURNS = pl.col("turns").list.len()
_D5 = Look(
    "rows",
    pl.col("target_turn").is_null() | ((pl.col("target_turn") >= 0) & (pl.col("target_turn") < _N_TURNS)),
    pl.format("{} of {} turns", "target_turn", _N_TURNS),
    "target_turn",
)


def _turn_sets(terms: Terms) -> Sequence[Look]:
    looks = []
    if allowed := terms.labels.get("turns"):
        looks.append(Look("turn_labels", among("labels", allowed), quoted("labels")))
    if allowed := terms.labels.get("entities"):
        looks.append(Look("entities", among("type", allowed), quoted("type"), ".type"))
    return looks


LOOKS: Mapping[str, Looks] = {
    "C1": _label_set,
    "C2": fixed(_C2),
    "C3": fixed(_C3),
    "C4": _scale,
    "C5": fixed(_C5),
    "C6": fixed(not_blank("text")),
    "C8": fixed(one_of("mode", MODES)),
    "P1": fixed(Look("pairs", pl.col("usable"), quoted("value"))),
    "P2": fixed(_P2),
    "P3": _pair_label,
    "P4": fixed(not_blank("text_a"), not_blank("text_b")),
    "P5": fixed(
        Look("pairs", ~pl.col("negative"), pl.format("both texts are equal, and it is {}", quoted("value")))
    ),
    "P8": fixed(one_of("kind", PAIR_KINDS)),
    "S1": fixed(*_S1),
    "S2": fixed(*_S2),
    "S3": fixed(_S3),
    "S4": fixed(_S4),
    "S6": fixed(one_of("kind", SUMMARY_KINDS)),
    "D1": fixed(Look("turns", pl.col("index") == pl.col("turn"), shown("index"), ".index")),
    "D2": fixed(Look("turns", filled("text"), quoted("text"), ".text")),
    "D5": fixed(_D5),
    "D7": fixed(Look("turns", pl.col("role").is_in(ROLES), quoted("role"), ".role")),
    "D8": _turn_sets,
}
