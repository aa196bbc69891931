"""Rules about questions, answers, contexts, evidence and candidates (Q, K, P7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from bioclue_data.contracts.rules.frames import (
    Batch,
    Frame,
    Look,
    Looks,
    elements,
    filled,
    first_of,
    fixed,
    not_blank,
    one_of,
    quoted,
)
from bioclue_data.contracts.rules.mentions import IN_RANGE, PIECE, with_body

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bioclue_data.contracts.rules import Terms

YES_NO = frozenset({"yes", "no", "maybe"})
_TEXT_COLUMNS = ("question", "text_a", "text_b")
"""Columns that evidence may point into by name."""


def _options(batch: Batch) -> pl.DataFrame:
    """Options with `right`: the key is an answer; `any_right`, `all_right`: over options that read alike."""
    right = pl.col("answer_keys").list.contains(pl.col("key")).fill_null(False)
    lines = elements(batch.rows, "options", ["row", "answer_keys"], "i").with_columns(
        right.alias("right"), pl.col("text").str.strip_chars().alias("bare")
    )
    alike = lines.group_by("row", "bare").agg(
        pl.col("right").any().alias("any_right"),
        pl.col("right").all().alias("all_right"),
        pl.len().alias("n"),
    )
    return lines.join(alike, on=["row", "bare"], how="left", maintain_order="left")


def _keys(batch: Batch) -> pl.DataFrame:
    """Answer keys with the text of their option, null if there is none."""
    texts = batch["options"].unique(["row", "key"], keep="first", maintain_order=True)
    texts = texts.select("row", pl.col("key").alias("answer_keys"), pl.col("text").alias("option"))
    lines = elements(
        batch.rows.with_columns(n=pl.col("answer_keys").list.len()),
        "answer_keys",
        ["row", "answer_text", "n"],
        "i",
    )
    return lines.join(texts, on=["row", "answer_keys"], how="left", maintain_order="left")


def _contexts(batch: Batch) -> pl.DataFrame:
    return elements(batch.rows, "contexts", ["row"], "i")


def _evidence(batch: Batch) -> pl.DataFrame:
    """Evidence with the text that it points into (`body`), null if there is none of that name."""
    columns = batch.layers(*_TEXT_COLUMNS)
    named = [
        batch.rows.select("row", pl.lit(name).alias("context"), pl.col(name).alias("body"))
        for name in columns
    ]
    if "contexts" in batch.rows.columns:
        contexts = batch["contexts"].select(
            "row", pl.col("id").alias("context"), pl.col("text").alias("body")
        )
        named = [contexts.unique(["row", "context"], keep="first"), *named]
    bodies = pl.concat(named).unique(["row", "context"], keep="first", maintain_order=True)
    lines = elements(batch.rows, "evidence", ["row"], "i")
    lines = with_body(lines.join(bodies, on=["row", "context"], how="left", maintain_order="left"), "body")
    return lines.with_columns(PIECE.alias("piece"))


def _candidates(batch: Batch) -> pl.DataFrame:
    return elements(batch.rows, "candidates", ["row"], "i")


def _answers(batch: Batch) -> pl.DataFrame:
    return elements(batch.rows, "answers", ["row"], "i")


FRAMES = {
    "options": Frame(_options, pl.format("options[{}]", "i")),
    "keys": Frame(_keys, pl.format("answer_keys[{}]", "i")),
    "answers": Frame(_answers, pl.format("answers[{}]", "i")),
    "contexts": Frame(_contexts, pl.format("contexts[{}]", "i")),
    "evidence": Frame(_evidence, pl.format("evidence[{}]", "i")),
    "candidates": Frame(_candidates, pl.format("candidates[{}]", "i")),
}


_Q1 = (
    Look("rows", pl.col("options").list.len() >= 2, pl.lit("fewer than two options"), "options"),
    Look(
        "options",
        first_of("row", "key") & filled("key") & filled("text"),
        pl.format("key {}, text {}", quoted("key"), quoted("text")),
    ),
)

_Q2 = Look(
    "keys",
    pl.col("option").is_not_null() & first_of("row", "answer_keys"),
    pl.format("{} is no key of an option, or is named before", quoted("answer_keys")),
)

_Q3 = Look(
    "keys",
    pl.col("answer_text").is_null()
    | (pl.col("n") > 1)
    | pl.col("option").is_null()
    | (pl.col("option") == pl.col("answer_text")),
    pl.format("the option reads {}, answer_text {}", quoted("option"), quoted("answer_text")),
)

_N_KEYS = pl.col("answer_keys").list.len()
_Q4 = Look(
    "rows",
    pl.col("answer_keys").is_null() | pl.when("multiple").then(_N_KEYS >= 1).otherwise(_N_KEYS == 1),
    pl.format("{} keys, multiple is {}", _N_KEYS, pl.col("multiple").cast(pl.String)),
    "answer_keys",
)

_Q5 = Look(
    "options",
    pl.col("right") | ~pl.col("any_right"),
    pl.format("{} counts as wrong, and the right option reads alike", quoted("text")),
)

_Q8 = Look("rows", pl.col("labelled") | pl.col("answer_text").is_null(), quoted("answer_text"), "answer_text")

_Q12 = Look(
    "contexts",
    first_of("row", "id") & filled("id") & filled("text"),
    pl.format("id {}, text {}", quoted("id"), quoted("text")),
)

_Q14 = Look(
    "rows",
    ~pl.col("labelled") | pl.col("answers").is_null() | (pl.col("answers").list.len() > 0),
    pl.lit("labelled, and the list is empty"),
    "answers",
)

_Q15 = Look(
    "options",
    (pl.col("any_right") & ~pl.col("all_right")) | (pl.col("bare") == "") | first_of("row", "bare"),
    pl.format("{} is given before", quoted("text")),
)

_EVIDENCE = Look(
    "evidence",
    IN_RANGE & (pl.col("piece") == pl.col("text")),
    pl.when(pl.col("body").is_null())
    .then(pl.format("there is no text {}", quoted("context")))
    .otherwise(
        pl.format("[{}, {}) gives {}, the text is {}", "start", "end", quoted("piece"), quoted("text")),
    ),
)

_RANKS = pl.col("candidates").list.eval(pl.element().struct.field("rank").drop_nulls())
_K4 = Look(
    "rows",
    (_RANKS.list.len() == 0)
    | (
        (_RANKS.list.n_unique() == _RANKS.list.len())
        & (_RANKS.list.min() == 1)
        & (_RANKS.list.max().cast(pl.Int64) == _RANKS.list.len())
    ),
    pl.format("ranks {}", _RANKS.cast(pl.List(pl.String)).list.join(" ")),
    "candidates",
)


def _closed_answers(terms: Terms) -> Sequence[Look]:
    allowed = terms.labels.get("answer", YES_NO) & YES_NO
    return (one_of("answer", allowed),)


LOOKS: Mapping[str, Looks] = {
    "Q1": fixed(*_Q1),
    "Q2": fixed(_Q2),
    "Q3": fixed(_Q3),
    "Q4": fixed(_Q4),
    "Q5": fixed(_Q5),
    "Q6": _closed_answers,
    "Q7": fixed(_EVIDENCE),
    "Q8": fixed(_Q8),
    "Q11": fixed(not_blank("question")),
    "Q12": fixed(_Q12),
    "Q13": fixed(Look("answers", filled("text"), quoted("text"), ".text")),
    "Q14": fixed(_Q14),
    "Q15": fixed(_Q15),
    "P7": fixed(_EVIDENCE),
    "K1": fixed(not_blank("query")),
    "K2": fixed(
        Look("rows", pl.col("candidates").list.len() >= 1, pl.lit("no candidates"), "candidates"),
        Look("candidates", first_of("row", "id") & filled("id"), quoted("id"), ".id"),
    ),
    "K3": fixed(Look("candidates", filled("text"), quoted("text"), ".text")),
    "K4": fixed(_K4),
}
