"""What a push would change on the Hub: the staged files against those that are there."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bioclue_data.building import describe
from bioclue_data.building.tables import file_sha256
from bioclue_data.publish.stage import HELD_BACK

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from bioclue_data.building.folder import Manifest

CHANGELOG = "CHANGELOG.md"
PAGES = frozenset((*describe.FILES, CHANGELOG))
THE_HUBS_OWN = ".gitattributes"


@dataclass(frozen=True)
class RemoteFile:
    """A file of a repository: `git` is git's own hash, `sha256` that of a large file's content."""

    size: int
    git: str
    sha256: str | None = None

    def is_like(self, path: Path) -> bool:
        """Has the local file the same content?"""
        if path.stat().st_size != self.size:
            return False
        return file_sha256(path) == self.sha256 if self.sha256 else _git_hash(path) == self.git


@dataclass(frozen=True)
class Remote:
    """A repository as it stands.

    Attributes:
        head: The commit of its main branch.
        private: Whether only its owners see it.
        files: Path -> facts, at `head`.
        tags: Tag -> commit.
        manifest: What was last published there; None if nothing was.
    """

    head: str
    private: bool
    files: Mapping[str, RemoteFile] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    manifest: Manifest | None = None

    def ours(self) -> Iterator[str]:
        """The files that pushes put there; all others stay as they are."""
        tables = {t["path"] for b in (self.manifest or {}).get("datasets", {}).values() for t in b["tables"]}
        for path in self.files:
            if path in tables or path in PAGES or path.startswith(f"{HELD_BACK}/"):
                yield path


@dataclass(frozen=True)
class Plan:
    """What differs, and what that means to those who load the data.

    Attributes:
        added, changed, removed: Paths.
        rows: Config -> (rows there, rows staged), of those that differ.
    """

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    rows: dict[str, tuple[int, int]]

    @property
    def empty(self) -> bool:
        """Is everything there as it is here?"""
        return not (self.added or self.changed or self.removed)


def compare(folder: Path, manifest: Manifest, remote: Remote | None) -> Plan:
    """The plan to make a repository hold the staged folder (and whatever else it holds)."""
    there = remote.files if remote else {}
    staged = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    changed = (name for name, path in staged.items() if name in there and not there[name].is_like(path))
    gone = set(remote.ours()) - staged.keys() - {CHANGELOG} if remote else ()
    before, after = rows_by_config(remote.manifest if remote else None), rows_by_config(manifest)
    counts = {config: (before.get(config, 0), after.get(config, 0)) for config in sorted({*before, *after})}
    return Plan(
        tuple(sorted(staged.keys() - there.keys())),
        tuple(sorted(changed)),
        tuple(sorted(gone)),
        {config: pair for config, pair in counts.items() if pair[0] != pair[1]},
    )


def rows_by_config(manifest: Manifest | None) -> dict[str, int]:
    """Config -> rows over its splits."""
    counts: dict[str, int] = {}
    tables: list[dict[str, Any]] = [
        t for built in (manifest or {}).get("datasets", {}).values() for t in built["tables"]
    ]
    for table in tables:
        for config in table["configs"]:
            counts[config] = counts.get(config, 0) + table["rows"]
    return counts


def _git_hash(path: Path) -> str:
    content = path.read_bytes()
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
