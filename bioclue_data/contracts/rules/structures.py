"""Rules about structured output (X): canonical JSON, JSON Schemas, decision trees, codes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import polars as pl

from bioclue_data.contracts.rows import canonical_json
from bioclue_data.contracts.rules.frames import Batch, Frame, Look, Looks, elements, first_of, fixed, quoted
from bioclue_data.contracts.rules.mentions import wrong_ids
from bioclue_data.errors import RecordError
from bioclue_data.locations import content

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bioclue_data.contracts.rules import Terms

KINDS = ("record", "tree", "frames", "codes")


def _codes(batch: Batch) -> pl.DataFrame:
    return wrong_ids(elements(batch.rows, "codes", ["row"], "i"), "system", "code")


FRAMES = {"codes": Frame(_codes, pl.format("codes[{}]", "i"))}


def _json_fault(text: str, problems: Callable[[Any], str | None]) -> str | None:
    try:
        value = json.loads(text)
        if canonical_json(value) != text:
            return "it is not in canonical form"
    except (ValueError, RecursionError) as error:
        return f"it is no JSON: {error}"
    return problems(value)


def _schema_problems(name: str) -> Callable[[Any], str | None]:
    """The check against a JSON Schema: the first problem and its place, or None."""
    import jsonschema  # noqa: PLC0415 - 0.2 s that only t2s need pay

    path = content("schemas") / "json" / f"{name}.schema.json"
    if not path.is_file():
        there = ", ".join(sorted(p.name.split(".")[0] for p in path.parent.glob("*.schema.json")))
        raise RecordError(
            f"there is no JSON Schema {name!r}", remedy=f"use one of: {there}; or add {path.name}"
        )
    validator = jsonschema.Draft202012Validator(json.loads(path.read_text(encoding="utf-8")))

    def problems(value: Any) -> str | None:
        first = next(validator.iter_errors(value), None)
        return f"{first.json_path}: {first.message}" if first else None

    return problems


def _tree_fault(text: str) -> str | None:
    """What keeps a list of nodes from being one full binary tree; other JSON is X1's business."""
    try:
        roles = [node["role"] for node in json.loads(text)]
    except (ValueError, RecursionError, TypeError, KeyError):
        return None
    branches = 1
    for i, role in enumerate(roles):
        if not branches:
            return f"node {i} stands behind the end of the tree"
        branches += 1 if role == "C" else -1
    return f"{branches} branches have no decision" if branches else None


def _faults(texts: pl.Expr, fault: Callable[[str], str | None]) -> pl.Expr:
    """What `fault` says about each text; null where it says nothing, or the text is null."""

    def said(series: pl.Series) -> pl.Series:
        return pl.Series([None if text is None else fault(text) for text in series], dtype=pl.String)

    return texts.map_batches(said, return_dtype=pl.String)


def _output(terms: Terms) -> Sequence[Look]:
    problems = _schema_problems(terms.schema) if terms.schema else lambda _value: None
    said = _faults(pl.col("output"), lambda text: _json_fault(text, problems))
    return (Look("rows", said.is_null(), said, "output"),)


_TREE = _faults(pl.when(pl.col("kind") == "tree").then("output"), _tree_fault)

_KIND = pl.col("kind")
_X4 = Look(
    "rows",
    _KIND.is_in(KINDS)
    & pl.when(_KIND == "codes").then(pl.col("output").is_null()).otherwise(pl.col("codes").is_null()),
    pl.format(
        "kind {}, output is {}, codes is {}",
        quoted("kind"),
        pl.when(pl.col("output").is_null()).then(pl.lit("null")).otherwise(pl.lit("given")),
        pl.when(pl.col("codes").is_null()).then(pl.lit("null")).otherwise(pl.lit("given")),
    ),
    "kind",
)

LOOKS: Mapping[str, Looks] = {
    "X1": _output,
    "X2": fixed(
        Look(
            "codes",
            pl.col("wrong").is_null() & first_of("row", "system", "code"),
            pl.coalesce("wrong", pl.format("{} is given before", quoted("code"))),
        )
    ),
    "X3": fixed(Look("rows", _TREE.is_null(), _TREE, "output")),
    "X4": fixed(_X4),
}
