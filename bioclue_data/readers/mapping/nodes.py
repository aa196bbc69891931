"""A raw item as a mapping sees it: nodes that know their parent, whatever the format behind them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn, Protocol

from bioclue_data.errors import RecordError, SourceError

if TYPE_CHECKING:
    from bioclue_data.sources.files import SourceFile

SHOWN = 60  # characters of a wrong value in a message


@dataclass(slots=True)
class Node:
    """A value on the way from the file to a field.

    Attributes:
        value: The raw value (dict, list, scalar, XML element); the `SourceFile` for the outermost node.
        key: The name or key that it stands under, None in a bare list.
        position: Its place in its list or object, from 0; for an item the position in the file.
        parent: The node one name up; None for the file.
        place: Locator for messages: `/3/entities/7`, `line 17`.
    """

    value: Any
    key: str | None
    position: int
    parent: Node | None
    place: str


class Absent:
    """What a path gives where nothing stands. `declared`: by the `null` of the value's own mapping."""

    __slots__ = ("declared", "path")

    def __init__(self, path: str, *, declared: bool = False) -> None:
        self.path, self.declared = path, declared


class Raw(Protocol):
    """How a format is walked. `None` means absent everywhere."""

    def child(self, value: Any, name: str) -> Any:
        """What stands in `value` under `name`."""

    def open(self, node: Node) -> list[Node]:
        """The elements that `each` goes through when it ends at this node."""

    def star(self, node: Node) -> list[Node]:
        """All elements, entries or children of the node."""

    def leaf(self, value: Any) -> Any:
        """The plain value of what a path ends at."""

    def names(self, value: Any) -> list[str]:
        """The names that stand in `value`, for messages."""

    def opaque(self, value: Any) -> bool:
        """True if no name can stand in `value`, so that a path through it is a mistake."""


class Plain:
    """Dicts, lists and scalars, as JSON and tables give them."""

    def child(self, value: Any, name: str) -> Any:
        """Entry of an object, or element of a list by its number."""
        if isinstance(value, dict):
            return value.get(name)
        if isinstance(value, list) and name.isdigit() and int(name) < len(value):
            return value[int(name)]
        return None

    def open(self, node: Node) -> list[Node]:
        """Elements of a list, entries of an object; a scalar stands for itself."""
        return self.star(node) if isinstance(node.value, (dict, list)) else [node]

    def star(self, node: Node) -> list[Node]:
        """Elements of a list, entries of an object."""
        value, place = node.value, node.place
        if isinstance(value, list):
            return [Node(v, node.key, i, node.parent, f"{place}/{i}") for i, v in enumerate(value)]
        if isinstance(value, dict):
            return [Node(v, k, i, node, f"{place}/{pointer(k)}") for i, (k, v) in enumerate(value.items())]
        return []

    def leaf(self, value: Any) -> Any:
        """The value itself."""
        return value

    def names(self, value: Any) -> list[str]:
        """Keys of an object."""
        return list(value) if isinstance(value, dict) else []

    def opaque(self, value: Any) -> bool:
        """A scalar or a filled list; an empty string or list stands for an empty object."""
        return not isinstance(value, dict) and bool(value)


PLAIN = Plain()


def file_node(file: SourceFile) -> Node:
    """The outermost node of every item of a file."""
    return Node(file, None, 0, None, "")


def file_of(node: Node) -> SourceFile:
    """The file that a node comes from."""
    while node.parent is not None:
        node = node.parent
    file: SourceFile = node.value
    return file


def climb(node: Node, levels: int) -> Node:
    """The node `levels` names up.

    Raises:
        RecordError: there are not so many between the node and its file.
    """
    for _ in range(levels):
        if node.parent is None or node.parent.parent is None:
            raise RecordError(
                f"a path climbs {levels} levels with ^, that is beyond the outermost object that is kept",
                where=where(node),
                remedy="an item sees what stands around it up to the outermost list of the file",
            )
        node = node.parent
    return node


def pointer(key: str) -> str:
    """A key as a reference token of a JSON pointer (RFC 6901)."""
    return key.replace("~", "~0").replace("/", "~1") if "~" in key or "/" in key else key


def where(node: Node) -> str:
    """File and place of a node, for messages."""
    return f"{file_of(node).name}, {node.place}" if node.place else file_of(node).name


def fail(node: Node, what: str, remedy: str = "correct `[read]` of the record, or the file") -> NoReturn:
    """Raise a SourceError about a node."""
    raise SourceError(what, where=where(node), remedy=remedy)


def shown(value: Any) -> str:
    """A value for a message, cut to a bearable length."""
    text = repr(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}… ({type(value).__name__})"
