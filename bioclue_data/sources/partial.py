"""The unfinished form of a file in the cache, and the way from there to its final name."""

from __future__ import annotations

import json
import os
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from typing import IO, TYPE_CHECKING

import filelock

from bioclue_data.sources.stores import Found, Wanted, agrees, measure, size_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Notes:
    """What the server said when a transfer began.

    Attributes:
        address: Where the bytes come from.
        validator: Strong entity tag, or date of the last change; None: neither was given.
        total: Size of the whole in bytes, None: not said.
    """

    address: str
    validator: str | None
    total: int | None


class Partial:
    """`<target>.part` with the bytes so far, `<target>.part.json` with what they are part of."""

    def __init__(self, target: Path) -> None:
        self.target = target
        self.path = target.with_name(target.name + ".part")
        self._notes_path = target.with_name(target.name + ".part.json")

    @property
    def size(self) -> int:
        """Bytes so far; 0 if there are none."""
        return size_of(self.path) or 0

    @property
    def notes(self) -> Notes | None:
        """What was noted when the transfer began, None if nothing legible."""
        try:
            return Notes(**json.loads(self._notes_path.read_bytes()))
        except (OSError, ValueError, TypeError):
            return None

    def begin(self, notes: Notes) -> IO[bytes]:
        """Start with nothing; old bytes go before the notes change, so that a kill leaves no wrong pair."""
        file = self.path.open("wb")
        self._notes_path.write_text(json.dumps(asdict(notes)), encoding="utf-8")
        return file

    def go_on(self) -> IO[bytes]:
        """Append to the bytes so far."""
        return self.path.open("ab")

    def discard(self) -> None:
        """Forget the bytes so far."""
        for path in (self.path, self._notes_path):
            with suppress(FileNotFoundError):
                path.unlink()

    def finish(self, wanted: Wanted) -> Found | None:
        """Give the file its final name if its content is what is wanted; else leave it as it is."""
        found = measure(self.path)
        if not agrees(found, wanted):
            return None
        os.replace(self.path, self.target)  # noqa: PTH105 - says that an old file is replaced in one step
        self.discard()
        return Found(self.target, found.sha256, found.bytes)


@contextmanager
def alone(target: Path, keep_waiting: Callable[[], None]) -> Iterator[None]:
    """Let one process or thread at a time bring a file; the others wait.

    Args:
        target: Final path of the file; its folder is made.
        keep_waiting: Called about once a second while another one works; may raise.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    lock = filelock.FileLock(target.with_name(target.name + ".lock"))
    while True:
        try:
            lock.acquire(timeout=1.0)
            break
        except filelock.Timeout:
            keep_waiting()
    try:
        yield
        # Whoever still waits on this lock finds the file itself in the cache, so that the lock can go.
        with suppress(OSError):
            os.unlink(lock.lock_file)  # noqa: PTH108 - a string
    finally:
        lock.release()
