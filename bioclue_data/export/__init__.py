"""Other formats, written from built tables: one module per format; a module put here is a format.

Formats for language models are in `prompted`.

A module has `TASKS` (the tasks that it can hold), `SUFFIX` (of the one file it writes; "" if it writes a
folder), `HOLDS_HIDDEN_GOLD`, `FILES` and `write(rows, out, task)`. What a format cannot hold it refuses, or
its docstring says that it is left out.
"""

from __future__ import annotations

import difflib
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

from bioclue_data.errors import UsageError
from bioclue_data.export import prompted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Row = dict[str, Any]


class Format(Protocol):
    """What a module of this package offers."""

    TASKS: frozenset[str]
    SUFFIX: str
    HOLDS_HIDDEN_GOLD: bool  # can it tell gold that is withheld from gold that is empty?
    # (dataset, task) -> file name with {split}; {}: files are named as tables are.
    FILES: Mapping[tuple[str, str], str]

    def write(self, rows: Iterable[Row], out: Path, task: str) -> dict[str, int]:
        """Write rows of a task's table (as `Table.to_pylist` gives them) to a file or folder.

        Gives what of single rows was left out, and how often; what is left out of every row stands in the
        module's docstring instead.

        Raises:
            UsageError: a row holds what the format cannot.
        """


@cache
def formats() -> tuple[str, ...]:
    """Names of all formats, as the command line spells them; nothing is imported."""
    files = Path(__file__).parent.glob("*.py")
    return tuple(sorted(f.stem.replace("_", "-") for f in files if not f.stem.startswith("_")))


def load(name: str) -> Format:
    """The module of a format.

    Raises:
        UsageError: there is none of that name; near names are suggested.
    """
    if name not in formats():
        every = (*formats(), *prompted.formats())
        near = difflib.get_close_matches(name, every, n=3, cutoff=0.5) or every
        raise UsageError(f"there is no format {name!r}", remedy=f"use one of: {', '.join(near)}")
    return cast("Format", import_module(f"{__name__}.{name.replace('-', '_')}"))
