"""Parquet: all string columns, nested ones too, by row groups."""

from __future__ import annotations

from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from bioclue_data.leakage.reading import addresses, raw, utf8
from bioclue_data.leakage.reading.batches import SIZE
from bioclue_data.matching.tokens import PADDING, Texts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bioclue_data.leakage.reading.notes import Notes

MAGIC = b"PAR1"
_TEXT = pa.large_string()


def records(uri: str, fields: tuple[str, ...], notes: Notes) -> Iterator[Texts]:
    """The rows; one that holds no string is an empty record."""
    with _opened(uri) as file:
        if fields and (missing := sorted(set(fields) - set(file.schema_arrow.names))):
            notes.add(f"the table has no column {', '.join(missing)}")
        columns = [
            field.name
            for field in file.schema_arrow
            if _holds_text(field.type) and (not fields or field.name in fields)
        ]
        if not columns:
            notes.add("no column holds strings")
            return
        sizes = [file.metadata.row_group(i).total_byte_size for i in range(file.num_row_groups)]
        rows = max(1, int(file.metadata.num_rows * SIZE / max(1, *sizes, sum(sizes))))
        first = 0
        batches = file.iter_batches(batch_size=min(rows, 2**20), columns=columns)
        for batch in addresses.each(uri, batches):
            lines = [found for column in batch.columns if (found := _text(column)) is not None]
            yield _packed(_joined(lines), first, notes)
            first += len(batch)


@contextmanager
def _opened(uri: str) -> Iterator[Any]:
    with addresses.told(uri):
        opened = raw.open_bytes(uri)
    with closing(opened):
        with addresses.told(uri):
            file = pq.ParquetFile(opened, pre_buffer=False, buffer_size=2**20)
        yield file


def _holds_text(kind: Any) -> bool:
    if pa.types.is_dictionary(kind):
        return _holds_text(kind.value_type)
    if pa.types.is_struct(kind):
        return any(_holds_text(field.type) for field in kind)
    if pa.types.is_map(kind):
        return _holds_text(kind.item_type)
    if _is_list(kind):
        return _holds_text(kind.value_type)
    return _is_string(kind)


def _is_string(kind: Any) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _is_list(kind: Any) -> bool:
    return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind))


def _text(array: Any) -> Any:
    """For each element its strings, a line each (large_string, no nulls); None if there can be none."""
    kind = array.type
    if not _holds_text(kind):
        return None
    if pa.types.is_dictionary(kind):
        return _text(array.dictionary_decode())
    if pa.types.is_map(kind):
        array = array.cast(pa.list_(pa.struct([("key", kind.key_type), ("value", kind.item_type)])))
        kind = array.type
        lengths = pc.fill_null(pc.list_value_length(array), 0)
        return _lists(_text(array.flatten().field("value")), lengths)
    if pa.types.is_struct(kind):
        return _joined([found for child in array.flatten() if (found := _text(child)) is not None])
    if _is_list(kind):
        return _lists(_text(array.flatten()), pc.fill_null(pc.list_value_length(array), 0))
    return pc.fill_null(array.cast(_TEXT), "")


def _lists(values: Any, lengths: Any) -> Any:
    offsets = np.zeros(len(lengths) + 1, np.int64)
    np.cumsum(lengths.to_numpy(zero_copy_only=False), out=offsets[1:])
    return pc.binary_join(pa.LargeListArray.from_arrays(pa.array(offsets), values), pa.scalar("\n", _TEXT))


def _joined(lines: list[Any]) -> Any:
    return lines[0] if len(lines) == 1 else pc.binary_join_element_wise(*lines, pa.scalar("\n", _TEXT))


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
        texts.validate(full=True)
    except pa.ArrowInvalid:
        return _repaired(texts.cast(pa.large_binary()).to_pylist(), first, notes)
    return Texts(data, offsets - begin)


def _repaired(values: list[bytes], first: int, notes: Notes) -> Texts:
    from bioclue_data.leakage.reading.batches import packed  # noqa: PLC0415 - rare

    kept = []
    for number, value in enumerate(values):
        repaired = value.decode("utf-8", "replace")
        if wrong := repaired.count("\ufffd") - value.count("\ufffd".encode()):
            notes.count(utf8.WRONG, [f"record {first + number:,}"], wrong)
        kept.append(repaired.encode())
    return packed(kept)
