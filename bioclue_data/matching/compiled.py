"""How functions are compiled, and when: numba is imported by the first call that needs it.

A `kernel` is called from Python. It runs the machine code that the package carries where that fits, and is
compiled otherwise; the result is cached on disk. A `part` is called by kernels alone and is compiled into
them, without what Python would need to call it; an `inlined` one stands at every call. None of them may make
arrays: memory is the caller's.
"""

from __future__ import annotations

from functools import cached_property, partial
from threading import RLock
from typing import TYPE_CHECKING, Any

from bioclue_data.matching import shipped

if TYPE_CHECKING:
    from collections.abc import Callable

_ALL = {"nogil": True, "error_model": "numpy", "boundscheck": False, "_nrt": False}
_INNER = {**_ALL, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
_LOCK = RLock()


class Deferred:
    """What numba makes of a function, made when it is first needed."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = make

    @cached_property
    def made(self) -> Any:
        """Numba's dispatcher or intrinsic."""
        with _LOCK:
            return self.__dict__.get("made") or self._make()

    @property
    def _numba_type_(self) -> Any:
        """What stands for it where another function is compiled that calls it; numba asks for this name."""
        from numba.core.registry import cpu_target  # noqa: PLC0415 - numba takes half a second

        return cpu_target.typing_context.resolve_value_type(self.made)


class Kernel(Deferred):
    """A function of arrays and numbers that Python calls, without holding the interpreter's lock."""

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(partial(_njit, function, {**_ALL, "cache": True}))
        self.name = f"{function.__module__}.{function.__name__}"

    def __call__(self, *arguments: Any) -> Any:
        """Run the shipped code if it takes such arguments, else what numba compiles for them."""
        routine = shipped.routines().get(self.name)
        slots = routine.slots(arguments) if routine else None
        return routine.run(slots) if routine and slots is not None else self.made(*arguments)


def kernel(function: Callable[..., Any]) -> Kernel:
    """A function that Python calls."""
    return Kernel(function)


def part(function: Callable[..., Any]) -> Any:
    """A function that kernels call."""
    return Deferred(partial(_njit, function, _INNER))


def inlined(function: Callable[..., Any]) -> Any:
    """A small function that stands in the code of its callers."""
    return Deferred(partial(_njit, function, {**_INNER, "forceinline": True}))


def intrinsic(name: str) -> Any:
    """A machine instruction, by its name in `intrinsics`."""
    return Deferred(partial(_intrinsic, name))


def _njit(function: Callable[..., Any], options: dict[str, Any]) -> Any:
    from numba import njit  # noqa: PLC0415

    return njit(**options)(function)


def _intrinsic(name: str) -> Any:
    from numba.core.registry import cpu_target  # noqa: PLC0415

    from bioclue_data.matching import intrinsics  # noqa: PLC0415

    cpu_target.typing_context.refresh()  # a compilation that is under way does not know them yet
    return getattr(intrinsics, name)
