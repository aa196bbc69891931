"""Rows of the `datasets` library without those that were found in a known corpus."""

from __future__ import annotations

from typing import Any

from bioclue_data.building.flags import is_leaked
from bioclue_data.errors import UsageError

COLUMN = "leakage"


def load(path: str, name: str | None, *args: Any, columns: list[str] | None = None, **kwargs: Any) -> Any:
    """`datasets.load_dataset` without leaked rows, of a folder or repository, streamed or not.

    The column `leakage` is read even where it is not among `columns`, and then left out again.

    Raises:
        UsageError: the rows have no such column.
    """
    import datasets  # noqa: PLC0415

    hidden = columns is not None and COLUMN not in columns
    chosen = {} if columns is None else {"columns": [*columns, COLUMN] if hidden else columns}
    rows = datasets.load_dataset(path, name, *args, **chosen, **kwargs)
    several = rows if isinstance(rows, list) else [rows]
    clean = [_filtered(one, path, hidden=hidden) for one in several]
    return clean if isinstance(rows, list) else clean[0]


def _filtered(rows: Any, path: str, *, hidden: bool) -> Any:
    parts = rows.values() if isinstance(rows, dict) else [rows]
    if any(COLUMN not in _columns(part) for part in parts):
        raise UsageError(
            "no column `leakage` tells which rows are clean",
            where=str(path),
            remedy="`clean=True` is for what `bioclue build` or `bioclue push` made; leave it out",
        )
    kept = rows.filter(_is_clean, input_columns=COLUMN)
    return kept.remove_columns(COLUMN) if hidden else kept


def _columns(part: Any) -> list[str]:
    """Of rows that are streamed and say nothing of their columns, those of the first one."""
    return list(part.column_names if part.column_names is not None else next(iter(part), {}))


def _is_clean(leakage: list[dict[str, Any]] | None) -> bool:
    return not is_leaked(leakage)
