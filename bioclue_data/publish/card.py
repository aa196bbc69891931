"""`cards/<dataset>.md`: what we claim about a dataset in public, from its record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bioclue_data.contracts import rules
from bioclue_data.markdown import table
from bioclue_data.publish.pages import COMPARED, comparison
from bioclue_data.records import licences
from bioclue_data.records.citation import bibtex
from bioclue_data.records.record import SPLITS

if TYPE_CHECKING:
    from bioclue_data.records.catalogue import Catalogue
    from bioclue_data.records.record import Record


def card(catalogue: Catalogue, record: Record) -> str:
    """The card of one dataset, in Markdown; English, with the Chinese name where there is one."""
    title = f"{record.name} ({record.name_zh})" if record.name_zh else record.name
    sections = [_splits, _counts, _compared, _faults, _overlaps]
    texts = [_facts(catalogue, record), *(section(record) for section in sections)]
    return "\n".join(
        [f"# {title}\n", *filter(None, texts), f"## Citation\n\n```bibtex\n{bibtex(record)}\n```\n"]
    )


def _facts(catalogue: Catalogue, record: Record) -> str:
    names = [name for task in record.tasks for name in catalogue.configs_of(record, task)]
    terms = licences.terms(record)
    rows = {
        "id": ", ".join(f"`{name}`" for name in (record.id, *record.aliases)),
        "tasks": ", ".join(record.tasks),
        "configs": ", ".join(f"`{name}`" for name in names),
        "language": record.language,
        "domain": record.domain,
        "licence": f"{record.licence.id}: {terms.name} (read on {record.licence.read_on})",
        "licence note": record.licence.note,
        "access": f"{record.access} {record.obtain}".strip(),
        "may be published by us": "yes" if licences.may_publish(record) else "no",
        "homepage": record.homepage,
        "derived from": record.derived_from,
        "note": record.note,
    }
    return table(("", ""), [row for row in rows.items() if row[1]])


def _splits(record: Record) -> str:
    if record.splits is None:
        return "No loader yet: the dataset is declared.\n"
    rows = [(name, record.status_of(name), ", ".join(s.withheld) or "–") for name, s in record.splits.items()]
    return f"## Splits\n\nOrigin: {record.splits.origin}.\n\n{table(('split', 'status', 'withheld'), rows)}"


def _counts(record: Record) -> str:
    observed = record.expected.observed
    rows = [(split, key, count) for split in SPLITS for key, count in getattr(observed, split).items()]
    return f"## Counts on the real files\n\n{table(('split', 'what', 'count'), rows)}" if rows else ""


def _compared(record: Record) -> str:
    rows, published = comparison(record), record.expected.published
    if not rows or published is None:
        return ""
    return f"## Published against observed\n\nPublished: {published.source}.\n\n{table(COMPARED, rows)}"


def _faults(record: Record) -> str:
    head = ("rule", "train", "validation", "test", "reason")
    rows = [
        (f"{f.rule}: {rules.describe(f.rule).title}", f.train, f.validation, f.test, f.reason)
        for f in record.known_faults
    ]
    return f"## Known faults of the source\n\n{table(head, rows)}" if rows else ""


def _overlaps(record: Record) -> str:
    rows = [(f"`{o.dataset}`", o.items, o.unit, o.note) for o in record.overlaps]
    return f"## Overlaps\n\n{table(('with', 'items', 'unit', 'note'), rows)}" if rows else ""
