"""Adverse drug reactions in drug labels (TAC 2017): one XML file per label, an item each.

A label is `Text` with `Section` elements, `Mentions` with offsets in their section, `Relations` of two
mentions and `Reactions`, which are normalised to MedDRA for the label as a whole. Sections are joined by a
line end; they are the passages. `start` and `len` are lists where a mention is discontinuous.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from bioclue_data.errors import SourceError
from bioclue_data.readers import safe_xml, standoff
from bioclue_data.readers.document import Document, Layers, Sources

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element as Element

    from bioclue_data.sources.files import SourceFile

JOINER = "\n"


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """There is nothing to say about this format."""


@dataclass(frozen=True, slots=True)
class _Label:
    """One label: its element, its file, and where each section begins in the joined text."""

    element: Element
    file: SourceFile
    text: str
    passages: list[dict[str, Any]]
    starts: dict[str, int]


def read(sources: Sources, options: Options) -> Iterator[Document]:  # noqa: ARG001 - no options
    """Read labels; what a label has no element for (an unannotated one) is absent.

    Raises:
        SourceError: a file is no such XML, an attribute is missing, or a mention names no section.
    """
    for file in sources.files:
        for element in safe_xml.elements(file, ["Label"]):
            yield _document(_label(element, file))


def _label(element: Element, file: SourceFile) -> _Label:
    sections = list(element.iterfind("Text/Section"))
    names = [_needed(section, "id", file) for section in sections]
    texts = [safe_xml.text_of(section) for section in sections]
    kinds = [_needed(section, "name", file) for section in sections]
    text, passages = standoff.passages(list(zip(names, kinds, texts, strict=True)), JOINER)
    return _Label(element, file, text, passages, {passage["id"]: passage["start"] for passage in passages})


def _document(label: _Label) -> Document:
    drug = _needed(label.element, "drug", label.file)
    layers: Layers = {"text": label.text, "passages": label.passages}
    extra: dict[str, Any] = {}
    if (mentions := label.element.find("Mentions")) is not None:
        layers["entities"] = [_mention(mention, label) for mention in mentions.iterchildren("Mention")]
    if (relations := label.element.find("Relations")) is not None:
        layers["relations"] = [_relation(relation, label) for relation in relations.iterchildren("Relation")]
    if (reactions := label.element.find("Reactions")) is not None:
        layers |= {"kind": "codes", "codes": _codes(reactions)}
        extra["reactions"] = [_reaction(reaction) for reaction in reactions.iterchildren("Reaction")]
    return Document(
        source_id=drug,
        file=label.file.name,
        locator=f"line {label.element.sourceline}",
        layers=layers,
        document_id=drug,
        group_id=drug,
        extra=extra,
    )


def _needed(element: Element, name: str, file: SourceFile) -> str:
    value = element.get(name)
    if value is None:
        raise SourceError(
            f"{element.tag} has no attribute {name}",
            where=safe_xml.place(file, element),
            remedy="get the file again",
        )
    return str(value)


def _mention(element: Element, label: _Label) -> dict[str, Any]:
    file, section = label.file, _needed(element, "section", label.file)
    if section not in label.starts:
        raise SourceError(
            f"there is no section {section!r}",
            where=safe_xml.place(file, element),
            remedy="get the file again",
        )
    spans = [
        (label.starts[section] + start, label.starts[section] + end) for start, end in _spans(element, file)
    ]
    kind, text = _needed(element, "type", file), _needed(element, "str", file)
    return standoff.mention(_needed(element, "id", file), kind, spans, text)


def _spans(element: Element, file: SourceFile) -> list[standoff.Span]:
    where = safe_xml.place(file, element)
    lists = [
        [standoff.natural(number.strip(), name, where) for number in _needed(element, name, file).split(",")]
        for name in ("start", "len")
    ]
    starts, lengths = lists
    if len(starts) != len(lengths):
        raise SourceError("start and len differ in number", where=where, remedy="get the file again")
    return [(start, start + length) for start, length in zip(starts, lengths, strict=True)]


def _relation(element: Element, label: _Label) -> dict[str, Any]:
    args = [
        standoff.argument(role, "entity", _needed(element, role, label.file)) for role in ("arg1", "arg2")
    ]
    return {
        "id": _needed(element, "id", label.file),
        "type": _needed(element, "type", label.file),
        "args": args,
    }


def _codes(reactions: Element) -> list[dict[str, str]]:
    """The label's preferred terms, each once; those that MedDRA lacks have no code and stay in `extra`."""
    found: dict[str, dict[str, str]] = {}
    for norm in reactions.iterfind("Reaction/Normalization"):
        if code := norm.get("meddra_pt_id"):
            found.setdefault(code, {"system": "MedDRA", "code": code, "name": norm.get("meddra_pt", "")})
    return list(found.values())


def _reaction(element: Element) -> dict[str, Any]:
    norms = [_plain(norm) for norm in element.iterchildren("Normalization")]
    return {**_plain(element), "normalizations": norms}


def _plain(element: Element) -> dict[str, str]:
    return {str(name): str(value) for name, value in element.attrib.items()}
