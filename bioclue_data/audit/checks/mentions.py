"""Mentions: blanks at their edges, words cut in two, one surface form with several types."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from bioclue_data.audit.findings import CLOSE, OPEN, found

if TYPE_CHECKING:
    from bioclue_data.audit.batch import Batch
    from bioclue_data.audit.table import Table

TASKS_WITH_MENTIONS = ("ner", "nen", "re", "ee", "coref")
AROUND = 30
OFTEN = 10  # occurrences from which a surface form has a usual type
# Parts of words that guidelines leave outside a mention: antiviral, microtumour, DeltarpoE of a gene deleted.
PREFIXES = (
    r"(?:^|[^A-Za-z])(?i:anti|auto|bio|co|counter|cyto|delta|endo|epi|extra|hyper|hypo|immuno|inter|intra|macro|"
    r"mega|meta|micro|mid|mini|mono|multi|nano|neo|neuro|non|over|para|peri|poly|post|pre|pro|pseudo|re|semi|sub|"
    r"super|supra|trans|tri|un|under|di|bi)$"
)
SECOND = 5  # mentions of a form with a type that make it a second use
LISTED = 7  # characters between mentions of a list: " , and "
USUAL = 0.9  # share of the usual type: below it the form is ambiguous, not inconsistent


def mention_edges(batch: Batch) -> pl.DataFrame:
    """Mentions that begin or end with a blank."""
    rows = batch.mentions.filter(pl.col("text") != pl.col("text").str.strip_chars())
    return found(rows, pl.format(f"{OPEN}{{}}{CLOSE}", "text"))


def cut_word(batch: Batch) -> pl.DataFrame:
    """Mentions that begin or end between two small letters of a word."""
    rows = batch.mentions.drop_nulls("start").with_columns(
        before=pl.col("whole").str.slice(
            pl.max_horizontal(pl.col("start") - AROUND, 0), pl.min_horizontal("start", AROUND)
        ),
        inside=pl.col("whole").str.slice("start", pl.col("end") - pl.col("start")),
        after=pl.col("whole").str.slice("end", AROUND),
    )
    letter, word = "[A-Za-z]", "[a-z]"
    left = (
        ~pl.col("before").str.contains(PREFIXES)
        & pl.col("before").str.contains(f"{letter}$")
        & pl.col("inside").str.contains(f"^{word}")
    )
    right = pl.col("after").str.contains(f"^{word}") & pl.col("inside").str.contains(f"{letter}$")
    return found(
        rows.filter(left | right), pl.format(f"{{}}{OPEN}{{}}{CLOSE}{{}}", "before", "inside", "after")
    )


def unusual_type(table: Table) -> pl.DataFrame:
    """Mentions whose type is not the one that nearly all mentions with these words have.

    No slip is a type that the form has `SECOND` times, which is a second use of it, nor, but in Chinese, one
    that it shares with the mention beside it: "breast, lung and ovarian carcinomas".
    """
    types = table.gather(lambda batch: _formed(batch).group_by("form", "type").len(), "mentions")
    types = types.group_by("form", "type").agg(pl.col("len").sum())
    whole = pl.col("len").sum().over("form")
    usual = types.filter(whole >= OFTEN, pl.col("len") >= USUAL * whole).rename({"type": "usual"})
    rare = types.filter(pl.col("len") < SECOND).select("form", "type")
    mixed = usual.join(rare, on="form").filter(pl.col("type") != pl.col("usual"))
    rows = table.gather(lambda batch: _unlike_its_neighbours(batch, mixed), "mentions")
    detail = pl.format(f"{OPEN}{{}}{CLOSE} is {{}}; {{}} times it is {{}}", "text", "type", "len", "usual")
    return found(rows, detail)


def _unlike_its_neighbours(batch: Batch, mixed: pl.DataFrame) -> pl.DataFrame:
    """Mentions of such a form and type; in scripts with words, without those beside another of the type."""
    rows = _formed(batch).join(mixed, on=["form", "type"])
    ends = _formed(batch).select("row", "type", other_place="place", other_start="start", other_end="end")
    gap = pl.max_horizontal(pl.col("other_start") - pl.col("end"), pl.col("start") - pl.col("other_end"))
    pairs = rows.join(ends, on=["row", "type"]).filter(pl.col("place") != pl.col("other_place"))
    listed = pairs.filter(gap <= LISTED, ~pl.col("form").str.contains(r"\p{Han}"))
    return rows.join(listed, on=["row", "place"], how="anti")


def _formed(batch: Batch) -> pl.DataFrame:
    """Mentions without their whole texts, and `form`: their words in small letters."""
    return batch.mentions.drop("whole").with_columns(form=pl.col("text").str.to_lowercase())


LOOKS_AT_ROWS = {"mention_edges": mention_edges, "cut_word": cut_word}
LOOKS = {"unusual_type": unusual_type}
TASKS = dict.fromkeys(LOOKS_AT_ROWS, TASKS_WITH_MENTIONS) | {"unusual_type": ("ner",)}
