"""Which files a split or a side source needs: names, addresses, sizes, hashes; trees from `files.tsv`."""

from __future__ import annotations

import fnmatch
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from bioclue_data.errors import RecordError
from bioclue_data.records.catalogue import RECORD, Entry
from bioclue_data.records.record import File, Group, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LISTING = "files.tsv"


@dataclass(frozen=True, slots=True)
class Need:
    """One file to be acquired.

    Attributes:
        name: Path as the record spells it.
        addresses: Where it can be fetched, best first; empty: from the user only.
        bytes: Declared size, None if unknown.
        sha256: Declared hash, None if unknown.
        subset: Part of the source that the file is.
        members: For an archive: what is read of it (names, or `prefix/*`); None for a plain file.
    """

    name: str
    addresses: tuple[str, ...]
    bytes: int | None
    sha256: str | None
    subset: str | None = None
    members: tuple[File, ...] | None = None


def needs(entry: Entry, group: Group) -> list[Need]:
    """The files of a split or side source.

    Raises:
        RecordError: the group names no file, an archive that is not declared, or a tree whose listing
            differs from the declared count or manifest.
    """
    if group.tree:
        return list(_tree(entry, group))
    if group.archive:
        keys = (group.archive,) if isinstance(group.archive, str) else group.archive
        return [_archive(entry, group, key) for key in keys]
    files = group.files or ((_as_file(group),) if group.file else ())
    if not files:
        raise _wrong(entry, "a split or side source names no file")
    return [_need(entry, file, group.subset) for file in files]


def _as_file(group: Group) -> File:
    return File(name=group.file, bytes=group.bytes, sha256=group.sha256, addresses=group.addresses)


def _need(entry: Entry, file: File, subset: str | None) -> Need:
    return Need(
        name=file.name,
        addresses=file.addresses or _addresses(entry, file.name),
        bytes=_known(file.bytes),
        sha256=None if file.sha256 == "unknown" else file.sha256,
        subset=file.subset or subset,
    )


def _known(size: int | Unknown) -> int | None:
    return size if isinstance(size, int) else None


def _addresses(entry: Entry, name: str) -> tuple[str, ...]:
    return tuple(base + quote(name) for base in entry.record.source.base)


def _archive(entry: Entry, group: Group, key: str) -> Need:
    archive = entry.record.source.archives.get(key)
    if archive is None or not group.members:
        raise _wrong(entry, f"archive {key!r} is not declared, or no members of it are named")
    members = tuple(File(name=m) if isinstance(m, str) else m for m in group.members)
    return Need(
        name=archive.file,
        addresses=archive.addresses or _addresses(entry, archive.file),
        bytes=_known(archive.bytes),
        sha256=None if archive.sha256 == "unknown" else archive.sha256,
        subset=group.subset,
        members=members,
    )


def _tree(entry: Entry, group: Group) -> Iterator[Need]:
    rows = [row for row in listing(entry.folder) if row.name.startswith(group.prefix)]
    manifest = hashlib.sha256("".join(f"{row.sha256}  {row.name}\n" for row in rows).encode()).hexdigest()
    if len(rows) != group.count or manifest != group.manifest:
        found = f"{len(rows)} files with manifest {manifest}"
        raise _wrong(entry, f"{LISTING} holds {found} below {group.tree!r}, the record says otherwise")
    for row in rows:
        yield _need(entry, row, group.subset)


def listing(folder: Path) -> list[File]:
    """The rows of a record's `files.tsv` (path, bytes, sha256), sorted by path; [] without one."""
    path = folder / LISTING
    if not path.is_file():
        return []
    rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]
    files = [File(name=name, bytes=int(size), sha256=digest) for name, size, digest in rows]
    return sorted(files, key=lambda file: file.name)


def matches(name: str, pattern: str) -> bool:
    """Is it that member? Only `*` is a wildcard: names of members may hold brackets and question marks."""
    return name == pattern or ("*" in pattern and fnmatch.fnmatchcase(name, pattern.replace("[", "[[]")))


def _wrong(entry: Entry, what: str) -> RecordError:
    return RecordError(what, where=str(entry.folder / RECORD), remedy="correct the record")
