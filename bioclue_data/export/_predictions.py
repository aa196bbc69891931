"""Predictions as JSON Lines: our own rows, of which `item_id` and the gold columns are read, or samples."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from bioclue_data.contracts import contract as contracts
from bioclue_data.errors import InvalidDataError, UsageError
from bioclue_data.export.prompted import _samples as samples

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from bioclue_data.export import Row

REMEDY = "a line is a row as `bioclue export jsonl` writes it, with the gold columns filled"


class Predictions:
    """The predictions of one file, by item.

    Attributes:
        path: The file.
        ids: Items that nobody has asked for yet.
    """

    def __init__(self, path: Path) -> None:
        """Read the file.

        Raises:
            UsageError: it is not there, a line is no JSON object with an `item_id`, or an item has two lines.
        """
        self.path = path
        self._rows: dict[str, Row] = {}
        self._silent: set[str] = set()
        for number, line in _lines(path):
            row = self._of_sample(line) if isinstance(line, dict) and samples.is_sample(line) else line
            where = f"{path}, line {number}"
            if not isinstance(row, dict) or not isinstance(row.get("item_id"), str):
                raise UsageError("a line should be an object with an item_id", where=where, remedy=REMEDY)
            if self._rows.setdefault(row["item_id"], row) is not row:
                raise UsageError(f"a second prediction for {row['item_id']}", where=where, remedy=REMEDY)
        self.ids = set(self._rows)

    def _of_sample(self, sample: Row) -> Row:
        """The prediction in a sample that lm-evaluation-harness logged; an answer may say nothing."""
        row = samples.prediction(sample)
        contract = contracts.load(sample["doc"]["task"])
        if contract.gold and all(row[path.partition(".")[0]] is None for path in contract.gold):
            self._silent.add(row["item_id"])
        return row

    def says_nothing(self, item: str) -> bool:
        """Did a model answer, but with nothing that could be read?"""
        return item in self._silent

    def cover(self, items: Iterable[str], table: str) -> bool:
        """Say whether these are predictions for the items of a table.

        Raises:
            UsageError: they are for some of them only.
        """
        wanted = list(items)
        lacking = self.lacking(wanted)
        if lacking and len(lacking) < len(wanted):
            what = f"{len(lacking)} of {len(wanted)} items of {table} have no prediction, first {lacking[0]}"
            raise UsageError(what, where=str(self.path), remedy="predict every item of the table")
        return not lacking

    def lacking(self, items: Iterable[str]) -> list[str]:
        """Ask for the predictions of items; those of them that have none."""
        wanted = list(items)
        self.ids.difference_update(wanted)
        return [item for item in wanted if item not in self._rows]

    def refuse_rest(self) -> None:
        """Refuse predictions that nobody has asked for.

        Raises:
            UsageError: there are some.
        """
        if self.ids:
            what = f"{len(self.ids)} predictions are for no item of the tables, first {min(self.ids)}"
            raise UsageError(
                what, where=str(self.path), remedy="name the config, and build it from the same files"
            )

    def beside(self, dataset: str, split: str) -> list[str]:
        """Items of a split that nobody has asked for, in the order of the file; now they are asked for."""
        found = [name for name in self._rows if name in self.ids and name.startswith(f"{dataset}:{split}:")]
        self.ids.difference_update(found)
        return found

    def whole(self, items: Iterable[str], task: str) -> Iterator[Row]:
        """Rows of items that have no table: all their columns are those of the predictions.

        Raises:
            UsageError: a row does not fit the task's contract.
        """
        content = [field.name for field in contracts.load(task).content]
        fill = self.filler(task)
        for name in items:
            dataset, _, source = name.split(":", 2)
            common = {"item_id": name, "dataset": dataset, "source_id": source, "document_id": None}
            given = {column: self._rows[name].get(column) for column in content}
            yield fill(common | {"quality": [], "extra": None} | given)

    def filler(self, task: str) -> Callable[[Row], Row]:
        """Give what puts predictions in the place of gold; a task without gold takes all columns.

        Mentions that predicted relations, events or sets refer to come from the prediction, if it has some.
        It raises UsageError for a prediction that lacks a column, or does not fit the task's contract.
        """
        contract = contracts.load(task)
        complete = contracts.complete(contract)
        content = [field.name for field in contract.content]
        roots = list(dict.fromkeys(path.partition(".")[0] for path in contract.gold))

        def filled(row: Row) -> Row:
            given = self._rows[row["item_id"]]
            new = {name: given[name] for name in roots or content if given.get(name) is not None}
            if not new:
                what = f"the prediction has nothing in {' or '.join(roots or content)}"
                raise UsageError(what, where=row["item_id"], remedy=REMEDY)
            if "entities" in content and given.get("entities") is not None:
                new["entities"] = given["entities"]
            gold = dict.fromkeys(roots) | new
            try:
                return row | complete({name: row[name] for name in content} | gold) | {"labelled": True}
            except InvalidDataError as error:
                where = f"{row['item_id']}: {error.where}"
                raise UsageError(error.what, where=where, remedy=error.remedy) from error

        return filled


def _lines(path: Path) -> Iterable[tuple[int, Any]]:
    try:
        with path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield number, json.loads(line)
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", where=str(path), remedy=REMEDY) from error
    except ValueError as error:
        raise UsageError(f"is not JSON Lines in UTF-8: {error}", where=str(path), remedy=REMEDY) from error
