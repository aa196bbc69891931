"""A built folder as a whole: manifest, README with `configs:`, and its replacement in one step."""

from __future__ import annotations

import ctypes
import hashlib
import json
import os
import platform
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from bioclue_data import locations
from bioclue_data.building import foreign
from bioclue_data.contracts import contract as contracts
from bioclue_data.errors import BioclueError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bioclue_data.records.record import Record

MANIFEST = "manifest.json"
README = "README.md"
TABLES = "*_*/*/*-?????-of-?????.parquet"
"""Where a build puts tables, as a glob."""
Manifest = dict[str, Any]
_OF_ALL = {"version": str, "sample": bool, "datasets": dict, "missing": dict}
_OF_TABLE = {"path": str, "task": str, "split": str, "sha256": str, "configs": list, "rows": int}


def read_manifest(folder: Path, remedy: str = "name a folder that `bioclue build` made") -> Manifest | None:
    """The manifest of a built folder; None if there is no folder, or an empty one.

    Args:
        folder: The folder.
        remedy: What to do if no build made it.

    Raises:
        UsageError: the folder holds something that no build made, or its manifest is damaged.
    """
    path = folder / MANIFEST
    if path.is_file():
        return _read(path)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError("this is not a built folder, and it is not empty", where=str(folder), remedy=remedy)
    return None


def _read(path: Path) -> Manifest:
    """A manifest in which commands find what they look for, and only paths below the folder.

    Raises:
        UsageError: it is another one.
    """
    try:
        manifest: Manifest = json.loads(path.read_text(encoding="utf-8"))
        _has(manifest, _OF_ALL, "the manifest")
        for name, built in manifest["datasets"].items():
            _has(built, {"tables": list}, name)
            for number, table in enumerate(built["tables"]):
                what = f"table {number} of {name}"
                _has(table, _OF_TABLE, what)
                if table["task"] not in contracts.tasks():
                    raise ValueError(f"{what} is of no task that there is: {table['task']}")
                place = PurePosixPath(table["path"])
                if place.is_absolute() or ".." in place.parts:
                    raise ValueError(f"{what} leads out of the folder: {place}")
    except (ValueError, RecursionError) as error:
        remedy = "take this file from a copy, or build into an empty folder"
        raise UsageError(f"this manifest is damaged: {error}", where=str(path), remedy=remedy) from error
    return manifest


def _has(value: Any, kinds: dict[str, type], what: str) -> None:
    """See that an object has what it needs.

    Raises:
        ValueError: it has not.
    """
    if not isinstance(value, dict):
        raise ValueError(f"{what} is no object")
    if wrong := [name for name, kind in kinds.items() if not isinstance(value.get(name), kind)]:
        raise ValueError(f"{what} has no {', '.join(wrong)}, or not as it should be")


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest: sorted keys, no time of day, so that the same build gives the same bytes."""
    text = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")


def table_path(record: Record, task: str, split: str) -> str:
    """Where the table of a split lies, below the folder."""
    return f"{task}_{record.config_language}/{record.id}/{split}-00000-of-00001.parquet"


def digest(tables: Sequence[dict[str, Any]]) -> str:
    """SHA-256 over the paths and hashes of a config's tables."""
    lines = sorted(f"{table['sha256']}  {table['path']}\n" for table in tables)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


@contextmanager
def replaced(folder: Path) -> Iterator[Path]:
    """Give an empty folder to fill; when all went well it takes the place of `folder` in one step.

    What lies in `folder` and is not of a build is in the new one too, as the same files. Another process
    that builds the same folder waits. A killed build leaves the old folder as it was; what it left
    half-built is removed by the next one.

    Raises:
        UsageError: the folder may not be replaced, or what an earlier run left beside it not be removed.
    """
    import filelock  # noqa: PLC0415

    folder = folder.resolve()  # a link to a folder stays
    folder.parent.mkdir(parents=True, exist_ok=True)
    refuse_unwritable(folder)
    lock = locations.cache() / "locks" / hashlib.sha256(str(folder).encode()).hexdigest()[:16]
    lock.parent.mkdir(parents=True, exist_ok=True)
    with filelock.FileLock(lock):
        prefix = f".{folder.name}.building-"
        for stale in folder.parent.glob(f"{prefix}*"):
            _remove(stale)
        fresh = Path(tempfile.mkdtemp(prefix=prefix, dir=folder.parent))
        try:
            yield fresh
            fresh.chmod(0o755)
            if folder.is_dir():
                foreign.keep(folder, fresh, _tables(folder))
            _take_place(fresh, folder)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)


def refuse_unwritable(folder: Path) -> None:
    """Refuse to replace a folder whose old copy could not be made way for, or not be removed.

    Raises:
        UsageError: it, its parent or a folder in it may not be written.
    """
    folder = folder.resolve()
    inside = (path for path in folder.rglob("*") if path.is_dir() and not path.is_symlink())
    for path in (folder.parent, folder, *inside):
        if path.exists() and not os.access(path, os.W_OK | os.X_OK):
            remedy = f"{folder} is replaced as a whole: see that you may write here, or take a copy of it"
            raise UsageError("this folder may not be written", where=str(path), remedy=remedy)


def _remove(stale: Path) -> None:
    try:
        shutil.rmtree(stale)
    except OSError as error:
        what = f"what an earlier run left here cannot be removed: {error.strerror}"
        remedy = "remove this folder, or have its owner do so; it is no part of the one beside it"
        raise UsageError(what, where=str(stale), remedy=remedy) from error


def _tables(folder: Path) -> frozenset[Path]:
    """The tables that a folder's manifest lists: a new folder has them from a build, or not at all."""
    if not (folder / MANIFEST).is_file():
        return frozenset()
    datasets = (read_manifest(folder) or {"datasets": {}})["datasets"]
    return frozenset(folder / table["path"] for built in datasets.values() for table in built["tables"])


def _take_place(fresh: Path, folder: Path) -> None:
    if not folder.exists():
        fresh.rename(folder)
    elif not _exchange(fresh, folder):
        raise BioclueError(
            "this file system cannot exchange two folders in one step",
            where=str(folder),
            remedy="remove the old folder first, or build into a new one",
        )


def _exchange(one: Path, other: Path) -> bool:
    """Swap two folders atomically (`renameat2` on Linux, `renamex_np` on macOS); False where that fails."""
    libc = ctypes.CDLL(None, use_errno=True)
    a, b = os.fsencode(one), os.fsencode(other)
    if platform.system() == "Darwin":
        swap = 2
        return bool(libc.renamex_np(a, b, swap) == 0)
    here, exchange = -100, 2
    return hasattr(libc, "renameat2") and libc.renameat2(here, a, here, b, exchange) == 0


def carry_over(old: Path, new: Path, tables: Sequence[dict[str, Any]]) -> None:
    """Take tables of the old folder into the new one: linked where that is possible, else copied."""
    for table in tables:
        source, target = old / table["path"], new / table["path"]
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(source, target)
        except OSError:
            shutil.copyfile(source, target)
