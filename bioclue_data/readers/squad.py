"""SQuAD and files of its shape: articles, paragraphs with a context, questions with answer spans."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import msgspec

from bioclue_data.errors import SourceError
from bioclue_data.readers import json_values
from bioclue_data.readers.document import Document, Layers, Remark, Sources

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bioclue_data.sources.files import SourceFile

SHAPE = "the file is not of SQuAD's shape"
KNOWN = {"id", "question", "answers", "is_impossible"}


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a record may say about files of SQuAD's shape."""

    # What to do where the text of an answer is not at its offset: take the nearest place where it is.
    repair: Literal["nearest", "none"] = "none"
    # Key of the paragraph, else of the article, that holds the document's id; "" if there is none.
    document: str = ""


class _Answer(msgspec.Struct, frozen=True):
    text: str
    answer_start: int  # some releases print it as a string


class _Question(msgspec.Struct, frozen=True):
    id: str | int
    question: str
    answers: tuple[_Answer, ...] | None = None
    is_impossible: bool = False


class _Paragraph(msgspec.Struct, frozen=True):
    context: str
    qas: tuple[dict[str, Any], ...]


class _Article(msgspec.Struct, frozen=True):
    paragraphs: tuple[dict[str, Any], ...]


def read(sources: Sources, options: Options) -> Iterator[Document]:
    """Read question after question; an article is in memory at a time.

    A question that its context does not answer has `answers = []`; where answers are not given, the layer is
    absent. A span that was moved to where its text stands is remarked as R2.

    Raises:
        SourceError: the file is not of this shape.
    """
    for file in sources.files:
        for position, article in enumerate(json_values.elements_at(file, "data", SHAPE)):
            place = f"/data/{position}"
            whole = json_values.typed(article, _Article, f"{file.name}, {place}", SHAPE, strict=False)
            for index, paragraph in enumerate(whole.paragraphs):
                name = _document_id((paragraph, article), options, file, place)
                below = f"{place}/paragraphs/{index}"
                yield from _questions(paragraph, file, below, name, options)


def _document_id(
    holders: tuple[dict[str, Any], ...], options: Options, file: SourceFile, place: str
) -> str | None:
    if not options.document:
        return None
    for holder in holders:
        if options.document in holder:
            return str(holder[options.document])
    what = f"neither paragraph nor article has a key {options.document!r}"
    raise SourceError(what, where=f"{file.name}, {place}", remedy="correct `document` in `[read]`")


def _questions(
    value: dict[str, Any], file: SourceFile, place: str, document: str | None, options: Options
) -> Iterator[Document]:
    paragraph = json_values.typed(value, _Paragraph, f"{file.name}, {place}", SHAPE, strict=False)
    context = {"id": document or "0", "text": paragraph.context}
    for index, raw in enumerate(paragraph.qas):
        below = f"{place}/qas/{index}"
        question = json_values.typed(raw, _Question, f"{file.name}, {below}", SHAPE, strict=False)
        layers: Layers = {"question": question.question, "contexts": [dict(context)]}
        remarks: list[Remark] = []
        if question.is_impossible or question.answers is not None:
            answers = () if question.is_impossible else question.answers or ()
            layers["answers"] = [{"text": answer.text} for answer in answers]
            layers["evidence"] = [_evidence(answer, context, options, remarks) for answer in answers]
        yield Document(
            source_id=str(question.id),
            file=file.name,
            locator=below,
            layers=layers,
            document_id=document,
            group_id=document or f"{file.name}#{place.split('/')[2]}",
            extra={key: found for key, found in raw.items() if key not in KNOWN} or None,
            remarks=remarks,
        )


def _evidence(
    answer: _Answer, context: dict[str, str], options: Options, remarks: list[Remark]
) -> dict[str, Any]:
    start = answer.answer_start
    if options.repair == "nearest":
        start = _nearest(answer, context["text"])
        if start != answer.answer_start:
            detail = f"the span began at {answer.answer_start}; its text stands at {start}"
            remarks.append(Remark("R2", "evidence", detail))
    return {"context": context["id"], "start": start, "end": start + len(answer.text), "text": answer.text}


def _nearest(answer: _Answer, context: str) -> int:
    """Where the text stands nearest to its offset (the earlier of two), else the offset itself."""
    start, text = answer.answer_start, answer.text
    if not text or context.startswith(text, max(start, 0)):
        return start
    before = context.rfind(text, 0, max(0, start + len(text) - 1))
    after = context.find(text, max(0, start + 1))
    found = [place for place in (before, after) if place >= 0]
    return min(found, key=lambda place: (abs(place - start), place), default=start)
