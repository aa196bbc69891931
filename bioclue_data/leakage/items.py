"""The items of a benchmark as the matcher takes them: fields of rows, with what finding them means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from bioclue_data.leakage.fields import ALL
from bioclue_data.leakage.markup import without_markup
from bioclue_data.leakage.rows import texts_of
from bioclue_data.matching import index as indexes
from bioclue_data.matching.inside import inside

if TYPE_CHECKING:
    from bioclue_data.leakage.rows import Row, Rows
    from bioclue_data.matching.tokens import Texts

ROLES = {"item": 0, "context": 1, "support": 2}
OWN = 0.7  # share of an answer in one run of the item with which it says nothing of its own
PUBLIC_TEXT_TASKS = {"ner", "nen", "re", "ee", "coref", "tc"}
_NAMES = sorted({field.name for field in ALL})
_NAME_IDS = np.array([_NAMES.index(field.name) for field in ALL], np.int16)
_KINDS = np.array([field.kind for field in ALL], np.uint8)
_ROLES = np.array([ROLES[field.role] for field in ALL], np.int8)


class Items(NamedTuple):
    """Fields, one after the other, of items, one after the other.

    Attributes:
        keys: The row of each item.
        names: Names of the fields' kinds, by `name_ids`.
        name_ids: int16[fields].
        items: int32[fields].
        kinds: uint8[fields]; see `matching.index`.
        roles: int8[fields]: 0 item, 1 context, 2 support.
        populations: int32[fields]; the portion of a table that each is of.
        public: bool[items]: published without the item, as an abstract is: found alone it is no leak.
        units: float32[fields]: length, in words or 13/8 CJK characters.
        contents: int64[fields]: equal for fields of the same tokens.
        common: bool[fields]: another item has the same field.
        templates: bool[fields]; many items of the table have each short window of it.
        inside: bool[fields]; support of which OWN is part of the item: it is there wherever the item is.
        texts: The fields' texts.
    """

    keys: list[Row]
    names: list[str]
    name_ids: Any
    items: Any
    kinds: Any
    roles: Any
    populations: Any
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


def index_rows(rows: Rows, portions: Any = None) -> tuple[Items, indexes.Index]:
    """Index rows of tables; windows are weighted, and items are common, within a portion of a table.

    Args:
        rows: The rows.
        portions: int64[rows]; None: whole tables.
    """
    if portions is None:
        numbers: dict[tuple[str, ...], int] = {}
        portions = np.array([numbers.setdefault(key.population, len(numbers)) for key in rows.keys], np.int64)
    _, of_rows = np.unique(portions, return_inverse=True)
    populations, items = of_rows.astype(np.int32)[rows.owners], rows.owners.astype(np.int32)
    name_ids, kinds, roles = (of_each[rows.fields] for of_each in (_NAME_IDS, _KINDS, _ROLES))
    packed = without_markup(texts_of(rows.texts))
    index = indexes.build(packed, items, kinds, populations)
    facts = (
        indexes.units(index.single, index.token_offsets),
        *_contents(index, populations),
        _templates(index, populations),
        inside(index, roles == ROLES["item"], roles == ROLES["support"], OWN),
        packed,
    )
    public = np.array([key.public and key.task in PUBLIC_TEXT_TASKS for key in rows.keys], bool)
    return Items(rows.keys, _NAMES, name_ids, items, kinds, roles, populations, public, *facts), index


def _templates(index: indexes.Index, populations: Any) -> Any:
    """Has each window of a field more than COMMON owners in the table? It tells the table then, no item."""
    most = np.zeros(len(populations), np.float32)
    np.maximum.at(most, np.repeat(np.arange(len(populations)), np.diff(index.token_offsets)), index.fine)
    telling = np.log((indexes.OTHERS + np.bincount(populations)) / indexes.COMMON)[populations]
    return (most > 0) & (most < telling - 1e-4)


def _contents(index: indexes.Index, populations: Any) -> tuple[Any, Any]:
    """Number of each field's content; and if another item of the table has it."""
    _, inverse = np.unique(indexes.contents(index.token_hashes, index.token_offsets), return_inverse=True)
    _, there = np.unique(_pairs(inverse, populations), return_inverse=True)
    _, first = np.unique(_pairs(there, index.items), return_index=True)
    return inverse, np.bincount(there[first])[there] > 1


def _pairs(first: Any, second: Any) -> Any:
    """int64: equal where both numbers are."""
    return first.astype(np.int64) * (second.max(initial=0) + 1) + second
