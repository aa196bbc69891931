"""Flags of the user's own scans, which stand in the tables only: a rebuild keeps them.

A row has them again if its content is the same. What a corpus that ships has to say is not kept: what ships
now is newer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow.compute as pc
import pyarrow.parquet as pq

from bioclue_data.building.flags import COLUMNS, Leak, check_of, with_flags

if TYPE_CHECKING:
    from collections.abc import Container
    from pathlib import Path

    import pyarrow as pa

Kept = dict[str, tuple[list[Leak], list[str]]]


def of_table(path: Path, ships: Container[str]) -> Kept:
    """Content hash -> leaks and checks of the rows of an older table; empty if there is none.

    Args:
        path: The older table.
        ships: "corpus@revision" of what ships for this split.
    """
    if not path.is_file():
        return {}
    checks = pc.unique(pq.read_table(path, columns=["leakage_checked"])[0].combine_chunks().flatten())
    own = {check for check in checks.to_pylist() if check.split("#")[0] not in ships}
    if not own:
        return {}
    columns = (column.to_pylist() for column in pq.read_table(path, columns=list(COLUMNS)).columns)
    return {
        content: ([leak for leak in leaks or [] if check_of(leak) in own], sorted(own.intersection(done)))
        for content, leaks, done in zip(*columns, strict=True)
        if done is not None
    }


def add(table: pa.Table, kept: Kept) -> pa.Table:
    """The table with the kept flags beside those that it has."""
    columns = (table.column(name).to_pylist() for name in COLUMNS)
    leakage, checked = [], []
    for content, leaks, checks in zip(*columns, strict=True):
        own_leaks, own_checks = kept.get(content, ([], []))
        found = sorted({*(checks or []), *own_checks})
        leakage.append([*(leaks or []), *own_leaks] if found else leaks)
        checked.append(found or checks)
    return with_flags(table, leakage, checked)
