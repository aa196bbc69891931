"""From a record's split to the open-able files of its reader: real ones, or the invented samples."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from bioclue_data import files
from bioclue_data.catalogue import Entry
from bioclue_data.downloads import Access, Found, Stores, Wanted, acquire_all
from bioclue_data.errors import NotHereError, SourceError
from bioclue_data.files import SourceFile
from bioclue_data.lookups import read_lookup
from bioclue_data.needs import Need, needs
from bioclue_data.readers.document import Sources
from bioclue_data.record import File, Group, Split

SAMPLE = "sample"


@dataclass
class Acquirer:
    """Brings the files of one dataset; what splits share is acquired once.

    Attributes:
        stores: Where to look; None: the invented sample beside the record.
        used: Name -> (bytes, SHA-256) of every file that was acquired so far.
    """

    entry: Entry
    stores: Stores | None
    used: dict[str, tuple[int, str]] = field(default_factory=dict)
    _found: dict[str, Found] = field(default_factory=dict)
    _side: Sources | None = None

    def sources(self, split: Split) -> Sources:
        """The files of a split, with the side files and lookups of the record.

        Raises:
            NotHereError: a file is not on this machine and cannot be fetched.
            DamagedError: a file differs from what the record declares.
        """
        own = self._files(split)
        if self._side is None:
            self._side = self._read_side()
        return replace(self._side, files=own)

    def _read_side(self) -> Sources:
        side = {name: self._files(group) for name, group in self.entry.record.side.items()}
        lookups = {
            name: read_lookup(side[name], group.lookup)
            for name, group in self.entry.record.side.items()
            if group.lookup
        }
        return Sources(files=(), side=side, lookups=lookups)

    def _files(self, group: Group) -> Sequence[SourceFile]:
        if self.stores is None:
            return _sample_files(self.entry, group)
        wanted = needs(self.entry, group)
        self._acquire(wanted, self.stores)
        return [file for need in wanted for file in self._open_able(need)]

    def _acquire(self, wanted: Sequence[Need], stores: Stores) -> None:
        missing = [need for need in wanted if need.name not in self._found]
        record = self.entry.record
        asked = [Wanted(record.id, need.name, need.addresses, need.bytes, need.sha256) for need in missing]
        for need, found in zip(missing, acquire_all(asked, Access(record.access, record.obtain), stores), strict=True):
            self._found[need.name] = found
            self.used[need.name] = (found.bytes, found.sha256)

    def _open_able(self, need: Need) -> list[SourceFile]:
        found = self._found[need.name]
        whole = SourceFile(need.name, found.path, found.sha256[:12], subset=need.subset)
        if need.members is None:
            return [whole]
        return _members(whole, need.members)


def _members(archive: SourceFile, wanted: Iterable[File]) -> list[SourceFile]:
    inside = files.members(archive.path)
    chosen = []
    for want in wanted:
        names = [name for name in inside if _matches(name, want.name)]
        if not names:
            raise SourceError(
                f"the archive has no member {want.name!r}",
                where=archive.name,
                remedy="correct the record, or get the release that it names",
            )
        subset = want.subset or archive.subset
        chosen += [replace(archive, name=name, member=name, subset=subset) for name in names]
    return chosen


def _matches(name: str, pattern: str) -> bool:
    """Only `*` is a wildcard: member names may hold brackets and question marks."""
    return name == pattern or ("*" in pattern and fnmatch.fnmatchcase(name, pattern.replace("[", "[[]")))


def _sample_files(entry: Entry, group: Group) -> list[SourceFile]:
    """The invented files that stand for a group: the same names, below the record's `sample/`."""
    root = entry.folder / SAMPLE
    found = [_sample_file(path, name, subset) for name, subset, path in _sample_names(root, group)]
    if not found:
        what = group.file or group.tree or group.archive or "the files of this split"
        raise NotHereError(f"no sample of {what}", where=entry.record.id, reason="no_source")
    return found


def _sample_names(root: Path, group: Group) -> list[tuple[str, str | None, Path]]:
    names: list[tuple[str, str | None]] = [(group.file, group.subset)] if group.file else []
    names += [(file.name, file.subset or group.subset) for file in group.files]
    for member in group.members:
        file = File(name=member) if isinstance(member, str) else member
        names += [(name, file.subset or group.subset) for name in _below(root) if _matches(name, file.name)]
    names += [(name, group.subset) for name in _below(root) if group.tree and name.startswith(group.prefix)]
    return [(name, subset, root / name) for name, subset in names if _packed(root / name) or (root / name).is_file()]


def _below(root: Path) -> list[str]:
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())


def _packed(path: Path) -> Path | None:
    """A workbook is kept as text (`name.xlsx.tsv`) and packed when it is needed."""
    text = path.with_name(path.name + ".tsv")
    return text if text.is_file() else None


def _sample_file(path: Path, name: str, subset: str | None) -> SourceFile:
    if text := _packed(path):
        path = pack_workbook(text, name)
    return SourceFile(name, path, revision="sample", subset=subset)


def pack_workbook(text: Path, name: str) -> Path:
    """Write the rows of a tab-separated text as a workbook below the cache; the same text, the same file."""
    import hashlib  # noqa: PLC0415 - only for samples

    import openpyxl  # noqa: PLC0415 - only for samples

    from bioclue_data import locations  # noqa: PLC0415

    content = text.read_text(encoding="utf-8")
    target = locations.cache() / "samples" / hashlib.sha256(content.encode()).hexdigest()[:16] / Path(name).name
    if not target.is_file():
        book = openpyxl.Workbook(write_only=True)
        sheet = book.create_sheet("Sheet1")
        for line in content.rstrip("\n").split("\n"):
            sheet.append([cell.replace("\\n", "\n") or None for cell in line.split("\t")])
        target.parent.mkdir(parents=True, exist_ok=True)
        book.save(target)
    return target


def covered(split: Split, lookups: Mapping[str, Mapping[str, str]], item: str) -> bool:
    """Does the split hold the item, given its `only` and `without` id lists?"""
    if split.only:
        return item in lookups[split.only]
    return not split.without or item not in lookups[split.without]
