"""Source files as readers see them: a name, a path on disk, and one safe way to open them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TextIO


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
        """Open for reading bytes; gzip is undone, a member is read from its archive."""
        raise NotImplementedError

    def open_text(self, encoding: str = "utf-8") -> TextIO:
        """Open for reading text; line ends are kept as they are, a wrong byte is a SourceError."""
        raise NotImplementedError
