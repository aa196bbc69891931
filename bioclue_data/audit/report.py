"""An audit as one page: no network, no script, no file beside it, and nothing of the texts can act."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unicodedata import category

from bioclue_data.audit import check as checks
from bioclue_data.audit.findings import CLOSE, OPEN
from bioclue_data.visible import pages, visible

if TYPE_CHECKING:
    import polars as pl

PAGE = Path(__file__).with_name("page")
EXAMPLES = 5  # of each check, of each dataset and task
_MARKED = re.compile(f"{OPEN}(.*?)(?:{CLOSE}|$)", re.DOTALL)


def write_results(findings: pl.DataFrame, summary: dict[str, Any], out: Path) -> None:
    """Write findings.parquet, audit.json and audit.html; each takes the place of an older one in one step.

    Args:
        findings: Of `findings.SCHEMA`, with `accepted`.
        summary: Of `summary.summarise`.
        out: The folder; made if it is not there.
    """
    out.mkdir(parents=True, exist_ok=True)
    half = out / ".part"
    findings.write_parquet(half)
    half.replace(out / "findings.parquet")
    texts = {
        "audit.json": json.dumps(summary, ensure_ascii=False, indent=1),
        "audit.html": render(findings, summary),
    }
    for name, text in texts.items():
        half.write_text(text, encoding="utf-8")
        half.replace(out / name)


def render(findings: pl.DataFrame, summary: dict[str, Any]) -> str:
    """The page as text."""
    from markupsafe import Markup  # noqa: PLC0415

    return (
        pages(PAGE, parts=_parts)
        .get_template("audit.html")
        .render(
            style=Markup((PAGE / "audit.css").read_text(encoding="utf-8")),  # noqa: S704 - ours
            summary=summary,
            severities=tuple(reversed(checks.SEVERITIES)),
            words={one["check"]: one for one in summary["checks"]},
            sections=[_section(one, findings) for one in summary["datasets"]],
        )
    )


def _section(dataset: dict[str, Any], findings: pl.DataFrame) -> dict[str, Any]:
    """A dataset in one task: counts by severity, and its checks with splits and examples."""
    here = findings.filter(dataset=dataset["dataset"], task=dataset["task"])
    counts = dict.fromkeys(checks.SEVERITIES, 0)
    found: dict[str, dict[str, Any]] = {}
    for row in dataset["found"]:
        counts[row["severity"]] += row["findings"]
        entry = found.setdefault(row["check"], {"findings": 0, "splits": [], "accepted": 0})
        entry["findings"] += row["findings"]
        entry["accepted"] += row["accepted"]
        entry["splits"].append((row["split"], row["findings"]))
    for code, entry in found.items():
        entry["examples"] = here.filter(check=code).head(EXAMPLES).to_dicts()
    ordered = {code: found[code] for code in checks.words() if code in found}
    return {**dataset, "counts": counts, "total": sum(counts.values()), "checks": ordered}


def _named(fault: str) -> str:
    """A fault with private-use characters written out: no font shows them."""
    return "".join(f"[U+{ord(sign):04X}]" if category(sign) == "Co" else sign for sign in fault)


def _parts(detail: str | None) -> list[tuple[bool, str]]:
    """Pieces of a detail, and whether each is the fault."""
    parts, at = [], 0
    text = detail or ""
    for match in _MARKED.finditer(text):
        parts += [(False, visible(text[at : match.start()])), (True, _named(visible(match.group(1))))]
        at = match.end()
    return [part for part in [*parts, (False, visible(text[at:]))] if part[1]]
