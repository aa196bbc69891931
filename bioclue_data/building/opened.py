"""Tables of a built folder, opened: one that is damaged, or not there, is said to be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from bioclue_data.errors import InvalidDataError

if TYPE_CHECKING:
    from pathlib import Path


def open_table(path: Path, **how: Any) -> pq.ParquetFile:
    """A table of a built folder.

    Args:
        path: Its file.
        how: As for `pyarrow.parquet.ParquetFile`.

    Raises:
        InvalidDataError: it cannot be opened.
    """
    try:
        return pq.ParquetFile(path, **how)
    except (OSError, pa.ArrowException) as error:
        reason = "it is not there" if not path.exists() else str(error).split(". ", maxsplit=1)[0]
        remedy = "`bioclue validate` names all such tables; build their datasets again, into an empty folder"
        what = f"this table cannot be opened: {reason}"
        raise InvalidDataError(what, where=str(path), remedy=remedy) from error
