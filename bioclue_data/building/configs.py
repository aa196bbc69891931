"""The configs of a built folder: `<task>_<lang>` over all datasets, and `<dataset>_<task>` for each alone.

Every config carries a version and a description with the digest of its files: `datasets` keys its cache by
these, and would serve stale rows without them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bioclue_data.building.folder import Manifest, digest
from bioclue_data.contracts import contract as contracts
from bioclue_data.records.record import SPLITS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bioclue_data.records.catalogue import Catalogue, Entry

Table = dict[str, Any]


def tables_of(manifest: Manifest) -> dict[str, list[Table]]:
    """Config name -> its tables, each with the name of its dataset; in alphabetical order."""
    found: dict[str, list[Table]] = {}
    for dataset, built in manifest["datasets"].items():
        for made in built["tables"]:
            for name in made["configs"]:
                found.setdefault(name, []).append({**made, "dataset": dataset})
    return dict(sorted(found.items()))


def is_shared(name: str, tables: list[Table]) -> bool:
    """Is it the config of a task and language, over all datasets?"""
    return bool(tables[0]["path"].startswith(f"{name}/"))


def files_of(tables: Iterable[Table]) -> dict[str, list[Table]]:
    """Split -> its tables sorted by path, the splits in their usual order."""
    ordered = sorted(tables, key=lambda table: str(table["path"]))
    found = {split: [table for table in ordered if table["split"] == split] for split in SPLITS}
    return {split: those for split, those in found.items() if those}


def configs(manifest: Manifest, catalogue: Catalogue) -> list[dict[str, Any]]:
    """The `configs:` block."""
    known = catalogue.configs()
    return [
        {
            "config_name": name,
            "version": manifest["version"],
            "description": _description(tables, manifest, known.get(name, [])),
            "data_files": [
                {"split": split, "path": [table["path"] for table in those]}
                for split, those in files_of(tables).items()
            ],
        }
        for name, tables in tables_of(manifest).items()
    ]


def _description(tables: list[Table], manifest: Manifest, known: Iterable[tuple[Entry, str]]) -> str:
    task = contracts.load(tables[0]["task"])
    here = sorted({table["dataset"] for table in tables})
    rows = sum(table["rows"] for table in tables)
    invented = "INVENTED SAMPLE ROWS, not the datasets. " if manifest["sample"] else ""
    absent = "; ".join(_absent(known, set(here), manifest))
    lacking = f" Not here: {absent}." if absent else ""
    return f"{invented}{task.title}: {rows} rows of {', '.join(here)}.{lacking} sha256:{digest(tables)}"


def _absent(known: Iterable[tuple[Entry, str]], here: set[str], manifest: Manifest) -> Iterable[str]:
    """What the config could hold and does not, by reason: datasets that were asked for, and single splits."""
    reasons: dict[str, list[str]] = {}
    for entry, _ in known:
        dataset = entry.record.id
        for split, gap in manifest["missing"].get(dataset, {}).items():
            whole = split == "*" or dataset not in here
            reasons.setdefault(gap["reason"], []).append(dataset if whole else f"{dataset} {split}")
    return [f"{reason}: {', '.join(sorted(set(names)))}" for reason, names in sorted(reasons.items())]
