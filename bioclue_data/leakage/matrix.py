"""Train against test: which rows of every table stand in the tables of other datasets and splits."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from bioclue_data.building.flags import LEAKED, counted_as
from bioclue_data.leakage import findings as found
from bioclue_data.leakage.ahead import ahead
from bioclue_data.leakage.held import Held
from bioclue_data.leakage.markup import without_markup
from bioclue_data.leakage.rows import texts_of
from bioclue_data.leakage.scanning import Records, scan_records
from bioclue_data.leakage.search import search_for
from bioclue_data.leakage.targets import Choice, groups, rows_of_folder, rows_of_table, tables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from bioclue_data.leakage.held import Read
    from bioclue_data.leakage.rows import Rows
    from bioclue_data.leakage.search import Search
    from bioclue_data.leakage.verdicts import Thresholds


def matrix(
    folder: Path,
    choice: Choice,
    literature: set[str],
    thresholds: Thresholds,
    threads: int = 2,
    say: Callable[[str], None] | None = None,
) -> list[dict[str, Any]]:
    """How many rows of the chosen tables each other dataset and split of the folder holds.

    One entry for each pair with a row that leaks: `dataset`, `split`, `task` of the rows, `other`,
    `other_split`, and the rows by verdict. Tables of one dataset and split are not compared with themselves.
    """
    counts: Counter[tuple[str, ...]] = Counter()
    seen: set[tuple[str, ...]] = set()
    all_tables, tables_read = tables(folder, Choice()), Held()
    with ThreadPoolExecutor(threads) as pool:  # most tables are small: one thread each
        for search, is_last in ahead(_searches(rows_of_folder(folder, choice, literature), thresholds)):
            reads = partial(tables_read.read, keep=not is_last)
            compared = pool.map(partial(_compared, folder, search, _own(search), reads, say), all_tables)
            for (other, table), rows in zip(all_tables, compared, strict=True):
                for row in rows:
                    there = (row["item_id"], row["task"], other, table["split"])
                    if there not in seen:
                        seen.add(there)
                        here = (row["dataset"], row["split"], row["task"])
                        counts.update([(*here, other, table["split"], counted_as(row))])
    return _entries(counts)


def _own(search: Search) -> dict[tuple[str, str], Any]:
    """bool[items] for each dataset and split: which items are of it."""
    numbers: dict[tuple[str, str], int] = {}
    places = np.array([numbers.setdefault(key.table[:2], len(numbers)) for key in search.items.keys])
    return {split: places == number for split, number in numbers.items()}


def _compared(
    folder: Path,
    search: Search,
    own: dict[tuple[str, str], Any],
    reads: Callable[..., Read],
    say: Callable[[str], None] | None,
    which: tuple[str, dict[str, Any]],
) -> list[dict[str, Any]]:
    """Findings of what is looked for in a table, but for rows of its own dataset and split."""
    dataset, table = which
    name = f"{dataset}/{table['split']}"
    if say:
        say(name)
    batches, _ = reads(table["path"], partial(_read, folder, dataset, table))
    seen = scan_records(batches, search, threads=1, apart=own.get((dataset, table["split"])))
    return [row for row in found.findings(seen, search, name, "") if row["verdict"] in LEAKED]


def _searches(rows: Iterator[Rows], thresholds: Thresholds) -> Iterator[tuple[Search, bool]]:
    """What is looked for, group by group, and if it is the last one."""
    for group in groups(rows):
        is_last, search = group.is_last, search_for([group.rows], thresholds, group.portions)
        del group
        yield search, is_last
        del search


def _entries(counts: Counter[tuple[str, ...]]) -> list[dict[str, Any]]:
    entries: dict[tuple[str, ...], dict[str, Any]] = {}
    for (*pair, verdict), count in sorted(counts.items()):
        names = ("dataset", "split", "task", "other", "other_split")
        entry = entries.setdefault(tuple(pair), dict(zip(names, pair, strict=True)) | {"rows": 0})
        entry["rows"] += count
        entry[verdict] = count
    return sorted(entries.values(), key=lambda entry: -int(entry["rows"]))


def _read(folder: Path, dataset: str, table: dict[str, Any]) -> Read:
    """Every row of a table as one record of a corpus: all its texts."""
    about = {"bytes": 0}
    return _records(folder, dataset, table, about), about


def _records(folder: Path, dataset: str, table: dict[str, Any], about: dict[str, int]) -> Iterator[Records]:
    first = 0
    for rows in rows_of_table(folder, dataset, table):
        texts = without_markup(texts_of(rows.of_each()))
        about["bytes"] += int(texts.offsets[-1])
        yield Records(texts, f"{dataset}/{table['split']}", first)
        first += len(rows)
