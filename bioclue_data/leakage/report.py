"""A report of a scan as one page: no network, no file beside it, and nothing of the texts can act.

The heat map is a table with coloured cells. Chart libraries that bring their JavaScript in a PyPI package
weigh megabytes (plotly: 4) or lack heat maps (pygal); a table is read aloud, scrolled on a phone and printed,
and its cells choose the evidence below.
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from bioclue_data.building.replacing import replacing
from bioclue_data.leakage.findings import SNIPPET
from bioclue_data.leakage.marking import marked
from bioclue_data.leakage.verdicts import SUSPECTED, VERDICTS
from bioclue_data.version import VERSION
from bioclue_data.visible import pages, shown, visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import polars as pl
    import pyarrow as pa

PAGE = Path(__file__).with_name("page")
ROWS = 3000  # findings with evidence in the page
EVIDENCE_BYTES = 6 << 20  # of them together
TEXT = 2000  # characters of a text, as findings have them
_MEANINGS = {
    "exact": "every token of the item stands in one record, in one run",
    "near_duplicate": "nearly all of the item stands in one record",
    "suspected": "much of the item stands in one record",
    "ngram": "over half of its tokens stand in runs of 8 words or 13 CJK characters (as Tulu 3 counts)",
    "partial": "one such run, or a short question without its options: no leak by itself",
    "source_overlap": "only its public context, such as an abstract, is in the corpus",
    "declared": "the authors say that they trained on it",
}


class _Cell(NamedTuple):
    """A place of the heat map: findings that are leaks, of how many items, and the share as 0 to 1.

    `unread`: 1 for each table against a corpus of which no text could be read.
    """

    leaked: int
    rows: int
    found: int
    unread: int

    @property
    def share(self) -> float:
        return min(1.0, self.leaked / self.rows) if self.rows else 0.0

    @property
    def depth(self) -> float:
        """How strong the colour is: small shares are seen too."""
        return round(math.sqrt(self.share), 3)

    @property
    def percent(self) -> str:
        if not self.rows:
            return str(self.leaked)
        if 0 < self.share < 0.001:
            return "<0.1"
        return f"{100 * self.share:.1f}".removesuffix(".0")


def write_report(findings: pa.Table, scan: dict[str, Any], out: Path) -> None:
    """Write the page.

    Args:
        findings: A table of the schema of `leakage.findings`.
        scan: What was scanned: `corpora` (corpus, revision, files, records, bytes, problems), `datasets`
            (dataset, task, split, rows), `thresholds` and `method`.
        out: Where the page goes; what stands there is replaced in one step.
    """
    with replacing(out) as half:
        half.write_text(render(findings, scan), encoding="utf-8")


def render(findings: pa.Table, scan: dict[str, Any]) -> str:
    """The page as text."""
    import polars as pl  # noqa: PLC0415
    from markupsafe import Markup, escape  # noqa: PLC0415

    frame = pl.DataFrame(pl.from_arrow(findings)).fill_nan(0).fill_null(0).fill_null("")
    frame = frame.with_columns(
        pl.col("low_confidence").fill_null(value=False),
        rank=pl.col("verdict").replace_strict(
            {verdict: rank for rank, verdict in enumerate(VERDICTS)}, default=0, return_dtype=pl.Int8
        ),
    )
    templates = pages(PAGE, name=lambda name: escape(shown(name)).replace("_", Markup("_<wbr>")), size=_size)
    script = (PAGE / "report.js").read_text(encoding="utf-8")
    evidence = list(_evidence(frame))
    return templates.get_template(
        "report.html"
    ).render(
        version=VERSION,
        style=Markup((PAGE / "report.css").read_text(encoding="utf-8")),  # noqa: S704 - ours
        script=Markup(script),  # noqa: S704 - ours
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        evidence=Markup(  # noqa: S704 - cannot end the element
            _json({"rows": evidence, "left": _left_out(frame, evidence)})
        ),
        embedded=len(evidence),
        found=len(frame),
        heat=_heat_map(frame, scan),
        breakdown=_breakdown(frame, scan),
        meanings={verdict: _MEANINGS.get(verdict, "") for verdict in _verdicts(frame)},
        leaks=VERDICTS[SUSPECTED:],
        scan=scan,
    )


def _json(value: object) -> str:
    """JSON that can stand in a script element: no `<` that could end it."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _verdicts(frame: pl.DataFrame) -> list[str]:
    """All verdicts, the strongest first; those that we do not know at the end."""
    others = sorted(set(frame["verdict"].to_list()) - set(VERDICTS))
    return [*VERDICTS[:0:-1], *others]


def _totals(scan: dict[str, Any]) -> dict[tuple[str, str], int]:
    totals: dict[tuple[str, str], int] = {}
    for row in scan["datasets"]:
        key = row["dataset"], row["split"]
        totals[key] = totals.get(key, 0) + row["rows"]
    return totals


def _heat_map(frame: pl.DataFrame, scan: dict[str, Any]) -> dict[str, Any]:
    """Corpora, and for each dataset its cells and those of its splits."""
    import polars as pl  # noqa: PLC0415

    totals = _totals(scan)
    groups = frame.group_by("dataset", "split", "corpus").agg(
        leaked=(pl.col("rank") >= SUSPECTED).sum(), found=pl.len()
    )
    counts = {tuple(row[:3]): row[3:] for row in groups.iter_rows()}
    corpora = list(dict.fromkeys([row["corpus"] for row in scan["corpora"]]))
    corpora += sorted({corpus for _, _, corpus in counts} - set(corpora))
    unread = {row["corpus"] for row in scan["corpora"] if not row["bytes"]}
    keys = sorted({*totals, *((dataset, split) for dataset, split, _ in counts)})
    rows = []
    for dataset in dict.fromkeys(dataset for dataset, _ in keys):
        splits = [
            (
                split,
                [
                    _Cell(*_counted(counts, (dataset, split, corpus), totals), corpus in unread)
                    for corpus in corpora
                ],
            )
            for name, split in keys
            if name == dataset
        ]
        whole = [
            _Cell(*map(sum, zip(*cells, strict=True))) for cells in zip(*(c for _, c in splits), strict=True)
        ]
        rows.append((dataset, sum(totals.get((dataset, split), 0) for split, _ in splits), whole, splits))
    return {"corpora": corpora, "rows": rows}


def _counted(
    counts: dict[tuple[Any, ...], tuple[Any, ...]],
    key: tuple[str, str, str],
    totals: dict[tuple[str, str], int],
) -> tuple[int, int, int]:
    leaked, found = counts.get(key, (0, 0))
    return leaked, totals.get(key[:2], 0), found


def _breakdown(frame: pl.DataFrame, scan: dict[str, Any]) -> list[dict[str, Any]]:
    """For each dataset how many items have which verdict as their worst, over all corpora."""
    import polars as pl  # noqa: PLC0415

    worst = frame.sort("rank", ~pl.col("low_confidence")).group_by("dataset", "split", "item_id")
    items = worst.agg(pl.col("verdict").last(), low=pl.col("low_confidence").last())
    counts: dict[str, dict[str, int]] = {}
    low: dict[str, int] = {}
    for dataset, verdict, number, unsure in (
        items.group_by("dataset", "verdict").agg(pl.len(), pl.col("low").sum()).iter_rows()
    ):
        counts.setdefault(dataset, {})[verdict] = number
        low[dataset] = low.get(dataset, 0) + unsure
    totals: dict[str, int] = {}
    for (dataset, _), number in _totals(scan).items():
        totals[dataset] = totals.get(dataset, 0) + number
    return [
        {
            "dataset": dataset,
            "rows": totals.get(dataset, 0),
            "counts": counts.get(dataset, {}),
            "low": low.get(dataset, 0),
            "whole": max(1, totals.get(dataset, 0), sum(counts.get(dataset, {}).values())),
        }
        for dataset in sorted({*totals, *counts})
    ]


def _evidence(frame: pl.DataFrame) -> Iterator[dict[str, Any]]:
    """The findings to show, strongest first; each dataset and corpus has its strongest among them."""
    import polars as pl  # noqa: PLC0415

    strength = [pl.col("rank"), ~pl.col("low_confidence"), pl.col("score")]
    ordered = frame.sort(*strength, descending=True, maintain_order=True).with_row_index("order")
    place = pl.int_range(pl.len()).over("dataset", "corpus").alias("place")
    chosen = ordered.with_columns(place).sort("place", "order").head(ROWS)
    kept: list[tuple[int, dict[str, Any]]] = []
    size = 0
    for row in chosen.iter_rows(named=True):
        made = _row(row)
        size += len(_json(made).encode())
        if size > EVIDENCE_BYTES:
            break
        kept.append((row["order"], made))
    for _, made in sorted(kept, key=lambda pair: pair[0]):
        yield made


def _left_out(frame: pl.DataFrame, evidence: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """How many findings of which kind are not in the page."""
    names = ("dataset", "split", "corpus", "verdict", "low_confidence")
    there = Counter(
        (*map(shown, kind[:4]), kind[4]) for kind in zip(*(frame[name] for name in names), strict=True)
    )
    keys = (*names[:4], "low")
    here = Counter(tuple(row[key] for key in keys) for row in evidence)
    return [dict(zip(keys, kind, strict=True)) | {"count": count} for kind, count in (there - here).items()]


def _row(row: dict[str, Any]) -> dict[str, Any]:
    names = ("dataset", "split", "item_id", "corpus", "revision", "verdict", "field", "variant", "file")
    item, corpus = (row[name] for name in ("item_text", "evidence"))
    item_parts, corpus_parts = marked(item[:TEXT], corpus[:TEXT])
    return {
        **{name: shown(row[name]) for name in names},
        "low": row["low_confidence"],
        **{name: row[name] for name in ("record", "start", "end", "records")},
        **{name: round(row[name], 4) for name in ("score", "longest")},
        "fields": [one | {"field": shown(one["field"])} for one in row["fields"] or ()],
        "item": _parts(item_parts, len(item)) | {"more": len(item) == SNIPPET},
        "found": _parts(corpus_parts, len(corpus)),
    }


def _parts(parts: Iterable[str], size: int) -> dict[str, Any]:
    """Pieces, in turn unmarked and marked, and how many characters were cut off after them."""
    return {"parts": [visible(part) for part in parts], "cut": max(0, size - TEXT)}


def _size(number: float) -> str:
    for unit in ("B", "KB", "MB", "GB"):
        if number < 1000:
            return f"{number:.0f} {unit}" if unit == "B" else f"{number:.1f} {unit}"
        number /= 1000
    return f"{number:.1f} TB"
