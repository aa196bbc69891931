"""IMCS: a JSON object of consultations by id, each a list of utterances with tags and symptoms.

`BIO_label` has a tag per character of the `sentence`, separated by blanks. `symptom_norm` and `symptom_type`
run beside the mentions of symptoms: the normal name, and whether the patient has the symptom (1), has it not
(0), or the context does not tell (2). `local_implicit_info` sums them up per utterance: of several types of
one name 1 goes before 0, and 0 before 2. Releases without that key have the sum all the same. An utterance
without any of these keys is not annotated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from bioclue_data.errors import SourceError
from bioclue_data.readers import json_values
from bioclue_data.readers.document import Document, Layers, Remark, Sources
from bioclue_data.readers.tags import decode, split

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bioclue_data.sources.files import SourceFile

SYMPTOM = "Symptom"
STRENGTH = ("2", "0", "1")
REMEDY = "get the file again; if the source is so, it needs a reader of its own"


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a record may say about consultations."""

    # The types of mentions to keep; none: all.
    types: tuple[str, ...] = ()
    # Whether the symptoms of an utterance become its labels, as `name:type`.
    labels: bool = False
    # The vocabulary of the normal names.
    db: str = "IMCS"


class Utterance(msgspec.Struct, frozen=True):
    """One utterance, as the source writes it."""

    sentence_id: str | int
    speaker: str
    sentence: str
    tags: str | None = msgspec.field(name="BIO_label", default=None)
    names: list[str] | None = msgspec.field(name="symptom_norm", default=None)
    types: list[str] | None = msgspec.field(name="symptom_type", default=None)
    symptoms: dict[str, str] | None = msgspec.field(name="local_implicit_info", default=None)


class Consultation(msgspec.Struct, frozen=True):
    """One consultation."""

    dialogue: list[Utterance]


def read(sources: Sources, options: Options) -> Iterator[Document]:
    """Read utterance after utterance, in layers `text` and `entities`, with `labels` those and `mode`.

    Raises:
        SourceError: a file has another shape, or tags do not fit their sentence.
    """
    for file in sources.files:
        for key, value in json_values.members(file):
            where = f"{file.name}, {key}"
            said = json_values.typed(value, Consultation, where, REMEDY, about="no consultation")
            for index, utterance in enumerate(said.dialogue):
                yield _document(utterance, key, index, file, options)


def _document(said: Utterance, key: str, index: int, file: SourceFile, options: Options) -> Document:
    layers: Layers = {"text": said.sentence}
    remarks: list[Remark] = []
    place = f"/{key}/dialogue/{index}"
    if said.tags is not None:
        layers["entities"], remarks = _mentions(said, options, f"{file.name}, {place}")
    if options.labels:
        layers["mode"] = "multi"
        symptoms = _symptoms(said)
        if symptoms is not None:
            layers["labels"] = [f"{name}:{kind}" for name, kind in symptoms.items()]
    return Document(
        source_id=f"{key}/{said.sentence_id}",
        file=file.name,
        locator=place,
        layers=layers,
        document_id=key,
        group_id=key,
        extra={"speaker": said.speaker},
        remarks=remarks,
    )


def _symptoms(said: Utterance) -> dict[str, str] | None:
    """The types of the normal names in one utterance."""
    if said.symptoms is not None or said.names is None:
        return said.symptoms
    found: dict[str, str] = {}
    for name, kind in zip(said.names, said.types or [], strict=False):
        found[name] = max(found.get(name, kind), kind, key=STRENGTH.index)
    return found


def _mentions(said: Utterance, options: Options, where: str) -> tuple[list[dict[str, Any]], list[Remark]]:
    runs = decode(_tags(said, where), "IOB2")
    symptoms = [run for run in runs if run.kind == SYMPTOM]
    found: list[dict[str, Any]] = []
    remarks = [Remark("R2", "entities", run.irregular) for run in runs if run.irregular]
    names, types = said.names or [], said.types or []
    about = list(zip(names, types, strict=False))
    if not len(symptoms) == len(names) == len(types):
        what = f"{len(symptoms)} mentions of symptoms, {len(names)} names, {len(types)} types"
        about, remarks = [], [*remarks, Remark("R3", "entities", what)]
    facts = dict(zip(map(id, symptoms), about, strict=bool(about)))
    for run in runs:
        if options.types and run.kind not in options.types:
            continue
        spans = [{"start": run.first, "end": run.last + 1}]
        text = said.sentence[run.first : run.last + 1]
        mention = {"id": f"T{len(found) + 1}", "type": run.kind, "spans": spans, "text": text}
        found.append(mention | _facts(facts.get(id(run)), options.db))
    return found, remarks


def _facts(about: tuple[str, str] | None, db: str) -> dict[str, Any]:
    """Norm and attribute of a symptom."""
    if about is None:
        return {}
    name, kind = about
    norm = {"group": 0, "db": db, "id": None, "name": name, "relation": "exact"}
    return {"norms": [norm], "attributes": [{"name": "symptom_type", "value": kind}]}


def _tags(said: Utterance, where: str) -> Sequence[tuple[str, str]]:
    tags = (said.tags or "").split()
    if len(tags) != len(said.sentence):
        what = f"{len(tags)} tags for {len(said.sentence)} characters"
        raise SourceError(what, where=where, remedy=REMEDY)
    found = []
    for tag in tags:
        parts = split(tag, "IOB2", "-", "")
        if parts is None:
            raise SourceError(f"{tag!r} is no tag", where=where, remedy=REMEDY)
        found.append(parts)
    return found
