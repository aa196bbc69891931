"""From a built folder to files of another format: one per table, in the same layout."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq

from bioclue_data.building.folder import read_manifest
from bioclue_data.errors import UsageError
from bioclue_data.export import load

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bioclue_data.export import Row


def export(name: str, folder: Path, configs: tuple[str, ...], out: Path) -> tuple[list[Path], list[str]]:
    """Write the tables of the configs (or datasets) that the folder holds.

    Gives the paths written, and the paths of tables left out: their gold is withheld, and the format would
    make it look empty.

    Raises:
        UsageError: the folder is not built, a config is not in it, the format cannot hold a task or a row, or
            a file stands where one would be written.
    """
    form = load(name)
    manifest = read_manifest(folder)
    if manifest is None:
        raise UsageError("nothing is built here", where=str(folder), remedy="`bioclue build` first")
    tables = [table for config in configs for table in _tables(manifest, config)]
    unfit = sorted({table["task"] for table in tables} - form.TASKS)
    if unfit:
        remedy = f"it holds {', '.join(sorted(form.TASKS))}"
        raise UsageError(f"{name} cannot hold the task {unfit[0]}", remedy=remedy)
    held = [table for table in tables if table["labelled"] or form.HOLDS_HIDDEN_GOLD]
    targets = {out / Path(t["path"]).with_suffix(form.SUFFIX): t for t in held}
    if there := next((path for path in targets if path.exists()), None):
        raise UsageError("this exists already", where=str(there), remedy="choose another --out, or remove it")
    for target, table in targets.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        with _whole(target) as half:
            form.write(_rows(folder / table["path"]), half, table["task"])
    return list(targets), [table["path"] for table in tables if table not in held]


@contextmanager
def _whole(target: Path) -> Iterator[Path]:
    """Give a name to write to; it becomes the target when all went well, and goes when not."""
    half = target.with_name(f"{target.name}.part")
    try:
        yield half
        half.replace(target)
    finally:
        if half.is_dir():
            shutil.rmtree(half)
        half.unlink(missing_ok=True)


def _tables(manifest: dict[str, Any], config: str) -> list[dict[str, Any]]:
    found = [
        table
        for dataset, built in manifest["datasets"].items()
        for table in built["tables"]
        if config == dataset or config in table["configs"]
    ]
    if not found:
        raise UsageError(f"{config!r} is not in this folder", remedy=f"`bioclue build {config}` first")
    return found


def _rows(path: Path) -> Iterator[Row]:
    with pq.ParquetFile(path) as file:
        for group in range(file.num_row_groups):
            yield from file.read_row_group(group).to_pylist()
