"""Which split of a dataset is evaluated, and which one shows examples."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from bioclue_data.records.record import SPLITS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bioclue_data.export._built import Table

ORDER = ("test", "validation", "train")


class Evaluated(NamedTuple):
    """A dataset's task.

    Attributes:
        table: The table that is evaluated: of the asked split, else the first labelled one of test,
            validation, train; None if there is none.
        examples: A labelled table of another split, train if there is one; else None.
        tables: All tables of the task.
    """

    dataset: str
    task: str
    table: Table | None
    examples: Table | None
    tables: list[Table]

    @property
    def config(self) -> str:
        """The config of this dataset alone."""
        return f"{self.dataset}_{self.task}"


def evaluated(tables: Iterable[Table], split: str | None = None) -> list[Evaluated]:
    """The datasets and tasks of some tables, in their order by name."""
    key = itemgetter("dataset", "task")
    return [
        _evaluated(dataset, task, list(group), split)
        for (dataset, task), group in groupby(sorted(tables, key=key), key)
    ]


def _evaluated(dataset: str, task: str, tables: list[Table], split: str | None) -> Evaluated:
    labelled = {table["split"]: table for table in tables if table["labelled"]}
    chosen = next((labelled[name] for name in ([split] if split else ORDER) if name in labelled), None)
    rest = [labelled[name] for name in SPLITS if name in labelled and labelled[name] is not chosen]
    return Evaluated(dataset, task, chosen, next(iter(rest), None), tables)
