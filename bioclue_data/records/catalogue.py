"""The catalogue: every record below `loaders/`, and below a user's own `--records` folder.

Nothing is imported to list it: records are TOML. A name is an id or an alias; near names are suggested.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import msgspec

from bioclue_data import locations
from bioclue_data.errors import RecordError, UsageError
from bioclue_data.records.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

RECORD = "dataset.toml"


@dataclass(frozen=True, slots=True)
class Entry:
    """A record and the folder that it lies in (with `files.tsv` and `sample/` beside it)."""

    record: Record
    folder: Path


@dataclass(frozen=True)
class Catalogue:
    """All entries by id, in alphabetical order."""

    entries: Mapping[str, Entry]

    def find(self, name: str) -> Entry:
        """The entry of an id or alias.

        Raises:
            UsageError: there is none; near names are suggested.
        """
        if name in self.entries:
            return self.entries[name]
        for entry in self.entries.values():
            if name in entry.record.aliases:
                return entry
        raise UsageError(f"no dataset is called {name!r}", remedy=_suggest(name, self.names()))

    def names(self) -> list[str]:
        """All ids and aliases."""
        return [name for entry in self.entries.values() for name in (entry.record.id, *entry.record.aliases)]

    def configs(self) -> dict[str, list[tuple[Entry, str]]]:
        """Config name -> the (entry, task) pairs that it holds."""
        found: dict[str, list[tuple[Entry, str]]] = {}
        for entry in self.entries.values():
            for task in entry.record.tasks:
                for config in self.configs_of(entry.record, task):
                    found.setdefault(config, []).append((entry, task))
        return dict(sorted(found.items()))

    def configs_of(self, record: Record, task: str) -> list[str]:
        """The configs that hold a dataset's task: its own, and the shared one of task and language.

        The shared one leaves out what is derived from a dataset that it holds already: another release,
        variant or conversion of the same texts would count them twice.
        """
        own, shared = f"{record.id}_{task}", f"{task}_{record.config_language}"
        original: Record | None = record
        while original and original.derived_from:
            entry = self.entries.get(original.derived_from)
            original = entry.record if entry else None
            if original and original.read and task in original.tasks:
                return [own] if original.config_language == record.config_language else [shared, own]
        return [shared, own]

    def config(self, name: str) -> list[tuple[Entry, str]]:
        """The (entry, task) pairs of a config, or of a dataset asked for by its own name.

        Raises:
            UsageError: neither a config nor a dataset has that name; near names are suggested.
        """
        configs = self.configs()
        if name in configs:
            return configs[name]
        if name in self.names():
            entry = self.find(name)
            return [(entry, task) for task in entry.record.tasks]
        remedy = _suggest(name, [*configs, *self.names()])
        raise UsageError(f"no config or dataset is called {name!r}", remedy=remedy)


def _suggest(name: str, names: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(names), n=3, cutoff=0.5)
    return f"did you mean {', '.join(near)}?" if near else "`bioclue list` shows every name"


@lru_cache(maxsize=4)
def load(records: Path | None = None) -> Catalogue:
    """Read all records of the package, and those of the user's own folder `records` beside them.

    Raises:
        RecordError: a record is wrong, or two records claim one name; every wrong record is named.
        UsageError: `records` is no folder, or holds no record.
    """
    folders = _record_folders(locations.content("loaders"))
    if records is not None:
        own = _record_folders(records) if records.is_dir() else []
        if not own:
            raise UsageError("no record here", where=str(records), remedy=f"put <dataset>/{RECORD} below it")
        folders += own
    entries, wrong = [], []
    for folder in folders:
        try:
            entries.append(Entry(read_record(folder), folder))
        except RecordError as error:
            wrong.append(str(error))
    wrong += _claimed_twice(entries)
    if wrong:
        raise RecordError("\n".join(wrong))
    return Catalogue({entry.record.id: entry for entry in sorted(entries, key=lambda e: e.record.id)})


def _record_folders(root: Path) -> list[Path]:
    return sorted(path.parent for path in root.glob(f"*/{RECORD}"))


def read_record(folder: Path) -> Record:
    """Read and check one record.

    Raises:
        RecordError: with the file, the key, and what is wrong with it.
    """
    path = folder / RECORD
    record: Record = parse_toml(path, Record)
    if record.id != folder.name:
        raise RecordError(
            f"id is {record.id!r}", where=str(path), remedy=f"name it as its folder: {folder.name!r}"
        )
    if record.gated and not record.obtain:
        raise RecordError("a gated dataset without a page to ask", where=str(path), remedy="set `obtain`")
    return record


def parse_toml(path: Path, kind: type[Any]) -> Any:
    """Parse a TOML file into a msgspec type.

    Raises:
        RecordError: with the file and the place: not TOML, an unknown key, a wrong type.
    """
    try:
        return msgspec.toml.decode(path.read_bytes(), type=kind)
    except msgspec.DecodeError as error:
        raise RecordError(
            str(error), where=str(path), remedy="see docs/records.md for the grammar"
        ) from error


def _claimed_twice(entries: Iterable[Entry]) -> list[str]:
    owners: dict[str, Path] = {}
    wrong = []
    for entry in entries:
        for name in (entry.record.id, *entry.record.aliases):
            if name in owners:
                wrong.append(f"{entry.folder / RECORD}: {name!r} is claimed by {owners[name] / RECORD} too")
            owners[name] = entry.folder
    return wrong
