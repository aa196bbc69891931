"""Annotation that is not consistent: forms that are mentions elsewhere, and are none here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from bioclue_data.audit.findings import CLOSE, OPEN
from bioclue_data.audit.occurrences import CROSSED, FREE

if TYPE_CHECKING:
    from bioclue_data.audit.table import Table

AROUND = 30  # characters on either side of the fault


def unmarked_form(table: Table) -> pl.DataFrame:
    """Places of a form that nearly always is a mention, where nothing is marked."""
    return _found(table, FREE, "is not marked")


def other_boundary(table: Table) -> pl.DataFrame:
    """Places of a form that nearly always is a mention, where a part of it, or over its edge, is marked."""
    return _found(table, CROSSED, "is marked in part, or beyond its edge")


def _found(table: Table, kind: int, words: str) -> pl.DataFrame:
    places = table.irregular.filter(kind=kind).unique(["row", "start", "end"])
    places = places.join(table.column("text", places["row"]), on="row")
    before = pl.max_horizontal(pl.col("start") - AROUND, 0)
    pieces = [
        pl.col("text").str.slice(before, pl.col("start") - before),
        pl.lit(OPEN),
        "form",
        pl.lit(CLOSE),
        pl.col("text").str.slice("end", AROUND),
        pl.format(f" — {words}; {{}} times it is a mention", "whole"),
    ]
    return table.found(places, pl.concat_str(pieces), pl.format("text[{}:{}]", "start", "end"))


LOOKS = {"unmarked_form": unmarked_form, "other_boundary": other_boundary}
TASKS = dict.fromkeys(LOOKS, ("ner",))
