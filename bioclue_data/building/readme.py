"""The README of a built folder: a dataset card that the Hub takes and a person reads."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from bioclue_data.building import card_tables
from bioclue_data.building.hub_header import header, records_of
from bioclue_data.contracts import contract as contracts
from bioclue_data.markdown import field_table, page
from bioclue_data.records import licences

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bioclue_data.building.configs import Table
    from bioclue_data.building.folder import Manifest
    from bioclue_data.records.catalogue import Catalogue
    from bioclue_data.records.record import Record

PAGE = Path(__file__).parent / "page" / "readme.md"
SAMPLE_VERSION = "0.0.0"
_DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)  # in C where it is: an eighth of the time


def readme(manifest: Manifest, catalogue: Catalogue) -> str:
    """The whole text of README.md."""
    tables = [table for built in manifest["datasets"].values() for table in built["tables"]]
    facts = {
        "header": front_matter(header(manifest, catalogue)),
        "sample": manifest["sample"],
        "rows": sum(table["rows"] for table in tables),
        "datasets": sum(bool(built["tables"]) for built in manifest["datasets"].values()),
        "tables": len(tables),
        "missing": _missing(manifest),
        "checked": sum(table["checked"] for table in tables),
        "leaked": sum(table["leaked"] for table in tables),
        "corpora": card_tables.corpora(manifest),
        "columns": "\n".join(task_section(task) for task in sorted({table["task"] for table in tables})),
    }
    facts |= _limits(tables, records_of(manifest, catalogue)) | _sections(manifest, catalogue)
    return page(PAGE, facts)


def front_matter(header: Mapping[str, Any]) -> str:
    """The YAML of a card, in the order of its keys."""
    text: str = yaml.dump(dict(header), Dumper=_DUMPER, allow_unicode=True, sort_keys=False, width=10_000)
    return text


def _sections(manifest: Manifest, catalogue: Catalogue) -> dict[str, str]:
    groups = card_tables.groups(manifest)
    sections = (card_tables.section(name, group, catalogue) for name, group in groups.items())
    return {
        "first": next(iter(groups), ""),
        "overview": card_tables.overview(manifest, catalogue),
        "sections": "\n".join(sections),
    }


def _missing(manifest: Manifest) -> list[tuple[str, list[str]]]:
    """What was asked for and is not here, by reason."""
    reasons: dict[str, list[str]] = {}
    for dataset, gaps in sorted(manifest["missing"].items()):
        for split, gap in gaps.items():
            reasons.setdefault(gap["reason"], []).append(dataset if split == "*" else f"{dataset} {split}")
    return sorted(reasons.items())


def _limits(tables: Iterable[Table], records: list[Record]) -> dict[str, Any]:
    return {
        "publishable": sum(map(licences.may_publish, records)),
        "faults": sum(card_tables.faults_of(tables).values()),
        "languages": _counted(record.language for record in records),
        "domains": _counted(record.domain for record in records),
    }


def _counted(words: Iterable[str]) -> str:
    counts = sorted(Counter(words).items(), key=lambda pair: (-pair[1], pair[0]))
    return ", ".join(f"{word} {number}" for word, number in counts)


def task_section(task: str) -> str:
    """A contract's title, what it is for, and its own columns."""
    contract = contracts.load(task)
    return f"### {contract.title} (`{task}`)\n\n{contract.doc}\n\n{field_table(contract.content)}"
