"""Fixtures for tests that look at all datasets: built once in a run, by two processes."""

from __future__ import annotations

from pathlib import Path

import pytest

from bioclue_data.building.build import Outcome
from tests.shared_builds import once


@pytest.fixture(scope="session")
def every_sample(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """All invented samples."""
    return once(tmp_path_factory, "samples", sample=True)


@pytest.fixture(scope="session")
def every_dataset(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """All datasets whose real files are at hand."""
    stores = {"mirror": str(real_data / "mirror"), "manual": real_data / "manual"}
    return once(tmp_path_factory, "real", offline=True, **stores)
