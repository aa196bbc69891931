"""The method of a check as findings and `leakage_checked` name it, with words for what was not as usual."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bioclue_data.building.flags import PARTIAL
from bioclue_data.leakage import findings
from bioclue_data.leakage.verdicts import Thresholds

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa


def method_of(
    thresholds: Thresholds, fields: tuple[str, ...], problems: list[str], *, variants: bool = False
) -> str:
    """That of findings, and words for what was not as usual.

    `+thresholds`: others; `+fields`: only some; `+variants`: those of the user's, too; `+partial`: not all
    was read.
    """
    words = {
        "+thresholds": thresholds != Thresholds(),
        "+fields": bool(fields),
        "+variants": variants,
        PARTIAL: bool(problems),
    }
    return findings.method() + "".join(word for word, holds in words.items() if holds)


def named(table: pa.Table, corpora: list[dict[str, Any]]) -> pa.Table:
    """Findings with the methods of their corpora."""
    import polars as pl  # noqa: PLC0415

    methods: Mapping[str, str] = {corpus["corpus"]: corpus["method"] for corpus in corpora}
    frame = pl.DataFrame(pl.from_arrow(table))
    done = frame.with_columns(method=pl.col("corpus").replace_strict(methods, return_dtype=pl.String))
    return done.to_arrow().cast(findings.SCHEMA)
