"""The columns that a mapping can fill: those of all contracts."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from bioclue_data.contracts import contract

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bioclue_data.contracts.fields import Field


@cache
def columns() -> Mapping[str, Field]:
    """Name of a content column -> the column; a name has one type in all contracts.

    A column counts as nullable if some task lets it be null: what another task requires of it, the task's
    own check will say.
    """
    found: dict[str, Field] = {}
    for task in contract.tasks():
        for field in contract.load(task).content:
            if field.null or field.name not in found:
                found[field.name] = field
    return found
