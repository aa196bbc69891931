"""CMDD: a JSON file per dialogue; each sentence has a string of B, I and O, and the symptoms in normal form.

The mentions of a sentence and its normal forms stand in the same order; where their numbers differ, the
normal forms (or the states) of that sentence are left out and remarked as R3.
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from bioclue_data.errors import SourceError
from bioclue_data.readers import json_values, standoff
from bioclue_data.readers.document import Document, Remark, Sources
from bioclue_data.readers.tags import decode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bioclue_data.sources.files import SourceFile

STATES = {"1": "true", "2": "false", "3": "uncertain"}
ROLES = {"医生": "doctor", "患者": "patient"}


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a record may say about the mentions, which have no type in the source."""

    # The type of a mention.
    type: str
    # The vocabulary of the normal forms.
    db: str


class _Sentence(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    speaker: Literal["医生", "患者"]
    sentence: str
    label: str
    normalized: list[str]
    type: list[Literal["1", "2", "3"]]


class _Dialogue(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    data_split: str
    example_id: str
    dialogue_content: list[_Sentence]


def read(sources: Sources, options: Options) -> Iterator[Document]:
    """Read dialogue after dialogue: `turns`, and the same as `text` with `passages` and `entities`.

    Raises:
        SourceError: a file has another shape, or tags do not fit their sentence.
    """
    for file in sources.files:
        dialogue = json_values.typed(json_values.whole(file), _Dialogue, file.name, json_values.AGAIN)
        yield _document(dialogue, file, options)


def _document(dialogue: _Dialogue, file: SourceFile, options: Options) -> Document:
    sentences = dialogue.dialogue_content
    pieces = [(str(index), s.speaker, s.sentence) for index, s in enumerate(sentences)]
    text, passages = standoff.passages(pieces, "\n")
    turns: list[dict[str, Any]] = []
    entities: list[dict[str, Any]] = []
    remarks: list[Remark] = []
    numbers, start = count(1), 0
    for index, sentence in enumerate(sentences):
        found = _mentions(sentence, numbers, options, f"{file.name}, sentence {index}")
        turns.append(_turn(index, sentence, found))
        entities += [_shifted(mention, start) for mention in found]
        start += len(sentence.sentence) + 1
        if not len(found) == len(sentence.normalized) == len(sentence.type):
            what = f"{len(found)} mentions, {len(sentence.normalized)} names, {len(sentence.type)} states"
            remarks.append(Remark("R3", f"turns[{index}]", what))
    return Document(
        source_id=dialogue.example_id,
        file=file.name,
        locator="",
        layers={"turns": turns, "text": text, "passages": passages, "entities": entities},
        document_id=dialogue.example_id,
        remarks=remarks,
    )


def _turn(index: int, sentence: _Sentence, found: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "index": index,
        "role": ROLES[sentence.speaker],
        "speaker": sentence.speaker,
        "text": sentence.sentence,
        "entities": found,
    }


def _mentions(
    sentence: _Sentence, numbers: Iterator[int], options: Options, where: str
) -> list[dict[str, Any]]:
    if len(sentence.label) != len(sentence.sentence) or set(sentence.label) - set("BIO"):
        message = f"{sentence.label!r} does not tag each character"
        raise SourceError(message, where=where, remedy="get the file again")
    # A mention of one character is sometimes tagged I: the scheme is that of IOB1 there.
    runs = decode([(letter, options.type if letter != "O" else "") for letter in sentence.label], "IOB1")
    found = []
    for index, run in enumerate(runs):
        span = (run.first, run.last + 1)
        mention = standoff.mention(f"T{next(numbers)}", options.type, [span], sentence.sentence[slice(*span)])
        if len(runs) == len(sentence.normalized):
            mention["norms"] = [_norm(sentence.normalized[index], options.db)]
        if len(runs) == len(sentence.type):
            mention["attributes"] = [standoff.attribute("state", STATES[sentence.type[index]])]
        found.append(mention)
    return found


def _norm(name: str, db: str) -> dict[str, Any]:
    return {"group": 0, "db": db, "id": None, "name": name, "relation": "exact"}


def _shifted(mention: dict[str, Any], by: int) -> dict[str, Any]:
    spans = [{"start": span["start"] + by, "end": span["end"] + by} for span in mention["spans"]]
    return mention | {"spans": spans}
