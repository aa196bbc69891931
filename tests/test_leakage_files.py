"""Files of corpora that cannot be read, have strange names or are elsewhere: told, the rest is scanned."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.leakage import SCAN, Command, Done, exact, lines, records

pytest_plugins = ("tests.leakage_fixtures",)
POWERS = "-dac_override,-dac_read_search"


def as_a_user(*arguments: str) -> Done:
    """The command line in a process for which permissions count, also where tests run as root."""
    command = [sys.executable, "-m", "bioclue_data", *arguments]
    if os.geteuid() == 0:
        if not shutil.which("setpriv"):
            pytest.skip("root may read everything, and there is no setpriv")
        command = ["setpriv", "--bounding-set", POWERS, "--inh-caps", POWERS, *command]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return Done(done.returncode, done.stdout, done.stderr)


# What is no file, or may not be read


@pytest.mark.parametrize("options", [(), ("--revision", "v1")])
def test_what_is_no_regular_file_is_not_opened(
    options: tuple[str, ...], here: Path, bioclue: Command
) -> None:
    os.mkfifo(here / "corpus/pipe.jsonl")
    (here / "corpus/linked.jsonl").symlink_to("pipe.jsonl")
    (here / "corpus/endless.jsonl").symlink_to("/dev/zero")
    (here / "corpus/.hidden").symlink_to("pipe.jsonl")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("corpus/socket.jsonl")
    done = bioclue(*SCAN, "corpus", *options)
    assert done.code == 1
    for name in ("pipe", "linked", "endless", "socket"):
        assert f"problem: corpus/{name}.jsonl: is no regular file: not read\n" in done.err
    assert done.err.count("problem:") == 4
    assert exact() == ["0", "1"]


@pytest.mark.parametrize("name", ["pipe.jsonl", "pi*.jsonl", "/dev/null"])
def test_what_is_named_and_no_regular_file(name: str, here: Path, bioclue: Command) -> None:
    os.mkfifo(here / "pipe.jsonl")
    done = bioclue(*SCAN, name)
    assert (done.code, "is no regular file: not read" in done.err) == (2, True)


def test_a_folder_that_cannot_be_listed_is_named(here: Path) -> None:
    for name in ("closed", ".closed"):
        (here / "corpus" / name).mkdir()
        (here / "corpus" / name / "x.jsonl").write_text(lines(records(3)), encoding="utf-8")
        (here / "corpus" / name).chmod(0)
    done = as_a_user(*SCAN, "corpus")
    assert done.code == 1, done.err
    assert "problem: corpus/closed: cannot be listed: Permission denied" in done.err
    assert done.err.count("problem:") == 1
    assert "corpus/.closed" in done.err
    assert exact() == ["0", "1"]
    done = as_a_user(*SCAN, "corpus/closed")
    assert (done.code, "cannot be listed: Permission denied" in done.err) == (2, True)
