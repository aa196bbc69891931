"""SQuAD and files of its shape: articles, paragraphs with a context, questions with answer spans."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeVar

import msgspec

from bioclue_data.errors import SourceError
from bioclue_data.readers.document import Document, Layers, Remark, Sources
from bioclue_data.readers.json_text import JsonText

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bioclue_data.sources.files import SourceFile

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


T = TypeVar("T")


def read(sources: Sources, options: Options) -> Iterator[Document]:
    """Read question after question; an article is in memory at a time.

    A question that its context does not answer has `answers = []`; where answers are not given, the layer is
    absent. A span that was moved to where its text stands is remarked as R2.

    Raises:
        SourceError: the file is not of this shape.
    """
    for file in sources.files:
        for position, article in enumerate(_articles(file)):
            place = f"/data/{position}"
            whole = _typed(article, _Article, file, place)
            for index, paragraph in enumerate(whole.paragraphs):
                name = _document_id((paragraph, article), options, file, place)
                below = f"{place}/paragraphs/{index}"
                yield from _questions(paragraph, file, below, name, options)


def _articles(file: SourceFile) -> Iterator[Any]:
    with file.open_text() as text:
        reader, found = JsonText(text, file.name), False
        for key in reader.keys():  # noqa: SIM118 - a cursor, not a dict
            if key != "data":
                reader.value()
                continue
            found = True
            for _ in reader.elements():
                yield reader.value()
        reader.end()
    if not found:
        raise SourceError(
            "there is no list `data`", where=file.name, remedy="the file is not of SQuAD's shape"
        )


def _typed(value: Any, kind: type[T], file: SourceFile, place: str) -> T:
    try:
        return msgspec.convert(value, kind, strict=False)
    except msgspec.ValidationError as error:
        remedy = "the file is not of SQuAD's shape"
        raise SourceError(str(error), where=f"{file.name}, {place}", remedy=remedy) from error


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
    paragraph = _typed(value, _Paragraph, file, place)
    context = {"id": document or "0", "text": paragraph.context}
    for index, raw in enumerate(paragraph.qas):
        below = f"{place}/qas/{index}"
        question = _typed(raw, _Question, file, below)
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
