"""What a release changes against the published one: its version number, and its note for people."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from bioclue_data.contracts import contract as contracts
from bioclue_data.errors import UsageError
from bioclue_data.markdown import table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bioclue_data.building.folder import Manifest

Kind = Literal["major", "minor", "patch"]
PLACES: tuple[Kind, ...] = ("major", "minor", "patch")
VERSION = re.compile(r"v?(\d+)\.(\d+)\.(\d+)")
TITLE = "# Changes\n\nVersions count contracts (major), datasets (minor) and fixes (patch).\n"


@dataclass(frozen=True)
class Changes:
    """What differs between two published manifests.

    Attributes:
        contracts: Tasks whose contract is another.
        added: Datasets that are new.
        removed: Datasets that are gone.
        tables: Paths of single tables -> rows before and after; None where there is no such table.
    """

    contracts: tuple[str, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]
    tables: dict[str, tuple[int | None, int | None]]

    @property
    def changed(self) -> list[str]:
        """Paths of tables that both have."""
        return [path for path, rows in self.tables.items() if None not in rows]

    @property
    def kind(self) -> Kind:
        """Which number of the version counts: contract, datasets and splits, or what is in them."""
        if self.contracts:
            return "major"
        return "minor" if any(None in rows for rows in self.tables.values()) else "patch"


def contract_marks(tasks: Iterable[str]) -> dict[str, str]:
    """Task -> version of its contract and digest of its columns, which nobody can forget to count up."""
    marks = {}
    for task in sorted(set(tasks)):
        contract = contracts.load(task)
        columns = hashlib.sha256(contracts.arrow_schema(contract).to_string().encode()).hexdigest()
        marks[task] = f"{contract.version}+{columns[:12]}"
    return marks


def compare(old: Manifest, new: Manifest) -> Changes:
    """The changes from one published manifest to another."""
    before, after = _tables(old), _tables(new)
    marks, now = old["contracts"], new["contracts"]
    differing = {
        path: (_rows(before.get(path)), _rows(after.get(path)))
        for path in sorted(before.keys() | after.keys())
        if before.get(path, {}).get("sha256") != after.get(path, {}).get("sha256")
    }
    return Changes(
        tuple(task for task, mark in sorted(marks.items()) if now.get(task, mark) != mark),
        tuple(sorted(new["datasets"].keys() - old["datasets"].keys())),
        tuple(sorted(old["datasets"].keys() - new["datasets"].keys())),
        differing,
    )


def _tables(manifest: Manifest) -> dict[str, dict[str, Any]]:
    return {table["path"]: table for built in manifest["datasets"].values() for table in built["tables"]}


def _rows(facts: dict[str, Any] | None) -> int | None:
    return None if facts is None else facts["rows"]


def numbers(version: str) -> tuple[int, int, int]:
    """The three numbers of a version.

    Raises:
        UsageError: it has not three.
    """
    found = VERSION.fullmatch(version)
    if not found:
        raise UsageError(f"{version!r} is no version", remedy="three numbers: 1.2.0, or `auto`")
    major, minor, patch = map(int, found.groups())
    return major, minor, patch


def following(version: str, kind: Kind) -> str:
    """The version after one: what counts goes up, what is below it starts again."""
    place = PLACES.index(kind)
    counted = list(numbers(version))
    counted[place:] = [counted[place] + 1, *([0] * (2 - place))]
    return ".".join(map(str, counted))


def chosen(asked: str, least: str, published: str | None) -> str:
    """The version asked for, if it says enough.

    Raises:
        UsageError: it is none, or below the least that the changes ask for.
    """
    if numbers(asked) < numbers(least):
        what = f"version {asked} says less than what changed since {published or 'nothing'}"
        raise UsageError(what, remedy=f"{least} or above; `auto` takes {least}")
    return ".".join(map(str, numbers(asked)))


def note(
    version: str, published: str | None, changes: Changes, rows: Sequence[Mapping[str, Any]] = ()
) -> str:
    """A section of CHANGELOG.md: datasets and tables by name, and the rows of tables that changed.

    Args:
        version: Of this release.
        published: Of the one before; None if this is the first.
        changes: Between both.
        rows: What `bioclue compare` says of the tables that both have.
    """
    if published is None:
        return f"## {version}\n\nFirst release.\n"
    named = {
        "Contracts changed": changes.contracts,
        "Datasets added": changes.added,
        "Datasets removed": changes.removed,
    }
    lines = [f"- {title}: {', '.join(f'`{x}`' for x in names)}" for title, names in named.items() if names]
    shown = [(f"`{path}`", *(_count(n) for n in pair)) for path, pair in changes.tables.items()]
    tables = table(("table", "rows before", "rows now"), shown) if shown else "No table changed.\n"
    parts = [f"## {version}\n", f"Against {published}.\n", *([*lines, ""] if lines else []), tables]
    return "\n".join([*parts, *([_row_table(rows)] if rows else [])])


def _row_table(rows: Sequence[Mapping[str, Any]]) -> str:
    shown = [
        (f"`{one['dataset']}`", one["task"], one["added"], one["removed"], one["changed"], _fields(one))
        for one in rows
    ]
    return table(("dataset", "task", "rows added", "removed", "changed", "in"), shown)


def _fields(one: Mapping[str, Any]) -> str:
    found = [f"{name} {number}" for name, number in one["fields"].items()]
    return ", ".join([*found, *(f"column {name}" for name in one["columns"])])


def _count(rows: int | None) -> str:
    return "–" if rows is None else str(rows)


def changelog(section: str, published: str | None) -> str:
    """CHANGELOG.md with a new section on top of what was published."""
    older = (published or "").removeprefix(TITLE).strip("\n")
    return "\n".join([TITLE, section, *([f"{older}\n"] if older else [])])
