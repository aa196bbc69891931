"""Source files as readers see them: a name, a path on disk, and one safe way to open them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, TextIO

from bioclue_data.errors import SourceError
from bioclue_data.sources.archives import members, open_member
from bioclue_data.sources.streams import as_text, damaged, ungzipped

if TYPE_CHECKING:
    import io
    from pathlib import Path

__all__ = ["SourceFile", "is_page", "members"]

_PAGE_NAME = re.compile(r"\.x?html?(\.gz)?$", re.IGNORECASE)
_PAGE = re.compile(rb"(\xef\xbb\xbf)?\s*<(!doctype\s+html|html)\b", re.IGNORECASE)
# Blanks before the tag included; pages that sites serve in place of files begin at once.
_PEEK = 1024


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A verified file on this machine, or one member of a verified archive.

    Attributes:
        name: As the record spells it (`train/a.txt`, or the member's name in an archive); used in
            messages and in the row's `source.file`.
        path: Where the bytes lie.
        revision: First 12 hexadecimal digits of the SHA-256 of the file (of the archive for a member).
        member: Name inside the archive at `path`, else empty.
        subset: The part of the source that the record says this file is, else None.
    """

    name: str
    path: Path
    revision: str
    member: str = ""
    subset: str | None = None

    def open(self) -> BinaryIO:
        """Open for reading bytes; gzip is undone, a member is read from its archive.

        Unpacked streams cannot seek: a workbook inside an archive is read into memory first.

        Raises:
            SourceError: no such file or member, an HTML page under the name of a data file, a name in `.gz`
                whose content is not gzip; while reading: damaged, cut short, or a decompression bomb.
        """
        return self._open()

    def open_text(self, encoding: str = "utf-8") -> TextIO:
        """Open for reading text; line ends are kept as they are, a wrong byte is a SourceError.

        A byte order mark at the beginning is dropped with "utf-8-sig" only; with "utf-8" it is an error.

        Raises:
            SourceError: as `open`; a byte order mark; while reading: a byte that is wrong in this encoding.
            RecordError: there is no such encoding.
        """
        return as_text(self._open(), self._where(), encoding)

    def _where(self) -> str:
        return f"{self.member} in {self.path}" if self.member else f"{self.name} ({self.path})"

    def _open(self) -> io.BufferedReader:
        if self.member:
            return open_member(self.path, self.member, self._where())
        try:
            packed = self.path.open("rb")
            size = self.path.stat().st_size
        except OSError as error:
            raise damaged(self._where(), error) from error
        stream = ungzipped(packed, self._where(), size)
        self._refuse_strangers(stream, is_packed=stream is not packed)
        return stream

    def _refuse_strangers(self, stream: io.BufferedReader, *, is_packed: bool) -> None:
        if is_page(stream.peek(_PEEK)[:_PEEK], self.name):
            raise SourceError(
                "an HTML page, saved under the name of a data file",
                where=self._where(),
                remedy="download the file itself rather than the page about it",
            )
        if self.name.endswith(".gz") and not is_packed:
            remedy = "get the file again; if it was unpacked on the way, name it without .gz in the record"
            raise SourceError(
                "the name ends in .gz, the content is not gzip", where=self._where(), remedy=remedy
            )


def is_page(head: bytes, name: str) -> bool:
    """Does a file begin like an HTML page although its name does not say so?

    Args:
        head: Its first bytes, some hundred.
        name: Its name or path.
    """
    return _PAGE.match(head) is not None and _PAGE_NAME.search(name) is None
