"""From a built folder to files of another format: one per table, in the same layout or the format's own."""

from __future__ import annotations

import shutil
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from bioclue_data.building.opened import open_table
from bioclue_data.contracts import contract as contracts
from bioclue_data.errors import UsageError
from bioclue_data.export import load
from bioclue_data.export._built import Table, built_manifest, rows_of, tables_of
from bioclue_data.export._predictions import Predictions

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bioclue_data.export import Format, Row

SPLITS = {"train": "train", "validation": "dev", "test": "test"}  # as files with prescribed names call them


@dataclass(frozen=True)
class Exported:
    """What an export did.

    Attributes:
        written: The files or folders.
        hidden: Paths of tables, or configs, left out: their gold is withheld (or their task has none), and
            the format would make it look empty.
        held_back: What may not leave the built folder -> why: paths of tables of copyrighted datasets, or
            configs.
        left_out: What of single rows was left out, and how often.
    """

    written: list[Path]
    hidden: list[str]
    held_back: Mapping[str, str]
    left_out: Mapping[str, int] = field(default_factory=dict)


def export(
    name: str, folder: Path, configs: tuple[str, ...], out: Path, predictions: Path | None = None
) -> Exported:
    """Write the tables of the configs (or datasets) that the folder holds.

    With a file of predictions, these stand in the place of gold, and only tables that they are for are
    written.

    Raises:
        UsageError: the folder is not built, a config is not in it, all that was asked for is copyrighted, the
            format cannot hold a task or a row, a prediction fits no item, or a file stands where one would be
            written.
    """
    form = load(name)
    manifest = built_manifest(folder)
    asked = [table for config in configs for table in tables_of(manifest, config)]
    free = [table for table in asked if not _is_copyrighted(folder / table["path"])]
    if not free:
        remedy = "use the built folder where it is; nothing overrides this"
        raise UsageError("copyrighted datasets are not exported", where=asked[0]["path"], remedy=remedy)
    tables = _fitting(name, form, free)
    given = Predictions(predictions) if predictions else None
    held = _predicted(form, given, folder, tables) if given else [t for t in tables if _has_gold(form, t)]
    targets = {out / _place(form, table): table for table in held}
    if there := next((path for path in targets if path.exists()), None):
        raise UsageError("this exists already", where=str(there), remedy="choose another --out, or remove it")
    left_out: Counter[str] = Counter()
    for target, table in targets.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        with _whole(target) as half:
            left_out.update(form.write(_filled(folder, table, given), half, table["task"]))
    hidden = [] if given else [table["path"] for table in tables if table not in held]
    held_back = {table["path"]: "it is copyrighted" for table in asked if table not in free}
    return Exported(
        list(targets), hidden, held_back, {what: count for what, count in left_out.items() if count}
    )


def _is_copyrighted(path: Path) -> bool:
    """Do the rows say so? A table is of one dataset."""
    with open_table(path) as file:
        first = next(file.iter_batches(1, columns=["access"]), None)
    return first is not None and first.column("access").to_pylist() == ["copyrighted"]


def _fitting(name: str, form: Format, tables: list[Table]) -> list[Table]:
    """The tables that a format is for; one that prescribes its files leaves out those that it has none for.

    Raises:
        UsageError: it cannot hold a task, or has a file for none of the tables.
    """
    files = form.FILES
    fit = [table for table in tables if not files or (table["dataset"], table["task"]) in files]
    if not fit:
        found = ", ".join(sorted({f"{table['dataset']} {table['task']}" for table in tables}))
        remedy = f"it has files for {', '.join(sorted(f'{dataset} {task}' for dataset, task in files))}"
        raise UsageError(f"{name} has no file for {found}", remedy=remedy)
    if unfit := sorted({table["task"] for table in fit} - form.TASKS):
        remedy = f"it holds {', '.join(sorted(form.TASKS))}"
        raise UsageError(f"{name} cannot hold the task {unfit[0]}", remedy=remedy)
    return fit


def _has_gold(form: Format, table: Table) -> bool:
    """Whether a table can be written as it is; what goes into prescribed files is gold, or predictions."""
    if form.FILES and not contracts.load(table["task"]).gold:
        return False
    return table["labelled"] or form.HOLDS_HIDDEN_GOLD


def _place(form: Format, table: Table) -> Path:
    """The path of a table's file, below the folder of the export."""
    if name := form.FILES.get((table["dataset"], table["task"])):
        return Path(name.format(split=SPLITS[table["split"]]))
    return Path(table["path"]).with_suffix(form.SUFFIX)


def _predicted(form: Format, given: Predictions, folder: Path, tables: list[Table]) -> list[Table]:
    """The tables that the predictions are for, and splits without a table that have a file (KUAKE-IR's test).

    Raises:
        UsageError: some item of a table has none, or a prediction is for an item of no table.
    """
    held = [table for table in tables if given.cover(_items(folder / table["path"]), table["path"])]
    built = {(table["dataset"], table["task"], table["split"]) for table in tables}
    for dataset, task in form.FILES:
        for split in SPLITS if any(table["dataset"] == dataset for table in tables) else ():
            beside = [] if (dataset, task, split) in built else given.beside(dataset, split)
            if beside:
                held.append({"dataset": dataset, "task": task, "split": split, "items": beside})
    given.refuse_rest()
    return held


def _filled(folder: Path, table: Table, given: Predictions | None) -> Iterator[Row]:
    """The rows to write."""
    if given is None:
        return rows_of(folder / table["path"])
    if items := table.get("items"):
        return given.whole(items, table["task"])
    return map(given.filler(table["task"]), rows_of(folder / table["path"]))


def _items(path: Path) -> list[str]:
    found: list[str] = open_table(path).read(["item_id"]).column("item_id").to_pylist()
    return found


@contextmanager
def _whole(target: Path) -> Iterator[Path]:
    """Give a name to write to; it becomes the target when all went well, and goes when not."""
    half = target.with_name(f"{target.name}.part")
    try:
        yield half
        half.replace(target)
    finally:
        if half.is_dir():
            shutil.rmtree(half)
        half.unlink(missing_ok=True)
