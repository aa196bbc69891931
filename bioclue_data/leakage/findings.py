"""Findings: one row for each item and corpus in which something of it was found, with the evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from bioclue_data.leakage.items import ROLES
from bioclue_data.leakage.verdicts import PARTIAL, VERDICTS
from bioclue_data.matching import characters, reference
from bioclue_data.matching.windows import SEED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bioclue_data.leakage.items import Items
    from bioclue_data.leakage.matches import Seen
    from bioclue_data.leakage.search import Search

METHOD = f"windows{SEED.word}w{SEED.single}c-10"
SNIPPET = 600
MOST = ("covered", "longest", "characters")  # of any record, not of the best one; the last two of one run
_OF_FIELD = [("field", pa.string()), ("parts", pa.int32()), ("found", pa.int32()), ("score", pa.float32())]
SCHEMA = pa.schema(
    [
        ("content_hash", pa.string()),
        ("item_id", pa.string()),
        ("dataset", pa.string()),
        ("split", pa.string()),
        ("task", pa.string()),
        ("corpus", pa.string()),
        ("revision", pa.string()),
        ("method", pa.string()),
        ("verdict", pa.string()),
        ("low_confidence", pa.bool_()),
        ("score", pa.float32()),
        ("field", pa.string()),
        ("variant", pa.string()),
        ("file", pa.string()),
        ("record", pa.int64()),
        ("start", pa.int64()),
        ("end", pa.int64()),
        ("records", pa.int64()),
        ("covered", pa.float32()),
        ("longest", pa.float32()),
        ("characters", pa.int64()),
        ("units", pa.float32()),
        ("fields", pa.list_(pa.struct(_OF_FIELD))),
        ("item_text", pa.string()),
        ("evidence", pa.string()),
    ]
)


def findings(seen: dict[int, Seen], search: Search, corpus: str, revision: str) -> Iterator[dict[str, Any]]:
    """A row for each item seen, in the items' order; matches that are hash collisions are left out."""
    items, support = search.items, search.thresholds.support
    units = items.lengths() if seen else []
    numbers = sorted(seen)
    for number, first in zip(numbers, np.searchsorted(items.items, numbers).tolist(), strict=True):
        row, what = items.keys[number], seen[number]
        best = what.best
        text = items.text(best.field)
        if not holds(text, best.run):
            continue
        yield {
            "content_hash": row.content_hash,
            "item_id": row.item_id,
            "dataset": row.dataset,
            "split": row.split,
            "task": row.task,
            "corpus": corpus,
            "revision": revision,
            "method": method(),
            "verdict": VERDICTS[best.verdict],
            "low_confidence": not best.confident,
            "score": best.score,
            "field": items.names[items.name_ids[best.field]],
            "variant": row.variant,
            "file": best.file,
            "record": best.record,
            "start": best.start,
            "end": best.end,
            "records": what.records,
            "covered": what.covered,
            "longest": what.longest,
            "characters": what.characters,
            "units": units[number],
            "fields": _fields(items, first, best.shares, support) if best.verdict > PARTIAL else None,
            "item_text": text[:SNIPPET] if best.verdict > PARTIAL else None,
            "evidence": best.evidence if best.verdict > PARTIAL else None,
        }


def _fields(items: Items, first: int, shares: tuple[float, ...], support: float) -> list[dict[str, Any]]:
    """What of each field stands in the record: how many of its parts (options, answers, …), and the share.

    Of what supports an item only parts count that are found. `first`: the item's first field.
    """
    own = slice(first, first + len(shares))
    facts = (array[own].tolist() for array in (items.name_ids, items.roles, items.units))
    parts: dict[int, list[tuple[bool, float, float]]] = {}
    for name_id, role, units, share in zip(*facts, shares, strict=True):
        is_there, weight = share >= support, max(units, 1.0)
        counted = share if is_there or role != ROLES["support"] else 0.0
        parts.setdefault(name_id, []).append((is_there, counted * weight, weight))
    found = []
    for name_id, some in parts.items():
        there, counted, weights = map(sum, zip(*some, strict=True))
        counts = {"parts": len(some), "found": there}
        found.append({"field": items.names[name_id]} | counts | {"score": round(counted / weights, 4)})
    return found


def merged(tables: list[pa.Table]) -> pa.Table:
    """The best finding of each item and corpus out of those of its variants and of several files.

    Records are added up that have the item in the words of the best finding. What is counted as papers do
    (MOST, and units) is of the item as it is.
    """
    import polars as pl  # noqa: PLC0415

    frame = pl.from_arrow(pa.concat_tables([SCHEMA.empty_table(), *tables]))
    assert isinstance(frame, pl.DataFrame)
    keys = ["corpus", "dataset", "split", "task", "item_id", "content_hash"]
    ranked = frame.with_columns(
        pl.when(pl.col("variant") == "").then(pl.col(MOST)).otherwise(0),
        rank=pl.col("verdict").replace_strict(VERDICTS, range(len(VERDICTS))),
    )
    order = ["rank", "low_confidence", "score", "longest", "file", "record"]
    down = [True, False, True, True, False, False]
    best = ranked.sort([*keys, *order], descending=[False] * len(keys) + down).group_by(
        keys, maintain_order=True
    )
    rest = [name for name in SCHEMA.names if name not in {*keys, "records", "units", *MOST}]
    records = pl.col("records").filter(pl.col("variant") == pl.col("variant").first()).sum()
    units = pl.col("units").sort_by("variant").first()
    run = pl.col("characters").sort_by("longest", "characters").last()
    most = (pl.col("covered", "longest").max(), run)
    joined = best.agg(pl.col(rest).first(), records, units, *most)
    return joined.select(SCHEMA.names).to_arrow().cast(SCHEMA)


def holds(text: str, run: str) -> bool:
    """Are the tokens of `run` a run of tokens of `text`? Compared as characters, not as hashes."""
    whole, part = (" ".join(["", *reference.words(value), ""]) for value in (text, run))
    return not part.isspace() and part in whole


def method() -> str:
    """Name and version of what makes findings: the windows, and the character table."""
    return f"{METHOD}-{characters.load().version}"


def table(rows: Iterable[dict[str, Any]]) -> pa.Table:
    """Findings as an Arrow table."""
    return pa.Table.from_pylist(list(rows), schema=SCHEMA)
