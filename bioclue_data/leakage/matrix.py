"""Train against test: which rows of every table stand in the tables of other datasets and splits."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from bioclue_data.building.flags import LEAKED, counted_as
from bioclue_data.leakage import findings as found
from bioclue_data.leakage.markup import without_markup
from bioclue_data.leakage.rows import texts_of
from bioclue_data.leakage.scanning import Records, scan_records
from bioclue_data.leakage.search import search_for
from bioclue_data.leakage.targets import Choice, groups, rows_of_folder, rows_of_table, tables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

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
    counts: Counter[tuple[str, str, str, str, str, str]] = Counter()
    seen: set[tuple[str, str, str, str]] = set()
    for group in groups(rows_of_folder(folder, choice, literature)):
        search = search_for([group.rows], thresholds, group.portions)
        for other, table in tables(folder, Choice()):
            if say:
                say(f"{other} {table['split']}")
            batches = _records(folder, other, table)
            matches = scan_records(batches, search, threads)
            for row in found.findings(matches, search.items, f"{other}/{table['split']}", ""):
                same = (row["dataset"], row["split"]) == (other, table["split"])
                key = (row["item_id"], row["task"], other, table["split"])
                if row["verdict"] in LEAKED and not same and key not in seen:
                    seen.add(key)
                    pair = (row["dataset"], row["split"], row["task"], other, table["split"])
                    counted = (*pair, counted_as(row))
                    counts[counted] += 1
    return _entries(counts)


def _entries(counts: Counter[tuple[str, str, str, str, str, str]]) -> list[dict[str, Any]]:
    entries: dict[tuple[str, ...], dict[str, Any]] = {}
    for (*pair, verdict), count in sorted(counts.items()):
        names = ("dataset", "split", "task", "other", "other_split")
        entry = entries.setdefault(tuple(pair), dict(zip(names, pair, strict=True)) | {"rows": 0})
        entry["rows"] += count
        entry[verdict] = count
    return sorted(entries.values(), key=lambda entry: -int(entry["rows"]))


def _records(folder: Path, dataset: str, table: dict[str, Any]) -> Iterator[Records]:
    """Every row of a table as one record of a corpus: all its texts."""
    first = 0
    for rows in rows_of_table(folder, dataset, table):
        yield Records(without_markup(texts_of(rows.of_each())), f"{dataset}/{table['split']}", first)
        first += len(rows)
