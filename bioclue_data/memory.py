"""Memory that is free but still counts as ours: allocators keep it, and in a long run that adds up."""

from __future__ import annotations

import ctypes
import os
import sys


def use_one_allocator() -> None:
    """Let Arrow take memory from the C library, as numpy does: what one frees the other can use.

    For the whole process and those that it starts, and only before Arrow is imported: for commands.
    """
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")


def give_back() -> None:
    """Give free memory of the C library and of Arrow back to the system: a few milliseconds.

    Worth it where much was freed and other sizes follow. Without glibc, only Arrow's is given back.
    """
    import pyarrow as pa  # noqa: PLC0415

    pa.default_memory_pool().release_unused()
    if sys.platform == "linux" and (trim := getattr(ctypes.CDLL(None), "malloc_trim", None)):
        trim(0)
