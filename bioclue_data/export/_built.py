"""What exports read of a built folder: its manifest, the tables of a config, their rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bioclue_data.building.folder import read_manifest
from bioclue_data.building.opened import open_table
from bioclue_data.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bioclue_data.export import Row

Table = dict[str, Any]  # an entry of the manifest, with the dataset's id


def built_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a built folder.

    Raises:
        UsageError: nothing is built there.
    """
    manifest = read_manifest(folder)
    if manifest is None:
        raise UsageError("nothing is built here", where=str(folder), remedy="`bioclue build` first")
    return manifest


def tables_of(manifest: dict[str, Any], config: str) -> list[Table]:
    """The tables of a config or dataset.

    Raises:
        UsageError: the folder has none.
    """
    found = [
        table | {"dataset": dataset}
        for dataset, built in manifest["datasets"].items()
        for table in built["tables"]
        if config == dataset or config in table["configs"]
    ]
    if not found:
        raise UsageError(f"{config!r} is not in this folder", remedy=f"`bioclue build {config}` first")
    return found


def rows_of(path: Path) -> Iterator[Row]:
    """The rows of a table, one row group in memory at a time."""
    with open_table(path) as file:
        for group in range(file.num_row_groups):
            yield from file.read_row_group(group).to_pylist()
