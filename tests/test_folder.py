"""A built folder is replaced in one step, whatever happens."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bioclue_data.building import folder
from bioclue_data.errors import UsageError


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIOCLUE_CACHE", str(tmp_path / "cache"))


def fill(target: Path, word: str) -> None:
    with folder.replaced(target) as fresh:
        (fresh / "file").write_text(word)


def test_the_new_folder_takes_the_place_of_the_old(tmp_path: Path) -> None:
    out = tmp_path / "out"
    fill(out, "old")
    fill(out, "new")
    assert (out / "file").read_text() == "new"
    assert sorted(p.name for p in tmp_path.iterdir() if p.name != "cache") == ["out"]


def test_an_error_leaves_the_old_folder(tmp_path: Path) -> None:
    out = tmp_path / "out"
    fill(out, "old")
    with pytest.raises(RuntimeError), folder.replaced(out) as fresh:
        (fresh / "file").write_text("half")
        raise RuntimeError
    assert (out / "file").read_text() == "old"
    assert sorted(p.name for p in tmp_path.iterdir() if p.name != "cache") == ["out"]


def test_a_killed_build_leaves_the_old_folder_and_the_next_one_clears_up(tmp_path: Path) -> None:
    out = tmp_path / "out"
    fill(out, "old")
    code = (
        "import os, signal, sys, pathlib\n"
        "from bioclue_data.building import folder\n"
        "with folder.replaced(pathlib.Path(sys.argv[1])) as fresh:\n"
        "    (fresh / 'file').write_text('half')\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(out)], env=os.environ, check=False)
    assert done.returncode == -signal.SIGKILL
    assert (out / "file").read_text() == "old"
    assert list(tmp_path.glob(".out.building-*"))
    fill(out, "new")
    assert (out / "file").read_text() == "new"
    assert not list(tmp_path.glob(".out.building-*"))


def test_a_folder_that_no_build_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.doc").write_text("precious")
    with pytest.raises(UsageError, match="not a built folder"):
        folder.read_manifest(tmp_path)
    assert folder.read_manifest(tmp_path / "nowhere") is None


def test_the_digest_depends_on_content_and_not_on_order() -> None:
    one, other = {"path": "a", "sha256": "1"}, {"path": "b", "sha256": "2"}
    assert folder.digest([one, other]) == folder.digest([other, one])
    assert folder.digest([one, other]) != folder.digest([one, {**other, "sha256": "3"}])
