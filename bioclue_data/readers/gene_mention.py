"""GENETAG and BioCreative II gene mention: a line per sentence, and a line per mention, `id|first last|text`.

The two numbers count letters (white space left out) or tokens; both are inclusive. Tokens are written
`token/TAG`, and the text is the tokens joined by blanks. Acceptable alternatives of the gold stand in a file
of their own; they are no gold, and go to the row's `extra`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from bioclue_data.errors import SourceError
from bioclue_data.readers import standoff
from bioclue_data.readers.document import Document, Remark, Sources

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bioclue_data.sources.files import SourceFile

LINE = re.compile(r"@{0,2}([^|]+)\|(\d+) (\d+)\|([^|]*)")
Place = tuple[int, int, str]  # first, last, text
Places = dict[str, list[Place]]
Remarks = dict[str, list[Remark]]


@dataclass(frozen=True, slots=True)
class _Given:
    """What the files say of sentences that are yet to come, by id."""

    gold: Places
    alternatives: Places
    remarks: Remarks


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a record may say about these files."""

    # Name of the file with the gold mentions, without folders.
    gold: str
    # Name of the file with the acceptable alternatives.
    alternatives: str
    # What the numbers count.
    unit: Literal["letters", "tokens"]
    # The type of all mentions.
    type: str


def read(sources: Sources, options: Options) -> Iterator[Document]:
    """Read the sentences, each with its mentions; a line that is none of the format's is remarked as R3.

    Raises:
        SourceError: a sentence has no text, or a place lies outside of its sentence.
    """
    remarks: Remarks = {}
    gold = _places(sources.files, options.gold, remarks)
    given = _Given(gold, _places(sources.files, options.alternatives, remarks), remarks)
    last: Document | None = None
    for file in sources.files:
        if _base(file) not in (options.gold, options.alternatives):
            for number, line in standoff.lines(file):
                if last:
                    yield last
                last = _document(file, number, line, given, options)
    if last:
        last.remarks = [*last.remarks, *_left(given)]
        yield last


def _base(file: SourceFile) -> str:
    return file.name.rsplit("/", 1)[-1]


def _places(files: Sequence[SourceFile], name: str, remarks: Remarks) -> Places:
    found: Places = {}
    for file in files:
        if _base(file) == name:
            for number, line in standoff.lines(file):
                match = LINE.fullmatch(line)
                if match:
                    place = (int(match[2]), int(match[3]), match[4])
                    found.setdefault(match[1], []).append(place)
                else:
                    identifier = line.lstrip("@").split("|", 1)[0]
                    remark = Remark("R3", name, f"line {number} of {name} is not id|first last|text")
                    remarks.setdefault(identifier, []).append(remark)
    return found


def _left(given: _Given) -> Iterator[Remark]:
    """What belongs to no sentence, to be remarked on the last one."""
    for identifier in [*given.gold, *given.alternatives]:
        yield Remark("R3", "extra", f"there is no sentence {identifier}")
    for left in given.remarks.values():
        yield from left


def _document(file: SourceFile, number: int, line: str, given: _Given, options: Options) -> Document:
    where = standoff.place(file, number)
    name, blank, rest = line.partition(" ")
    if not blank:
        raise SourceError(
            "a line of one word", where=where, remedy="check that the file holds `id text` lines"
        )
    identifier = name.removeprefix("@@")
    text, units = _text(rest, options.unit)
    mentions = [
        standoff.mention(f"T{index}", options.type, [_span(place, units, where)], place[2])
        for index, place in enumerate(given.gold.pop(identifier, []), 1)
    ]
    others = [_other(place, units, where) for place in given.alternatives.pop(identifier, [])]
    return Document(
        source_id=identifier,
        file=file.name,
        locator=f"line {number}",
        layers={"text": text, "entities": mentions},
        document_id=identifier,
        extra={"alternatives": others} if others else None,
        remarks=given.remarks.pop(identifier, []),
    )


def _text(rest: str, unit: str) -> tuple[str, list[standoff.Span]]:
    """The text, and where each of its units stands."""
    if unit == "letters":
        return rest, [(at, at + 1) for at, letter in enumerate(rest) if not letter.isspace()]
    tokens = [word.rpartition("/")[0] for word in rest.split(" ")]
    spans, start = [], 0
    for token in tokens:
        spans.append((start, start + len(token)))
        start += len(token) + 1
    return " ".join(tokens), spans


def _span(place: Place, units: list[standoff.Span], where: str) -> standoff.Span:
    first, last, text = place
    if not first <= last < len(units):
        raise SourceError(
            f"{text!r} is said to stand at {first} to {last} of {len(units)}",
            where=where,
            remedy="correct `unit` in `[read]`",
        )
    return units[first][0], units[last][1]


def _other(place: Place, units: list[standoff.Span], where: str) -> dict[str, Any]:
    start, end = _span(place, units, where)
    return {"start": start, "end": end, "text": place[2]}
