"""What files an address stands for: a file, a folder, a glob, or any address that fsspec knows."""

from __future__ import annotations

import glob
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from bioclue_data.leakage.reading import raw

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_NO_TEXT = re.compile(
    r"\.(png|jpe?g|gif|bmp|tiff?|webp|svg|ico|mp[34]|wav|flac|ogg|avi|mov|pdf|docx?|pptx?|xlsx?|zip|tar|tgz|7z|rar|"
    r"safetensors|bin|pth?|onnx|gguf|pickle|pkl|np[yz]|h5|pyc|so|exe|dll|woff2?|ttf|dcm|nii)(\.gz|\.xz|\.zst|\.bz2)?$",
    re.IGNORECASE,
)
# What `datasets` writes beside its Arrow files: about them, no records.
_ABOUT_ARROW = {"state.json", "dataset_info.json", "dataset_dict.json"}


class Listing(NamedTuple):
    """Files to read, in order, and what was found beside them.

    Attributes:
        files: Paths or addresses of single files.
        skipped: Files that hold no text, by their names, or are hidden, or only describe Arrow files.
        problems: What stands for nothing at all, a sentence each.
    """

    files: list[str]
    skipped: list[str]
    problems: list[str]


def files(uris: Iterable[str]) -> Listing:
    """Single files, sorted; a file that is named itself is taken whatever it is called."""
    found: list[str] = []
    skipped: list[str] = []
    problems: list[str] = []
    for uri in uris:
        try:
            single, below = _local(uri) if "://" not in uri else _remote(uri)
        except raw.FAULTS as error:
            problems.append(f"{uri}: {error}")
            continue
        if not single and not below:
            problems.append(f"{uri}: no such file, or nothing in it")
        found += single
        saved = _with_arrow_files(below)
        for path, inside in below:
            (skipped if _is_skipped(inside) or _is_about(path, saved) else found).append(path)
    return Listing(sorted(set(found)), sorted(set(skipped) - set(found)), problems)


def _is_skipped(inside: str) -> bool:
    return bool(_NO_TEXT.search(inside)) or any(part.startswith(".") for part in inside.split("/"))


def _with_arrow_files(below: list[tuple[str, str]]) -> set[str]:
    """Folders with Arrow files in them, and those around: a `DatasetDict` has a folder for each split."""
    folders = {path.rpartition("/")[0] for path, _ in below if path.endswith(".arrow")}
    return folders | {folder.rpartition("/")[0] for folder in folders}


def _is_about(path: str, saved: set[str]) -> bool:
    folder, _, name = path.rpartition("/")
    return name in _ABOUT_ARROW and folder in saved


def _local(uri: str) -> tuple[list[str], list[tuple[str, str]]]:
    """Files named, and files below a folder or glob with the part of their path that was not named."""
    path = Path(uri).expanduser()
    if path.is_dir():
        return [], list(_walk(path))
    if path.exists() or not glob.has_magic(uri):
        return [str(path)], []
    below: list[tuple[str, str]] = []
    for match in glob.glob(str(path), recursive=True):  # noqa: PTH207 - `**` and absolute patterns alike
        if Path(match).is_dir():
            below += [] if "**" in uri else _walk(Path(match))
        else:
            below.append((match, Path(match).name))
    return [], below


def _walk(root: Path) -> Iterator[tuple[str, str]]:
    seen: set[str] = set()
    for folder, names, inside in os.walk(root, followlinks=True):
        real = os.path.realpath(folder)
        if real in seen:
            names.clear()
            continue
        seen.add(real)
        for name in inside:
            path = Path(folder, name)
            yield str(path), path.relative_to(root).as_posix()


def _remote(uri: str) -> tuple[list[str], list[tuple[str, str]]]:
    import fsspec  # noqa: PLC0415 - local files need none

    system, path = fsspec.core.url_to_fs(uri)
    if glob.has_magic(path):
        matches = [match for match in system.glob(path) if system.isfile(match)]
        return [], [(system.unstrip_protocol(match), match.rsplit("/", 1)[-1]) for match in matches]
    if system.isdir(path):
        below = system.find(path)
        return [], [(system.unstrip_protocol(one), one[len(path) :].lstrip("/")) for one in below]
    return [system.unstrip_protocol(path)], []
