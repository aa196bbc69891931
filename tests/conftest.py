"""Fixtures shared by all tests."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import hypothesis
import pytest

ROOT = Path(__file__).resolve().parent.parent
UNPACK = ROOT.parent / "shared" / "data" / "unpack"

# The longest first, so that no worker is left alone with one of them at the end.
LONGEST = (
    "test_real.py", "test_real_leakage.py", "test_export_prompted.py", "test_build.py", "test_cli.py",
    "test_leakage_flags.py", "test_matching_shipped.py", "test_push.py", "test_audit_real.py", "test_gate.py",
    "test_push_faults.py",
)  # fmt: skip

# CI tries the same examples each time: a new one is found, and mended, at a desk.
hypothesis.settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    hypothesis.settings.load_profile("ci")


def pytest_configure(config: pytest.Config) -> None:
    config.option.loadscopereorder = False  # xdist would begin with the files that have most tests


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    places = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path.name, len(places)))


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder with the real source files: `mirror/` and `manual/` below it."""
    if chosen := os.environ.get("BIOCLUE_REAL_DATA"):
        folder = Path(chosen)
        if (folder / "mirror").is_dir():
            return folder
    if not UNPACK.is_file():
        if os.environ.get("BIOCLUE_REQUIRE_REAL"):
            pytest.fail("the real source files are required here, and there are none")
        pytest.skip("no real source files: set BIOCLUE_REAL_DATA to a folder with mirror/ and manual/")
    done = subprocess.run([str(UNPACK)], check=True, capture_output=True, text=True)
    return Path(done.stdout.strip())
