"""Zip and tar archives: their regular members by name, read as streams, never extracted under a name.

A member's name is a key and nothing else, so no name can lead out of a folder.

- Zip: the central directory is read once a process.
- Plain tar: the headers are read once, members are slices of the file.
- Compressed tar: gzip and its like can only be read from the beginning, so that reading n members in any
  order would unpack n times. The first access unpacks the whole archive once into an anonymous temporary
  file (below TMPDIR, gone with the process), and members are slices of that.
"""

from __future__ import annotations

import bz2
import difflib
import errno
import gzip
import lzma
import os
import stat
import struct
import tarfile
import tempfile
import threading
import weakref
import zipfile
from collections import OrderedDict
from typing import IO, TYPE_CHECKING, Protocol, TypeVar

from bioclue_data.errors import SourceError
from bioclue_data.sources.streams import CHUNK, damaged, ungzipped, unpacked

if TYPE_CHECKING:
    import io
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from bioclue_data.sources.streams import Readable

_Entry = TypeVar("_Entry")
_COMPRESSED: dict[bytes, Callable[[IO[bytes]], Readable]] = {
    b"\x1f\x8b": lambda file: gzip.GzipFile(fileobj=file),
    b"BZh": bz2.BZ2File,
    b"\xfd7zXZ": lzma.LZMAFile,
}
# A dataset has a handful of archives; each that is open costs one file handle and its directory in memory.
_KEPT_OPEN = 8
_BAD_ZIP = (zipfile.BadZipFile, OSError, EOFError, ValueError, NotImplementedError, struct.error)
_BAD_TAR = (tarfile.TarError, OSError, EOFError, ValueError, struct.error)


class _Archive(Protocol):
    members: tuple[str, ...]

    def open(self, member: str, where: str) -> io.BufferedReader: ...


class _Zip:
    def __init__(self, path: Path) -> None:
        try:
            self._zip = zipfile.ZipFile(path)
            names = _zip_names(self._zip.infolist())
        except _BAD_ZIP as error:
            raise damaged(str(path), error) from error
        self._entries = _by_name(zip(names, self._zip.infolist(), strict=True))
        regular = (name for name, found in self._entries.items() if _is_regular(found[0]))
        self.members = tuple(name for name in regular if not _is_clutter(name))

    def open(self, member: str, where: str) -> io.BufferedReader:
        info = _only(self._entries, member, where)
        if not _is_regular(info):
            raise _not_regular(where)
        if info.flag_bits & 1:
            remedy = "decrypt the archive and pack it anew"
            raise SourceError("the member is encrypted", where=where, remedy=remedy)
        try:
            stream = unpacked(self._zip.open(info), where, info.compress_size)
        except (*_BAD_ZIP, RuntimeError) as error:
            raise damaged(where, error) from error
        return ungzipped(stream, where, info.compress_size)


def _is_regular(info: zipfile.ZipInfo) -> bool:
    kind = stat.S_IFMT(info.external_attr >> 16)
    return not info.orig_filename.endswith("/") and kind in (0, stat.S_IFREG)


def _zip_names(infos: list[zipfile.ZipInfo]) -> list[str]:
    """Names as their makers meant them; a name without the UTF-8 flag reached us as code page 437."""
    raw = [None if info.flag_bits & 0x800 else info.orig_filename.encode("cp437") for info in infos]
    codec = names_codec(name for name in raw if name is not None)
    pairs = zip(infos, raw, strict=True)
    names = (info.orig_filename if name is None else name.decode(codec) for info, name in pairs)
    # Some packers for Windows write backslashes, against the format's rule.
    return [name.replace("\\", "/") for name in names]


def names_codec(names: Iterable[bytes]) -> str:
    """The encoding of an archive's undeclared names, judged from all of them together.

    UTF-8 if it fits (hardly anything else does by chance); else GB 18030 or Big5 where most characters fall
    into the common part of the set (in the wrong one of the two about half do); else code page 437, as the
    zip format says.
    """
    odd = b"\n".join(name for name in names if not name.isascii())
    if _decoded(odd, "utf-8") is not None:
        return "utf-8"
    share, codec = max((_common(odd, "gb18030"), "gb18030"), (_common(odd, "big5"), "big5"))
    return codec if share > 0.75 else "cp437"


def _decoded(raw: bytes, codec: str) -> str | None:
    try:
        return raw.decode(codec)
    except UnicodeDecodeError:
        return None


def _common(raw: bytes, codec: str) -> float:
    """Share of the characters outside ASCII that are common in Chinese as written in this encoding."""
    characters = [character for character in _decoded(raw, codec) or "" if not character.isascii()]
    packed = [character.encode(codec) for character in characters]
    if codec == "gb18030":  # the two-byte part of 1980, GB 2312
        hits = sum(len(two) == 2 and 0xA1 <= two[0] <= 0xF7 and two[1] >= 0xA1 for two in packed)
    else:  # level 1: frequent characters, and the punctuation before them
        hits = sum(two[0] <= 0xC6 for two in packed)
    return hits / max(1, len(packed))


class _Tar:
    def __init__(self, path: Path, head: bytes) -> None:
        self._file = _plain_tar(path, head)
        self.lock = threading.Lock()
        # A member may be read after the archive has left the shelf: the last of both closes the file.
        weakref.finalize(self, self._file.close)
        try:
            infos = _tar_index(self._file)
            raw = [info.name.encode("utf-8", "surrogateescape") for info in infos]
        except _BAD_TAR as error:
            raise damaged(str(path), error) from error
        codec = names_codec(raw)
        self._entries = _by_name((name.decode(codec), info) for name, info in zip(raw, infos, strict=True))
        regular = (name for name, found in self._entries.items() if _is_plain(found[0]))
        self.members = tuple(name for name in regular if not _is_clutter(name))

    def open(self, member: str, where: str) -> io.BufferedReader:
        info = _only(self._entries, member, where)
        if not _is_plain(info):
            raise _not_regular(where)
        stream = unpacked(_Slice(self, info.offset_data, info.size), where, info.size)
        return ungzipped(stream, where, info.size)

    def read_at(self, offset: int, size: int) -> bytes:
        with self.lock:
            self._file.seek(offset)
            return self._file.read(size)


def _is_plain(info: tarfile.TarInfo) -> bool:
    return info.isreg() and not info.issparse()


def _tar_index(file: IO[bytes]) -> list[tarfile.TarInfo]:
    with tarfile.open(fileobj=file, mode="r:", encoding="utf-8", errors="surrogateescape") as tar:
        infos = tar.getmembers()
        # tarfile takes a damaged header for the end: members behind it would be lost without a word.
        file.seek(tar.offset)
        if any(file.read(tarfile.BLOCKSIZE)):
            raise tarfile.ReadError(f"no header at byte {tar.offset:,}")
    return infos


def _plain_tar(path: Path, head: bytes) -> IO[bytes]:
    # Unbuffered, as a forked child shares the position: a buffer that seeks back when it closes would fail.
    packed = path.open("rb", buffering=0)
    opener = next((opener for magic, opener in _COMPRESSED.items() if head.startswith(magic)), None)
    if opener is None:
        return packed
    plain = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - closed with the archive
    with packed, unpacked(opener(packed), str(path), path.stat().st_size) as stream:
        for chunk in iter(lambda: stream.read(CHUNK), b""):
            _write(plain, chunk, path)
    plain.seek(0)
    return plain


def _write(plain: IO[bytes], chunk: bytes, path: Path) -> None:
    try:
        if plain.write(chunk) < len(chunk):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    except OSError as error:
        remedy = "free space there, or set TMPDIR to a folder on a larger disk"
        what = f"the archive cannot be unpacked into {tempfile.gettempdir()} ({error.strerror})"
        raise SourceError(what, where=str(path), remedy=remedy) from error


class _Slice:
    """One member: a stretch of a file that other members are read from at the same time."""

    def __init__(self, tar: _Tar, start: int, size: int) -> None:
        self._tar, self._at, self._end = tar, start, start + size

    def read(self, size: int, /) -> bytes:
        wanted = min(size, self._end - self._at)
        data = self._tar.read_at(self._at, wanted) if wanted else b""
        if len(data) < wanted:
            raise EOFError("the archive ends inside this member")
        self._at += len(data)
        return data

    def close(self) -> None:
        self._end = self._at


def _by_name(entries: Iterable[tuple[str, _Entry]]) -> dict[str, list[_Entry]]:
    found: dict[str, list[_Entry]] = {}
    for name, entry in entries:
        found.setdefault(name, []).append(entry)
    return found


def _only(entries: dict[str, list[_Entry]], member: str, where: str) -> _Entry:
    found = entries.get(member, [])
    if len(found) == 1:
        return found[0]
    if found:
        what = f"{len(found)} members bear this name"
        raise SourceError(what, where=where, remedy="pack the archive anew with the one that is meant")
    near = difflib.get_close_matches(member, entries, n=3)
    remedy = f"near names: {', '.join(near)}" if near else "list the archive's members and correct the record"
    raise SourceError("the archive has no such member", where=where, remedy=remedy)


def _not_regular(where: str) -> SourceError:
    return SourceError(
        "the member is a folder, a link, a device or a sparse file, not a regular file",
        where=where,
        remedy="name a regular file in the record, or pack the archive anew",
    )


def _is_clutter(name: str) -> bool:
    """What macOS adds to archives: resource forks and folder settings."""
    *folders, last = name.split("/")
    return "__MACOSX" in folders or last == ".DS_Store" or last.startswith("._")


class _Shelf:
    """The archives that this process holds open; the longest unused one goes first."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Begin anew, as in a forked child: it shares file positions and locks with its parent."""
        self._lock = threading.RLock()
        self._open: OrderedDict[tuple[str, int, int], _Archive] = OrderedDict()

    def members(self, path: Path) -> tuple[str, ...]:
        with self._lock:
            return self._take(path).members

    def open(self, path: Path, member: str, where: str) -> io.BufferedReader:
        with self._lock:
            return self._take(path).open(member, where)

    def _take(self, path: Path) -> _Archive:
        try:
            found = path.stat()
        except OSError as error:
            raise damaged(str(path), error) from error
        key = (str(path), found.st_size, found.st_mtime_ns)
        archive = self._open.pop(key, None) or _archive(path)
        self._open[key] = archive
        if len(self._open) > _KEPT_OPEN:
            self._open.popitem(last=False)
        return archive


_SHELF = _Shelf()
if hasattr(os, "register_at_fork"):  # absent on Windows, which does not fork
    os.register_at_fork(after_in_child=_SHELF.forget)


def _archive(path: Path) -> _Archive:
    with path.open("rb") as file:
        head = file.read(tarfile.BLOCKSIZE)
    if head.startswith(b"PK"):
        return _Zip(path)
    if head.startswith(tuple(_COMPRESSED)) or head[257:262] == b"ustar" or path.suffix == ".tar":
        return _Tar(path, head)
    raise SourceError(
        "not a zip or tar archive (tar may be packed with gzip, bzip2 or xz)",
        where=str(path),
        remedy="get the archive itself; an archive of another kind must be packed anew as zip",
    )


def members(path: Path) -> tuple[str, ...]:
    """Names of the regular files in an archive, in its order.

    What macOS adds (`__MACOSX`, `.DS_Store`, `._*`) is left out; a name that occurs twice stands once.

    Raises:
        SourceError: not a zip or tar archive, damaged, cut short, or a decompression bomb.
    """
    return _SHELF.members(path)


def open_member(path: Path, member: str, where: str) -> io.BufferedReader:
    """A stream of one member's bytes, a packed (gzip) member undone.

    Args:
        path: The archive.
        member: Name as `members` gives it.
        where: Names file and member in errors.

    Raises:
        SourceError: no such member, more than one, not a regular file, encrypted; while reading also damaged
            or expanding suspiciously.
    """
    return _SHELF.open(path, member, where)
