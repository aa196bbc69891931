"""After a push: is every file on the Hub as it is here, and does it load from there?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow.parquet as pq

from bioclue_data.building.configs import files_of, tables_of
from bioclue_data.errors import BioclueError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bioclue_data.publish.hub import Hub
    from bioclue_data.publish.plan import Plan
    from bioclue_data.publish.stage import Stage

LOADED = 3  # configs; of all files the hashes are compared
REMEDY = "revert it on the Hub, and push again; it was not tagged"


def verify(staged: Stage, hub: Hub, commit: str, done: Plan) -> tuple[str, ...]:
    """Compare size and hash of every file, and stream the first row of some configs; gives these.

    Raises:
        BioclueError: the commit is not what was pushed.
    """
    there = hub.files(commit)
    tables = {
        t["path"]: t["sha256"] for built in staged.manifest["datasets"].values() for t in built["tables"]
    }
    files = {p.relative_to(staged.folder).as_posix(): p for p in staged.folder.rglob("*") if p.is_file()}
    pages = files.keys() - tables.keys()
    wrong = [name for name in pages if name not in there or not there[name].is_like(files[name])]
    # by the manifest: a table that somebody wrote into while it was sent is as wrong there as here
    wrong += [name for name, sha in tables.items() if name not in there or there[name].sha256 != sha]
    wrong += [name for name in done.removed if name in there]
    if wrong:
        what = f"commit {commit} is not what was pushed: {', '.join(sorted(wrong)[:5])}"
        raise BioclueError(what, where=hub.repo, remedy=REMEDY)
    return tuple(_loaded(staged, hub, commit))


def _loaded(staged: Stage, hub: Hub, commit: str) -> Iterator[str]:
    for config, expected in _smallest(staged):
        if (found := hub.first_items(config, commit)) != expected:
            what = f"{config} at {commit} begins with {found}, here with {expected}"
            raise BioclueError(what, where=hub.repo, remedy=REMEDY)
        yield config


def _smallest(staged: Stage) -> list[tuple[str, dict[str, str]]]:
    """The configs with the fewest bytes, with the first item_id of each split."""
    configs = tables_of(staged.manifest)
    order = sorted(configs, key=lambda name: (sum(table["bytes"] for table in configs[name]), name))
    return [
        (
            name,
            {
                split: _first_item(staged.folder / those[0]["path"])
                for split, those in files_of(configs[name]).items()
            },
        )
        for name in order[:LOADED]
    ]


def _first_item(path: Path) -> str:
    with pq.ParquetFile(path) as file:
        first = next(file.iter_batches(1, columns=["item_id"]), None)
    return str(first.column(0)[0].as_py()) if first else ""
