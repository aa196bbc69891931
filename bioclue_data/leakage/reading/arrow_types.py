"""Which types of Arrow hold text, and how."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

_LISTS = {
    pa.types.is_list: pa.list_,
    pa.types.is_large_list: pa.large_list,
    pa.types.is_list_view: pa.list_view,
    pa.types.is_large_list_view: pa.large_list_view,
}
_STRINGS = {
    pa.types.is_string: pa.binary(),
    pa.types.is_large_string: pa.large_binary(),
    pa.types.is_string_view: pa.binary_view(),
}


def may_hold_text(kind: Any) -> bool:
    """Has the type strings somewhere, or bytes that may be text?"""
    if isinstance(kind, pa.BaseExtensionType):
        return may_hold_text(kind.storage_type)
    if pa.types.is_struct(kind):
        return any(may_hold_text(field.type) for field in kind)
    if pa.types.is_map(kind):
        return may_hold_text(kind.key_type) or may_hold_text(kind.item_type)
    if pa.types.is_dictionary(kind) or is_list(kind):
        return may_hold_text(kind.value_type)
    return is_binary(kind) or any(is_kind(kind) for is_kind in _STRINGS)


def is_list(kind: Any) -> bool:
    """A list of any layout; a map is none."""
    return pa.types.is_fixed_size_list(kind) or any(is_kind(kind) for is_kind in _LISTS)


def is_binary(kind: Any) -> bool:
    """Bytes of any length."""
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_binary_view(kind))


def as_bytes(kind: Any) -> Any:
    """The same type with bytes for strings: of such a view the layout is checked, and not the UTF-8."""
    if isinstance(kind, pa.BaseExtensionType):
        return as_bytes(kind.storage_type)
    if pa.types.is_dictionary(kind):
        return pa.dictionary(kind.index_type, as_bytes(kind.value_type), kind.ordered)
    if pa.types.is_struct(kind):
        return pa.struct([field.with_type(as_bytes(field.type)) for field in kind])
    if pa.types.is_map(kind):
        return pa.map_(as_bytes(kind.key_type), as_bytes(kind.item_type))
    return _list_of_bytes(kind) if is_list(kind) else _leaf(kind)


def _list_of_bytes(kind: Any) -> Any:
    value = as_bytes(kind.value_type)
    if pa.types.is_fixed_size_list(kind):
        return pa.list_(value, kind.list_size)
    return next(make for is_kind, make in _LISTS.items() if is_kind(kind))(value)


def _leaf(kind: Any) -> Any:
    return next((binary for is_kind, binary in _STRINGS.items() if is_kind(kind)), kind)
