"""Builds that all tests of a run share, of both workers: no test may change their folders."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import filelock
import pytest

from bioclue_data import api
from bioclue_data.building import describe
from bioclue_data.building import folder as folders
from bioclue_data.building.build import Outcome
from bioclue_data.records import catalogue


def part(whole: Outcome, out: Path, *datasets: str) -> Outcome:
    """The folder as a build of some datasets alone would make it; it shares its tables with the whole."""
    made = {name: whole.manifest["datasets"][name] for name in sorted(datasets)}
    missing = {name: gaps for name, gaps in whole.missing.items() if name in datasets}
    for table in (table for facts in made.values() for table in facts["tables"]):
        (out / table["path"]).parent.mkdir(parents=True, exist_ok=True)
        os.link(whole.folder / table["path"], out / table["path"])
    describe.describe(out, whole.manifest | {"datasets": made, "missing": missing}, catalogue.load())
    return _outcome(out)


def once(temporary: pytest.TempPathFactory, name: str, **options: Any) -> Outcome:
    """Build, or wait for another worker of this run that builds the same."""
    root = temporary.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        root = root.parent  # of the run
    folder = root / f"every_{name}" / "bioclue"
    with filelock.FileLock(root / f"every_{name}.lock"):
        if not folder.exists():
            api.build(out=folder, jobs=2, **options)
    return _outcome(folder)


def _outcome(folder: Path) -> Outcome:
    manifest = folders.read_manifest(folder)
    assert manifest
    return Outcome(folder, manifest, manifest["missing"])
