"""Make the machine code that `matching.shipped` loads, in `bioclue_data/matching/machine_code`.

It needs Linux on x86-64, a C compiler to link, and the GNU assembler to check with. `--check` compares the
sources; where the same numba is installed, the code too.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from kernel_sources import sources

from bioclue_data.matching import shipped

if TYPE_CHECKING:
    from collections.abc import Iterator

# Code for a level as such is tuned for no processor. Code for this one, less the instructions that the level
# does not have, is 4 % faster here.
TUNED = "znver4"
BEYOND = (
    "-adx,-aes,-avx512bf16,-avx512bitalg,-avx512ifma,-avx512vnni,-avx512vpopcntdq,-clflushopt,-clwb,-clzero,"
    "-gfni,-mwaitx,-pclmul,-prfchw,-rdpid,-rdpru,-rdrnd,-rdseed,-sha,-shstk,-sse4a,-vaes,-vpclmulqdq,-wbnoinvd"
)
FEATURES = {
    "x86-64-v4-vbmi2": f"{BEYOND},+avx512vbmi,+avx512vbmi2",
    "x86-64-v4": f"{BEYOND},-avx512vbmi,-avx512vbmi2",
    "x86-64-v3": f"{BEYOND},-avx512vbmi,-avx512vbmi2,-avx512bw,-avx512cd,-avx512dq,-avx512f,-avx512vl",
}
# What the GNU assembler may take: it refuses instructions that a level does not have.
V3 = "generic64+popcnt+sse4.2+avx2+bmi+bmi2+f16c+fma+lzcnt+movbe"
V4 = f"{V3}+avx512bw+avx512cd+avx512dq+avx512f+avx512vl"
TAKEN = {"x86-64-v4-vbmi2": f"{V4}+avx512vbmi+avx512_vbmi2", "x86-64-v4": V4, "x86-64-v3": V3}
LINK = (
    "-shared",
    "-nostartfiles",
    "-Wl,-z,defs,-z,noexecstack,--gc-sections,--build-id=none,--strip-all",
)


class Made(NamedTuple):
    """The code of all kernels for one level of processors."""

    routines: dict[str, dict[str, Any]]
    code: bytes
    assembly: bytes


def main() -> int:
    """Write the files, or with `--check` exit with 1 if they are not those of the sources."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if anything differs")
    if parser.parse_args().check:
        faults = list(differences())
        for fault in faults:
            print(f"{fault}: run `python scripts/generate_kernels.py`", file=sys.stderr)
        return 1 if faults else 0
    write(made())
    return 0


def write(codes: dict[str, Made]) -> None:
    """Link the code of each level, and describe it."""
    shipped.FOLDER.mkdir(exist_ok=True)
    description = described(codes)
    for level, one in codes.items():
        library = linked(one, level)
        shipped.library_of(level).write_bytes(library)
        description["levels"][level]["library"] = sha256(library).hexdigest()
    (shipped.FOLDER / shipped.DESCRIPTION).write_text(json.dumps(description, indent=1) + "\n", "utf-8")


def described(codes: dict[str, Made]) -> dict[str, Any]:
    """What there is to say of some code, but for the libraries."""
    files = sources()
    return {
        "compiler": compiler(),
        "sources": files,
        "digest": shipped.digest(files),
        "levels": {level: {"object": sha256(one.code).hexdigest()} for level, one in codes.items()},
        "routines": next(iter(codes.values())).routines,
    }


def differences() -> Iterator[str]:
    """What is not as it would be made here."""
    stored = json.loads((shipped.FOLDER / shipped.DESCRIPTION).read_text("utf-8"))
    for level, known in stored["levels"].items():
        if known.pop("library") != sha256(shipped.library_of(level).read_bytes()).hexdigest():
            yield f"the library of {level} is not the one that is described"
    if stored["sources"] != sources() or stored["digest"] != shipped.digest(stored["sources"]):
        yield "the machine code is of other sources"
    elif stored["compiler"] != compiler() or not shipped.best_level():
        print(f"made with {stored['compiler']}: the code is not compared", file=sys.stderr)
    elif stored != described(made()):
        yield "the machine code is not what is compiled here"


def compiler() -> str:
    """What makes the code."""
    python = ".".join(map(str, sys.version_info[:2]))
    return f"Python {python}, numba {version('numba')}, llvmlite {version('llvmlite')}"


def made() -> dict[str, Made]:
    """The code for each level, made in a process of its own: numba compiles for one processor in each."""
    with tempfile.TemporaryDirectory() as name, ThreadPoolExecutor(len(shipped.LEVELS)) as pool:
        types_of_kernels = Path(name) / "types"
        started("kernel_workload.py", types_of_kernels)
        codes = pool.map(partial(made_for, types_of_kernels), shipped.LEVELS)
        return dict(zip(shipped.LEVELS, codes, strict=True))


def made_for(types_of_kernels: Path, level: str) -> Made:
    """The code for one level."""
    target = types_of_kernels.with_name(level)
    processor = {"CPU_NAME": TUNED, "CPU_FEATURES": FEATURES[level], "CACHE_DIR": str(target)}
    routines = json.loads(started("kernel_code.py", types_of_kernels, target, **processor))
    code, assembly = (Path(f"{target}.{suffix}").read_bytes() for suffix in ("o", "s"))
    return Made(routines, code, assembly)


def started(script: str, *arguments: Path, **settings: str) -> bytes:
    """What a script beside this one prints, run with settings of numba."""
    env = {**os.environ, shipped.SWITCH: "numba"} | {f"NUMBA_{name}": text for name, text in settings.items()}
    command = [sys.executable, Path(__file__).with_name(script), *arguments]
    return subprocess.run(command, env=env, check=True, stdout=subprocess.PIPE).stdout


def linked(made: Made, level: str) -> bytes:
    """A shared object, which needs nothing but the C library and the level's instructions."""
    with tempfile.TemporaryDirectory() as name:
        source, target = Path(name) / "kernels.o", Path(name) / "kernels.so"
        subprocess.run(["as", f"-march={TAKEN[level]}", "-o", target], input=made.assembly, check=True)
        source.write_bytes(made.code)
        subprocess.run(["cc", *LINK, "-o", target, source], check=True)
        return target.read_bytes()


if __name__ == "__main__":
    sys.exit(main())
