"""The user's own copies of gated sources: found anywhere below one folder, by name and by content."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from bioclue_data.errors import SourceError
from bioclue_data.sources.stores import Found, agrees, measure, size_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bioclue_data.sources.stores import Wanted


@lru_cache(maxsize=256)
def manual_folder(manual: Path, dataset: str) -> ManualFolder:
    """The index of `<manual>/<dataset>/`: one a process."""
    return ManualFolder(manual / dataset)


class ManualFolder:
    """All files below a folder, by base name and by size; none is hashed twice while it stays as it is."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._measured: dict[tuple[Path, int, int], Found] = {}
        self._given: dict[Path, str] = {}
        self._scan()

    def find(self, wanted: Wanted) -> Found | None:
        """The file that is wanted, or None.

        With a declared hash: first among files of the same base name, those first whose path agrees best;
        then among all of the same size. Without: the one file of the name.

        Raises:
            SourceError: without a declared hash, if several files bear the name, or if the one that does was
                already given for another name.
        """
        # Without a hash the choice rests on the list of files alone, so that it has to be the present one.
        if wanted.sha256 is None and self._has_changed():
            self._scan()
        found = self._find(wanted)
        if found is None and self._has_changed():
            self._scan()
            found = self._find(wanted)
        if found is not None:
            self._given.setdefault(found.path, wanted.name)
        return found

    def misfit(self, wanted: Wanted) -> Path | None:
        """A file of the right name with other content, unless it is another file of the dataset."""
        named = self._named(wanted)
        return next((path for path in named if self._given.get(path, wanted.name) == wanted.name), None)

    def _find(self, wanted: Wanted) -> Found | None:
        if wanted.sha256 is None:
            return self._by_name_alone(wanted)
        same_size = self._by_size.get(wanted.bytes, []) if wanted.bytes is not None else []
        for path in (*self._named(wanted), *same_size):
            if (
                wanted.bytes in (None, size_of(path))
                and (found := self._measure(path))
                and agrees(found, wanted)
            ):
                return found
        return None

    def _by_name_alone(self, wanted: Wanted) -> Found | None:
        named = [path for path in self._named(wanted) if wanted.bytes in (None, size_of(path))]
        fits = [_parts_in_common(path, wanted.name) for path in named]
        best = [path for path, fit in zip(named, fits, strict=True) if fit == max(fits)]
        if len(best) > 1 or (best and self._given.get(best[0], wanted.name) != wanted.name):
            raise self._ambiguous(wanted, named)
        found = self._measure(best[0]) if best else None
        return found if found and agrees(found, wanted) else None

    def _named(self, wanted: Wanted) -> list[Path]:
        named = self._by_name.get(PurePosixPath(wanted.name).name, [])
        return sorted(named, key=lambda path: (-_parts_in_common(path, wanted.name), path))

    def _ambiguous(self, wanted: Wanted, named: list[Path]) -> SourceError:
        listed = ", ".join(str(path.relative_to(self._root)) for path in named[:5])
        more = " …" if len(named) > 5 else ""
        return SourceError(
            f"which is {wanted.name} of {wanted.dataset}? Its hash is unknown, and there is {listed}{more}",
            where=str(self._root),
            remedy=f"let one file be named {wanted.name}, folders included",
        )

    def _measure(self, path: Path) -> Found | None:
        try:
            state = path.stat()
        except OSError:
            return None
        key = (path, state.st_size, state.st_mtime_ns)
        if key not in self._measured:
            self._measured[key] = measure(path)
        return self._measured[key]

    def _scan(self) -> None:
        self._folders: dict[Path, int] = {self._root: _changed_at(self._root)}
        self._by_name: dict[str, list[Path]] = {}
        self._by_size: dict[int, list[Path]] = {}
        for path in self._walk():
            self._by_name.setdefault(path.name, []).append(path)
            if (size := size_of(path)) is not None:
                self._by_size.setdefault(size, []).append(path)

    def _walk(self) -> Iterator[Path]:
        """Every file; linked folders are followed (large data often lie elsewhere), each folder once."""
        seen: set[str] = set()
        for folder, below, names in os.walk(self._root, followlinks=True):
            if (real := os.path.realpath(folder)) in seen:
                below.clear()
                continue
            seen.add(real)
            below.sort()
            self._folders[Path(folder)] = _changed_at(Path(folder))
            yield from (Path(folder, name) for name in sorted(names))

    def _has_changed(self) -> bool:
        return any(_changed_at(folder) != changed for folder, changed in self._folders.items())


def _changed_at(folder: Path) -> int:
    try:
        return folder.stat().st_mtime_ns
    except OSError:
        return -1


def _parts_in_common(path: Path, name: str) -> int:
    """How many parts of a path agree, counted from the end."""
    pairs = zip(reversed(path.parts), reversed(PurePosixPath(name).parts), strict=False)
    count = 0
    for ours, theirs in pairs:
        if ours != theirs:
            break
        count += 1
    return count
