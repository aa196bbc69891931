"""Patterns of personal data, English and Chinese, and references to images that are not there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from bioclue_data.audit.findings import CLOSE, OPEN, found

if TYPE_CHECKING:
    from bioclue_data.audit.batch import Batch

_DATE = r"(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
# 800, 833, 844 … 888 are lines of companies and authorities, free of charge.
_PAYING = "0[1-9]|[129][0-9]|3[0-24-9]|4[0-35-9]|5[0-46-9]|6[0-57-9]|7[0-689]|8[0-79]"
PATTERNS = {
    "e-mail address": r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}",
    "telephone number": rf"\(?\b(?:[2-79][0-9]{{2}}|8(?:{_PAYING}))\)?[-. ][2-9][0-9]{{2}}[-.][0-9]{{4}}\b",
    "social security number": r"\b[0-8][0-9]{2}-[0-9]{2}-[0-9]{4}\b",
    "medical record number": (
        r"(?i:\bMRN?\s?(?:#|:|No\.?)\s*[0-9]{5,}|(?:住院|门诊|病历)号\s*[:：]\s*[A-Za-z]?[0-9]{4,})"
    ),
    "name of a patient": (
        r"(?:Patient(?:'s)? [Nn]ame|Name of [Pp]atient)\s?:\s*[A-Z][a-z]+|姓名\s*[:：]\s*\p{Han}{2,4}"
    ),
    "mobile number": r"\b(?:\+?86[- ]?)?1[3-9][0-9]{9}\b",
    "identity number": rf"\b[1-8][0-9]{{5}}{_DATE}[0-9]{{3}}[0-9Xx]\b",
    "landline number": r"\b0[1-9][0-9]{1,2}[-—][2-9][0-9]{6,7}\b",
}
OFFICES = (
    r"(?i)\b(?:info|contact|office|help|support|service|admin|webmaster|editor|editorial|reprints|permissions|"
    r"deposit|press|orders|sales|enquiries|inquiries|mail|hotline|no-?reply|[0-9]+)@[A-Za-z0-9.-]+"
)
"""Addresses of offices, not of persons."""
CHINESE = ("mobile number", "landline number")
"""Looked for in texts with Chinese characters: in others such numbers are accessions and free lines."""
IMAGE = (
    r"(?i:\b(?:shown|seen|depicted|illustrated|displayed|given) in "
    r"(?:the |this )?(?:accompanying |attached |following )?"
    r"(?:figure|image|photograph|picture|photo|exhibit|illustration|diagram)s?\b"
    r"|\b(?:figure|image|photograph|picture|exhibit) (?:[a-z] )?(?:below|above|is shown|shown|attached)\b"
    r"|\bsee (?:the )?(?:figure|image|photograph|picture|exhibit)\b|<img\b)"
    r"|(?:如|见|据|看)(?:上|下|左|右|附)?图|(?:上|下|附)图(?:所示|中|为|是)|如图|图\s?[0-9]+\s?所示"
)
TASKS_WITH_QUESTIONS = ("mcqa", "boolqa", "cqa", "qa", "dialogue")


def personal_data(batch: Batch) -> pl.DataFrame:
    """Texts with what looks like an address, a number or a name of a person; the middle is left out."""
    texts = batch.texts.filter(
        pl.any_horizontal(*(pl.col("text").str.contains(p) for p in PATTERNS.values()))
    ).with_columns(pl.col("text").str.replace_all(OFFICES, " "))
    parts = []
    for kind, pattern in PATTERNS.items():
        rows = texts if kind not in CHINESE else texts.filter(pl.col("text").str.contains(r"\p{Han}"))
        rows = rows.with_columns(seen=pl.col("text").str.extract(f"({pattern})", 1))
        rows = rows.filter(pl.col("seen").is_not_null())
        masked = pl.concat_str([pl.col("seen").str.slice(0, 3), pl.lit("…"), pl.col("seen").str.slice(-2)])
        parts.append(found(rows, pl.format(f"{kind}: {OPEN}{{}}{CLOSE}", masked)))
    return pl.concat(parts)


def image_reference(batch: Batch) -> pl.DataFrame:
    """Questions and dialogues that point to an image; a table holds none."""
    asked = batch.texts.filter(
        pl.col("field").is_in(["question", "context", "detail", "turns.text", "options.text"])
    )
    rows = asked.filter(pl.col("text").str.contains(IMAGE))
    seen = pl.col("text").str.extract(f"({IMAGE})", 1)
    return found(rows, pl.format(f"{OPEN}{{}}{CLOSE}", seen))


LOOKS_AT_ROWS = {"personal_data": personal_data, "image_reference": image_reference}
TASKS = {"image_reference": TASKS_WITH_QUESTIONS}
