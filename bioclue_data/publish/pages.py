"""Reference pages under `docs/`: contracts, rules, commands, datasets. Generated; CI checks that they fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bioclue_data.audit import check as checks
from bioclue_data.contracts import contract as contracts
from bioclue_data.contracts import rules
from bioclue_data.contracts.fields import Contract, ListOf, Struct, Type
from bioclue_data.markdown import field_table, table
from bioclue_data.records.record import SPLITS, Record

if TYPE_CHECKING:
    from bioclue_data.records.catalogue import Catalogue

CONTRACTS = """\
# Contracts

One table per task type. Offsets are half open and count Unicode code points. `null` is not annotated, or
withheld; `[]` is annotated and empty.
"""
RULES = """\
# Rules

Every row keeps these. An error refuses the build, unless the record declares it with its exact count
(`known_faults`); a warning is kept in the row's `quality`.
"""
CHECKS = """\
# Checks

What `bioclue audit` looks for: data that keeps every rule and is still wrong, or should be known. An error
makes scores wrong, a warning should be looked at before use, a note is a fact to know.

False alarms: findings on the real datasets, drawn at random by `scripts/sample_findings.py` (seed 7, where
schemas/checks.toml names no other), were
read; "2 of 50" were no fault of the data. Where fewer than 50 are named, those were all.
"""
DATASETS = """\
# Datasets

verified: the whole real file went through the loader. written: the loader was made from the documented
format. declared: no loader yet.
"""
COMPARED = ("dataset", "split", "count", "published", "observed")


def pages(catalogue: Catalogue) -> list[tuple[str, str]]:
    """(path below `docs/`, text) of every page."""
    return [
        ("contracts.md", contracts_page()),
        ("rules.md", rules_page()),
        ("checks.md", checks_page()),
        ("datasets.md", datasets_page(catalogue)),
    ]


def contracts_page() -> str:
    """All contracts: common columns, then one section per task, then the fragments."""
    loaded = [contracts.load(task) for task in contracts.tasks()]
    structs = {s.name: s for c in loaded for field in c.columns for s in _structs(field.type)}
    common = f"## Columns of every table\n\n{field_table(loaded[0].common)}"
    fragments = [f"## Fragment `{name}`\n\n{field_table(s.fields)}" for name, s in sorted(structs.items())]
    return "\n".join([CONTRACTS, common, *map(_contract, loaded), *fragments])


def _contract(contract: Contract) -> str:
    gold = ", ".join(f"`{path}`" for path in contract.gold) or "none"
    head = f"## `{contract.name}`: {contract.title} ({contract.title_zh})\n\n{contract.doc} Gold: {gold}.\n"
    return f"{head}\n{field_table(contract.content)}\nRules: {', '.join(contract.checks)}.\n"


def _structs(kind: Type) -> list[Struct]:
    if isinstance(kind, ListOf):
        return _structs(kind.item)
    if isinstance(kind, Struct):
        return [kind, *(s for field in kind.fields for s in _structs(field.type))]
    return []


def rules_page() -> str:
    """All rules with what they ask, why, and what to do."""
    head = ("code", "what holds", "severity", "why", "what to do")
    rows = [(r.code, r.title, r.severity, r.explanation, r.remedy) for r in rules.rules().values()]
    return f"{RULES}\n{table(head, rows)}"


def checks_page() -> str:
    """All checks of the audit with what they find, why it matters, and what to do."""
    head = ("code", "what is found", "severity", "false alarms", "why", "what to do")
    rows = [
        (code, w.title, w.severity, w.false_alarms.said, w.explanation, w.remedy)
        for code, w in checks.words().items()
    ]
    return f"{CHECKS}\n{table(head, rows)}"


def datasets_page(catalogue: Catalogue) -> str:
    """Every dataset with its status, and published against observed counts where there are both."""
    records = [entry.record for entry in catalogue.entries.values()]
    head = ("dataset", "name", "tasks", "language", "access", "licence", "status")
    compared = [row for record in records if record.status == "verified" for row in comparison(record)]
    all_of_them = table(head, map(_line, records))
    return f"{DATASETS}\n{all_of_them}\n## Published against observed\n\n{table(COMPARED, compared)}"


def _line(record: Record) -> tuple[str, ...]:
    splits = (
        [f"{name} {record.status_of(name)}" for name, _ in record.splits.items()] if record.splits else []
    )
    link = f"[`{record.id}`](../cards/{record.id}.md)"
    status = ", ".join(splits) or record.status
    names = f"{record.name} {record.name_zh}".strip()
    return link, names, ", ".join(record.tasks), record.language, record.access, record.licence.id, status


def comparison(record: Record) -> list[tuple[object, ...]]:
    """Rows of the published-against-observed table; a difference shows the record's reason."""
    published, observed = record.expected.published, record.expected.observed
    rows: list[tuple[object, ...]] = []
    for split in SPLITS if published else ():
        for key, count in getattr(published, split).items():
            found = getattr(observed, split).get(key, "")
            reason = f" ({observed.reason})" if found not in {"", count} else ""
            rows.append((f"`{record.id}`", split, key, count, f"{found}{reason}"))
    return rows
