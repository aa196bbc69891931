"""The unified XML of the protein interaction corpora, which the DDI corpus shares: sentences are the items.

A `document` holds `sentence` elements with their text, these hold `entity` elements and pairs of them (`pair`
or `interaction`). `charOffset` of an entity counts in the text of its sentence, whatever the sentence's own
`charOffset` is; pieces of a discontinuous entity are joined by commas or semicolons. Attributes that have no
column of their own are kept: of documents and sentences in `extra`, of entities and pairs as attributes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec

from bioclue_data.errors import SourceError
from bioclue_data.readers import safe_xml, standoff
from bioclue_data.readers.document import Document, Layers, Remark, Sources

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element as Element

    from bioclue_data.sources.files import SourceFile

PAIRS = ("pair", "interaction")
DOCUMENT_IDS = ("PMID", "origId", "origID", "id")
PIECE = re.compile(r"(\d+)-(\d+)")
TRUTH = {"true": True, "false": False}


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a record may say about unified XML."""

    # Whether the second number of an offset is the last character, not the one after it.
    end_inclusive: bool = False
    # Type of all entities, where the source gives none.
    entity: str = ""
    # Vocabulary of the ids that an entity's `type` holds in place of a type; `||` joins alternatives.
    ids: str = ""
    # Type of an entity -> vocabulary of the ids in its `origId`; commas join alternatives.
    concepts: dict[str, str] = {}
    # Attribute of a pair that says true or false. Pairs without interaction are no relations.
    flag: str = ""
    # Subsets whose pairs say nothing: their items have no relations at all.
    unpaired: tuple[str, ...] = ()
    # Type of all relations, where the source gives none.
    relation: str = ""
    # Type of single relations that lack the one that others have; each is remarked as R2.
    untyped: str = ""


def read(sources: Sources, options: Options) -> Iterator[Document]:
    """Read sentence after sentence; those of one document are a group.

    Raises:
        SourceError: a file is no such XML, or an attribute is missing or malformed.
    """
    for file in sources.files:
        for document in safe_xml.elements(file, ["document"]):
            for sentence in document.iterchildren("sentence"):
                yield _item(document, sentence, file, options)


def _item(document: Element, sentence: Element, file: SourceFile, options: Options) -> Document:
    name = next((str(value) for key in DOCUMENT_IDS if (value := document.get(key))), None)
    entities = [_entity(element, file, options) for element in sentence.iterchildren("entity")]
    layers: Layers = {"text": _needed(sentence, "text", file), "entities": entities}
    remarks: list[Remark] = []
    if file.subset not in options.unpaired:
        layers["relations"], remarks = _relations(sentence, file, options)
    return Document(
        source_id=_needed(sentence, "id", file),
        file=file.name,
        locator=f"line {sentence.sourceline}",
        layers=layers,
        document_id=name,
        group_id=name,
        extra={**_others(sentence, "id", "text"), "document": _others(document)},
        remarks=remarks,
    )


def _needed(element: Element, name: str, file: SourceFile) -> str:
    value = element.get(name)
    if value is None:
        raise SourceError(
            f"{element.tag} has no attribute {name}",
            where=safe_xml.place(file, element),
            remedy="check `[read]` against the file",
        )
    return str(value)


def _others(element: Element, *known: str) -> dict[str, str]:
    return {str(name): str(value) for name, value in element.attrib.items() if name not in known}


def _attributes(element: Element, *known: str) -> dict[str, Any]:
    found = [standoff.attribute(name, value) for name, value in _others(element, *known).items()]
    return {"attributes": found} if found else {}


def _entity(element: Element, file: SourceFile, options: Options) -> dict[str, Any]:
    kind = options.entity or _needed(element, "type", file)
    text = _needed(element, "text", file)
    mention = standoff.mention(_needed(element, "id", file), kind, _spans(element, file, options), text)
    known = ["id", "charOffset", "text", "type"]
    if options.ids:
        mention["norms"] = _norms(element.get("type", "").split("||"), options.ids)
    elif vocabulary := options.concepts.get(kind):
        mention["norms"] = _norms(element.get("origId", "").split(","), vocabulary)
        known.append("origId")
    return mention | _attributes(element, *known)


def _spans(element: Element, file: SourceFile, options: Options) -> list[standoff.Span]:
    """Offsets in the sentence; those of the sentence in its document are not added."""
    value = _needed(element, "charOffset", file)
    found = []
    for piece in re.split("[,;]", value):
        numbers = PIECE.fullmatch(piece.strip())
        if numbers is None:
            raise SourceError(
                f"charOffset should be like 0-3,7-9, found {value!r}",
                where=safe_xml.place(file, element),
                remedy="get the file again",
            )
        found.append((int(numbers[1]), int(numbers[2]) + options.end_inclusive))
    return found


def _norms(ids: list[str], vocabulary: str) -> list[dict[str, Any]]:
    return [
        {"group": group, "db": vocabulary, "id": identifier, "relation": "exact"}
        for group, identifier in enumerate(filter(None, ids))
    ]


def _relations(
    sentence: Element, file: SourceFile, options: Options
) -> tuple[list[dict[str, Any]], list[Remark]]:
    relations: list[dict[str, Any]] = []
    remarks = []
    for pair in sentence.iterchildren(*PAIRS):
        if not _holds(pair, file, options):
            continue
        kind = options.relation or pair.get("type") or options.untyped or _needed(pair, "type", file)
        if not (options.relation or pair.get("type")):
            remarks.append(Remark("R2", f"relations[{len(relations)}].type", "the source gives no type"))
        args = [standoff.argument(role, "entity", _needed(pair, role, file)) for role in ("e1", "e2")]
        relation = {"id": _needed(pair, "id", file), "type": str(kind), "args": args}
        relations.append(relation | _attributes(pair, "id", "type", "e1", "e2", options.flag))
    return relations, remarks


def _holds(pair: Element, file: SourceFile, options: Options) -> bool:
    if not options.flag:
        return True
    value = _needed(pair, options.flag, file)
    if value.lower() not in TRUTH:
        raise SourceError(
            f"{options.flag} should be true or false, found {value!r}",
            where=safe_xml.place(file, pair),
            remedy="correct `flag` in `[read]`",
        )
    return TRUTH[value.lower()]
