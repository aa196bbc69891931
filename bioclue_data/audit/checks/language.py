"""Language and script of the texts against what the rows say."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import polars as pl

from bioclue_data.audit.findings import found, none

if TYPE_CHECKING:
    from bioclue_data.audit.batch import Batch

LETTERS = 10  # Han characters and Latin words from which a text has a language
HAN_IN_ENGLISH = 0.3  # share of Han characters among them
HAN_IN_CHINESE = 0.1  # below it a Chinese text is in another language; answers such as "HBsAg" are short
TRADITIONAL = 0.1  # share of Han characters that OpenCC changes; names and quotations stay below
TRADITIONAL_LEAST = 3


def other_language(batch: Batch) -> pl.DataFrame:
    """Texts in English rows that are Chinese, in Chinese rows that hold hardly any Chinese."""
    texts = batch.texts.with_columns(
        han=pl.col("text").str.count_matches(r"\p{Han}"),
        words=pl.col("text").str.count_matches(r"\p{Latin}+"),
    )
    units = pl.col("han") + pl.col("words")
    texts = texts.filter(units >= LETTERS).with_columns(share=pl.col("han") / units)
    chinese = pl.col("language").str.starts_with("zh")
    english = pl.col("language") == "en"
    wrong = english & (pl.col("share") >= HAN_IN_ENGLISH) | chinese & (pl.col("share") < HAN_IN_CHINESE)
    detail = pl.format("{} Han characters, {} Latin words in a row that is {}", "han", "words", "language")
    return found(texts.filter(wrong), detail)


def other_script(batch: Batch) -> pl.DataFrame:
    """Texts of zh-Hans rows with many Traditional characters, of zh-Hant rows with many Simplified ones."""
    texts = batch.texts.filter(pl.col("language").is_in(["zh-Hans", "zh-Hant"]))
    if texts.is_empty():
        return none()
    parts = [
        _written(texts.filter(pl.col("language") == language), change)
        for language, change in (("zh-Hans", "t2s"), ("zh-Hant", "s2t"))
    ]
    texts = pl.concat(parts).filter(
        pl.col("changed") >= TRADITIONAL_LEAST, pl.col("changed") >= TRADITIONAL * pl.col("han")
    )
    return found(texts, pl.format("{} of {} Han characters are of the other script", "changed", "han"))


def _written(texts: pl.DataFrame, change: str) -> pl.DataFrame:
    """How many Han characters each text has, and how many the conversion changes."""
    convert = _converter(change).convert
    changed = [
        sum(a != b for a, b in zip(text, convert(text), strict=False)) for text in texts["text"].to_list()
    ]
    return texts.with_columns(
        han=pl.col("text").str.count_matches(r"\p{Han}"), changed=pl.Series(changed, dtype=pl.UInt32)
    )


@lru_cache(maxsize=2)
def _converter(change: str) -> Any:
    import opencc  # noqa: PLC0415

    return opencc.OpenCC(change)


LOOKS_AT_ROWS = {"other_language": other_language, "other_script": other_script}
