"""The invented samples beside a record, as open-able files under the names of the real ones.

Samples are kept as text: a workbook `x.xlsx` as `x.xlsx.tsv`, where a line `== NAME ==` opens a sheet of that
name; a compressed `x.gz` as `x`. They are packed into the cache when they are needed; members of an archive
lie there under their own names.
"""

from __future__ import annotations

import gzip
import hashlib
import os
from typing import TYPE_CHECKING

from bioclue_data import locations
from bioclue_data.errors import NotHereError
from bioclue_data.records.needs import matches
from bioclue_data.records.record import File, Group
from bioclue_data.sources.files import SourceFile

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bioclue_data.records.catalogue import Entry

FOLDER = "sample"


def sample_files(entry: Entry, group: Group) -> list[SourceFile]:
    """The files that stand for a split or a side source.

    Raises:
        NotHereError: the sample has none of them.
    """
    root = entry.folder / FOLDER
    found = [(name, subset, path) for name, subset in _names(root, group) if (path := _file(root / name))]
    if not found:
        what = group.file or group.tree or group.archive or "the files of this split"
        remedy = f"put invented records below loaders/{entry.record.id}/{FOLDER}"
        raise NotHereError(f"no sample of {what}", where=entry.record.id, remedy=remedy)
    return [SourceFile(name, path, revision="sample", subset=subset) for name, subset, path in found]


def _names(root: Path, group: Group) -> list[tuple[str, str | None]]:
    """Names of the group's files, those of trees and archives as far as the sample has them."""
    here = sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())
    names: list[tuple[str, str | None]] = [(group.file, group.subset)] if group.file else []
    names += [(file.name, file.subset or group.subset) for file in group.files]
    for member in group.members:
        file = File(name=member) if isinstance(member, str) else member
        names += [(name, file.subset or group.subset) for name in here if matches(name, file.name)]
    names += [(name, group.subset) for name in here if group.tree and name.startswith(group.prefix)]
    return names


def _file(path: Path) -> Path | None:
    if path.is_file():
        return path
    if path.name.endswith(".gz") and (text := path.with_suffix("")).is_file():
        return _packed(text, path.name, _gzip)
    if (text := path.with_name(path.name + ".tsv")).is_file():
        return _packed(text, path.name, _workbook)
    return None


def _packed(text: Path, name: str, pack: Callable[[str, Path], None]) -> Path:
    content = text.read_text(encoding="utf-8")
    target = locations.cache() / "samples" / hashlib.sha256(content.encode()).hexdigest()[:16] / name
    if not target.is_file():
        target.parent.mkdir(parents=True, exist_ok=True)
        half = target.with_name(f"{os.getpid()}-{name}")
        pack(content, half)
        half.replace(target)
    return target


def _gzip(content: str, target: Path) -> None:
    target.write_bytes(gzip.compress(content.encode(), mtime=0))


def _workbook(content: str, target: Path) -> None:
    import openpyxl  # noqa: PLC0415

    book = openpyxl.Workbook(write_only=True)
    sheet = None
    for line in content.rstrip("\n").split("\n"):
        if line.startswith("== ") and line.endswith(" =="):
            sheet = book.create_sheet(line[3:-3])
            continue
        sheet = sheet or book.create_sheet("Sheet1")
        sheet.append([cell.replace("\\n", "\n") or None for cell in line.split("\t")])
    book.save(target)
