"""The bytes of a file, wherever it lies and however it is packed, up to where it is damaged.

The content decides: gzip, zstd, xz and bzip2 are known by their first bytes.
"""

from __future__ import annotations

import csv
import lzma
import tarfile
import zipfile
import zlib
from contextlib import closing
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol

import pyarrow as pa
from lxml import etree

from bioclue_data.errors import BioclueError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bioclue_data.leakage.reading.notes import Notes

PIECE = 2**20
FAULTS = (
    BioclueError, OSError, EOFError, ValueError, ImportError, RuntimeError, KeyError, TypeError,
    zlib.error, lzma.LZMAError, zipfile.BadZipFile, tarfile.TarError, csv.Error, pa.ArrowException,
    etree.LxmlError,
)  # fmt: skip
_MAGIC = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd", b"\xfd7zXZ\x00": "xz", b"BZh": "bz2"}
_CAREFUL = 64  # bytes at a time towards a damaged place


class Peekable(Protocol):
    """An open file of which the beginning can be seen before it is read."""

    def peek(self, size: int, /) -> bytes:
        """The next bytes, at least one if there are any."""

    def read(self, size: int, /) -> bytes:
        """Up to `size` bytes, none at the end."""


def open_bytes(uri: str) -> BinaryIO:
    """Open a local path or any address that fsspec knows."""
    if "://" not in uri:
        return open(uri, "rb")  # noqa: PTH123 - the caller closes it
    import fsspec  # noqa: PLC0415 - a local file needs none

    opened: BinaryIO = fsspec.open(uri, "rb").open()
    return opened


def packing(head: bytes) -> str:
    """How a file that begins so is packed; empty if it is not."""
    return next((name for magic, name in _MAGIC.items() if head.startswith(magic)), "")


def pieces(uri: str, notes: Notes) -> Iterator[bytes]:
    """Unpacked bytes, about a megabyte at a time, as far as they can be read."""
    done = 0
    try:
        with closing(open_bytes(uri)) as file:
            packed = packing(file.read(6))
            file.seek(0)
            for piece in _unpacked(file, packed, PIECE):
                done += len(piece)
                yield piece
    except FAULTS as error:
        notes.cut = True
        notes.add(f"cannot be read on from byte {done:,} (unpacked): {_reason(error)}")
        yield from _salvaged(uri, done)


def pieces_of(file: Peekable, notes: Notes) -> Iterator[bytes]:
    """The same of an open file, such as a member of an archive; what is behind a fault in it is lost."""
    done = 0
    try:
        for piece in _unpacked(file, packing(file.peek(6)), PIECE):
            done += len(piece)
            yield piece
    except FAULTS as error:
        notes.cut = True
        notes.add(f"cannot be read on from byte {done:,} (unpacked): {_reason(error)}")


def _reason(error: BaseException) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error).split("\n", 1)[0] or type(error).__name__


def _unpacked(file: Any, packed: str, size: int) -> Iterator[bytes]:
    stream = file
    if packed == "xz":
        stream = lzma.open(file)  # noqa: SIM115 - the file below is closed by the caller
        while piece := stream.read1(size):
            yield piece
        return
    if packed:
        stream = pa.CompressedInputStream(pa.PythonFile(file, "r"), packed)
    while piece := stream.read(size):
        yield piece


def _salvaged(uri: str, done: int) -> Iterator[bytes]:
    """What of a damaged packed file can be unpacked after the first `done` bytes."""
    try:
        with closing(open_bytes(uri)) as file:
            packed = packing(file.read(6))
            file.seek(0)
            if packed not in {"gzip", "zstd", "bz2"}:
                return
            careful = _inflated(file) if packed == "gzip" else _unpacked(file, packed, _CAREFUL)
            for piece in careful:
                if len(piece) > done:
                    yield piece[done:]
                done = max(0, done - len(piece))
    except FAULTS:
        return  # it was said already


def _inflated(file: BinaryIO) -> Iterator[bytes]:
    """Inflate to the very byte where it fails; a wrong checksum fails after all data."""
    inflater = zlib.decompressobj(31)
    while chunk := file.read(4096):
        while chunk:
            before = inflater.copy()
            try:
                piece = inflater.decompress(chunk)
            except zlib.error:
                for byte in chunk:
                    yield before.decompress(bytes([byte]))
                return
            yield piece
            chunk = inflater.unused_data
            if inflater.eof:
                inflater = zlib.decompressobj(31)
