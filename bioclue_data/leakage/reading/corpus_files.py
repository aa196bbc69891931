"""What files an address stands for: a file, a folder, a glob, or any address that fsspec knows."""

from __future__ import annotations

import glob
import os
import re
import stat
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from bioclue_data.leakage.reading import addresses, raw
from bioclue_data.visible import readable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    _Identity = tuple[int, int]

_NO_TEXT = re.compile(
    r"\.(png|jpe?g|gif|bmp|tiff?|webp|svg|ico|mp[34]|wav|flac|ogg|avi|mov|pdf|docx?|pptx?|"
    r"safetensors|bin|pth?|onnx|gguf|pickle|pkl|np[yz]|h5|pyc|so|exe|dll|woff2?|ttf|dcm|nii)(\.gz|\.xz|\.zst|\.bz2)?$",
    re.IGNORECASE,
)
# What `datasets` writes beside its Arrow files: about them, no records.
_ABOUT_ARROW = {"state.json", "dataset_info.json", "dataset_dict.json"}


class Listing(NamedTuple):
    """Files to read, in order, and what was found beside them.

    Attributes:
        files: Paths or addresses of single files.
        skipped: Files that hold no text, by their names, or are hidden, or only describe Arrow files; before
            them what was left out, with the reason. Names are text that can be stored.
        problems: What stands for nothing at all, or cannot be listed or read, a sentence each.
    """

    files: list[str]
    skipped: list[str]
    problems: list[str]


def files(uris: Iterable[str], apart: Mapping[Path, str] = MappingProxyType({})) -> Listing:
    """Single files, sorted; a file that is named itself is taken whatever it is called.

    `apart`: files and folders here that are left out where they are not named themselves, and why.
    """
    found = _Found(dict(_identified(apart)))
    for uri in map(addresses.local, uris):
        before = found.count
        try:
            _local(uri, found) if "://" not in uri else _remote(uri, found)
        except raw.FAULTS as error:
            found.problems.append(f"{uri}: cannot be listed: {error}")
        if found.count == before:
            found.problems.append(f"{uri}: no such file, or nothing in it")
    found.settle()
    skipped = map(readable, [*dict.fromkeys(found.left_out), *sorted(set(found.skipped) - set(found.files))])
    return Listing(sorted(set(found.files)), list(skipped), list(map(readable, found.problems)))


@dataclass
class _Found:
    """A listing in the making; `apart`: why a file or folder is left out, by what the system knows it by."""

    apart: dict[_Identity, str]
    left_out: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    _about: list[str] = field(default_factory=list)  # called as what describes Arrow files

    @property
    def count(self) -> int:
        return sum(map(len, (self.files, self.skipped, self.problems, self.left_out, self._about)))

    def named(self, path: str) -> None:
        """A file here that is named itself."""
        if _is_special(path):
            self.problems.append(f"{path}: is no regular file: not read")
        else:
            self.files.append(path)

    def below(self, path: str, inside: str) -> None:
        """A file here, and the part of its path that was not named."""
        if self.leaves_out(path):
            return
        if is_skipped(inside):
            self.skipped.append(path)
        elif Path(path).name in _ABOUT_ARROW:
            self._about.append(path)
        else:
            self.named(path)

    def leaves_out(self, path: str) -> bool:
        """Is this left out? Then it is said."""
        identity = _identity(path) if self.apart else None
        if identity not in self.apart:
            return False
        self.left_out.append(f"{path}: {self.apart[identity]}")
        return True

    def unlisted(self, error: OSError, root: Path) -> None:
        """A folder here, below `root`, that cannot be listed."""
        folder = Path(error.filename)
        if _is_hidden(folder.relative_to(root).parts):
            self.skipped.append(str(folder))
        else:
            self.problems.append(f"{folder}: cannot be listed: {error.strerror}")

    def elsewhere(self, address: str, inside: str) -> None:
        """A file at an address, and the part of it that was not named."""
        if inside and address.rpartition("/")[2] in _ABOUT_ARROW:
            self._about.append(address)
        else:
            (self.skipped if is_skipped(inside) else self.files).append(address)

    def settle(self) -> None:
        """What stands beside Arrow files, or in a folder above, describes them; others are files to read."""
        folders = {path.rpartition("/")[0] for path in self.files if path.endswith(".arrow")}
        folders |= {folder.rpartition("/")[0] for folder in folders}  # a `DatasetDict` has one for each split
        for path in self._about:
            (self.skipped if path.rpartition("/")[0] in folders else self.files).append(path)


def _identity(path: str | Path) -> _Identity | None:
    """What the system knows a file or folder by, whatever leads to it; None if there is none."""
    try:
        about = os.stat(path)  # noqa: PTH116 - a Path for each file takes longer
    except OSError:
        return None
    return about.st_dev, about.st_ino


def _identified(apart: Mapping[Path, str]) -> Iterator[tuple[_Identity, str]]:
    for path, reason in apart.items():
        if identity := _identity(path):
            yield identity, reason


def is_skipped(inside: str) -> bool:
    """Has a file no text by the name that it has inside a corpus, or is it hidden?"""
    return bool(_NO_TEXT.search(inside)) or _is_hidden(inside.split("/"))


def _is_hidden(parts: Iterable[str]) -> bool:
    return any(part.startswith(".") for part in parts if part not in {".", ".."})


def _is_special(path: str) -> bool:
    """A pipe, socket or device: to open one may wait for ever. What is not there is told when it is read."""
    try:
        return not stat.S_ISREG(os.stat(path).st_mode)  # noqa: PTH116 - a Path for each file takes longer
    except OSError:
        return False


def _local(uri: str, found: _Found) -> None:
    path = Path(uri).expanduser()
    if path.is_dir():
        _walk(path, found)
    elif path.exists() or not glob.has_magic(uri):
        found.named(str(path))
    else:
        _glob(path, found)


def _glob(pattern: Path, found: _Found) -> None:
    named = next(place for place, part in enumerate(pattern.parts) if glob.has_magic(part))
    for match in map(Path, glob.glob(str(pattern), recursive=True)):  # noqa: PTH207 - absolute patterns, too
        folders = match.parents[: len(match.parts) - 1 - named]
        if any(found.leaves_out(str(folder)) for folder in folders):
            continue
        if not match.is_dir():
            found.below(str(match), match.name)
        elif "**" not in pattern.parts and not found.leaves_out(str(match)):
            _walk(match, found)


def _walk(root: Path, found: _Found) -> None:
    seen: set[str] = set()
    for folder, names, inside in os.walk(
        root, followlinks=True, onerror=lambda error: found.unlisted(error, root)
    ):
        real = os.path.realpath(folder)
        if real in seen:
            names.clear()
            continue
        seen.add(real)
        names[:] = [name for name in names if not found.leaves_out(os.path.join(folder, name))]  # noqa: PTH118
        for name in inside:
            path = Path(folder, name)
            found.below(str(path), path.relative_to(root).as_posix())


def _remote(uri: str, found: _Found) -> None:
    for address, inside in addresses.each(uri, _listed(uri)):
        found.elsewhere(address, inside)


def _listed(uri: str) -> Iterator[tuple[str, str]]:
    """Addresses of files, with the part of them that was not named."""
    import fsspec  # noqa: PLC0415 - local files need none

    system, path = fsspec.core.url_to_fs(uri)
    if glob.has_magic(path):
        for match in system.glob(path):
            if system.isfile(match):
                yield system.unstrip_protocol(match), match.rsplit("/", 1)[-1]
    elif system.isdir(path):
        for one in system.find(path):
            yield system.unstrip_protocol(one), one[len(path) :].lstrip("/")
    else:
        system.info(path)  # raises what there is to say of a file that is not there
        yield system.unstrip_protocol(path), ""
