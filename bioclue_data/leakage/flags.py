"""Findings become flags: in the tables of a built folder, or as the files that ship with the package."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from bioclue_data.building import describe, flags
from bioclue_data.building import folder as folders
from bioclue_data.building.opened import open_table
from bioclue_data.building.tables import TableWriter, file_sha256
from bioclue_data.errors import InvalidDataError
from bioclue_data.leakage.verdicts import SUSPECTED, VERDICTS
from bioclue_data.records import catalogue as catalogues

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping
    from pathlib import Path

KEPT = frozenset((*VERDICTS[SUSPECTED:], "source_overlap"))  # weaker ones are evidence, not flags
SHIPPED = pa.schema(
    [
        ("content", pa.int64()),
        ("corpus", pa.dictionary(pa.int32(), pa.string())),
        ("revision", pa.dictionary(pa.int32(), pa.string())),
        ("method", pa.dictionary(pa.int32(), pa.string())),
        ("verdict", pa.dictionary(pa.int32(), pa.string())),
        ("low_confidence", pa.bool_()),
        ("score", pa.float32()),
        ("field", pa.dictionary(pa.int32(), pa.string())),
    ]
)


def of_findings(table: pa.Table, checks: Mapping[tuple[str, str], Iterable[str]]) -> flags.Flags:
    """Flags from findings; `checks`: (dataset, split) -> "corpus@revision#method" of every check that ran.

    Rows of the same content have the same flags, each corpus once.
    """
    leaks: dict[int, dict[str, flags.Leak]] = {}
    kept = table.filter(pc.is_in(table["verdict"], pa.array(sorted(KEPT)))).drop(["item_text", "evidence"])
    for batch in kept.to_batches(1 << 14):
        for row in batch.to_pylist():
            leak = {name: row[name] for name in SHIPPED.names if name != "content"}
            leak["matched"] = f"{row['file']}#{row['record']}"
            known = leaks.setdefault(flags.key_of(row["content_hash"]), {})
            before = known.setdefault(row["corpus"], leak)
            known[row["corpus"]] = max(before, leak, key=strength)
    checked = {key: sorted(names) for key, names in checks.items()}
    return flags.Flags({key: list(known.values()) for key, known in leaks.items()}, checked)


def counted(folder: Path, found: flags.Flags) -> flags.Flags:
    """The same with `counts` of the rows of a built folder: those that get a flag, in the splits checked."""
    counts: flags.Counts = {}
    manifest = folders.read_manifest(folder) or {"datasets": {}}
    for dataset, built in manifest["datasets"].items():
        for table in built["tables"]:
            key = dataset, table["split"]
            if key not in found.checked:
                continue
            for content in open_table(folder / table["path"]).read(["content_hash"])[0].to_pylist():
                for leak in found.leaks.get(flags.key_of(content), []):
                    verdicts = counts.setdefault(key, {}).setdefault(leak["corpus"], {})
                    name = flags.counted_as(leak)
                    verdicts[name] = verdicts.get(name, 0) + 1
    return replace(found, counts=counts)


def strength(leak: flags.Leak) -> tuple[int, bool, float]:
    """What of several leaks of one content is kept: the greatest; the score as it is stored."""
    return VERDICTS.index(leak["verdict"]), not leak["low_confidence"], float(np.float32(leak["score"]))


def write_into(
    folder: Path,
    found: flags.Flags,
    records: Path | None = None,
    only: Container[tuple[str, str, str]] | None = None,
) -> int:
    """Fill `leakage` and `leakage_checked` of a built folder's tables, in one step; -> tables changed.

    Args:
        folder: The built folder.
        found: The flags.
        records: The user's own records.
        only: (dataset, task, split) of the tables that were checked; None: all of the datasets' splits.

    Raises:
        UsageError: this is no built folder, or may not be replaced.
        InvalidDataError: a table is not the one that the manifest lists; nothing is written.
    """
    known = found.checked.keys() | found.declared.keys()
    with folders.replaced(folder) as fresh:
        manifest = folders.read_manifest(folder) or {"datasets": {}}
        tables = [(name, table) for name, built in manifest["datasets"].items() for table in built["tables"]]
        touched = [
            (name, table)
            for name, table in tables
            if (name, table["split"]) in known
            and (only is None or (name, table["task"], table["split"]) in only)
        ]
        refuse_changed(folder, (table for _, table in touched))
        paths = {table["path"] for _, table in touched}
        for name, table in touched:
            table.update(_rewrite(folder / table["path"], fresh / table["path"], name, table["split"], found))
        folders.carry_over(folder, fresh, [table for _, table in tables if table["path"] not in paths])
        describe.describe(fresh, manifest, catalogues.load(records))
    return len(touched)


def refuse_changed(folder: Path, tables: Iterable[dict[str, Any]]) -> None:
    """Refuse tables that are not those of the manifest: written anew they would pass for what was built.

    Raises:
        InvalidDataError: one is another one, or gone.
    """
    for table in tables:
        path = folder / table["path"]
        found = file_sha256(path) if path.is_file() else "of no file"
        if found != table["sha256"]:
            what = f"this table is not what was built: sha256 {found}, the manifest says {table['sha256']}"
            remedy = f"`bioclue validate {folder}` names all such tables; build their datasets again"
            raise InvalidDataError(what, where=str(path), remedy=remedy)


def _rewrite(old: Path, new: Path, dataset: str, split: str, found: flags.Flags) -> dict[str, Any]:
    with open_table(old) as file:
        writer = TableWriter(new, file.schema_arrow)
        for group in range(file.num_row_groups):
            writer.write(found.apply(file.read_row_group(group), dataset, split))
    return asdict(writer.close())


def write_shipped(
    folder: Path, found: flags.Flags, declared: Mapping[tuple[str, str], Iterable[str]]
) -> None:
    """Write the files that the package carries; `declared`: (dataset, split) -> "corpus@revision"."""
    rows = [
        {"content": key} | {name: leak[name] for name in SHIPPED.names if name != "content"}
        for key, leaks in sorted(found.leaks.items())
        for leak in sorted(leaks, key=lambda leak: (leak["corpus"], leak["field"]))
    ]
    pq.write_table(
        pa.Table.from_pylist(rows, SHIPPED),
        folder / flags.FINDINGS,
        compression="zstd",
        compression_level=19,
        use_dictionary=SHIPPED.names[1:],
        column_encoding={"content": "DELTA_BINARY_PACKED"},
    )
    counts: dict[str, dict[str, Any]] = {}
    for (dataset, split), corpora in found.counts.items():
        counts.setdefault(dataset, {})[split] = corpora
    checks = sorted({tuple(names) for names in found.checked.values()})
    places = {names: place for place, names in enumerate(checks)}
    checked: dict[str, dict[str, int]] = {}
    for (dataset, split), names in sorted(found.checked.items()):
        checked.setdefault(dataset, {})[split] = places[tuple(names)]
    stored = {
        "checks": checks,
        "checked": checked,
        flags.DECLARED: _by_dataset(declared),
        flags.COUNTS: counts,
    }
    text = json.dumps(stored, ensure_ascii=False, indent=1, sort_keys=True)
    (folder / flags.CHECKED).write_text(text + "\n", encoding="utf-8")


def _by_dataset(values: Mapping[tuple[str, str], Iterable[str]]) -> dict[str, dict[str, list[str]]]:
    stored: dict[str, dict[str, list[str]]] = {}
    for (dataset, split), names in sorted(values.items()):
        stored.setdefault(dataset, {})[split] = sorted(names)
    return stored
