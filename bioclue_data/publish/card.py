"""`cards/<dataset>.md`: what we claim about a dataset in public, from its record."""

from __future__ import annotations

from bioclue_data import licences, rules
from bioclue_data.citation import bibtex
from bioclue_data.publish.pages import comparison
from bioclue_data.record import SPLITS, Record


def card(record: Record) -> str:
    """The card of one dataset, in Markdown; English, with the Chinese name where there is one."""
    title = f"{record.name} ({record.name_zh})" if record.name_zh else record.name
    sections = [f"# {title}\n", _facts(record), _splits(record), _counts(record), _faults(record), _overlaps(record)]
    sections.append(f"## Citation\n\n```bibtex\n{bibtex(record)}\n```\n")
    return "\n".join(section for section in sections if section)


def _facts(record: Record) -> str:
    terms = licences.terms(record)
    rows = {
        "id": f"`{record.id}`" + "".join(f", `{alias}`" for alias in record.aliases),
        "tasks": ", ".join(record.tasks),
        "configs": ", ".join(f"`{name}`" for name in record.configs),
        "language": record.language,
        "domain": record.domain,
        "licence": f"{record.licence.id}: {terms.name} (read on {record.licence.read_on})",
        "licence note": record.licence.note,
        "access": f"{record.access} {record.obtain}".strip(),
        "may be published by us": "yes" if licences.may_publish(record) else "no",
        "homepage": record.homepage,
        "derived from": f"`{record.derived_from}`" if record.derived_from else "",
        "note": record.note,
    }
    return "| | |\n|---|---|\n" + "".join(f"| {name} | {value} |\n" for name, value in rows.items() if value)


def _splits(record: Record) -> str:
    if record.splits is None:
        return "No loader yet: the dataset is declared.\n"
    rows = [
        f"| {name} | {record.status_of(name)} | {', '.join(split.withheld) or '–'} |\n"
        for name, split in record.splits.items()
    ]
    head = f"## Splits\n\nOrigin: {record.splits.origin}.\n\n| split | status | withheld |\n|---|---|---|\n"
    return head + "".join(rows)


def _counts(record: Record) -> str:
    observed = record.expected.observed
    rows = [
        f"| {split} | {key} | {count} |\n" for split in SPLITS for key, count in getattr(observed, split).items()
    ]
    parts = []
    if rows:
        parts.append("## Counts on the real files\n\n| split | what | count |\n|---|---|---|\n" + "".join(rows))
    if published := comparison(record):
        source = record.expected.published.source if record.expected.published else ""
        head = f"## Published against observed\n\nPublished: {source}.\n\n"
        table = "| dataset | split | count | published | observed |\n|---|---|---|---|---|\n"
        parts.append(head + table + "".join(published))
    return "\n".join(parts)


def _faults(record: Record) -> str:
    rows = [
        f"| {f.rule}: {rules.describe(f.rule).title} | {f.train} | {f.validation} | {f.test} | {f.reason} |\n"
        for f in record.known_faults
    ]
    head = "## Known faults of the source\n\n| rule | train | validation | test | reason |\n|---|---|---|---|---|\n"
    return head + "".join(rows) if rows else ""


def _overlaps(record: Record) -> str:
    rows = [f"| `{o.dataset}` | {o.items} | {o.unit} | {o.note} |\n" for o in record.overlaps]
    head = "## Overlaps\n\n| with | items | unit | note |\n|---|---|---|---|\n"
    return head + "".join(rows) if rows else ""
