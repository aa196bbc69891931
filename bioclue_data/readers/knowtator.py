"""Knowtator XML: texts `x.txt`, and for each vocabulary a file `x.txt.knowtator.xml` with its mentions.

The folder `CL/knowtator/` holds the mentions of CL. A class mention names the class of an annotation,
with the class's id. Where a mention is discontinuous, its printed text has ` ... ` at the gaps.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import msgspec

from bioclue_data.errors import SourceError
from bioclue_data.readers import safe_xml, standoff
from bioclue_data.readers.document import Document, Sources

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element as Element

    from bioclue_data.sources.files import SourceFile

SUFFIX = ".knowtator.xml"
GAP = " ... "


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a record may say about Knowtator files."""

    # Folder -> vocabulary of the class ids in it. The folder is the type; files of others are not read.
    folders: dict[str, str]
    # Vocabularies whose ids lose what stands before the colon.
    bare: tuple[str, ...] = ()


def read(sources: Sources, options: Options) -> Iterator[Document]:
    """Read texts with the mentions of all vocabularies.

    Raises:
        SourceError: an annotation file has no text, is no such XML, or an annotation has no span or class.
    """
    texts = [file for file in sources.files if not file.name.endswith(SUFFIX)]
    annotations: dict[str, list[SourceFile]] = {PurePosixPath(file.name).name: [] for file in texts}
    for file in sources.files:
        if file.name.endswith(SUFFIX) and _folder(file) in options.folders:
            name = PurePosixPath(file.name).name.removesuffix(SUFFIX)
            if name not in annotations:
                raise SourceError("there is no text", where=file.name, remedy="complete the files")
            annotations[name].append(file)
    for file in texts:
        yield _document(file, annotations[PurePosixPath(file.name).name], options)


def _folder(file: SourceFile) -> str:
    return PurePosixPath(file.name).parent.parent.name


def _document(file: SourceFile, annotations: list[SourceFile], options: Options) -> Document:
    name = PurePosixPath(file.name).stem
    with file.open_text("utf-8") as text:
        content = text.read()
    entities = [mention for source in annotations for mention in _mentions(source, options)]
    return Document(
        source_id=name,
        file=file.name,
        locator=name,
        layers={"text": content, "entities": entities},
        document_id=name,
        group_id=name,
    )


def _mentions(file: SourceFile, options: Options) -> Iterator[dict[str, Any]]:
    for root in safe_xml.elements(file, ["annotations"]):
        classes = {
            str(element.get("id")): kind
            for element in root.iterchildren("classMention")
            if (kind := element.find("mentionClass")) is not None
        }
        for annotation in root.iterchildren("annotation"):
            yield _mention(annotation, classes, file, options)


def _mention(
    annotation: Element, classes: dict[str, Element], file: SourceFile, options: Options
) -> dict[str, Any]:
    found = annotation.find("mention")
    identifier = "" if found is None else str(found.get("id"))
    spans = _spans(annotation, file)
    if identifier not in classes or not spans:
        raise SourceError(
            f"annotation {identifier!r} has no class or no span",
            where=safe_xml.place(file, annotation),
            remedy="get the file again",
        )
    kind = _folder(file)
    text = annotation.findtext("spannedText", "")
    mention = standoff.mention(
        f"{kind}/{identifier}", kind, spans, text.replace(GAP, " ") if len(spans) > 1 else text
    )
    return mention | {"norms": [_norm(classes[identifier], options.folders[kind], options)]}


def _spans(annotation: Element, file: SourceFile) -> list[standoff.Span]:
    where = safe_xml.place(file, annotation)
    return [
        (
            standoff.natural(str(span.get("start")), "start", where),
            standoff.natural(str(span.get("end")), "end", where),
        )
        for span in annotation.iterchildren("span")
    ]


def _norm(element: Element, vocabulary: str, options: Options) -> dict[str, Any]:
    identifier = str(element.get("id"))
    if vocabulary in options.bare:
        identifier = identifier.rpartition(":")[2]
    norm = {"group": 0, "db": vocabulary, "id": identifier, "relation": "exact"}
    return norm | ({"name": element.text} if element.text else {})
