"""Memory that is free but still counts as ours: allocators keep it, and in a long run that adds up."""

from __future__ import annotations

import ctypes
import os
import sys
from typing import Any

M_ARENA_MAX = -8  # in malloc.h of glibc


def use_one_allocator() -> None:
    """Let all threads, and Arrow as numpy, take memory from one place: what one frees the others can use.

    For the whole process and those that it starts, and only before Arrow is imported and threads are
    started: for commands.
    """
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    os.environ.setdefault("MALLOC_ARENA_MAX", "1")  # for processes that are started
    if mallopt := _of_glibc("mallopt"):
        mallopt(M_ARENA_MAX, 1)


def give_back() -> None:
    """Give free memory of the C library and of Arrow back to the system: a few milliseconds.

    Worth it where much was freed and other sizes follow. Without glibc, only Arrow's is given back.
    """
    import pyarrow as pa  # noqa: PLC0415

    pa.default_memory_pool().release_unused()
    if trim := _of_glibc("malloc_trim"):
        trim(0)


def _of_glibc(name: str) -> Any:
    """A function of the C library, None if it has none or is another one."""
    return getattr(ctypes.CDLL(None), name, None) if sys.platform == "linux" else None
