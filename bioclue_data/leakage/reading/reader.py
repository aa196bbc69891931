"""Any file of a corpus as batches of records. Nothing is raised: what goes wrong is said in the batches."""

from __future__ import annotations

from contextlib import closing
from itertools import chain
from typing import TYPE_CHECKING

from bioclue_data import spreadsheets
from bioclue_data.errors import SourceError
from bioclue_data.leakage.markup import without_markup
from bioclue_data.leakage.reading import (
    addresses,
    annotated,
    archives,
    arrow_ipc,
    corpus_files,
    json_records,
    named_tables,
    parquet,
    prose,
    raw,
    sniff,
    tables,
    tagged,
    token_tables,
    utf8,
    workbooks,
    xml_records,
)
from bioclue_data.leakage.reading.batches import Batch, grouped, packed
from bioclue_data.leakage.reading.notes import Notes
from bioclue_data.leakage.reading.templates import with_templates
from bioclue_data.visible import readable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bioclue_data.matching.tokens import Texts

LIMIT = 128 * 2**20  # bytes of one record; reading it takes up to four times as much memory
HEAD = 2**18  # bytes that tell what a file is


def read(uri: str, *, fields: tuple[str, ...] = (), limit: int = LIMIT) -> Iterator[Batch]:
    """The records of one file, in order, in batches of about 8 MB of text.

    Args:
        uri: A path, or an address that fsspec knows.
        fields: Of JSON, tables, Parquet, Arrow and XML only these keys, columns or elements; all if empty.
        limit: Bytes that one record may take; a longer one is reported and left out.
    """
    notes = Notes()
    count = 0
    try:
        for texts, lines in with_templates(map(_plain, _records(uri, fields, notes, limit))):
            problems = notes.take()
            if len(texts) or problems:
                yield Batch(texts, count, problems, lines)
            count += len(texts)
    except raw.FAULTS as error:
        notes.add(f"cannot be read on behind record {count:,}: {str(error) or type(error).__name__}")
    notes.close()
    if not count:
        notes.add("holds no record")
    if problems := notes.take():
        yield Batch(packed([]), count, problems)


def _plain(texts: Texts) -> Texts:
    """Records without what is no text of them."""
    return tagged.untagged_records(without_markup(texts))


def _records(uri: str, fields: tuple[str, ...], notes: Notes, limit: int) -> Iterator[Texts]:
    head, pieces = _peeked(_pieces(uri, notes))
    if archives.is_tar(head):
        return _of_members(archives.tarred(pieces), fields, notes, limit)
    if archives.is_zip(uri, head):
        return _of_members(addresses.each(uri, archives.zipped(uri)), fields, notes, limit)
    kind = sniff.binary_kind(head)
    if kind in {"arrow", "parquet"}:
        return _columns(uri, kind, fields, notes)
    return _of_stream(uri, kind, (head, pieces), fields, notes, limit)


def _of_members(
    members: Iterator[archives.Member], fields: tuple[str, ...], notes: Notes, limit: int
) -> Iterator[Texts]:
    """The records of all files in an archive, in its order; what goes wrong in one is said with its name."""
    for name, file in members:
        if corpus_files.is_skipped(name):
            continue
        own = Notes()
        try:
            yield from _of_member(name, file, fields, own, limit)
        except raw.FAULTS as error:
            own.add(f"cannot be read on: {str(error) or type(error).__name__}")
        own.close()
        for problem in own.take():
            notes.add(f"{readable(name)}: {problem}")


def _of_member(
    name: str, file: raw.Peekable, fields: tuple[str, ...], notes: Notes, limit: int
) -> Iterator[Texts]:
    head, pieces = _peeked(raw.pieces_of(file, notes))
    kind = sniff.binary_kind(head)
    if kind in {"arrow", "parquet"}:
        notes.add(f"is {kind.capitalize()} in an archive, unpack it first: not read")
        return iter(())
    return _of_stream(name, kind, (head, pieces), fields, notes, limit)


def _of_stream(
    name: str,
    kind: sniff.Kind | None,
    peeked: tuple[bytes, Iterator[bytes]],
    fields: tuple[str, ...],
    notes: Notes,
    limit: int,
) -> Iterator[Texts]:
    """Records of bytes that are read once. `peeked`: the first ones, and all."""
    head, pieces = peeked
    if kind == "xml":
        return grouped(xml_records.records(head, pieces, fields, notes))
    if spreadsheets.may_be_one(head):
        return workbooks.records(pieces, fields, notes, limit)
    if strange := sniff.stranger(head):
        notes.add(f"is {strange}: not read")
        return iter(())
    return _records_of_text(name, utf8.text(pieces, notes), fields, notes, limit)


def _columns(uri: str, kind: sniff.Kind, fields: tuple[str, ...], notes: Notes) -> Iterator[Texts]:
    with addresses.told(uri), closing(raw.open_bytes(uri)) as file:
        packed = raw.packing(file.read(8))
    if packed:
        notes.add(f"is {kind.capitalize()} packed as {packed}, unpack it first: not read")
        return iter(())
    return arrow_ipc.records(uri, fields, notes) if kind == "arrow" else parquet.records(uri, fields, notes)


def _records_of_text(
    name: str, pieces: Iterator[bytes], fields: tuple[str, ...], notes: Notes, limit: int
) -> Iterator[Texts]:
    head, text = _peeked(pieces)
    is_whole = len(head) < HEAD
    kind, dialect = sniff.text_kind(head, whole=is_whole)
    if kind == "prose":
        dialect = named_tables.dialect_of(name, head, whole=is_whole)
    if kind == "json":
        return json_records.records(text, fields, notes, limit)
    if dialect is not None:
        columns = token_tables.columns_of(head, dialect)
        if columns and (not fields or columns.name in fields):
            return grouped(prose.records(annotated.text(token_tables.tokens(text, dialect, columns))))
        return tables.records(text, dialect, fields, notes, limit)
    if fields:
        notes.add(f"no field {', '.join(sorted(fields))} here: this is text without fields")
        return iter(())
    if kind == "tagged":
        text = annotated.text(tagged.tokens(head, text))
    return grouped(prose.records(text))


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
