"""What goes to a worker and what comes back: plain values, without the weight of the work itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from bioclue_data.sources.stores import Stores


@dataclass(frozen=True, slots=True)
class Job:
    """What a worker needs to build one dataset; plain values, so that it can be sent to a process.

    Attributes:
        records: The user's own records folder, or None.
        stores: Where sources are looked for; None: the invented samples.
        target: Folder that the tables are written below.
        old: The folder whose place it takes, there or not; None: it takes none.
    """

    dataset: str
    tasks: tuple[str, ...]
    records: Path | None
    stores: Stores | None
    target: Path
    old: Path | None = None


@dataclass
class Built:
    """What came of one dataset; goes into the manifest.

    Attributes:
        tables: One entry per Parquet file: task, split, path, rows, bytes, sha256, labelled, faults.
        counts: Split -> counts as `tally` makes them.
        sources: File name -> [bytes, sha256].
        missing: Split (or `*`) -> reason, what and remedy.
        problems: Sentences about everything that is wrong; not empty: nothing may be published.
    """

    dataset: str
    tables: list[dict[str, Any]] = field(default_factory=list)
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    sources: dict[str, tuple[int, str]] = field(default_factory=dict)
    missing: dict[str, dict[str, str]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
