"""How functions are compiled.

A `kernel` is called from Python: its machine code is cached on disk. A `part` is called by kernels alone and
is compiled into them, without what Python would need to call it; an `inlined` one stands at every call.
"""
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

from __future__ import annotations

from numba import njit

_ALL = {"nogil": True, "error_model": "numpy", "boundscheck": False, "_nrt": False}
_INNER = {**_ALL, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}


def kernel(function):
    """A function of arrays and numbers that Python calls, without holding the interpreter's lock."""
    return njit(cache=True, **_ALL)(function)


def part(function):
    """A function that kernels call."""
    return njit(**_INNER)(function)


def inlined(function):
    """A small function that stands in the code of its callers."""
    return njit(forceinline=True, **_INNER)(function)
