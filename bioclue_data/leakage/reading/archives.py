"""Archives, zip and tar: their members, one after the other, in the order of the archive."""

from __future__ import annotations

import tarfile
import zipfile
from contextlib import closing
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, cast

from bioclue_data import spreadsheets
from bioclue_data.leakage.reading import addresses, raw

if TYPE_CHECKING:
    from collections.abc import Iterator

_MAGIC_OF_TAR, _AT = b"ustar", 257
_OFFICE = ("xl/workbook", "word/document", "ppt/presentation", "mimetype")  # documents that are zip archives


class Member(NamedTuple):
    """A file in an archive; `file` is to be read before the next member is asked for."""

    name: str
    file: raw.Peekable


def is_tar(head: bytes) -> bool:
    """Does a file that begins so hold a tar archive?"""
    return head[_AT : _AT + len(_MAGIC_OF_TAR)] == _MAGIC_OF_TAR


def is_zip(uri: str, head: bytes) -> bool:
    """Is a file that begins so a zip archive that is no document of Office?

    Raises:
        BadZipFile: it begins as one does, and is damaged.
    """
    if not head.startswith(spreadsheets.ZIP):
        return False
    with addresses.told(uri), closing(raw.open_bytes(uri)) as file:
        if file.read(len(spreadsheets.ZIP)) != spreadsheets.ZIP:  # it is packed once more
            return False
        with zipfile.ZipFile(file) as archive:
            return not any(name.startswith(_OFFICE) for name in archive.namelist())


def zipped(uri: str) -> Iterator[Member]:
    """The files in a zip archive."""
    with closing(raw.open_bytes(uri)) as file, zipfile.ZipFile(file) as archive:
        for info in archive.infolist():
            if not info.is_dir():
                with archive.open(info) as member:
                    yield Member(info.filename, cast("raw.Peekable", member))


def tarred(pieces: Iterator[bytes]) -> Iterator[Member]:
    """The files in a tar archive, as it is read.

    Raises:
        ReadError: it is damaged, or its end is missing.
    """
    stream = _Stream(pieces)
    with tarfile.open(fileobj=cast("BinaryIO", stream), mode="r|") as archive:
        for info in archive:
            if info.isfile() and (member := archive.extractfile(info)):
                yield Member(info.name, cast("raw.Peekable", member))
    if any(stream.last):
        raise tarfile.ReadError("the end of the archive is missing")


class _Stream:
    """Pieces as what `tarfile` reads a stream from."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self.last = b""  # block of the archive so far; the one behind all members is of zeros

    def read(self, _size: int) -> bytes:
        """The next piece, whatever its size; none at the end."""
        piece = next(self._pieces, b"")
        self.last = piece[-tarfile.BLOCKSIZE :] or self.last
        return piece
