"""The items of a benchmark as the matcher takes them: fields of rows, with what finding them means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from bioclue_data.leakage.fields import FIELDS, values
from bioclue_data.leakage.markup import without_markup
from bioclue_data.matching import index as indexes
from bioclue_data.matching.inside import inside
from bioclue_data.matching.tokens import Texts, texts_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bioclue_data.leakage.targets import Row

ROLES = {"item": 0, "context": 1, "support": 2}
_NONE: dict[str, Any] = {}
PUBLIC_TEXT_TASKS = {"ner", "nen", "re", "ee", "coref", "tc"}


class Items(NamedTuple):
    """Fields, one after the other, of items, one after the other.

    Attributes:
        keys: The row of each item, without its fields.
        names: Names of the fields' kinds, by `name_ids`.
        name_ids: int16[fields].
        items: int32[fields].
        kinds: uint8[fields]; see `matching.index`.
        roles: int8[fields]: 0 item, 1 context, 2 support.
        public: bool[items]: published without the item, as an abstract is: found alone it is no leak.
        units: float32[fields]: length, in words or 13/8 CJK characters.
        contents: int64[fields]: equal for fields of the same tokens.
        common: bool[fields]: another item has the same field.
        templates: bool[fields]; many items of the table have each short window of it.
        inside: bool[fields]; support that is a part of the item: it is there wherever the item is.
        texts: The fields' texts.
    """

    keys: list[Row]
    names: list[str]
    name_ids: Any
    items: Any
    kinds: Any
    roles: Any
    public: Any
    units: Any
    contents: Any
    common: Any
    templates: Any
    inside: Any
    texts: Texts

    @property
    def sizes(self) -> Any:
        """int64[fields]: bytes."""
        return np.diff(self.texts.offsets)

    def lengths(self) -> list[float]:
        """Units of each item's own fields, context and support left out."""
        own = self.roles == ROLES["item"]
        summed = np.bincount(self.items[own], weights=self.units[own], minlength=len(self.keys))
        lengths: list[float] = np.round(summed, 1).tolist()
        return lengths

    def text(self, field: int) -> str:
        """Text of a field."""
        start, end = self.texts.offsets[field : field + 2]
        return bytes(self.texts.data[start:end]).decode()


def index_rows(rows: Iterable[Row]) -> tuple[Items, indexes.Index]:
    """Index rows of tables; windows are weighted, and items are common, within their portion of the table."""
    keys: list[Row] = []
    names: dict[str, int] = {}
    texts: list[str] = []
    portions: dict[tuple[str, str, str, int], int] = {}
    columns: list[tuple[int, int, int, int, int]] = []
    for row in rows:
        key = (row.dataset, row.task, row.split, row.portion)
        portion = portions.setdefault(key, len(portions))
        for field in FIELDS[row.task]:
            for value in values(row.fields, field):
                texts.append(value)
                name = names.setdefault(field.name, len(names))
                columns.append((name, len(keys), field.kind, ROLES[field.role], portion))
        keys.append(row._replace(fields=_NONE))
    name_ids, items, kinds, roles, populations = (
        np.array(column, kind)
        for column, kind in zip(
            zip(*columns, strict=True) if columns else [()] * 5,
            (np.int16, np.int32, np.uint8, np.int8, np.int32),
            strict=True,
        )
    )
    packed = without_markup(texts_of(texts))
    del texts
    index = indexes.build(packed, items, kinds, populations)
    facts = (
        indexes.units(index.single, index.token_offsets),
        *_contents(index, populations),
        _templates(index, populations),
        inside(index, roles == ROLES["item"], roles == ROLES["support"]),
        packed,
    )
    public = np.array([row.public and row.task in PUBLIC_TEXT_TASKS for row in keys], bool)
    return Items(keys, list(names), name_ids, items, kinds, roles, public, *facts), index


def _templates(index: indexes.Index, populations: Any) -> Any:
    """Has each window of a field more than COMMON owners in the table? It tells the table then, no item."""
    most = np.zeros(len(populations), np.float32)
    np.maximum.at(most, np.repeat(np.arange(len(populations)), np.diff(index.token_offsets)), index.fine)
    telling = np.log((indexes.OTHERS + np.bincount(populations)) / indexes.COMMON)[populations]
    return (most > 0) & (most < telling - 1e-4)


def _contents(index: indexes.Index, populations: Any) -> tuple[Any, Any]:
    """Number of each field's content; and if another item of the table has it."""
    _, inverse = np.unique(indexes.contents(index.token_hashes, index.token_offsets), return_inverse=True)
    _, there = np.unique(np.stack([inverse, populations]), axis=1, return_inverse=True)
    there = there.reshape(-1)  # numpy 2.0 gives another shape
    pairs = np.unique(np.stack([there, index.items]), axis=1)
    owners = np.bincount(pairs[0], minlength=there.max() + 1 if len(there) else 0)
    return inverse, owners[there] > 1
