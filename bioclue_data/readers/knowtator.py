"""Knowtator XML: plain texts, and beside each one file of annotations per vocabulary, in two dialects.

Knowtator 1 gives an annotation the id of a `classMention` further down, which names the concept. Knowtator 2
names it in place. The spans of both are half open and count code points.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import msgspec

from bioclue_data.errors import SourceError
from bioclue_data.readers import safe_xml, standoff
from bioclue_data.readers.document import Document, Sources

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lxml import etree

    from bioclue_data.sources.files import SourceFile

REMEDY = "get the file again; if the source is so, it needs a reader of its own"
OBO = "http://purl.obolibrary.org/obo/"


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a record may say about texts and annotations."""

    # The side source with the annotations; the names of its files begin with those of the texts.
    annotations: str = "annotations"
    # Which folder of an annotation file's path, from 0, is the type of its mentions.
    type_folder: int = 0
    # What the source puts between the pieces of a discontinuous mention.
    joiner: str = " ... "
    # Vocabularies whose ids are written without the name of the vocabulary before them.
    bare: tuple[str, ...] = ()


def read(sources: Sources, options: Options) -> Iterator[Document]:
    """Read text after text, in layers `text` and `entities` with `norms`, vocabulary by vocabulary.

    Raises:
        RecordError: there is no such side source.
        SourceError: the XML is broken, an annotation names no concept, a text lacks annotations, or
            annotations lack a text.
    """
    annotations: dict[str, list[SourceFile]] = {}
    for file in sources.beside(options.annotations):
        annotations.setdefault(_name(file), []).append(file)
    for alone in sorted(annotations.keys() ^ {_name(file) for file in sources.files}):
        lacks = "text" if alone in annotations else "annotations"
        raise SourceError(f"there is no file of {lacks} for it", where=alone, remedy="complete the source")
    for file in sources.files:
        yield _document(file, annotations[_name(file)], options)


def _name(file: SourceFile) -> str:
    return PurePosixPath(file.name).name.split(".")[0]


def _document(file: SourceFile, annotations: Sequence[SourceFile], options: Options) -> Document:
    with file.open_text("utf-8") as stream:
        text = stream.read()
    return Document(
        source_id=_name(file),
        file=file.name,
        locator="",
        layers={
            "text": text,
            "entities": [found for each in annotations for found in _mentions(each, options)],
        },
        document_id=_name(file),
        group_id=_name(file),
    )


def _mentions(file: SourceFile, options: Options) -> Iterator[dict[str, Any]]:
    """The mentions of one file; classes may stand after the annotations that need them."""
    kind = PurePosixPath(file.name).parts[options.type_folder]
    found: list[dict[str, Any]] = []
    classes: dict[str, dict[str, Any]] = {}
    for element in safe_xml.elements(file, ("annotation", "classMention")):
        if element.tag == "annotation":
            found.append(_mention(element, kind, safe_xml.place(file, element), options))
        else:
            given = _child(element, "mentionClass", safe_xml.place(file, element))
            classes[element.get("id", "")] = _norm(given.get("id", ""), given.text, options)
    for mention in found:
        if "norms" not in mention and mention["id"] not in classes:
            message = f"no classMention has the id {mention['id']!r}"
            raise SourceError(message, where=file.name, remedy=REMEDY)
        yield {"norms": [classes[mention["id"]]], **mention} if "norms" not in mention else mention


def _mention(element: etree._Element, kind: str, where: str, options: Options) -> dict[str, Any]:
    spans = [
        (
            standoff.natural(span.get("start", ""), "start", where),
            standoff.natural(span.get("end", ""), "end", where),
        )
        for span in element.iterfind("span")
    ]
    if (concept := element.find("class")) is not None:
        printed = options.joiner.join(span.text or "" for span in element.iterfind("span"))
        norms = [_norm(concept.get("id", ""), concept.get("label"), options)]
        return {**standoff.mention(element.get("id", ""), kind, spans, printed), "norms": norms}
    identifier = _child(element, "mention", where).get("id", "")
    printed = safe_xml.text_of(_child(element, "spannedText", where))
    return standoff.mention(identifier, kind, spans, printed)


def _child(element: etree._Element, tag: str, where: str) -> etree._Element:
    found = element.find(tag)
    if found is None:
        raise SourceError(f"<{element.tag}> without <{tag}>", where=where, remedy=REMEDY)
    return found


def _norm(identifier: str, name: str | None, options: Options) -> dict[str, Any]:
    """A concept: `CL:1`, or the address that stands for it."""
    if identifier.startswith(OBO):
        identifier = identifier.removeprefix(OBO).replace("_", ":", 1)
    db, _, code = identifier.partition(":")
    return {
        "group": 0,
        "db": db,
        "id": code if db in options.bare else identifier,
        "name": name,
        "relation": "exact",
    }
