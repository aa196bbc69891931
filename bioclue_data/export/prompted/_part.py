"""A dataset's task as questions to a model."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any

from bioclue_data.building.flags import is_leaked
from bioclue_data.contracts import contract as contracts
from bioclue_data.export._built import rows_of
from bioclue_data.metrics import registry
from bioclue_data.prompting.answers import answer
from bioclue_data.prompting.prompts import choices, is_chinese, prompt
from bioclue_data.prompting.vocabulary import Vocabulary, vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bioclue_data.export import Row
    from bioclue_data.export._built import Table
    from bioclue_data.export._evaluated import Evaluated
    from bioclue_data.metrics.family import Family

KEPT = ("item_id", "dataset", "language", "labelled")


@dataclass(frozen=True)
class Part:
    """One task of one dataset of a built folder.

    Attributes:
        one: Its tables.
        folder: The built folder.
        clean: Leave out rows that were found in a known corpus.
        group: The config over datasets by which it was asked for; None: by its own name.
    """

    one: Evaluated
    folder: Path
    clean: bool = False
    group: str | None = None

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The names that answers may use."""
        return vocabulary(self.one.task, [self.folder / t["path"] for t in self.one.tables if t["labelled"]])

    @cached_property
    def first(self) -> Row | None:
        """The first row that is evaluated; None if there is none."""
        return next(self.rows(self.one.table), None) if self.one.table else None

    @property
    def family(self) -> Family:
        """The metrics of the task."""
        assert self.first
        return registry.family(self.one.task, self.first)

    @cached_property
    def closed(self) -> bool:
        """Has every evaluated row a list of answers of which one is right?"""
        assert self.one.table
        return all(self.choices(row) and self._listed(row) for row in self.rows(self.one.table))

    def choices(self, row: Row) -> list[str] | None:
        """The answers to choose from."""
        return choices(self.one.task, row, self.vocabulary)

    def _listed(self, row: Row) -> bool:
        return answer(self.one.task, row) in (self.choices(row) or ())

    def rows(self, table: Table) -> Iterator[Row]:
        """The labelled rows of a table; with `clean` those that were not found in a corpus."""
        for row in rows_of(self.folder / table["path"]):
            if registry.scorable(self.one.task, row) and not (self.clean and is_leaked(row["leakage"])):
                yield row

    def question(self, row: Row) -> dict[str, str]:
        """`prompt` and `target` of a row."""
        task = self.one.task
        return {"prompt": prompt(task, row, self.vocabulary), "target": answer(task, row)}

    def documents(self, table: Table, most: int | None = None) -> Iterator[dict[str, Any]]:
        """Questions with all that is needed to score an answer, as flat JSON values."""
        for row in islice(self.rows(table), most):
            yield {
                "item_id": row["item_id"],
                **self.question(row),
                "choices": self.choices(row) or [],
                "task": self.one.task,
                "names": list(self.vocabulary.names),
                "gold": gold(self.one.task, row),
            }

    @property
    def chinese(self) -> bool:
        """Are the prompts Chinese?"""
        return bool(self.first and is_chinese(self.first))


def gold(task: str, row: Row) -> str:
    """The columns that scores are made of, as JSON."""
    columns = [*KEPT, *(field.name for field in contracts.load(task).content)]
    return json.dumps({name: row[name] for name in columns}, ensure_ascii=False)
