"""Multiple-choice questions that a system can answer without knowing the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from bioclue_data.audit.findings import CLOSE, OPEN, found, none, of_split

if TYPE_CHECKING:
    from bioclue_data.audit.batch import Batch
    from bioclue_data.audit.table import Table

ROWS = 100  # questions from which a share means something
DEVIATIONS = 4.0  # standard deviations from chance
EXCESS = 0.05  # and at least so much more than chance
NEEDS = ("options", "answer_keys", "multiple")
SAYS = 6  # characters of an answer that can be found in the question; two for each CJK character


def answer_position(table: Table) -> pl.DataFrame:
    """Splits in which the right option stands at one place far more often than chance puts it there."""
    counts = table.gather(
        lambda batch: _rightness(_single(batch).with_columns(chance=1 / pl.len().over("row"))), *NEEDS
    )
    return _beyond_chance(counts, "option {} is right in {} of {} questions; chance: {}")


def answer_length(table: Table) -> pl.DataFrame:
    """Splits in which the longest option is right far more often than chance makes it."""
    counts = table.gather(
        lambda batch: _rightness(_longest(batch)).with_columns(index=pl.lit(None, pl.Int64)), *NEEDS
    )
    return _beyond_chance(counts, "the longest option{} is right in {} of {} questions; chance: {}", 0.15)


def _longest(batch: Batch) -> pl.DataFrame:
    """Of each question that has one, the option that is longer than the others."""
    options = _single(batch).with_columns(
        size=pl.col("text").str.len_chars(), chance=1 / pl.len().over("row")
    )
    longest = pl.col("size") == pl.col("size").max().over("row")
    return options.filter(longest & (longest.sum().over("row") == 1))


def _rightness(options: pl.DataFrame) -> pl.DataFrame:
    """How often options are right, and would be by chance: split, index, right, expected, rows."""
    return options.group_by("split", "index").agg(
        pl.col("right").sum(), expected=pl.col("chance").sum(), rows=pl.len()
    )


def _beyond_chance(counts: pl.DataFrame, words: str, excess: float = EXCESS) -> pl.DataFrame:
    """A finding for each count that is far above what chance gives."""
    counts = counts.group_by("split", "index").agg(pl.all().sum()).sort("split", "index")
    parts = [none()]
    for row in counts.iter_rows(named=True):
        share, chance = row["right"] / row["rows"], row["expected"] / row["rows"]
        deviation = (chance * (1 - chance) / row["rows"]) ** 0.5
        if row["rows"] >= ROWS and share >= chance + max(excess, DEVIATIONS * deviation):
            place = "" if row["index"] is None else str(row["index"] + 1)
            detail = words.format(place, row["right"], row["rows"], round(row["expected"]))
            parts.append(of_split(row["split"], "answer_keys", detail))
    return pl.concat(parts)


def duplicate_options(batch: Batch) -> pl.DataFrame:
    """Options that read like another option of their question."""
    options = _options(batch).with_columns(form=pl.col("text").str.strip_chars().str.to_lowercase())
    twice = options.filter(pl.len().over("row", "form") > 1, pl.col("form") != "")
    return found(twice, pl.format(f"{OPEN}{{}}{CLOSE} stands twice", "text"))


def answer_in_question(batch: Batch) -> pl.DataFrame:
    """Questions that hold the text of their right option, and of no other option."""
    options = _single(batch).join(batch.rows.select("row", "question"), on="row")
    form = pl.col("text").str.strip_chars(" .。").str.to_lowercase()
    size = form.str.len_chars() + form.str.count_matches(r"\p{Han}")
    options = options.with_columns(form=form, size=size)
    options = options.with_columns(asked=pl.col("question").str.to_lowercase())
    options = options.filter(pl.col("form") != "", pl.col("asked").str.contains(pl.col("form"), literal=True))
    rows = options.filter(_as_words()).filter(pl.len().over("row") == 1)
    rows = rows.filter("right", pl.col("size") >= SAYS)
    return found(rows, pl.format(f"the question says {OPEN}{{}}{CLOSE}", "text"))


def _as_words() -> pl.Expr:
    """Does `form` stand in `asked` and not inside a word or number? Chinese words have no such edges."""
    form = pl.col("form")
    edges = [
        pl.when(form.str.contains(edge)).then(pl.lit(r"(?-u:\b)")).otherwise(pl.lit(""))
        for edge in ("^[a-z0-9]", "[a-z0-9]$")
    ]
    return pl.col("asked").str.contains(pl.concat_str([edges[0], form.str.escape_regex(), edges[1]]))


def _options(batch: Batch) -> pl.DataFrame:
    """Options: row, split, item_id, index, place, key, text, keys (right ones), multiple."""
    rows = batch.rows.select("row", "split", "item_id", "multiple", keys="answer_keys", value="options")
    rows = rows.with_columns(index=pl.int_ranges(pl.col("value").list.len())).explode("value", "index")
    fields = pl.col("value").struct
    return rows.filter(pl.col("value").is_not_null()).with_columns(
        place=pl.format("options[{}]", "index"), key=fields.field("key"), text=fields.field("text")
    )


def _single(batch: Batch) -> pl.DataFrame:
    """Options of questions with one right answer, and whether each is right."""
    options = _options(batch).filter(~pl.col("multiple"), pl.col("keys").list.len() == 1)
    return options.with_columns(right=pl.col("key") == pl.col("keys").list.first())


LOOKS_AT_ROWS = {"duplicate_options": duplicate_options, "answer_in_question": answer_in_question}
LOOKS = {"answer_position": answer_position, "answer_length": answer_length}
TASKS = dict.fromkeys([*LOOKS_AT_ROWS, *LOOKS], ("mcqa",))
