"""What is checked: rows of a built folder, or of a file of the user's, in groups that one index can hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow.compute as pc

from bioclue_data.building import folder as folders
from bioclue_data.errors import UsageError
from bioclue_data.leakage.rows import Key, Rows, joined, leaves, of_batch, together

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from bioclue_data.leakage.rows import Row

GROUP_TOKENS = 2_000_000  # in one index, about
# Of a table, whose windows are weighted together: words, but characters of a text with any beyond ASCII. In
# larger portions more windows are common; with whole tables 7 leaks of mediqa_qa were not found.
PORTION = 2_000_000
READ, MOST = 4 << 20, 4096  # bytes of a table at a time, about, for some rows have a paper; and rows


class Group(NamedTuple):
    """Rows that one index can hold.

    Attributes:
        rows: The rows.
        portions: int64[rows]; the portion of a table that each is in, counted over all groups.
        is_last: Does none follow?
    """

    rows: Rows
    portions: Any
    is_last: bool


@dataclass(frozen=True)
class Choice:
    """Which rows of a built folder: empty means all."""

    configs: tuple[str, ...] = ()
    datasets: tuple[str, ...] = ()
    splits: tuple[str, ...] = ()


def tables(folder: Path, choice: Choice) -> list[tuple[str, dict[str, Any]]]:
    """(dataset, table of the manifest) of the chosen tables, by path.

    Raises:
        UsageError: this is no built folder, or nothing in it was chosen.
    """
    manifest = folders.read_manifest(folder)
    chosen = [
        (dataset, table)
        for dataset, built in (manifest or {"datasets": {}})["datasets"].items()
        for table in built["tables"]
        if (not choice.datasets or dataset in choice.datasets)
        and (not choice.splits or table["split"] in choice.splits)
        and (not choice.configs or set(choice.configs) & set(table["configs"]))
    ]
    if not chosen:
        remedy = "build something first" if not manifest else "see its README.md for configs and datasets"
        raise UsageError("nothing here to check", where=str(folder), remedy=remedy)
    return sorted(chosen, key=lambda pair: str(pair[1]["path"]))


def rows_of_folder(folder: Path, choice: Choice, literature: set[str]) -> Iterator[Rows]:
    """Rows of the chosen tables; `literature`: datasets whose documents are published under their ids."""
    for dataset, table in tables(folder, choice):
        yield from rows_of_table(folder, dataset, table, is_literature=dataset in literature)


def rows_of_table(
    folder: Path, dataset: str, table: dict[str, Any], *, is_literature: bool = False
) -> Iterator[Rows]:
    """Rows of one table of the manifest, some at a time."""
    import pyarrow.parquet as pq  # noqa: PLC0415

    task, split = table["task"], table["split"]
    names = ("content_hash", "item_id", "document_id")
    with pq.ParquetFile(folder / table["path"]) as file:
        size = sum(file.metadata.row_group(n).total_byte_size for n in range(file.metadata.num_row_groups))
        at_once = min(max(READ * file.metadata.num_rows // max(size, 1), 64), MOST)
        for batch in file.iter_batches(at_once, columns=[*names, *leaves(task)]):
            hashes, ids, documents = (batch.column(name).to_pylist() for name in names)
            keys = [
                Key(content, item, dataset, split, task, is_literature and document is not None)
                for content, item, document in zip(hashes, ids, documents, strict=True)
            ]
            yield of_batch(batch, task, keys)


def groups(rows: Iterable[Row] | Iterable[Rows]) -> Iterator[Group]:
    """Rows in groups of about GROUP_TOKENS, each with the number of its portion of a table.

    A table is cut into portions at the same rows whatever comes before it: weights, and so scores, hold
    within a portion.
    """
    group: list[Rows] = []
    portions: list[int] = []
    table: tuple[str, str, str] | None = None
    size, portion, in_portion = 0, -1, 0
    for some in together(rows):
        first = 0
        for place, (key, tokens, letters) in enumerate(zip(some.keys, *_sizes(some), strict=True)):
            if table != key.table or in_portion >= PORTION:
                table, portion, in_portion = key.table, portion + 1, 0
                if size >= GROUP_TOKENS:
                    yield Group(joined([*group, some.part(first, place)]), np.array(portions), is_last=False)
                    group, portions, size, first = [], [], 0, place
            portions.append(portion)
            size += tokens
            in_portion += letters
        group.append(some.part(first, len(some)))
    if portions:
        yield Group(joined(group), np.array(portions), is_last=True)


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
