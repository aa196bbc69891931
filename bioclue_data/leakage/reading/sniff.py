"""What a file is, by its first bytes and not by its name."""

from __future__ import annotations

from typing import Literal

from bioclue_data.leakage.reading import arrow_ipc, json_kind, parquet, tables, tagged, xml_records

Kind = Literal["arrow", "parquet", "xml", "json", "table", "tagged", "prose"]
_STRANGERS = {
    b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"GIF8": "a GIF image",
    b"%PDF": "a PDF document",
    b"PK\x03\x04": "a zip archive, or a document that is one",
    b"7z\xbc\xaf": "a 7z archive",
    b"Rar!": "a RAR archive",
    b"\x7fELF": "a program",
    b"SQLite format 3": "an SQLite database",
    b"\x93NUMPY": "a NumPy array",
    b"\xd0\xcf\x11\xe0": "an old Office document",
    b"version https://git-lfs": "a Git LFS pointer in place of the file",
}
_MARKS = (b"\xff\xfe", b"\xfe\xff")


def stranger(head: bytes) -> str:
    """What a file that begins so is, if it cannot be read as text; else empty."""
    for magic, name in _STRANGERS.items():
        if head.startswith(magic):
            return name
    if head[257:262] == b"ustar":
        return "a tar archive"
    control = sum(head[:4096].count(bytes([byte])) for byte in (*range(7), *range(14, 27)))
    return "no text" if not head.startswith(_MARKS) and control > 0.2 * len(head[:4096]) else ""


def binary_kind(head: bytes) -> Kind | None:
    """The kind of a file that is told from its bytes as they are; None for the others."""
    if head.startswith(parquet.MAGIC):
        return "parquet"
    if arrow_ipc.is_arrow(head):
        return "arrow"
    return "xml" if xml_records.is_xml(head) else None


def text_kind(head: bytes, *, whole: bool) -> tuple[Kind, tables.Dialect | None]:
    """The kind of a file by the beginning of its UTF-8 text; with the dialect of a table."""
    if json_kind.is_json(head, whole=whole):
        return "json", None
    if tagged.is_tagged(head):
        return "tagged", None
    dialect = tables.dialect_of(head, whole=whole)
    return ("table", dialect) if dialect else ("prose", None)
