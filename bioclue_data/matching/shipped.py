"""Machine code that the package carries, so that nothing needs to be compiled before the first result.

It is for Linux on x86-64, for processors with AVX2 (level x86-64-v3), with AVX-512 (x86-64-v4), and with the
parts of AVX-512 that came later (VBMI2: Intel since Ice Lake, AMD since Zen 4). It is used only if it was
made of the very sources that are here; `scripts/generate_kernels.py` makes it. BIOCLUE_KERNELS=numba leaves
it aside.

A routine takes the address of SLOTS of 8 bytes: for each array its address and shape, for each number its
value, tuples element by element. It leaves its results in the first ones.
"""

from __future__ import annotations

import ctypes
import json
import os
import struct
import sys
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Callable

PACKAGE = Path(__file__).resolve().parents[1]
FOLDER = Path(__file__).with_name("machine_code")
DESCRIPTION = "kernels.json"
CPU = Path("/proc/cpuinfo")
SWITCH = "BIOCLUE_KERNELS"
_V3 = {"abm", "avx2", "bmi1", "bmi2", "f16c", "fma", "movbe"}
_V4 = _V3 | {"avx512bw", "avx512cd", "avx512dq", "avx512f", "avx512vl"}
LEVELS = {
    "x86-64-v4-vbmi2": _V4 | {"avx512vbmi", "avx512_vbmi2"},
    "x86-64-v4": _V4,
    "x86-64-v3": _V3,
}  # the best one first; what /proc/cpuinfo calls the instructions of each
CODES = {"bool": "?7x", "float32": "f4x", "float64": "d", "int32": "i4x", "int64": "q", "uint64": "Q"}
_KINDS: dict[str, set[type]] = {
    "bool": {bool, np.bool_},
    "float64": {float, np.float64},
    "int64": {int, np.int64},
}
_CONTIGUOUS, _ALIGNED, _WRITEABLE = 0x1, 0x100, 0x400  # numpy's flags


class ArrayOf(NamedTuple):
    """A C-contiguous array as an argument."""

    dtype: Any
    dimensions: int
    flags: int

    def of(self, value: Any) -> tuple[int, ...]:
        """Address and shape; () of anything else."""
        if (
            isinstance(value, np.ndarray)
            and value.dtype == self.dtype
            and value.ndim == self.dimensions
            and value.flags.num & self.flags == self.flags
        ):
            return pa.py_buffer(value).address, *value.shape  # numpy takes six times as long to say it
        return ()


class NumberOf(NamedTuple):
    """A number as an argument, of the types that numba takes for this one."""

    kinds: set[type]

    def of(self, value: Any) -> tuple[Any, ...]:
        """The number; () of anything else."""
        return (value,) if type(value) in self.kinds else ()


class Routine:
    """One kernel's machine code.

    Args:
        function: The native function.
        arguments: Types of the arguments, tuples element by element: `int64`, `int64[:]`, `const int64[:,:]`.
        results: Types of what it returns: one, several (a tuple), or none.
    """

    def __init__(self, function: Callable[[Any], None], arguments: list[str], results: list[str]) -> None:
        self._function = function
        self._arguments = [_argument(name) for name in arguments]
        self._packed = struct.Struct("".join(map(_code, arguments)))
        self._results = struct.Struct("".join(map(_code, results)))
        self._slots = ctypes.c_uint64 * (max(self._packed.size, self._results.size) // 8)

    def slots(self, arguments: tuple[Any, ...]) -> Any:
        """The arguments as the routine takes them, None if it does not."""
        leaves: list[Any] = []
        _flatten(arguments, leaves)
        if len(leaves) != len(self._arguments):
            return None
        values: list[Any] = []
        for argument, leaf in zip(self._arguments, leaves, strict=True):
            taken = argument.of(leaf)
            if not taken:
                return None
            values += taken
        slots = self._slots()
        try:
            self._packed.pack_into(slots, 0, *values)
        except struct.error:  # an integer of more than 64 bits
            return None
        return slots

    def run(self, slots: Any) -> Any:
        """Call it, free of the interpreter's lock -> what it returns. Arrays must be kept alive meanwhile."""
        self._function(slots)
        results = self._results.unpack_from(slots)
        return results if len(results) > 1 else results[0] if results else None


def _flatten(values: tuple[Any, ...], leaves: list[Any]) -> None:
    """Add what is in tuples, and in tuples in them, to the leaves."""
    for value in values:
        if isinstance(value, tuple):
            _flatten(value, leaves)
        else:
            leaves.append(value)


def _argument(name: str) -> ArrayOf | NumberOf:
    element, _, dimensions = name.removeprefix("const ").partition("[")
    if not dimensions:
        return NumberOf(_KINDS.get(element) or {np.dtype(element).type})
    flags = _CONTIGUOUS | _ALIGNED | (0 if name.startswith("const ") else _WRITEABLE)
    return ArrayOf(np.dtype(element), dimensions.count(":"), flags)


def _code(name: str) -> str:
    """Of an argument, for `struct`."""
    return "Q" + "q" * name.count(":") if ":" in name else CODES[name]


@lru_cache(maxsize=1)
def routines() -> dict[str, Routine]:
    """The routines that can be used here, by the names of the kernels; none if they do not fit."""
    level = best_level()
    if os.environ.get(SWITCH) == "numba" or not level:
        return {}
    path = library_of(level)
    try:
        description = json.loads((FOLDER / DESCRIPTION).read_bytes())
        is_whole = sha256(path.read_bytes()).hexdigest() == description["levels"][level]["library"]
        if not is_whole or digest(description["sources"]) != description["digest"]:
            return {}
        library = ctypes.CDLL(str(path))
    except (OSError, ValueError, KeyError):  # missing or damaged
        return {}
    return {
        name: Routine(library[entry["symbol"]], entry["arguments"], entry["results"])
        for name, entry in description["routines"].items()
    }


def digest(sources: list[str]) -> str:
    """Of some files of the package, in their order."""
    return sha256(b"\0".join((PACKAGE / name).read_bytes() for name in sources)).hexdigest()


def library_of(level: str) -> Path:
    """The file with the machine code of a level."""
    return FOLDER / f"linux-{level}.so"


def best_level() -> str | None:
    """The best level that this machine has; None: it is no Linux on x86-64, or has none of them."""
    if sys.platform != "linux" or os.uname().machine != "x86_64":
        return None
    with CPU.open(encoding="utf-8") as lines:
        flags = set(next((line.split() for line in lines if line.startswith("flags")), []))
    return next((name for name, needed in LEVELS.items() if flags >= needed), None)
