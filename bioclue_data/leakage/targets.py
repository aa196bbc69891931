"""What is checked: rows of a built folder, or of a file of the user's, in groups that one index can hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from bioclue_data.building import folder as folders
from bioclue_data.errors import UsageError
from bioclue_data.leakage.fields import FIELDS, values

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

GROUP_TOKENS = 2_000_000  # in one index, about
# Of a table, whose windows are weighted together: words, but characters of a text with any beyond ASCII. In
# larger portions more windows are common; with whole tables 7 leaks of mediqa_qa were not found.
PORTION = 2_000_000
READ = 256  # rows at a time: some have a whole paper


class Row(NamedTuple):
    """A row to be checked.

    Attributes:
        content_hash: What findings are keyed by.
        item_id: Id of the row.
        dataset, split, task: Where it belongs.
        public: The text is public without the item: an abstract.
        fields: The row's columns.
        portion: Of the table, from 0; see `groups`.
    """

    content_hash: str
    item_id: str
    dataset: str
    split: str
    task: str
    public: bool
    fields: dict[str, Any]
    portion: int = 0


class Group(NamedTuple):
    """Rows that one index can hold, and whether they are the last ones."""

    rows: list[Row]
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


def rows_of_folder(folder: Path, choice: Choice, literature: set[str]) -> Iterator[Row]:
    """Rows of the chosen tables; `literature`: datasets whose documents are published under their ids."""
    import pyarrow.parquet as pq  # noqa: PLC0415

    for dataset, table in tables(folder, choice):
        task = table["task"]
        columns = ["content_hash", "item_id", "document_id", *(field.leaf for field in FIELDS[task])]
        file = pq.ParquetFile(folder / table["path"])
        for batch in file.iter_batches(READ, columns=columns):
            for row in batch.to_pylist():
                public = dataset in literature and row["document_id"] is not None
                facts = (dataset, table["split"], task, public)
                yield Row(row["content_hash"], row["item_id"], *facts, row)


def tokens_of(text: str) -> int:
    """How many tokens a text has, about: six Latin characters are a word; CJK ones have two bytes more."""
    beyond = 0 if text.isascii() else (len(text.encode()) - len(text)) // 2
    return beyond + (len(text) - beyond) // 6


def groups(rows: Iterable[Row]) -> Iterator[Group]:
    """Rows in groups of about GROUP_TOKENS, each with the number of its portion of the table.

    A table is cut into portions at the same rows whatever comes before it: weights, and so scores, hold
    within a portion.
    """
    group: list[Row] = []
    table: tuple[str, str, str] | None = None
    size = portion = in_portion = 0
    for row in rows:
        is_other = table != (row.dataset, row.task, row.split)
        if is_other or in_portion >= PORTION:
            table, in_portion = (row.dataset, row.task, row.split), 0
            portion = 0 if is_other else portion + 1
            if size >= GROUP_TOKENS:
                yield Group(group, is_last=False)
                group, size = [], 0
        group.append(row._replace(portion=portion))
        texts = [text for field in FIELDS[row.task] for text in values(row.fields, field)]
        size += sum(map(tokens_of, texts))
        in_portion += sum(len(text) // (6 if text.isascii() else 1) for text in texts)
    if group:
        yield Group(group, is_last=True)
