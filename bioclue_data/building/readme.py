"""The README of a built folder: the `configs:` that `datasets` reads, and what a person wants to know first.

Every config carries a version and a description with the digest of its files: `datasets` keys its cache by
these, and would serve stale rows without them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from bioclue_data.building.folder import Manifest, digest
from bioclue_data.contracts import contract as contracts
from bioclue_data.markdown import field_table, table
from bioclue_data.records.record import SPLITS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bioclue_data.records.catalogue import Catalogue

SAMPLE_VERSION = "0.0.0"
INVENTED = "**Invented sample rows, made to show the tables. Not the datasets.**\n\n"
PAGE = """\
---
{header}---

# bioclue

{invented}Biomedical and clinical NLP datasets, English and Chinese, one schema per task type.

```python
from datasets import load_dataset
load_dataset("bioclue", "{first}")   # in the folder that holds this one
```

`manifest.json` holds sources, counts, declared faults and what is missing, with reasons.

{configs}
{fields}"""


def configs(manifest: Manifest, catalogue: Catalogue) -> list[dict[str, Any]]:
    """The `configs:` block: `<task>_<lang>` over all datasets, and `<dataset>_<task>` for each alone."""
    found: dict[str, list[dict[str, Any]]] = {}
    for dataset, built in manifest["datasets"].items():
        for made in built["tables"]:
            for name in made["configs"]:
                found.setdefault(name, []).append({**made, "dataset": dataset})
    return [_config(name, tables, manifest, catalogue) for name, tables in sorted(found.items())]


def _config(
    name: str, tables: list[dict[str, Any]], manifest: Manifest, catalogue: Catalogue
) -> dict[str, Any]:
    files = [
        {"split": split, "path": paths}
        for split in SPLITS
        if (paths := sorted(table["path"] for table in tables if table["split"] == split))
    ]
    return {
        "config_name": name,
        "version": manifest["version"],
        "description": _description(name, tables, manifest, catalogue),
        "data_files": files,
    }


def _description(name: str, tables: list[dict[str, Any]], manifest: Manifest, catalogue: Catalogue) -> str:
    task = contracts.load(tables[0]["task"])
    here = sorted({table["dataset"] for table in tables})
    rows = sum(table["rows"] for table in tables)
    invented = "INVENTED SAMPLE ROWS, not the datasets. " if manifest["sample"] else ""
    absent = "; ".join(_absent(name, set(here), manifest, catalogue))
    lacking = f" Not here: {absent}." if absent else ""
    return f"{invented}{task.title}: {rows} rows of {', '.join(here)}.{lacking} sha256:{digest(tables)}"


def _absent(name: str, here: set[str], manifest: Manifest, catalogue: Catalogue) -> Iterable[str]:
    """What the config could hold and does not, by reason: datasets that were asked for, and single splits."""
    reasons: dict[str, list[str]] = {}
    for entry, _ in catalogue.configs().get(name, []):
        dataset = entry.record.id
        for split, gap in manifest["missing"].get(dataset, {}).items():
            whole = split == "*" or dataset not in here
            reasons.setdefault(gap["reason"], []).append(dataset if whole else f"{dataset} {split}")
    return [f"{reason}: {', '.join(sorted(set(names)))}" for reason, names in sorted(reasons.items())]


def readme(manifest: Manifest, catalogue: Catalogue) -> str:
    """The whole text of README.md."""
    block = configs(manifest, catalogue)
    tasks = sorted({t["task"] for built in manifest["datasets"].values() for t in built["tables"]})
    return PAGE.format(
        header=yaml.safe_dump({"configs": block}, allow_unicode=True, sort_keys=False, width=10_000),
        invented=INVENTED if manifest["sample"] else "",
        first=block[0]["config_name"],
        configs=table(("config", "rows"), [(f"`{c['config_name']}`", _counts(c, manifest)) for c in block]),
        fields="\n".join(task_section(task) for task in tasks),
    )


def _counts(config: Mapping[str, Any], manifest: Manifest) -> str:
    rows = {t["path"]: t["rows"] for built in manifest["datasets"].values() for t in built["tables"]}
    parts = (f"{part['split']} {sum(rows[path] for path in part['path'])}" for part in config["data_files"])
    return ", ".join(parts)


def task_section(task: str) -> str:
    """A contract's title, what it is for, and its own columns."""
    contract = contracts.load(task)
    return f"## {contract.title} (`{task}`)\n\n{contract.doc}\n\n{field_table(contract.content)}"
