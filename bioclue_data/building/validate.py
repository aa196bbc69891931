"""Check a built folder as it lies there: the files, the tables, the counts."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq

from bioclue_data.building import describe
from bioclue_data.building.configs import tables_of
from bioclue_data.building.folder import README, TABLES, digest, read_manifest
from bioclue_data.building.tables import file_sha256
from bioclue_data.building.units import terms_of
from bioclue_data.contracts import contract as contracts
from bioclue_data.contracts.check import Checker, Fault
from bioclue_data.errors import InvalidDataError, UsageError
from bioclue_data.records import catalogue as catalogues

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bioclue_data.records.record import Record


def validate_folder(folder: Path, records: Path | None = None) -> list[Fault]:
    """Everything that is wrong in a built folder, beyond the faults and warnings that its manifest counts.

    Raises:
        UsageError: this is no built folder.
    """
    manifest = read_manifest(folder)
    if manifest is None:
        raise UsageError(
            "no manifest.json here", where=str(folder), remedy="name a folder that `bioclue build` made"
        )
    catalogue = catalogues.load(records)
    faults = []
    for dataset, built in manifest["datasets"].items():
        for table in built["tables"]:
            faults += _check_table(folder, catalogue.find(dataset).record, table)
    return faults + _unlisted(folder, manifest) + _undescribed(folder, manifest)


def _check_table(folder: Path, record: Record, table: dict[str, Any]) -> list[Fault]:
    path = folder / table["path"]
    if not path.is_file():
        return [_file_fault(table, "the manifest lists this file, and it is not here")]
    if (found := file_sha256(path)) != table["sha256"]:
        return [_file_fault(table, f"sha256 {found}, the manifest says {table['sha256']}")]
    try:
        faults = list(_check_rows(path, record, table["task"]))
    except InvalidDataError as error:
        return [_file_fault(table, str(error))]
    counts = Counter(fault.rule for fault in faults)
    declared = table["faults"]
    return [fault for fault in faults if counts[fault.rule] != declared.get(fault.rule, 0)]


def _check_rows(path: Path, record: Record, task: str) -> Iterator[Fault]:
    checker = Checker(contracts.load(task), terms_of(record), stored=True)
    with pq.ParquetFile(path) as file:
        for group in range(file.num_row_groups):
            yield from checker.check(file.read_row_group(group))


def _file_fault(table: dict[str, Any], detail: str) -> Fault:
    return Fault("F1", "error", table["path"], -1, "file", detail)


def _unlisted(folder: Path, manifest: dict[str, Any]) -> list[Fault]:
    """Tables where a build puts them; what else lies in the folder is the user's."""
    listed = {table["path"] for built in manifest["datasets"].values() for table in built["tables"]}
    found = (path.relative_to(folder).as_posix() for path in sorted(folder.glob(TABLES)))
    return [
        _file_fault({"path": path}, "the manifest does not list this file")
        for path in found
        if path not in listed
    ]


def _undescribed(folder: Path, manifest: dict[str, Any]) -> list[Fault]:
    """Files that say what the tables are, and are not here or speak of other tables."""
    gone = [name for name in describe.FILES if not (folder / name).is_file()]
    if gone:
        what = "every built folder has this file, and it is not here"
        return [_file_fault({"path": name}, what) for name in gone]
    card = (folder / README).read_text(encoding="utf-8")
    stale = [name for name, tables in tables_of(manifest).items() if f"sha256:{digest(tables)}" not in card]
    machines = (folder / describe.CROISSANT).read_text(encoding="utf-8")
    listed = [table for built in manifest["datasets"].values() for table in built["tables"]]
    other = [table["path"] for table in listed if table["sha256"] not in machines]
    return [
        *(
            _file_fault({"path": README}, f"config {name} has other tables than the manifest")
            for name in stale
        ),
        *(_file_fault({"path": describe.CROISSANT}, f"it has another {path}") for path in other),
    ]
