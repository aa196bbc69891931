"""Findings of single units, as small files: what a killed run goes on from, and machines put together.

The name of a part follows from what was looked for in what, by contents and not by paths: two machines that
have the same corpus in different folders give the same names.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Any

from bioclue_data.building.replacing import replacing
from bioclue_data.leakage import findings as found

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pyarrow as pa

    from bioclue_data.leakage.rows import Row

Result = tuple["pa.Table", dict[str, Any]]


def digest_of(keys: Sequence[Row]) -> str:
    """What tells some rows from others."""
    return hashlib.sha256(json.dumps(keys).encode()).hexdigest()


def name(corpus: str, facts: Sequence[Any], rows: str) -> str:
    """Name of a part: another one if files, rows (`digest_of`), thresholds or method are others."""
    digest = hashlib.sha256(json.dumps([*facts, found.SCHEMA.to_string(), rows]).encode())
    return f"{re.sub(r'[^A-Za-z0-9.-]+', '_', corpus)[-40:]}-{digest.hexdigest()[:24]}.parquet"


def write(part: Path, result: Result) -> None:
    """Write a part, in one step."""
    import pyarrow.parquet as pq  # noqa: PLC0415

    table, read = result
    with replacing(part) as half, half.open("wb") as file:
        pq.write_table(table.replace_schema_metadata({"read": json.dumps(read)}), file)


def read(part: Path) -> Result | None:
    """Findings and what was read; None if the part is not there, or is damaged."""
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    try:
        with part.open("rb") as file:  # pyarrow opens no name that is not UTF-8
            table = pq.read_table(file)
        return table.replace_schema_metadata(None), json.loads(table.schema.metadata[b"read"])
    except (OSError, pa.ArrowInvalid, KeyError, TypeError):
        return None
