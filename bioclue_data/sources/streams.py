"""Byte streams that end in a SourceError rather than in wrong, endless or undecodable data."""

from __future__ import annotations

import codecs
import gzip
import io
import lzma
import zipfile
import zlib
from typing import TYPE_CHECKING, Protocol, TextIO, cast

from bioclue_data.errors import RecordError, SourceError

if TYPE_CHECKING:
    from typing_extensions import Buffer

# Text in markup packs 5 to 45 times, sparse tables up to about 100 times; DEFLATE ends at 1,032.
MAX_RATIO = 200
# Below this, a high ratio harms nobody (a file of one repeated line is small).
HARMLESS_BYTES = 64 * 2**20
# The largest known source (all of MedQuAD, PubMedQA-A, MIMIC notes) unpacks to less than 8 GB.
MAX_BYTES = 8 * 2**30
# One Python call a chunk: large enough that the call does not count.
CHUNK = 256 * 2**10

_BROKEN = (EOFError, OSError, zlib.error, zipfile.BadZipFile, lzma.LZMAError, NotImplementedError)
_GZIP = b"\x1f\x8b"


class Readable(Protocol):
    """What every kind of unpacked stream can do."""

    def read(self, size: int, /) -> bytes:
        """Up to `size` bytes, none at the end."""

    def close(self) -> object:
        """Let go of the stream."""


class _Unpacked(io.RawIOBase):
    """Unpacked bytes: damage is a SourceError that says where, and so is a suspicious expansion."""

    def __init__(self, inner: Readable, where: str, packed: int) -> None:
        self._inner, self._where, self._packed = inner, where, packed
        self._given = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer) -> int:
        view = memoryview(buffer)
        filled = 0
        # A full buffer unless the end is reached: who peeks at the beginning sees all of it.
        while filled < len(view) and (data := self._read(len(view) - filled)):
            view[filled : filled + len(data)] = data
            filled += len(data)
        return filled

    def _read(self, size: int) -> bytes:
        try:
            data = self._inner.read(size)
        except _BROKEN as error:
            raise damaged(self._where, error) from error
        self._given += len(data)
        if self._given > MAX_BYTES or self._given > max(HARMLESS_BYTES, MAX_RATIO * self._packed):
            raise _bomb(self._where, self._given, self._packed)
        return data

    def close(self) -> None:
        if not self.closed:
            self._inner.close()
        super().close()


def unpacked(inner: Readable, where: str, packed: int) -> io.BufferedReader:
    """A checked stream of unpacked bytes.

    Args:
        inner: Gives the unpacked bytes; closed with the stream.
        where: Names the file and the member in errors.
        packed: Size of the packed form in bytes.

    Raises:
        SourceError: while reading, if the packed form is damaged or expands suspiciously.
    """
    return io.BufferedReader(_Unpacked(inner, where, packed), CHUNK)


class _Gunzip(gzip.GzipFile):
    """A gzip file that closes what it reads from."""

    def __init__(self, packed: io.BufferedReader) -> None:
        super().__init__(fileobj=packed, mode="rb")
        self._below = packed

    def close(self) -> None:
        super().close()
        self._below.close()


def ungzipped(stream: io.BufferedReader, where: str, packed: int) -> io.BufferedReader:
    """The stream itself, or its content where it begins like gzip: the bytes decide, not the name."""
    if stream.peek(2)[:2] != _GZIP:
        return stream
    return unpacked(_Gunzip(stream), where, packed)


def damaged(where: str, error: Exception) -> SourceError:
    """The error for a file that cannot be read, or packed data that cannot be unpacked."""
    if isinstance(error, OSError) and error.errno is not None:
        what = f"the file cannot be read ({error.strerror})"
        return SourceError(what, where=where, remedy="check that it is there and that you may read it")
    return SourceError(
        f"the packed data is damaged or cut short ({str(error) or type(error).__name__})",
        where=where,
        remedy="fetch or copy the file again; its checksum differs if a transfer went wrong",
    )


def _bomb(where: str, given: int, packed: int) -> SourceError:
    return SourceError(
        f"{packed:,} packed bytes expand to more than {given:,}: refused as a decompression bomb",
        where=where,
        remedy=f"check the file; if it is sound, unpack it yourself (limits: {MAX_RATIO} times above "
        f"{HARMLESS_BYTES:,} bytes, {MAX_BYTES:,} bytes in all)",
    )


class _Proved(io.RawIOBase):
    """Hands bytes on once they have proved to be text in the declared encoding.

    The text layer above decodes them again, which costs little; in return the place of a wrong byte is exact,
    and lines are still split at the speed of the standard library.
    """

    def __init__(self, inner: io.BufferedReader, where: str, encoding: str) -> None:
        self._inner, self._where, self._encoding = inner, where, encoding
        self._decoder = codecs.getincrementaldecoder(encoding)("strict")
        self._offset = 0
        self._newlines = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer) -> int:
        view = memoryview(buffer)
        data = self._inner.read(len(view))
        try:
            self._decoder.decode(data, final=not data)
        except UnicodeError as error:
            raise self._wrong(data, error) from error
        self._offset += len(data)
        self._newlines += data.count(b"\n")
        view[: len(data)] = data
        return len(data)

    def _wrong(self, data: bytes, error: UnicodeError) -> SourceError:
        where, offset = self._where, self._offset
        if isinstance(error, UnicodeDecodeError):
            # What was decoded is a suffix of all bytes so far: this chunk and what an earlier one left over.
            offset = self._offset + len(data) - len(error.object) + error.start
        if len("\n\n".encode(self._encoding)) - len("\n".encode(self._encoding)) == 1:
            before = data[: max(0, offset - self._offset)].count(b"\n")
            where = f"{self._where}, line {self._newlines + before + 1:,}"
        reason = error.reason if isinstance(error, UnicodeDecodeError) else str(error)
        return SourceError(
            f"byte {offset:,} is not {self._encoding} ({reason})",
            where=where,
            remedy=f'the record declares encoding "{self._encoding}": correct it, or get an intact copy',
        )

    def close(self) -> None:
        if not self.closed:
            self._inner.close()
        super().close()


def as_text(stream: io.BufferedReader, where: str, encoding: str) -> TextIO:
    """Decode a stream strictly; line ends and U+FEFF inside the text stay.

    Raises:
        RecordError: there is no such encoding.
        SourceError: at once for a byte order mark under plain "utf-8"; while reading for a wrong byte.
    """
    try:
        codec = codecs.lookup(encoding)
    except LookupError:
        remedy = 'write an encoding that Python knows, as "utf-8", "utf-8-sig", "gb18030"'
        raise RecordError(f"no encoding is called {encoding!r}", where=where, remedy=remedy) from None
    if codec.name == "utf-8" and stream.peek(3).startswith(codecs.BOM_UTF8):
        raise SourceError(
            "the file begins with a byte order mark, which would become part of the first line",
            where=where,
            remedy='declare encoding = "utf-8-sig" in the record',
        )
    proved = io.BufferedReader(_Proved(stream, where, encoding), CHUNK)
    return cast("TextIO", io.TextIOWrapper(proved, encoding=encoding, errors="strict", newline=""))
