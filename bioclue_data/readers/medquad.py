"""MedQuAD: one XML file per web page about a topic, with question-answer pairs, in three dialects of tags.

An empty answer (three folders ship without answers, for copyright) is not given: the pair is kept with a null
answer, which rule G7 counts. Numbers begin anew in every folder, so ids get the folder's name.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import msgspec

from bioclue_data.errors import SourceError
from bioclue_data.readers import safe_xml
from bioclue_data.readers.document import Document, Layers, Sources

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml import etree

    from bioclue_data.sources.files import SourceFile

ROOTS = ("Document", "DiseaseFile", "doc")
IDS = ("id", "fid", "docid")
PUBLISHERS = ("source", "corpus")
# What the dialects call an element, in lower case.
PAIRS, QUESTIONS, ANSWERS = ("qapair", "pair"), ("question",), ("answer",)
TOPICS = ("focus", "doctitle-focus")
# Elements kept in `extra`, under these names.
KEPT = {
    "cui": "cuis",
    "semantictype": "semantic_types",
    "semanticgroup": "semantic_groups",
    "synonym": "synonyms",
    "category": "categories",
}


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a record may say: nothing, the format knows no variants that matter."""


def read(sources: Sources, options: Options) -> Iterator[Document]:  # noqa: ARG001 - every reader has options
    """Read pair after pair; the folder becomes the subset.

    Raises:
        SourceError: a file is not MedQuAD XML.
    """
    for file in sources.files:
        found = False
        for root in safe_xml.elements(file, ROOTS):
            found = True
            yield from _pairs(root, file)
        if not found:
            remedy = "leave it out of the record's files"
            raise SourceError("not a file of MedQuAD", where=file.name, remedy=remedy)


def _pairs(root: etree._Element, file: SourceFile) -> Iterator[Document]:
    folder = PurePosixPath(file.name).parent.name
    name = f"{folder}/{_attribute(root, IDS, file)}"
    topics = [safe_xml.text_of(topic) for topic in _below(root, TOPICS)]
    extra = _extra(root, file)
    for pair in _below(root, PAIRS):
        question = _only(pair, QUESTIONS, file)
        yield Document(
            source_id=f"{folder}/{_attribute(question, ('qid',), file)}",
            file=file.name,
            locator=f"line {pair.sourceline}",
            layers=_layers(question, _only(pair, ANSWERS, file), topics),
            document_id=name,
            group_id=name,
            subset=file.subset or folder,
            extra=extra,
        )


def _layers(question: etree._Element, answer: etree._Element, topics: list[str]) -> Layers:
    text = safe_xml.text_of(answer)
    return {
        "question": safe_xml.text_of(question),
        "question_type": question.get("qtype"),
        "topics": topics,
        "answers": [{"text": text}] if text.strip() else None,
    }


def _extra(root: etree._Element, file: SourceFile) -> dict[str, Any]:
    found: dict[str, Any] = {"url": root.get("url"), "publisher": _attribute(root, PUBLISHERS, file)}
    for tag, name in KEPT.items():
        if texts := [text for child in _below(root, (tag,)) if (text := safe_xml.text_of(child))]:
            found[name] = texts
    return found


def _below(element: etree._Element, names: tuple[str, ...]) -> list[etree._Element]:
    return [child for child in element.iterdescendants("*") if str(child.tag).lower() in names]


def _only(pair: etree._Element, names: tuple[str, ...], file: SourceFile) -> etree._Element:
    found = _below(pair, names)
    if len(found) != 1:
        what = f"a pair has {len(found)} elements {names[0]!r}"
        raise SourceError(what, where=safe_xml.place(file, pair), remedy="get the file again")
    return found[0]


def _attribute(element: etree._Element, names: tuple[str, ...], file: SourceFile) -> str:
    for name in names:
        if (value := element.get(name)) is not None:
            return value
    what = f"<{element.tag}> has no attribute {' or '.join(names)}"
    raise SourceError(what, where=safe_xml.place(file, element), remedy="get the file again")
