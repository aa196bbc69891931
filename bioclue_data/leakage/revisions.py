"""Revisions of corpora: what tells their contents from those of another day."""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from bioclue_data.building.tables import file_sha256
from bioclue_data.leakage.reading import addresses
from bioclue_data.visible import readable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


State = tuple[int, int]


def of(files: Sequence[str]) -> str:
    """First 12 hexadecimal digits over the files' contents; of a file that cannot be read, over its name.

    Of an address counts what its file system tells of the content. If that is nothing, the revision is
    another one each time: what was found in it may not be there any more.
    """
    return of_digests(map(_digest, files))


def _digest(file: str) -> str:
    if "://" in file:
        return f"{file} {addresses.content_of(file) or secrets.token_hex()}"
    try:
        return file_sha256(Path(file))
    except OSError:  # told when it is to be scanned
        return readable(file)


def states_of(files: Iterable[str]) -> dict[str, State]:
    """Size and time of change of files here: what tells that one is another by now."""
    states = {file: state_of(file) for file in files if "://" not in file}
    return {file: state for file, state in states.items() if state}


def state_of(file: str) -> State | None:
    """The same of one file; None if it is gone."""
    try:
        about = os.stat(file)  # noqa: PTH116 - asked of thousands of files for each group of rows
    except OSError:
        return None
    return about.st_size, about.st_mtime_ns


def of_digests(digests: Iterable[str]) -> str:
    """The same of files whose SHA-256 is known."""
    return hashlib.sha256("".join(digests).encode()).hexdigest()[:12]
