"""JSON: an array, an object keyed by id, or an object that holds one of them; mapped by `[read.columns]`.

A file is streamed by its outermost list, so that memory does not grow with it; what stands around an item
inside one element of that list is at hand (`^`), what stands outside the list is not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from bioclue_data.readers.json_text import JsonText
from bioclue_data.readers.mapping import ANY, Mapper, Mapping, Node, below, file_node, names_of, pointer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bioclue_data.readers.document import Document, Sources

WHOLE = "."


class Options(Mapping, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Options of the format `json`.

    Attributes:
        encoding: Of the files.
        oriented: `columns`: the object at `items` has one list (or one object by row key) per column, as
            pandas writes it by default. Such a file is read as a whole.
        nan_is_null: NaN, as Python writes it into what is then no JSON, means null; else it is an error.
    """

    encoding: str = "utf-8"
    nan_is_null: bool = False
    oriented: Literal["rows", "columns"] = "rows"


def read(sources: Sources, options: Options) -> Iterator[Document]:
    """Yield the items of the files.

    Raises:
        SourceError: a file is not JSON (with line and column), or an item does not fit the mapping.
    """
    mapper = Mapper(options, sources.lookups)
    for file in sources.files:
        root = file_node(file)
        with file.open_text(options.encoding) as text:
            json_text = JsonText(text, file.name, nan_is_null=options.nan_is_null)
            if options.oriented == "columns":
                items = _rows(json_text, root, options.items)
            else:
                items = _items(json_text, root, options.items)
            yield from mapper.documents(items)


def _items(text: JsonText, root: Node, path: str) -> Iterator[Node]:
    """The items with their positions in the file, and the objects around them."""
    if path == WHOLE:
        yield Node(text.value(), None, 0, root, "/")
    else:
        found = (item for outer, names in _stream(text, root, names_of(path)) for item in below(outer, names))
        for position, item in enumerate(found):
            item.position = position
            yield item
    text.end()


def _stream(text: JsonText, node: Node, names: Sequence[str]) -> Iterator[tuple[Node, Sequence[str]]]:
    """The elements of the outermost list or object, each with the path that is left below it."""
    opening = text.peek()
    if opening == "[":
        rest = names[1:] if names and names[0] == ANY else names
        for position, _ in enumerate(text.elements()):
            yield Node(text.value(), node.key, position, node, f"{node.place}/{position}"), rest
    elif opening == "{" and names and names[0] != ANY:
        yield from _descend(text, node, names)
    elif opening == "{":
        for position, key in enumerate(text.keys()):
            yield Node(text.value(), key, position, node, f"{node.place}/{pointer(key)}"), names[1:]
    else:
        text.fail("a list or an object of items is expected here", "correct `items` of the record")


def _descend(text: JsonText, node: Node, names: Sequence[str]) -> Iterator[tuple[Node, Sequence[str]]]:
    """Go to the value of one key; what stands beside it is read and dropped."""
    keys = []
    for key in text.keys():  # noqa: SIM118 - a cursor, not a dict
        keys.append(key)
        if key == names[0]:
            inner = Node(node.value, key, 0, node.parent, f"{node.place}/{pointer(key)}")
            yield from _stream(text, inner, names[1:])
        else:
            text.value()
    if names[0] not in keys:
        text.fail(f"there is no key {names[0]!r}", f"correct `items`; what is there: {', '.join(keys[:12])}")


def _rows(text: JsonText, root: Node, path: str) -> Iterator[Node]:
    """The rows of an object of columns: each a list, or an object from row key to value."""
    table = _column_table(text, names_of(path))
    text.end()
    keys = _row_keys(next(iter(table.values()), []))
    for name, column in table.items():
        if _row_keys(column) != keys:
            text.fail(f"the column {name!r} has other rows than the first one")
    for position, key in enumerate(keys):
        values = {
            name: column[position] if isinstance(column, list) else column[key]
            for name, column in table.items()
        }
        yield Node(values, key, position, root, f"row {position}")


def _column_table(text: JsonText, names: Sequence[str]) -> dict[str, Any]:
    table = text.value()
    for name in names:
        table = table.get(name) if isinstance(table, dict) else None
    if not isinstance(table, dict) or not all(isinstance(column, (dict, list)) for column in table.values()):
        text.fail("an object of columns is expected", 'correct `items`, or leave out oriented = "columns"')
    return table


def _row_keys(column: dict[str, Any] | list[Any]) -> list[str]:
    return list(column) if isinstance(column, dict) else [str(i) for i in range(len(column))]
