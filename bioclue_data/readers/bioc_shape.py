"""BioC documents as values, read from XML or from JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from bioclue_data.errors import SourceError
from bioclue_data.readers import safe_xml
from bioclue_data.readers.json_text import JsonText

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml import etree

    from bioclue_data.sources.files import SourceFile

Infons = dict[str, Any]


class Location(msgspec.Struct, frozen=True):
    """Where an annotation stands, in the source's unit."""

    offset: int
    length: int


class Annotation(msgspec.Struct, frozen=True):
    """A mention."""

    id: str | int = ""
    infons: Infons = {}
    text: str | None = None
    locations: tuple[Location, ...] = ()


class Node(msgspec.Struct, frozen=True):
    """An argument of a relation."""

    refid: str | int
    role: str = ""


class Relation(msgspec.Struct, frozen=True):
    """A relation: between nodes, or between what its infons say."""

    id: str | int = ""
    infons: Infons = {}
    nodes: tuple[Node, ...] = ()


class Part(msgspec.Struct, frozen=True):
    """A sentence, or a passage; `offset` is where it begins in the document."""

    offset: int
    infons: Infons = {}
    text: str | None = None
    sentences: tuple[Part, ...] = ()
    annotations: tuple[Annotation, ...] = ()
    relations: tuple[Relation, ...] = ()


class Paper(msgspec.Struct, frozen=True):
    """A document."""

    id: str | int
    infons: Infons = {}
    passages: tuple[Part, ...] = ()
    annotations: tuple[Annotation, ...] = ()
    relations: tuple[Relation, ...] = ()


def from_xml(file: SourceFile) -> Iterator[tuple[str, Paper]]:
    """Give the documents of a BioC XML file, each with its place.

    Raises:
        SourceError: the file is not BioC.
    """
    for element in safe_xml.elements(file, ("document",)):
        where = safe_xml.place(file, element)
        yield where, _typed(_holder(element), where)


def from_json(file: SourceFile) -> Iterator[tuple[str, Paper]]:
    """Give the documents of a BioC JSON file: a collection, a list of them, or a list of documents.

    Raises:
        SourceError: the file is not BioC.
    """
    with file.open_text() as text:
        for position, value in enumerate(_values(JsonText(text, file.name))):
            where = f"{file.name}, document {position}"
            yield where, _typed(value, where)


def _typed(value: Any, where: str) -> Paper:
    try:
        return msgspec.convert(value, Paper, strict=False)
    except msgspec.ValidationError as error:
        remedy = "check that the file is BioC, and `syntax` in `[read]`"
        raise SourceError(f"not a BioC document: {error}", where=where, remedy=remedy) from error


def _values(text: JsonText) -> Iterator[Any]:
    if text.peek() == "[":
        for _ in text.elements():
            value = text.value()
            yield from value.get("documents", [value]) if isinstance(value, dict) else [value]
    else:
        yield from _collection(text)
    text.end()


def _collection(text: JsonText) -> Iterator[Any]:
    """The documents of a collection, one by one; an object without documents is one itself."""
    beside: dict[str, Any] = {}
    for key in text.keys():  # noqa: SIM118 - a cursor, not a dict
        if key == "documents":
            for _ in text.elements():
                yield text.value()
            beside.clear()
        else:
            beside[key] = text.value()
    if "passages" in beside:
        yield beside


def _holder(element: etree._Element) -> dict[str, Any]:
    """A document, passage or sentence in the shape of BioC JSON; what BioC does not name is left out."""
    found = _simple(element)
    for name in ("passage", "sentence"):
        found[f"{name}s"] = [_holder(child) for child in element.findall(name)]
    found["annotations"] = [_annotation(child) for child in element.findall("annotation")]
    found["relations"] = [_relation(child) for child in element.findall("relation")]
    return found


def _simple(element: etree._Element) -> dict[str, Any]:
    found: dict[str, Any] = {
        "infons": {i.get("key", ""): safe_xml.text_of(i) for i in element.findall("infon")}
    }
    for name in ("id", "offset", "text"):
        child = element.find(name)
        if child is not None:
            found[name] = safe_xml.text_of(child)
    return found


def _annotation(element: etree._Element) -> dict[str, Any]:
    return {
        **_simple(element),
        "id": element.get("id", ""),
        "locations": [dict(child.attrib) for child in element.findall("location")],
    }


def _relation(element: etree._Element) -> dict[str, Any]:
    nodes = [dict(child.attrib) for child in element.findall("node")]
    return {**_simple(element), "id": element.get("id", ""), "nodes": nodes}
