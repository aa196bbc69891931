"""What is checked: rows of a built folder, or of a file of the user's, in groups that one index can hold."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bioclue_data.building import folder as folders
from bioclue_data.errors import UsageError
from bioclue_data.leakage.rows import Row, Rows, joined, leaves, of_batch, together

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

GROUP_TOKENS = 1_700_000  # in one index, about
# Of a table, whose windows are weighted together: words, but characters of a text with any beyond ASCII. In
# larger portions more windows are common; with whole tables 7 leaks of mediqa_qa were not found.
PORTION = 2_000_000
READ, MOST = 4 << 20, 4096  # bytes of a table at a time, about, for some rows have a paper; and rows


class Group(NamedTuple):
    """Rows that one index can hold.

    Attributes:
        rows: The rows.
        portions: int64[rows]; the portion of a table that each is in, from 0.
        is_last: Does none follow?
    """

    rows: Rows
    portions: Any
    is_last: bool


class Choice(NamedTuple):
    """Which rows of a built folder: empty means all."""

    configs: tuple[str, ...] = ()
    datasets: tuple[str, ...] = ()
    splits: tuple[str, ...] = ()


def tables(folder: Path, choice: Choice) -> list[tuple[str, dict[str, Any]]]:
    """(dataset, table of the manifest) of the chosen tables, by path.

    Raises:
        UsageError: this is no built folder, a name is not in it, or nothing in it was chosen.
    """
    manifest = folders.read_manifest(folder)
    every = [
        (dataset, table)
        for dataset, built in (manifest or {"datasets": {}})["datasets"].items()
        for table in built["tables"]
    ]
    if every:
        _refuse_unknown(folder, every, choice)
    chosen = [
        (dataset, table)
        for dataset, table in every
        if (not choice.datasets or dataset in choice.datasets)
        and (not choice.splits or table["split"] in choice.splits)
        and (not choice.configs or set(choice.configs) & set(table["configs"]))
    ]
    if not chosen:
        remedy = "build something first" if not manifest else "see its README.md for configs and datasets"
        raise UsageError("nothing here to check", where=str(folder), remedy=remedy)
    return sorted(chosen, key=lambda pair: str(pair[1]["path"]))


def _refuse_unknown(folder: Path, every: list[tuple[str, dict[str, Any]]], choice: Choice) -> None:
    """Refuse names that the folder does not have, beside others too: their rows would not be missed.

    Raises:
        UsageError: there is such a name; near ones are suggested.
    """
    known = {
        "config": {name for _, table in every for name in table["configs"]},
        "dataset": {dataset for dataset, _ in every},
        "split": {table["split"] for _, table in every},
    }
    for (kind, names), asked in zip(known.items(), choice, strict=True):
        if unknown := [name for name in asked if name not in names]:
            near = [found for name in unknown for found in difflib.get_close_matches(name, names, cutoff=0.5)]
            remedy = f"did you mean {', '.join(near)}?" if near else f"it has {', '.join(sorted(names))}"
            raise UsageError(f"no {kind} {', '.join(unknown)} here", where=str(folder), remedy=remedy)


def rows_of_folder(folder: Path, choice: Choice, literature: set[str]) -> Iterator[Rows]:
    """Rows of the chosen tables; `literature`: datasets whose documents are published under their ids."""
    for dataset, table in tables(folder, choice):
        yield from rows_of_table(folder, dataset, table, is_literature=dataset in literature)


def tasks_of_items(folder: Path, choice: Choice, items: Iterable[str]) -> dict[str, set[str]]:
    """The tasks of those of the items that the chosen tables have."""
    from bioclue_data.building.opened import open_table  # noqa: PLC0415

    found: dict[str, set[str]] = {}
    wanted = pa.array(list(items), pa.string())
    for _, table in tables(folder, choice):
        with open_table(folder / table["path"]) as file:
            ids = file.read(["item_id"])["item_id"]
        for item in ids.filter(pc.is_in(ids, wanted)).to_pylist():
            found.setdefault(item, set()).add(table["task"])
    return found


def rows_of_table(
    folder: Path, dataset: str, table: dict[str, Any], *, is_literature: bool = False
) -> Iterator[Rows]:
    """Rows of one table of the manifest, some at a time."""
    from bioclue_data.building.opened import open_table  # noqa: PLC0415

    task, split = table["task"], table["split"]
    names = ("content_hash", "item_id", "document_id")
    with open_table(folder / table["path"]) as file:
        size = sum(file.metadata.row_group(n).total_byte_size for n in range(file.metadata.num_row_groups))
        at_once = min(max(READ * file.metadata.num_rows // max(size, 1), 64), MOST)
        for batch in file.iter_batches(at_once, columns=[*names, *leaves(task)]):
            hashes, ids, documents = (batch.column(name).to_pylist() for name in names)
            keys = [
                Row(content, item, dataset, split, task, is_literature and document is not None)
                for content, item, document in zip(hashes, ids, documents, strict=True)
            ]
            yield of_batch(batch, task, keys)


def groups(rows: Iterable[Row] | Iterable[Rows]) -> Iterator[Group]:
    """Portions of tables in groups of GROUP_TOKENS, about, at most; more if one portion has more."""
    held: list[Rows] = []
    size = 0
    for portion, tokens in _portions(together(rows)):
        if held and size + tokens > GROUP_TOKENS:
            yield _group(held, is_last=False)
            held, size = [], 0
        held.append(portion)
        size += tokens
    if held:
        yield _group(held, is_last=True)


def _group(portions: list[Rows], *, is_last: bool) -> Group:
    numbers = np.repeat(np.arange(len(portions)), [len(portion) for portion in portions])
    return Group(joined(portions), numbers, is_last)


def _portions(rows: Iterable[Rows]) -> Iterator[tuple[Rows, int]]:
    """The portions of each table, with their tokens, about.

    A table is cut into portions at the same rows whatever comes before it: weights, and so scores, hold
    within a portion.
    """
    held: list[Rows] = []
    population: tuple[str, ...] | None = None
    size = filled = 0
    for some in rows:
        first = 0
        for place, (key, tokens, letters) in enumerate(zip(some.keys, *_sizes(some), strict=True)):
            if population != key.population or filled >= PORTION:
                if population is not None:
                    yield joined([*held, some.part(first, place)]), size
                held, population, size, filled, first = [], key.population, 0, 0, place
            size += tokens
            filled += letters
        held.append(some.part(first, len(some)))
    if population is not None:
        yield joined(held), size


def _sizes(rows: Rows) -> tuple[list[int], list[int]]:
    """Of each row how many tokens it has, about, and how much of a portion it takes.

    Six Latin characters are a word; CJK characters have two bytes more.
    """
    letters = pc.utf8_length(rows.texts).to_numpy()
    more = pc.binary_length(rows.texts).to_numpy() - letters
    tokens = more // 2 + (letters - more // 2) // 6
    of_portion = np.where(more, letters, letters // 6)
    of_rows = (np.bincount(rows.owners, some, len(rows)) for some in (tokens, of_portion))
    in_tokens, in_portions = (some.astype(np.int64).tolist() for some in of_rows)
    return in_tokens, in_portions
