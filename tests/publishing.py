"""Folders to publish: invented samples, as they are, or passing for a build of real files."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from bioclue_data import api
from bioclue_data.building import folder as folders
from bioclue_data.building.tables import TableWriter


def sample(out: Path, *names: str) -> Path:
    api.build(*names, out=out, sample=True)
    return out


def copy(source: Path, target: Path) -> Path:
    """A copy that shares its tables with the first: replace them, do not write into them."""
    shutil.copytree(source, target, copy_function=os.link)
    return target


def edit(folder: Path, **values: Any) -> dict[str, Any]:
    """Change the manifest of a folder; gives it."""
    manifest = json.loads((folder / folders.MANIFEST).read_text(encoding="utf-8")) | values
    (folder / folders.MANIFEST).unlink()  # it may be shared
    folders.write_manifest(folder, manifest)
    return manifest


def as_real(source: Path, target: Path) -> Path:
    """The same tables as if they had been built from the real files."""
    edit(copy(source, target), sample=False, version="0.1.0")
    return target


def without(source: Path, target: Path, dataset: str) -> Path:
    """The folder as a build without one dataset would leave it."""
    built = edit(copy(source, target))["datasets"]
    for table in built.pop(dataset)["tables"]:
        (target / table["path"]).unlink()
    edit(target, datasets=built)
    return target


def rewrite(folder: Path, table: dict[str, Any], change: Callable[[pa.Table], pa.Table]) -> None:
    """Write a table anew, and let its manifest's entry fit."""
    path = folder / table["path"]
    rows = change(pq.ParquetFile(path).read())
    path.unlink()
    writer = TableWriter(path, rows.schema)
    writer.write(rows)
    table.update(asdict(writer.close()))
