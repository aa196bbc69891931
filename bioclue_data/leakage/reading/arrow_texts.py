"""Rows of Arrow batches become texts: all their strings, nested ones too. Parquet gives such batches, too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bioclue_data.leakage.reading import raw, utf8
from bioclue_data.leakage.reading.arrow_types import is_binary, is_list, may_hold_text
from bioclue_data.leakage.reading.batches import packed
from bioclue_data.matching.tokens import PADDING, Texts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from bioclue_data.leakage.reading.notes import Notes

_BYTES = pa.large_binary()
_TEXTUAL = 0.5  # of a binary column's values: then it is text that was written without saying so


def records(
    schema: Any, fields: tuple[str, ...], batches: Callable[[list[str]], Iterable[Any]], notes: Notes
) -> Iterator[Texts]:
    """The rows; one that holds no string is an empty record.

    Args:
        schema: Of the table.
        fields: Columns to take; all if empty.
        batches: Gives the batches of some columns.
        notes: What goes wrong.
    """
    if fields and (missing := sorted(set(fields) - set(schema.names))):
        notes.add(f"the table has no column {', '.join(missing)}")
    columns = [
        field.name for field in schema if may_hold_text(field.type) and (not fields or field.name in fields)
    ]
    if not columns:
        notes.add("no column holds strings")
        return
    first = 0
    try:
        for batch in batches(columns):
            texts = _joined([found for column in batch.columns if (found := _text(column)) is not None])
            if texts is None and not first:
                notes.add("no column holds strings: its binary columns are no UTF-8 text")
                return
            yield packed([b""] * len(batch)) if texts is None else _packed(texts, first, notes)
            first += len(batch)
    except raw.FAULTS as error:  # said here: whoever holds batches back does not lose them
        notes.add(f"cannot be read on behind record {first:,}: {str(error) or type(error).__name__}")


def _text(array: Any) -> Any:
    """For each element its strings, a line each (large_binary, no nulls); None if it holds no text."""
    kind = array.type
    if not may_hold_text(kind) or (is_binary(kind) and not _is_textual(array)):
        return None
    if isinstance(kind, pa.BaseExtensionType):
        is_json = kind.extension_name == "arrow.json"
        return _json(array.storage) if is_json else _text(array.storage)
    if pa.types.is_dictionary(kind):
        return _text(array.dictionary_decode())
    if pa.types.is_map(kind):
        array = array.cast(pa.list_(pa.struct([("key", kind.key_type), ("value", kind.item_type)])))
    if pa.types.is_struct(kind):
        return _joined([found for child in array.flatten() if (found := _text(child)) is not None])
    if is_list(array.type):
        return _lists(_text(array.flatten()), pc.fill_null(pc.list_value_length(array), 0))
    return pc.fill_null(array.cast(_BYTES), b"")


def _is_textual(array: Any) -> bool:
    """Are most of these bytes UTF-8? Pictures, vectors and digests are not."""
    values = array.cast(_BYTES).drop_null().to_pylist()  # views can not be filtered
    return sum(map(_is_text, values)) >= _TEXTUAL * len(values)


def _is_text(value: bytes) -> bool:
    try:
        return "\0" not in value.decode()
    except UnicodeDecodeError:
        return False


def _json(array: Any) -> Any:
    """Of values that are JSON their strings; one that is none stays as it is."""
    return pa.array([_strings_of(value or "") for value in array.to_pylist()], _BYTES)


def _strings_of(value: str) -> bytes:
    try:
        found = "\n".join(_strings(msgspec.json.decode(value)))
    except (msgspec.DecodeError, RecursionError):
        found = value
    return found.encode("utf-8", "replace")


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list)):
        for member in value.values() if isinstance(value, dict) else value:
            yield from _strings(member)


def _lists(values: Any, lengths: Any) -> Any:
    if values is None:
        return None
    offsets = np.zeros(len(lengths) + 1, np.int64)
    np.cumsum(lengths.to_numpy(zero_copy_only=False), out=offsets[1:])
    return pc.binary_join(pa.LargeListArray.from_arrays(pa.array(offsets), values), pa.scalar(b"\n", _BYTES))


def _joined(lines: list[Any]) -> Any:
    """None of none."""
    if len(lines) < 2:
        return lines[0] if lines else None
    return pc.binary_join_element_wise(*lines, pa.scalar(b"\n", _BYTES))


def _packed(texts: Any, first: int, notes: Notes) -> Texts:
    _, places, values = texts.buffers()
    offsets = np.frombuffer(places, np.int64)[texts.offset : texts.offset + len(texts) + 1]
    begin, end = (int(offsets[0]), int(offsets[-1])) if len(offsets) else (0, 0)
    data = np.zeros(end - begin + PADDING, np.uint8)
    if end > begin:
        data[: end - begin] = np.frombuffer(values, np.uint8)[begin:end]
    if nuls := int(np.count_nonzero(data[: end - begin] == 0)):
        notes.count(utf8.NULS, [f"records {first:,} to {first + len(texts):,}"], nuls)
    try:
        texts.view(pa.large_string()).validate(full=True)
    except pa.ArrowInvalid:
        return _repaired(texts.to_pylist(), first, notes)
    return Texts(data, offsets - begin)


def _repaired(values: list[bytes], first: int, notes: Notes) -> Texts:
    kept = []
    for number, value in enumerate(values):
        repaired = value.decode("utf-8", "replace")
        if wrong := repaired.count("\ufffd") - value.count("\ufffd".encode()):
            notes.count(utf8.WRONG, [f"record {first + number:,}"], wrong)
        kept.append(repaired.encode())
    return packed(kept)
