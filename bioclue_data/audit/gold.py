"""What a row is asked beside its texts, what its gold is, and its labels: expressions by task."""

from __future__ import annotations

import polars as pl


def spans_of(column: pl.Expr, *more: str) -> pl.Expr:
    """Elements with spans as one string: first start and last end of each, sorted, with other members."""
    spans = pl.element().struct.field("spans")
    ends = [
        spans.list.first().struct.field("start").cast(pl.String),
        spans.list.last().struct.field("end").cast(pl.String),
    ]
    names = [pl.element().struct.field(name).fill_null("") for name in more]
    return column.list.eval(pl.concat_str([*ends, *names], separator="-")).list.sort().list.join(" ")


def _types(column: str) -> pl.Expr:
    return pl.col(column).list.eval(pl.element().struct.field("type"))


_ENDS = [pl.col("target").struct.field(name).cast(pl.String) for name in ("start", "end")]
# Sentences of relation data mark their arguments with signs, << >> and [[ ]], which tokens do not hold.
_WRITTEN = pl.col("text").str.replace_all(r"\s+", " ").str.to_lowercase()
_MARKED = pl.when(pl.col("text").str.contains(r"<<.*?>>|\[\[.*?\]\]")).then(_WRITTEN)

MARKS = {
    "tc": pl.concat_str([pl.concat_str(_ENDS, separator="-"), _MARKED], separator=" ", ignore_nulls=True),
    "sts": pl.col("kind"),
    **dict.fromkeys(("nen", "re", "ee", "coref"), spans_of(pl.col("entities"))),
}
"""What is given beside the texts, as a string: marked spans, what is asked of a pair."""

GOLDS = {
    "tc": pl.concat_str(
        [pl.col("labels").list.sort().list.join(" | "), pl.col("value").cast(pl.String)], ignore_nulls=True
    ),
    "nli": pl.col("label"),
    "sts": pl.col("score").cast(pl.String),
    "boolqa": pl.col("answer"),
    "mcqa": pl.col("answer_keys").list.sort().list.join(" | "),
    "ner": spans_of(pl.col("entities"), "type"),
}
"""The gold as a string, where one input has one gold."""

LABELS = {
    "tc": pl.col("labels"),
    "nli": pl.concat_list("label"),
    "boolqa": pl.concat_list("answer"),
    "ner": _types("entities"),
    "re": _types("relations"),
    "ee": _types("events"),
}
"""The labels as a list, of tasks whose gold has names."""
