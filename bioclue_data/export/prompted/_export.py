"""From a built folder to a format for language models."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from bioclue_data.errors import UsageError
from bioclue_data.export._built import built_manifest, tables_of
from bioclue_data.export._evaluated import evaluated
from bioclue_data.export._tables import Exported
from bioclue_data.export.prompted import load
from bioclue_data.export.prompted._part import Part
from bioclue_data.records import catalogue, licences

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bioclue_data.export._evaluated import Evaluated


def export(
    name: str,
    folder: Path,
    configs: tuple[str, ...],
    out: Path,
    *,
    clean: bool = False,
    records: Path | None = None,
) -> Exported:
    """Write the tasks of the configs (or datasets) that the folder holds.

    Raises:
        UsageError: the folder is not built, a config is not in it, nothing is left to write, or a file stands
            where one would be written.
    """
    manifest, form = built_manifest(folder), load(name)
    tables = {table["path"]: table for config in configs for table in tables_of(manifest, config)}
    found = [Part(one, folder, clean, _group(one, configs)) for one in evaluated(tables.values())]
    reasons = _reasons(found, records) if form.COPIES_ROWS else {}
    hidden = [part.one.config for part in found if part.first is None]
    parts = [part for part in found if part.first is not None and part.one.dataset not in reasons]
    held_back = {part.one.config: reasons[part.one.dataset] for part in found if part.one.dataset in reasons}
    if not parts:
        what = "; ".join([*(f"{config}: {why}" for config, why in held_back.items()), *hidden])
        raise UsageError(f"nothing can be written: {what}", remedy=_remedy(bool(held_back)))
    with tempfile.TemporaryDirectory(dir=_existing(out), prefix=f".{out.name}-") as fresh:
        form.write(parts, Path(fresh), Path(os.path.relpath(folder.resolve(), out.resolve())))
        written = _moved(Path(fresh), out)
    return Exported(written, hidden, held_back)


def _group(one: Evaluated, configs: tuple[str, ...]) -> str | None:
    names = [name for name in one.tables[0]["configs"] if name != one.config]
    return next((name for name in names if name in configs), None)


def _remedy(held_back: bool) -> str:
    if held_back:
        return "use the built folder where it is: `bioclue export lm-eval` copies no rows"
    return "items without gold, or found in a corpus with --clean, cannot be scored"


def _reasons(parts: Sequence[Part], records: Path | None) -> dict[str, str]:
    """Dataset -> why its rows may not be copied."""
    entries = catalogue.load(records).entries
    reasons = {}
    for dataset in dict.fromkeys(part.one.dataset for part in parts):
        if dataset not in entries:
            reasons[dataset] = "no record says that it may be shared"
        elif not licences.may_publish(record := entries[dataset].record):
            reasons[dataset] = f"it may not be shared (access {record.access}, licence {record.licence.id})"
    return reasons


def _existing(out: Path) -> Path:
    """The nearest folder above that is there: on the disk where the files will be."""
    return next(folder for folder in out.resolve().parents if folder.is_dir())


def _moved(fresh: Path, out: Path) -> list[Path]:
    """Move all files to their place, or none.

    Raises:
        UsageError: one stands there already.
    """
    targets = {path: out / path.relative_to(fresh) for path in sorted(fresh.rglob("*")) if path.is_file()}
    if there := next((target for target in targets.values() if target.exists()), None):
        raise UsageError("this exists already", where=str(there), remedy="choose another --out, or remove it")
    for path, target in targets.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(path, target)
    return list(targets.values())
