"""XML: elements of one name are the items, mapped by `[read.columns]`.

`items` ends with the name of the item's element and may say which elements must be around it: `Question`,
`Document.QAPairs.QAPair`. Names are local names; namespaces are ignored. Files are streamed. Entities of a
file's own are refused, external ones and DTDs are not loaded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from lxml import etree

from bioclue_data.errors import RecordError, SourceError
from bioclue_data.readers.mapping import Mapper, Mapping, Node, Raw, file_node, names_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bioclue_data.readers.document import Document, Sources
    from bioclue_data.sources.files import SourceFile

ATTRIBUTE = "@"
Element = etree._Element


class Elements:
    """How paths are followed in XML: names are child elements, `@name` is an attribute."""

    def child(self, value: Any, name: str) -> Any:
        """An attribute's text; the child of that name, or the list of them; None without one."""
        if not isinstance(value, Element):
            return None
        if name.startswith(ATTRIBUTE):
            return _attribute(value, name[1:])
        found = list(value.iterchildren(f"{{*}}{name}"))
        return found if len(found) > 1 else next(iter(found), None)

    def open(self, node: Node) -> list[Node]:
        """Each of several elements; one element or text stands for itself."""
        if isinstance(node.value, list):
            return [Node(v, node.key, i, node.parent, f"{node.place}/{i}") for i, v in enumerate(node.value)]
        return [node]

    def star(self, node: Node) -> list[Node]:
        """All child elements."""
        children = list(node.value) if isinstance(node.value, Element) else []
        return [Node(e, _local(e), i, node, f"{node.place}/{_local(e)}") for i, e in enumerate(children)]

    def leaf(self, value: Any) -> Any:
        """All text in an element, as it stands."""
        return "".join(map(str, value.itertext())) if isinstance(value, Element) else value

    def names(self, value: Any) -> list[str]:
        """Attributes and child elements."""
        if not isinstance(value, Element):
            return []
        children = dict.fromkeys(_local(child) for child in value)
        return [*(f"{ATTRIBUTE}{_plain(name)}" for name in value.attrib), *children]

    def opaque(self, value: Any) -> bool:
        """Several elements of one name, or a text."""
        return not isinstance(value, Element)


class Options(Mapping, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Options of the format `xml`; `items` must be given."""

    raw: ClassVar[Raw] = Elements()

    items: str
    null: tuple[str, ...] = ("",)


def read(sources: Sources, options: Options) -> Iterator[Document]:
    """Yield the items of the files.

    Raises:
        SourceError: a file is not well-formed XML (with its line), declares entities, or an item does not fit
            the mapping.
    """
    mapper = Mapper(options, sources.lookups)
    names = names_of(options.items)
    if not names or any(name.startswith(ATTRIBUTE) for name in names):
        raise RecordError(f"{options.items!r} does not name elements", where="items")
    for file in sources.files:
        yield from mapper.documents(_items(file, names))


def _items(file: SourceFile, names: Sequence[str]) -> Iterator[Node]:
    root, done, position = file_node(file), None, 0
    try:
        with file.open() as stream:
            for _, element in _parser(stream, names[-1]):
                if not _is_at(element, names):
                    continue
                if done is None:
                    _refuse_declarations(element, file.name)
                _refuse_entities(element, file.name)
                _forget(done, element)
                yield _item(element, position, root)
                done, position = element, position + 1
    except etree.XMLSyntaxError as error:
        raise SourceError(
            f"not well-formed XML: {error.msg}",
            where=f"{file.name}, line {error.lineno}",
            remedy="the file is damaged: get it again",
        ) from error


def _parser(stream: Any, tag: str) -> Any:
    return etree.iterparse(
        stream,
        events=("end",),
        tag=f"{{*}}{tag}",
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


def _is_at(element: Element, names: Sequence[str]) -> bool:
    around = [_local(element), *(_local(parent) for parent in element.iterancestors())]
    return around[: len(names)] == list(reversed(names))


def _refuse_declarations(element: Element, name: str) -> None:
    """An entity of the file's own could stand for anything, also for a billion characters."""
    dtd: Any = element.getroottree().docinfo.internalDTD
    if dtd is not None and any(True for _ in dtd.iterentities()):
        raise _entities("the file declares entities of its own", name)


def _refuse_entities(element: Element, name: str) -> None:
    if next(element.iter(etree.Entity), None) is not None:
        raise _entities("the item uses entities that a DTD declares", f"{name}, line {element.sourceline}")


def _entities(what: str, where: str) -> SourceError:
    remedy = "such files are refused: replace the entities by the characters that they stand for"
    return SourceError(what, where=where, remedy=remedy)


def _forget(done: Element | None, current: Element) -> None:
    """Take the item before this one out of the tree, with all around it that has ended."""
    if done is None:
        return
    open_ones = set(current.iterancestors())
    ended = done
    while (parent := ended.getparent()) is not None and parent not in open_ones:
        ended = parent
    if parent is not None:
        parent.remove(ended)


def _item(element: Element, position: int, root: Node) -> Node:
    parent = root
    for outer in reversed(list(element.iterancestors())):
        parent = Node(outer, _local(outer), 0, parent, "")
    return Node(element, _local(element), position, parent, f"line {element.sourceline}")


def _attribute(element: Element, name: str) -> str | None:
    value: str | bytes | None = element.get(name)
    if value is None and element.nsmap:
        value = next((text for key, text in element.attrib.items() if _plain(key) == name), None)
    return None if value is None else str(value)


def _local(element: Element) -> str:
    return _plain(element.tag)


def _plain(name: str | bytes) -> str:
    return str(name).rpartition("}")[2]
