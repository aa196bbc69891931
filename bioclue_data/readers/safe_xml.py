"""XML read element by element, without entities, document types from elsewhere, or the network."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, cast

from lxml import etree

from bioclue_data.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from bioclue_data.sources.files import SourceFile

REMEDY = "get the file again; if it is the source's own, repair a copy and declare that as the source"


def elements(
    file: SourceFile, tags: Sequence[str], mend: Callable[[bytes], bytes] | None = None
) -> Iterator[etree._Element]:
    """Give the elements of these names in the order of their ends; each is emptied after its turn.

    Args:
        file: The XML.
        tags: Names of elements.
        mend: Repairs the markup of the whole file before it is read.

    Raises:
        SourceError: the file is not well-formed, or it declares or uses entities.
    """
    with file.open() as stream:
        options = {"resolve_entities": False, "no_network": True, "load_dtd": False, "remove_comments": True}
        whole = io.BytesIO(mend(stream.read())) if mend else stream
        events = etree.iterparse(whole, events=("start", "end"), remove_pis=True, **options)
        try:
            for number, (event, element) in enumerate(events):
                if number == 0:
                    _refuse_declarations(element, file)
                if event == "end" and element.tag in tags:
                    _refuse_entities(element, file)
                    yield element
                    _forget(element)
        except etree.XMLSyntaxError as error:
            raise SourceError(f"not well-formed XML: {error}", where=file.name, remedy=REMEDY) from error


def text_of(element: etree._Element) -> str:
    """All text inside an element, markup left out, blanks as they are."""
    return "".join(cast("Iterator[str]", element.itertext()))


def place(file: SourceFile, element: etree._Element) -> str:
    """Name an element in a message."""
    return f"{file.name}, line {element.sourceline}"


def _refuse_declarations(root: etree._Element, file: SourceFile) -> None:
    subset: Any = root.getroottree().docinfo.internalDTD
    if subset is not None and subset.entities():
        raise SourceError("the document type declares entities", where=file.name, remedy=REMEDY)


def _refuse_entities(element: etree._Element, file: SourceFile) -> None:
    for entity in element.iter(etree.Entity):
        raise SourceError(
            f"the entity {entity.text} is not resolved", where=place(file, element), remedy=REMEDY
        )


def _forget(element: etree._Element) -> None:
    """Empty the element and drop its earlier siblings: memory holds one element at a time."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]
