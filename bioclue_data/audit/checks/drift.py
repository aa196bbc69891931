"""Distributions against those that are expected: run by Great Expectations, in memory, as summaries."""

from __future__ import annotations

import os
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import polars as pl

from bioclue_data.audit.findings import none, of_split

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bioclue_data.audit.expected import Expected
    from bioclue_data.audit.table import Table

ROWS = 0.02  # change of the number of rows that is no drift
LENGTH = 0.1  # change of the median length
DIVERGENCE = 0.02  # Kullback-Leibler, of labels: a move of 10 points between two equal classes
UNSEEN = 1e-4  # weight that labels without an expectation share


def drift(table: Table) -> pl.DataFrame:
    """Splits whose rows, labels or lengths are not those of `table.expected`."""
    parts = [none()]
    for split, place, validation in validations(table):
        parts += [of_split(split, place, detail) for detail in _failed(validation)]
    return pl.concat(parts)


def validations(table: Table) -> Iterator[tuple[str, str, Any]]:
    """Split, what was looked at, and what Great Expectations says of it, where something is expected."""
    for split, expected in sorted(table.expected.items()):
        lengths = _repeated(table.lengths, split, "length", "rows")
        labels = _repeated(table.labels, split, "label", "number")
        yield split, "rows", _validated(lengths, _of_rows(expected))
        if expected.labels and len(labels):
            yield split, "label", _validated(labels, _of_labels(expected))


def _repeated(counts: pl.DataFrame, split: str, column: str, number: str) -> pl.DataFrame:
    """A column with each value as often as it comes: Great Expectations takes no weights."""
    here = counts.filter(pl.col("split") == split).sort(column)
    return here.select(pl.col(column).repeat_by(number).explode())


def _of_rows(expected: Expected) -> Iterator[Any]:
    from great_expectations import expectations  # noqa: PLC0415

    if (rows := expected.rows) is not None:
        yield expectations.ExpectTableRowCountToBeBetween(
            min_value=int(rows * (1 - ROWS)), max_value=int(rows * (1 + ROWS))
        )
    if (length := expected.length) is not None:
        yield expectations.ExpectColumnMedianToBeBetween(
            column="length", min_value=length * (1 - LENGTH), max_value=length * (1 + LENGTH)
        )


def _of_labels(expected: Expected) -> Iterator[Any]:
    from great_expectations import expectations  # noqa: PLC0415

    whole = sum(expected.labels.values())
    yield expectations.ExpectColumnKLDivergenceToBeLessThan(
        column="label",
        partition_object={
            "values": list(expected.labels),
            "weights": [number / whole for number in expected.labels.values()],
        },
        threshold=DIVERGENCE,
        tail_weight_holdout=UNSEEN,
    )


def _validated(frame: pl.DataFrame, expected: Iterator[Any]) -> Any:
    import great_expectations  # noqa: PLC0415

    batch = _source().get_batch({"dataframe": frame.to_pandas()})
    suite = great_expectations.ExpectationSuite(name="expected", expectations=list(expected))
    return batch.validate(suite, result_format="SUMMARY")


def _failed(validation: Any) -> Iterator[str]:
    """One sentence for each expectation that does not hold."""
    for result in validation.results:
        if not result.success:
            facts = result.expectation_config.kwargs
            bounds = {"min_value": "least", "max_value": "most", "threshold": "most"}
            said = ", ".join(f"{word} {facts[name]:g}" for name, word in bounds.items() if name in facts)
            name = result.expectation_config.type.removeprefix("expect_").replace("_", " ")
            yield f"{name}: {_number(result.result.get('observed_value'))} ({said})"


def _number(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, (int, float)) else "no value"


@lru_cache(maxsize=1)
def _source() -> Any:
    """Where frames of a context in memory come from: nothing is written, sent or drawn."""
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    import great_expectations  # noqa: PLC0415

    context = great_expectations.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    asset = context.data_sources.add_pandas("audit").add_dataframe_asset("table")
    return asset.add_batch_definition_whole_dataframe("all")


LOOKS = {"distribution_drift": drift}
