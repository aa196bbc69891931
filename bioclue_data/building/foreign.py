"""What lies in a built folder and no build made (`.git`, notes, results of scans): it stays there."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container
    from pathlib import Path


def keep(old: Path, new: Path, built: Container[Path]) -> None:
    """Link into `new` what `old` has beside the files in `built`, and `new` has not; `old` stays as it is.

    Raises:
        OSError: something can neither be linked nor copied.
    """
    for path in sorted(old.iterdir()):
        target = new / path.name
        if path.is_dir() and not path.is_symlink():
            _keep_folder(path, target, built)
        elif path not in built and not os.path.lexists(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            _link(path, target)


def _keep_folder(old: Path, new: Path, built: Container[Path]) -> None:
    """The same of a folder inside; one of which nothing is kept is not made, unless it was empty."""
    if not any(old.iterdir()):
        new.mkdir(parents=True, exist_ok=True)
    keep(old, new, built)
    if new.is_dir():
        shutil.copystat(old, new)


def _link(source: Path, target: Path) -> None:
    """The same file under another name; a copy where that is not possible, as across file systems."""
    if not source.is_symlink():
        try:
            os.link(source, target)
        except OSError:
            pass
        else:
            return
    shutil.copy2(source, target, follow_symlinks=False)
