"""A file is there whole or not at all, also where several processes write it."""

from __future__ import annotations

import os
import platform
import secrets
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a name beside `path` to write to, which nobody else has; it takes its place in one step.

    If anything goes wrong before, `path` stays as it was, and nothing is left beside it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f".{platform.node()}-{os.getpid()}-{secrets.token_hex(4)}")
    try:
        yield half
        half.replace(path)
    finally:
        half.unlink(missing_ok=True)
