"""Evidence Inference: what an article reports about an outcome, as judged by several annotators.

The files of a split are the articles; prompts and annotations are side sources. A verifier accepted or
rejected each annotation: the label of a prompt is the one that all accepted annotations agree on, and it is
null where nothing was accepted or the accepted ones differ. Evidence are the spans of accepted annotations
whose reasoning was accepted too. All annotations stay in `extra`.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import msgspec

from bioclue_data.errors import SourceError
from bioclue_data.readers import standoff, table
from bioclue_data.readers.document import Document, Layers, Sources

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bioclue_data.sources.files import SourceFile

PROMPTS = frozenset({"PromptID", "PMCID", "Outcome", "Intervention", "Comparator"})
ANNOTATIONS = frozenset(
    {"UserID", "PromptID", "Valid Label", "Valid Reasoning", "Label Code", "Evidence Start", "Evidence End"}
)
QUESTION = (
    "With respect to {Outcome}, characterize the reported difference between {Intervention} "
    "and those receiving {Comparator}."
)
TABLE: table.Options = msgspec.convert({"columns": {}}, table.Options)
TRUTH = {"True": True, "False": False}

Row = dict[str, str]


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Names of the side sources."""

    prompts: str = "prompts"
    annotations: str = "annotations"


def read(sources: Sources, options: Options) -> Iterator[Document]:
    """Read prompt after prompt of the articles; prompts without any annotation are not part of the release.

    Raises:
        RecordError: a side source is missing.
        SourceError: a table has other columns, or an annotation holds something else than it should.
    """
    prompts: dict[str, list[Row]] = defaultdict(list)
    for _, row in _rows(sources, options.prompts, PROMPTS):
        prompts[row["PMCID"]].append(row)
    given: dict[str, list[_Annotation]] = defaultdict(list)
    for place, row in _rows(sources, options.annotations, ANNOTATIONS):
        given[row["PromptID"]].append(_annotation(row, place))
    for file in sources.files:
        yield from _article(file, prompts, given)


class _Annotation(msgspec.Struct, frozen=True):
    user: str
    code: str
    label_accepted: bool
    reasoning_accepted: bool
    start: int
    end: int


def _rows(sources: Sources, side: str, wanted: frozenset[str]) -> Iterator[tuple[str, Row]]:
    for file in sources.beside(side):
        for place, row in table.records(file, TABLE, wanted):
            yield f"{file.name}, {place}", row


def _annotation(row: Row, where: str) -> _Annotation:
    label, reasoning = (TRUTH.get(row[name]) for name in ("Valid Label", "Valid Reasoning"))
    if label is None or reasoning is None:
        remedy = "get the file again"
        raise SourceError("Valid Label and Valid Reasoning are True or False", where=where, remedy=remedy)
    return _Annotation(
        user=row["UserID"],
        code=row["Label Code"],
        label_accepted=label,
        reasoning_accepted=reasoning,
        start=standoff.natural(row["Evidence Start"], "Evidence Start", where),
        end=standoff.natural(row["Evidence End"], "Evidence End", where),
    )


def _article(
    file: SourceFile, prompts: dict[str, list[Row]], given: dict[str, list[_Annotation]]
) -> Iterator[Document]:
    with file.open_text() as stream:
        text = stream.read()
    article = PurePosixPath(file.name).stem
    for prompt in prompts.get(article.removeprefix("PMC"), []):
        identifier = prompt["PromptID"]
        if identifier not in given:
            continue
        yield Document(
            source_id=identifier,
            file=file.name,
            locator=f"prompt {identifier}",
            layers=_layers(text, prompt, given[identifier]),
            document_id=article,
            group_id=article,
            extra=_extra(prompt, given[identifier]),
        )


def _layers(text: str, prompt: Row, annotations: Sequence[_Annotation]) -> Layers:
    layers: Layers = {"text_a": text, "text_b": QUESTION.format(**prompt)}
    codes = {a.code for a in annotations if a.label_accepted}
    layers["label"] = codes.pop() if len(codes) == 1 else None
    accepted = [a for a in annotations if a.label_accepted and a.reasoning_accepted]
    spans = dict.fromkeys((a.start, a.end) for a in accepted)
    layers["evidence"] = [_evidence(text, start, end) for start, end in spans]
    return layers


def _evidence(text: str, start: int, end: int) -> dict[str, Any]:
    return {"context": "text_a", "start": start, "end": end, "text": text[start:end]}


def _extra(prompt: Row, annotations: Sequence[_Annotation]) -> dict[str, Any]:
    wording = {name.lower(): prompt[name] for name in ("Outcome", "Intervention", "Comparator")}
    return {**wording, "annotations": [msgspec.to_builtins(annotation) for annotation in annotations]}
