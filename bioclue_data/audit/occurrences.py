"""Where surface forms stand in texts, and how the mentions of a text lie to each such place.

All texts of a piece are laid on one axis of characters, so that searches in sorted numbers answer for all
places at once: a place is free if as many mentions end before it as begin before its end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bioclue_data.audit.batch import Batch
    from bioclue_data.audit.table import Table

WHOLE, FREE, CROSSED, INSIDE = range(4)
"""A mention is the place; none touches it; some lie across its edges or within; one holds it and more."""
OFTEN = 10  # mentions with these very words, from which a form is expected to be one
PIECE = 1 << 20  # bytes of texts that are looked through at a time
USUAL = 0.9  # share of its places: below it, whether the form is a mention depends on the text
CHARACTERS = 3  # least length of a form; a CJK character counts as two
PLACES = {"row": pl.UInt32, "form": pl.String, "start": pl.Int64, "end": pl.Int64, "kind": pl.Int64}
NEEDS = ("labelled", "mentions")
SIDES = ("before", "after")
AROUND = 24  # characters in which the word beside a place is looked for
PARTING = 2  # places beside a word from which it tells something
_NEXT = r"(\p{Han}|\p{L}+)"
_BETWEEN = r"[\s/+-]*"
_WORD = "[A-Za-z0-9_-]"


def irregular(table: Table) -> pl.DataFrame:
    """Places of forms that nearly always are mentions, and are none here: row, form, start, end, kind, whole.

    `kind` is FREE or CROSSED; `whole` is how often the form is a mention. Places beside a word that makes
    another term of such forms, as "agonist" does, are left out.
    """
    forms = _usual_forms(table)
    counts = table.gather(lambda batch: occurrences(batch, forms).group_by("form", "kind").len(), *NEEDS)
    counts = counts.group_by("form", "kind").agg(pl.col("len").sum())
    whole = counts.filter(kind=WHOLE).select("form", whole="len")
    rare = counts.filter(pl.col("kind").is_in([FREE, CROSSED])).join(whole, on="form")
    rare = rare.filter(pl.col("whole") >= USUAL * (pl.col("whole") + pl.col("len"))).drop("len")
    chosen = rare["form"].unique().sort()
    places = table.gather(lambda batch: _beside(batch, chosen).join(rare, on=["form", "kind"]), *NEEDS)
    for side, words in _parting(table, chosen).items():
        places = places.filter(~pl.col(side).is_in(words.implode()).fill_null(False))
    return places.drop(SIDES)


def _parting(table: Table, forms: pl.Series) -> dict[str, pl.Series]:
    """By side, words beside which such forms are no mentions as often as they are: "PKC agonist"."""
    parts = table.gather(lambda batch: pl.concat(_words(_beside(batch, forms))), *NEEDS)
    counts = parts.drop_nulls("word").group_by("side", "word").agg(pl.all().sum())
    counts = counts.filter(pl.col("others") >= PARTING, pl.col("others") >= pl.col("marked"))
    return {side: counts.filter(side=side)["word"] for side in SIDES}


def _words(places: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """How often words stand beside mentions and others: side, word, marked, others."""
    marked = pl.col("kind") == WHOLE
    others = pl.col("kind").is_in([FREE, CROSSED])
    for side in SIDES:
        yield places.group_by(side=pl.lit(side), word=side).agg(marked=marked.sum(), others=others.sum())


def _beside(batch: Batch, forms: pl.Series) -> pl.DataFrame:
    """Every place of a form, with the words before and after it in small letters, if there are any."""
    places = occurrences(batch, forms).join(batch.rows.select("row", "text"), on="row")
    first = pl.max_horizontal(pl.col("start") - AROUND, 0)
    before = pl.col("text").str.slice(first, pl.col("start") - first).str.extract(f"{_NEXT}{_BETWEEN}$")
    after = pl.col("text").str.slice("end", AROUND).str.extract(f"^{_BETWEEN}{_NEXT}")
    return places.with_columns(before=before.str.to_lowercase(), after=after.str.to_lowercase()).drop("text")


def _usual_forms(table: Table) -> pl.Series:
    forms = table.gather(lambda batch: batch.mentions.group_by(form="text").len(), "mentions")
    forms = forms.group_by("form").agg(pl.col("len").sum()).filter(pl.col("len") >= OFTEN)
    size = pl.col("form").str.len_chars() + pl.col("form").str.count_matches(r"\p{Han}")
    usual: pl.Series = forms.filter(size >= CHARACTERS)["form"].sort()
    return usual


def occurrences(batch: Batch, forms: pl.Series) -> pl.DataFrame:
    """Every place of a form as a whole word in texts with annotated entities: row, form, start, end, kind.

    Args:
        batch: Of the task `ner`.
        forms: Surface forms, as they are written.
    """
    texts = batch.rows.filter("labelled", pl.col("entities").is_not_null()).select("row", "text")
    spans = batch.mentions.select("row", "start", "end").drop_nulls()
    parts = [pl.DataFrame(schema=PLACES)]
    for piece in _pieces(texts) if len(forms) else ():
        judged = _judged(_places(piece, forms), spans, _origins(piece))
        parts.append(judged.select(pl.col(name).cast(kind) for name, kind in PLACES.items()))
    return pl.concat(parts)


def _pieces(texts: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """The rows by about `PIECE` bytes of text."""
    upto = texts["text"].str.len_bytes().cum_sum()
    for _, piece in texts.group_by(upto // PIECE, maintain_order=True):
        yield piece


def _origins(texts: pl.DataFrame) -> pl.DataFrame:
    """Where each text begins on the axis: row, origin; texts are one character apart."""
    sizes = pl.col("text").str.len_chars().cast(pl.Int64) + 1
    return texts.select("row", origin=sizes.cum_sum() - sizes)


def _places(texts: pl.DataFrame, forms: pl.Series) -> pl.DataFrame:
    """Places of forms that are no part of a longer word: row, form, start, end, in characters."""
    patterns = forms.to_list()
    found = texts.with_columns(
        form=pl.col("text").str.extract_many(patterns, overlapping=True),
        at=pl.col("text").str.find_many(patterns, overlapping=True),  # bytes
    )
    found = found.with_row_index("text_number").explode("form", "at").drop_nulls("at")
    start = _in_characters(texts["text"], found["text_number"].to_numpy(), found["at"].to_numpy())
    found = found.with_columns(start=pl.Series(start, dtype=pl.Int64))
    found = found.with_columns(end=pl.col("start") + pl.col("form").str.len_chars())
    before = (
        pl.when(pl.col("start") > 0)
        .then(pl.col("text").str.slice(pl.col("start") - 1, 1))
        .otherwise(pl.lit(""))
    )
    goes_on = before.str.contains(_WORD) & pl.col("form").str.contains(f"^{_WORD}")
    after = pl.col("text").str.slice("end", 1)
    goes_on |= after.str.contains(_WORD) & pl.col("form").str.contains(f"{_WORD}$")
    return found.filter(~goes_on).select("row", "form", "start", "end")


def _in_characters(texts: pl.Series, numbers: Any, at: Any) -> Any:
    """Places in the UTF-8 of texts, as places in their characters."""
    written = np.frombuffer("".join(texts.to_list()).encode(), np.uint8)
    upto = np.cumsum((written & 0xC0) != 0x80)  # such a byte goes on a character
    sizes = texts.str.len_bytes().to_numpy().astype(np.int64)
    begins = (np.cumsum(sizes) - sizes)[numbers]
    return upto[begins + at] - upto[begins]


def _judged(places: pl.DataFrame, spans: pl.DataFrame, origins: pl.DataFrame) -> pl.DataFrame:
    """Places with their kind."""
    marked = places.join(spans.unique(), on=["row", "start", "end"], how="semi").with_columns(kind=WHOLE)
    others = places.join(marked, on=["row", "start", "end", "form"], how="anti")
    start, end = _on_axis(others.join(origins, on="row", maintain_order="left"))
    first, last = _on_axis(spans.join(origins, on="row").sort(pl.col("origin") + pl.col("start")))
    touching = np.searchsorted(first, end, "left") - np.searchsorted(np.sort(last), start, "right")
    reach = np.append(np.maximum.accumulate(last), -1)  # of mentions that begin before; -1: there is none
    holds = reach[np.searchsorted(first, start, "right") - 1] >= end
    kinds = np.where(touching == 0, FREE, np.where(holds, INSIDE, CROSSED))
    return pl.concat([marked, others.with_columns(kind=pl.Series(kinds, dtype=marked["kind"].dtype))])


def _on_axis(places: pl.DataFrame) -> tuple[Any, Any]:
    origin = places["origin"].to_numpy()
    return places["start"].to_numpy() + origin, places["end"].to_numpy() + origin
