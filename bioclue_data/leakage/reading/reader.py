"""Any file of a corpus as batches of records. Nothing is raised: what goes wrong is said in the batches."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from bioclue_data.errors import SourceError
from bioclue_data.leakage.reading import (
    addresses,
    json_records,
    parquet,
    prose,
    raw,
    sniff,
    tables,
    tagged,
    utf8,
    xml_records,
)
from bioclue_data.leakage.reading.batches import Batch, grouped, packed
from bioclue_data.leakage.reading.notes import Notes
from bioclue_data.leakage.reading.templates import without_templates

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bioclue_data.matching.tokens import Texts

LIMIT = 128 * 2**20  # bytes of one record; reading it takes up to four times as much memory
HEAD = 2**18  # bytes that tell what a file is


def read(uri: str, *, fields: tuple[str, ...] = (), limit: int = LIMIT) -> Iterator[Batch]:
    """The records of one file, in order, in batches of about 8 MB of text.

    Args:
        uri: A path, or an address that fsspec knows.
        fields: Of JSON, tables and Parquet only these keys or columns; all if empty.
        limit: Bytes that one record may take; a longer one is reported and left out.
    """
    notes = Notes()
    count = 0
    try:
        for texts in _records(uri, fields, notes, limit):
            problems = notes.take()
            if len(texts) or problems:
                yield Batch(texts, count, problems, notes.left_out)
            count += len(texts)
    except raw.FAULTS as error:
        notes.add(f"cannot be read on behind record {count:,}: {str(error) or type(error).__name__}")
    notes.close()
    if not count:
        notes.add("holds no record")
    if problems := notes.take():
        yield Batch(packed([]), count, problems, notes.left_out)


def _records(uri: str, fields: tuple[str, ...], notes: Notes, limit: int) -> Iterator[Texts]:
    head, pieces = _peeked(_pieces(uri, notes))
    kind = sniff.binary_kind(head)
    if kind == "parquet":
        return without_templates(parquet.records(uri, fields, notes), notes)
    if kind == "xml":
        return without_templates(grouped(xml_records.records(head, pieces, notes)), notes)
    if strange := sniff.stranger(head):
        notes.add(f"is {strange}: not read")
        return iter(())
    head, text = _peeked(utf8.text(pieces, notes))
    kind, dialect = sniff.text_kind(head, whole=len(head) < HEAD)
    if kind == "json":
        return without_templates(json_records.records(text, fields, notes, limit), notes)
    if dialect is not None:
        return without_templates(tables.records(text, dialect, fields, notes, limit), notes)
    return grouped(prose.records(tagged.untagged(text) if kind == "tagged" else text))


def _pieces(uri: str, notes: Notes) -> Iterator[bytes]:
    """Unpacked bytes; any fault of an address's file system ends them, and what was read is kept."""
    try:
        yield from addresses.each(uri, raw.pieces(uri, notes))
    except SourceError as error:
        notes.cut = True
        notes.add(f"cannot be read on: {error.what}")


def _peeked(pieces: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """The first HEAD bytes, or more, and all pieces."""
    held: list[bytes] = []
    size = 0
    while size < HEAD and (piece := next(pieces, b"")):
        held.append(piece)
        size += len(piece)
    return b"".join(held), chain(held, pieces)
