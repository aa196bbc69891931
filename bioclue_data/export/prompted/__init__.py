"""Formats for language models, written from datasets and not from single tables: prompts, answers, scorers.

A module put here is a format. It has `COPIES_ROWS` (does what it writes hold rows? then only datasets that
may be published are written) and `write(parts, out, folder)`.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bioclue_data.export.prompted._part import Part


class Prompted(Protocol):
    """What a module of this package offers."""

    COPIES_ROWS: bool

    def write(self, parts: Sequence[Part], out: Path, folder: Path) -> None:
        """Write files for tasks of datasets into a new folder.

        Args:
            parts: The tasks; all have labelled items.
            out: An empty folder.
            folder: The built folder, as a path from the place where `out` will be.
        """


@cache
def formats() -> tuple[str, ...]:
    """Names of the formats, as the command line spells them; nothing is imported."""
    files = Path(__file__).parent.glob("*.py")
    return tuple(sorted(f.stem.replace("_", "-") for f in files if not f.stem.startswith("_")))


def load(name: str) -> Prompted:
    """The module of one of the formats."""
    return cast("Prompted", import_module(f"{__name__}.{name.replace('-', '_')}"))
