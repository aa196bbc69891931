"""Memory that was freed is given back, and there is one allocator for all of a command."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from bioclue_data import memory

STATUS = Path("/proc/self/statm")
ASKS = """
from click.testing import CliRunner
from bioclue_data.cli import group
CliRunner().invoke(group, ["leakage", {0!r}, "/nowhere", *{1!r}])
import os, pyarrow
print(pyarrow.default_memory_pool().backend_name, os.environ["MALLOC_ARENA_MAX"])
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only glibc is asked for it")
def test_what_was_freed_between_other_things_is_given_back() -> None:
    arrays = [np.ones(1 << 16, np.uint8) for _ in range(2000)]
    kept = arrays[::200]
    arrays.clear()
    before = _resident()
    memory.give_back()
    assert before - _resident() > 32 << 20
    assert all(array.all() for array in kept)


def _resident() -> int:
    return int(STATUS.read_text().split()[1]) * os.sysconf("SC_PAGESIZE")


@pytest.mark.parametrize(("command", "rest"), [("scan", ["--corpus", "/nowhere"]), ("matrix", [])])
def test_commands_that_scan_have_one_allocator(command: str, rest: list[str], tmp_path: Path) -> None:
    script = ASKS.replace("/nowhere", str(tmp_path)).format(command, rest)
    theirs = ("ARROW_", "MALLOC_")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(theirs)}
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout == "system 1\n"
