"""A built folder is replaced in one step, whatever happens."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bioclue_data.building import folder
from bioclue_data.errors import UsageError


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIOCLUE_CACHE", str(tmp_path / "cache"))


def manifest(**changed: Any) -> dict[str, Any]:
    """A manifest with one table, of which something is changed; None: it is not there."""
    facts = {"path": "a", "task": "ner", "split": "test", "sha256": "0", "configs": [], "rows": 1} | changed
    table = {name: value for name, value in facts.items() if value is not None}
    return {"version": "1", "sample": False, "datasets": {"own": {"tables": [table]}}, "missing": {}}


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


def not_writable(monkeypatch: pytest.MonkeyPatch, *paths: Path) -> None:
    """Let the system say that these folders may not be written."""
    may = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) not in paths and may(path, mode))


@pytest.mark.parametrize("place", [".", "out", "out/ner_cn"])
def test_a_folder_that_may_not_be_written_is_refused_before_the_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    out = tmp_path / "out"
    fill(out, "old")
    (out / "ner_cn").mkdir()
    not_writable(monkeypatch, tmp_path / place)
    with pytest.raises(UsageError, match="may not be written") as refused, folder.replaced(out):
        pytest.fail("worked")
    assert refused.value.where == str(tmp_path / place)
    assert not list(tmp_path.glob(".out.building-*"))


def test_what_was_left_and_cannot_be_removed_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, left = tmp_path / "out", tmp_path / ".out.building-x"
    left.mkdir()

    def refusing(path: Path) -> None:
        raise PermissionError(13, "Permission denied", str(path / "file"))

    monkeypatch.setattr(folder.shutil, "rmtree", refusing)
    with pytest.raises(UsageError, match="cannot be removed: Permission denied") as refused:
        fill(out, "new")
    assert refused.value.where == str(left)


def test_a_folder_that_no_build_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.doc").write_text("precious")
    with pytest.raises(UsageError, match="not a built folder"):
        folder.read_manifest(tmp_path)
    assert folder.read_manifest(tmp_path / "nowhere") is None


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("{", "damaged: Expecting property name"),
        ("[]", "the manifest is no object"),
        ("{}", "the manifest has no version, sample, datasets, missing,"),
        ("[" * 100_000, "damaged"),
        (json.dumps(manifest() | {"datasets": {"own": 3}}), "own is no object"),
        (json.dumps(manifest() | {"datasets": {"own": {"tables": [3]}}}), "table 0 of own is no object"),
        (json.dumps(manifest(task=None)), "table 0 of own has no task"),
        (json.dumps(manifest(task="nerr")), "table 0 of own is of no task that there is: nerr"),
        (json.dumps(manifest(rows="2")), "table 0 of own has no rows, or not as it should be"),
        (json.dumps(manifest(path="/etc/table")), "table 0 of own leads out of the folder: /etc/table"),
        (json.dumps(manifest(path="a/../../table")), "leads out of the folder"),
    ],
)
def test_a_damaged_manifest_is_refused(text: str, what: str, tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(UsageError, match=re.escape(what)) as refused:
        folder.read_manifest(tmp_path)
    assert refused.value.where == str(tmp_path / "manifest.json")
    (tmp_path / "manifest.json").write_bytes(b"\xff")
    with pytest.raises(UsageError, match="damaged"):
        folder.read_manifest(tmp_path)


def test_the_digest_depends_on_content_and_not_on_order() -> None:
    one, other = {"path": "a", "sha256": "1"}, {"path": "b", "sha256": "2"}
    assert folder.digest([one, other]) == folder.digest([other, one])
    assert folder.digest([one, other]) != folder.digest([one, {**other, "sha256": "3"}])


def foreign_files(out: Path) -> None:
    """What users and git put into a folder: files, folders, links, nothing of a build."""
    for name in (".git/HEAD", ".gitattributes", "notes.txt", "leakage/parts/a.parquet", "ner_cn/own/my.csv"):
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).write_text(name)
    (out / ".git/objects").mkdir()
    (out / ".git").chmod(0o700)
    (out / "away").symlink_to("nowhere")
    (out / "folder").symlink_to(".git", target_is_directory=True)


def listing(out: Path) -> set[tuple[str, int, int]]:
    """Path, inode and mode of what is below a folder; folders are others after a build."""
    return {
        (str(path.relative_to(out)), path.is_file() and path.stat().st_ino, path.lstat().st_mode)
        for path in out.rglob("*")
        if path.name != "file"
    }


def test_what_no_build_made_stays_as_the_same_files(tmp_path: Path) -> None:
    out = tmp_path / "out"
    fill(out, "old")
    foreign_files(out)
    before = listing(out)
    fill(out, "new")
    assert (out / "file").read_text() == "new"
    assert listing(out) == before
    assert (out / "away").readlink() == Path("nowhere")


def test_what_no_build_made_is_copied_where_it_cannot_be_linked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    fill(out, "old")
    foreign_files(out)
    monkeypatch.setattr(os, "link", lambda *_: (_ for _ in ()).throw(OSError("no links here")))
    fill(out, "new")
    assert (out / "notes.txt").read_text() == "notes.txt"
    assert (out / ".git/HEAD").read_text() == ".git/HEAD"


def test_tables_of_the_old_folder_do_not_stay(tmp_path: Path) -> None:
    out = tmp_path / "out"
    table = "ner_cn/own/test-00000-of-00001.parquet"
    with folder.replaced(out) as fresh:
        (fresh / table).parent.mkdir(parents=True)
        (fresh / table).write_text("rows")
        folder.write_manifest(fresh, manifest(path=table))
    fill(out, "new")
    assert sorted(path.name for path in out.rglob("*")) == ["file", "manifest.json"]


@pytest.mark.parametrize("moment", ["keep", "_take_place"])
def test_killed_while_files_are_kept_none_is_lost(tmp_path: Path, moment: str) -> None:
    out = tmp_path / "out"
    fill(out, "old")
    foreign_files(out)
    before = listing(out)
    code = (
        "import os, signal, sys, pathlib\n"
        "from bioclue_data.building import folder\n"
        "place = folder if sys.argv[2] == '_take_place' else folder.foreign\n"
        "whole = getattr(place, sys.argv[2])\n"
        "def dying(*arguments):\n"
        "    whole(*arguments)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "setattr(place, sys.argv[2], dying)\n"
        "with folder.replaced(pathlib.Path(sys.argv[1])) as fresh:\n"
        "    (fresh / 'file').write_text('new')\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(out), moment], env=os.environ, check=False)
    assert done.returncode == -signal.SIGKILL
    assert (out / "file").read_text() == ("new" if moment == "_take_place" else "old")
    assert listing(out) == before
    fill(out, "newer")
    assert listing(out) == before
    assert not list(tmp_path.glob(".out.building-*"))


def test_a_link_to_a_folder_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    out = tmp_path / "out"
    out.symlink_to("disk")
    fill(out, "old")
    fill(out, "new")
    assert out.is_symlink()
    assert (tmp_path / "disk/file").read_text() == "new"
    assert sorted(p.name for p in tmp_path.iterdir() if p.name != "cache") == ["disk", "out"]
