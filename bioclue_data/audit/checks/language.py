"""Language and script of the texts against what the rows say."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import polars as pl

from bioclue_data.audit.findings import found, none

if TYPE_CHECKING:
    from bioclue_data.audit.batch import Batch
    from bioclue_data.audit.table import Table

LETTERS = 10  # Han characters and Latin words from which a text has a language
HAN_IN_ENGLISH = 0.3  # share of Han characters among them
HAN_IN_CHINESE = 0.1  # below it a Chinese text is in another language; answers such as "HBsAg" are short
ADDRESS = r"https?://\S+"
TRADITIONAL = 0.1  # share of Han characters that OpenCC changes; names and quotations stay below
TRADITIONAL_LEAST = 3
LONG = 150  # characters, from which langdetect can be trusted
WRITTEN = 20  # words of three or more small letters, without which a text is a list or a formula
ENGLISH = 0.05  # share of common words among them; abstracts have a third
COMMON = r" (?:the|and|with|was|were|are|for|that|this|from|not|which|after|patients?|cells?|have|has|but) "
SURE = 0.99
OTHERS = frozenset({"de", "es", "fr", "it", "nl", "pt"})
"""What langdetect may say: it takes lists of names and symbols for smaller languages."""
READ = 600  # characters that langdetect reads
SEEN = 25  # texts of a field; langdetect reads some hundred in a second


def other_language(batch: Batch) -> pl.DataFrame:
    """Texts in English rows that are Chinese, in Chinese rows that hold hardly any Chinese."""
    texts = batch.texts.with_columns(
        han=pl.col("text").str.count_matches(r"\p{Han}"),
        words=pl.col("text").str.count_matches(r"\p{Latin}+"),
    )
    units = pl.col("han") + pl.col("words")
    texts = texts.filter(units >= LETTERS).with_columns(share=pl.col("han") / units)
    chinese = pl.col("language").str.starts_with("zh") & (pl.col("share") < HAN_IN_CHINESE)
    english = (pl.col("language") == "en") & (pl.col("share") >= HAN_IN_ENGLISH)
    prose = pl.col("text").str.replace_all(ADDRESS, "").str.count_matches(r"[a-z]{3,}") >= LETTERS
    wrong = english | chinese  # laboratory values have units and hardly a word
    texts = texts.filter(wrong).filter(english | prose)
    detail = pl.format("{} Han characters, {} Latin words in a row that is {}", "han", "words", "language")
    return found(texts, detail)


def other_latin_language(table: Table) -> pl.DataFrame:
    """English rows with long texts that have few common English words, and are not English to langdetect.

    Of each field, those with the smallest hashes are looked at, `SEEN` of them: the order does not matter.
    """
    doubtful = table.gather(lambda batch: _doubtful(batch).with_columns(pl.col("text").hash()), "texts")
    chosen = doubtful.sort("text").group_by("field", maintain_order=True).head(SEEN)
    texts = table.gather(_doubtful, "texts", rows=chosen["row"])
    texts = texts.join(chosen.select("row", "place"), on=["row", "place"])
    told = pl.Series([_language(text) for text in texts["text"].to_list()], dtype=pl.String)
    texts = texts.with_columns(told=told).filter(pl.col("told") != "en")
    return found(texts, pl.format("{}: {}", "told", pl.col("text").str.slice(0, 100)))


def _doubtful(batch: Batch) -> pl.DataFrame:
    texts = batch.texts.filter(pl.col("language") == "en", pl.col("text").str.len_chars() >= LONG)
    texts = texts.with_columns(words=pl.col("text").str.count_matches(r"[a-zß-ÿ]{3,}"))
    texts = texts.filter(pl.col("words") >= WRITTEN)
    return texts.filter(pl.col("text").str.count_matches(COMMON) < ENGLISH * pl.col("words"))


def _language(text: str) -> str:
    """The language that langdetect is sure of, if it is one of `OTHERS`; else English."""
    import langdetect  # noqa: PLC0415

    langdetect.DetectorFactory.seed = 0
    try:
        best = langdetect.detect_langs(text[:READ])[0]
    except langdetect.LangDetectException:
        return "en"
    return best.lang if best.lang in OTHERS and best.prob >= SURE else "en"


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
    changed = [_changed(text, _converter(change).convert(text)) for text in texts["text"].to_list()]
    return texts.with_columns(
        han=pl.col("text").str.count_matches(r"\p{Han}"), changed=pl.Series(changed, dtype=pl.UInt32)
    )


def _changed(text: str, written: str) -> int:
    """Characters that differ; most texts are the same, which is seen at once."""
    return 0 if text == written else sum(a != b for a, b in zip(text, written, strict=False))


@lru_cache(maxsize=2)
def _converter(change: str) -> Any:
    import opencc  # noqa: PLC0415

    return opencc.OpenCC(change)


LOOKS = {"other_latin_language": other_latin_language}
LOOKS_AT_ROWS = {"other_language": other_language, "other_script": other_script}
