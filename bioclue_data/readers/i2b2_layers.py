"""The lines of the i2b2 challenges as layers: mentions first, then what refers to them by position."""

from __future__ import annotations

import re
from itertools import accumulate
from typing import TYPE_CHECKING, Any, NamedTuple

from bioclue_data.errors import SourceError
from bioclue_data.readers import standoff
from bioclue_data.readers.document import Layers, Remark

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bioclue_data.readers.standoff import Span

WORD = re.compile(r"\S+")
NOT_MENTIONED = "nm"
ENTRY = "medication_entry"
Point = tuple[int, int]


class Field(NamedTuple):
    """One field of a line: its name, what is printed, and (line, word) pairs from begin to end."""

    name: str
    text: str
    places: tuple[tuple[Point, Point], ...]


class Layering:
    """Makes the layers of one document.

    Args:
        text: The document.

    Attributes:
        layers: What was made so far.
        remarks: What refers to mentions or words that are not there.
    """

    def __init__(self, text: str) -> None:
        self.layers: Layers = {"text": text}
        self.remarks: list[Remark] = []
        lines = text.split("\n")
        starts = [0, *accumulate(len(line) + 1 for line in lines)]
        self._text = text
        self._words = [
            [(start + match.start(), start + match.end()) for match in WORD.finditer(line)]
            for start, line in zip(starts, lines, strict=False)
        ]
        self._mentions: dict[tuple[Span, ...], dict[str, Any]] = {}
        self._typed: dict[tuple[str, tuple[Span, ...]], dict[str, Any]] = {}

    def begin(self, kind: str) -> None:
        """Open the layers that files of a kind annotate: one without lines says that there is nothing."""
        if kind in (".con", ".entries", ".m"):
            self.layers.setdefault("entities", [])
        if kind in (".rel", ".entries", ".m"):
            self.layers.setdefault("relations", [])
        if kind == ".chains":
            self.layers.setdefault("corefs", [])

    def take(self, kind: str, fields: Sequence[Field], where: str) -> None:
        """Read one line.

        Raises:
            SourceError: it lacks a field, or a field its position.
        """
        if kind == ".con":
            self._concept(fields, where)
        elif kind == ".ast":
            self._assertion(fields, where)
        elif kind == ".rel":
            self._relation(fields, where)
        elif kind == ".chains":
            self._chain(fields, where)
        else:
            self._entry(fields, where)

    def _concept(self, fields: Sequence[Field], where: str) -> None:
        concept, kind = _named(fields, "c", where), _named(fields, "t", where)
        self._add(kind.text, concept, self._spans(concept, where))

    def _add(self, kind: str, field: Field, spans: tuple[Span, ...]) -> dict[str, Any] | None:
        if not spans:
            return None
        identifier = f"T{len(self.layers['entities']) + 1}"
        mention = standoff.mention(identifier, kind, spans, self._printed(field.text, spans))
        self.layers["entities"].append(mention)
        self._mentions.setdefault(spans, mention)
        self._typed.setdefault((kind, spans), mention)
        return mention

    def _spans(self, field: Field, where: str) -> tuple[Span, ...]:
        if not field.places:
            raise SourceError(f"{field.name} has no position", where=where, remedy="get the file again")
        pieces = (self._piece(field.text, begin, end, where) for begin, end in field.places)
        return tuple(sorted(piece for piece in pieces if piece))

    def _piece(self, printed: str, begin: Point, end: Point, where: str) -> Span | None:
        """From word to word; to the end of the line if that has fewer words, and None if it has too few."""
        first, last = self._line(begin), self._line(end)
        if begin[1] >= len(first) or not last:
            self._remark("R3", where, f"{printed!r} points at no word of the text")
            return None
        if end[1] >= len(last):
            self._remark("R2", where, f"{printed!r} goes on behind the end of line {end[0]}")
        return first[begin[1]][0], last[min(end[1], len(last) - 1)][1]

    def _line(self, point: Point) -> Sequence[Span]:
        return self._words[point[0] - 1] if 1 <= point[0] <= len(self._words) else ()

    def _remark(self, rule: str, where: str, detail: str) -> None:
        self.remarks.append(Remark(rule, where, detail))

    def _printed(self, printed: str, spans: Sequence[Span]) -> str:
        """The document's own letters where the source prints them in lower case with single blanks."""
        own = " ".join(self._text[start:end] for start, end in spans)
        return own if _plain(own) == _plain(printed.replace("...", " ")) else printed

    def _assertion(self, fields: Sequence[Field], where: str) -> None:
        concept, value = _named(fields, "c", where), _named(fields, "a", where)
        if found := self._found(concept, where, "an assertion"):
            found.setdefault("attributes", []).append(standoff.attribute("assertion", value.text))

    def _found(self, field: Field, where: str, what: str) -> dict[str, Any] | None:
        found = self._mentions.get(self._spans(field, where))
        if found is None:
            self._remark("R3", where, f"{what} names {field.text!r}, which is no mention")
        return found

    def _relation(self, fields: Sequence[Field], where: str) -> None:
        kind = _named(fields, "r", where)
        found = [self._found(field, where, "a relation") for field in fields if field.name == "c"]
        args = [
            standoff.argument(f"Arg{number}", "entity", mention["id"])
            for number, mention in enumerate(found, 1)
            if mention
        ]
        if len(args) == len(found):
            self._relate(kind.text, args)

    def _relate(self, kind: str, args: list[dict[str, Any]]) -> dict[str, Any]:
        relation = {"id": f"R{len(self.layers['relations']) + 1}", "type": kind, "args": args}
        self.layers["relations"].append(relation)
        return relation

    def _chain(self, fields: Sequence[Field], where: str) -> None:
        kind = _named(fields, "t", where)
        found = [self._found(field, where, "a chain") for field in fields if field.name == "c"]
        members = list(dict.fromkeys(mention["id"] for mention in found if mention))
        if len(members) > 1:
            chain = {"id": f"C{len(self.layers['corefs']) + 1}", "type": kind.text, "members": members}
            self.layers["corefs"].append(chain)
        elif len(members) == len(found):
            self._remark("R3", where, "a chain of one mention")

    def _entry(self, fields: Sequence[Field], where: str) -> None:
        args, notes = [], []
        for field in fields:
            if field.places:
                if mention := self._shared(field, where):
                    args.append(standoff.argument(field.name, "entity", mention["id"]))
            elif field.text != NOT_MENTIONED:
                notes.append(standoff.attribute(field.name, field.text))
        _named(fields, "m", where)
        self._relate(ENTRY, args)["attributes"] = notes

    def _shared(self, field: Field, where: str) -> dict[str, Any] | None:
        """A mention that several entries share is one mention."""
        spans = self._spans(field, where)
        return self._typed.get((field.name, spans)) or self._add(field.name, field, spans)


def _named(fields: Sequence[Field], name: str, where: str) -> Field:
    found = next((field for field in fields if field.name == name), None)
    if found is None:
        raise SourceError(f"the line has no field {name}", where=where, remedy="get the file again")
    return found


def _plain(text: str) -> str:
    return " ".join(text.split()).lower()
