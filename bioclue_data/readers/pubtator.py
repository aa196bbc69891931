"""PubTator: `id|t|title` and `id|a|abstract`, then one tab-separated line per mention or relation."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec

from bioclue_data.errors import SourceError
from bioclue_data.readers import standoff
from bioclue_data.readers.concepts import Concepts, databases
from bioclue_data.readers.document import Document, Layers, Sources

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bioclue_data.sources.files import SourceFile

PASSAGE = re.compile(r"([^|\t]+)\|([A-Za-z])\|")
Line = tuple[int, str]


class Relations(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How relation lines are read."""

    # What the arguments are: ids of concepts. Mentions have no ids in this format.
    level: Literal["concept"] = "concept"
    # One role per argument, in the order of the columns.
    roles: tuple[str, ...] = ("arg1", "arg2")
    # Names of the columns that follow the arguments.
    attributes: tuple[str, ...] = ()


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a record may say about PubTator files."""

    # Letter of a text line -> the passage's type.
    passages: dict[str, str] = msgspec.field(default_factory=lambda: {"t": "title", "a": "abstract"})
    # The one character that stands for the gap which offsets count between two passages.
    joiner: Annotated[str, msgspec.Meta(min_length=1, max_length=1)] = "\n"
    # What offsets count: code_points, utf8 (bytes) or utf16 (units).
    unit: standoff.Unit = "code_points"
    # What a block of lines is: a document, or one passage of it with offsets of its own (ids repeat then).
    block: Literal["document", "passage"] = "document"
    # How the ids of the 6th column are written; absent: the source has none.
    concepts: Concepts | None = None
    # Whether a line without a 6th column says that no concept was given; else the mention is not annotated.
    none_given: bool = False
    # Whether a 7th column gives a further id of the concept; it is read as if it stood in the 6th, behind
    # the first mark of `concepts.alternative`.
    further_id: bool = False
    # Whether a 7th column gives the parts of composite mentions; it becomes the attribute `parts`.
    composite_parts: bool = False
    # How relation lines are read; absent: the source has none.
    relations: Relations | None = None
    # Encoding of the files.
    encoding: str = "utf-8"


@dataclass
class _Block:
    """The lines of one document, with their numbers."""

    identifier: str
    number: int
    texts: dict[str, str] = field(default_factory=dict)
    rows: list[Line] = field(default_factory=list)


def read(sources: Sources, options: Options) -> Iterator[Document]:
    """Read documents one after the other.

    Raises:
        SourceError: a line is none of the format's, or of a kind that the options do not provide for.
    """
    seen: Counter[str] = Counter()
    for file in sources.files:
        for block in _blocks(file, options.encoding):
            number = seen[block.identifier]
            seen[block.identifier] += 1
            name = block.identifier if options.block == "document" else f"{block.identifier}-{number}"
            yield Document(
                source_id=name,
                file=file.name,
                locator=f"line {block.number}",
                layers=_layers(block, file, options),
                document_id=block.identifier,
                group_id=block.identifier,
            )


def _blocks(file: SourceFile, encoding: str) -> Iterator[_Block]:
    """Cut a file at blank lines, and where a text line begins another document."""
    block: _Block | None = None
    for number, line in standoff.lines(file, encoding):
        found = PASSAGE.match(line)
        if block and (not line.strip() or (found and _begins(found, block))):
            yield block
            block = None
        if found:
            block = block or _Block(found[1], number)
            block.texts[found[2]] = line[found.end() :]
        elif line.strip():
            _row(line, number, block, file)
    if block:
        yield block


def _begins(found: re.Match[str], block: _Block) -> bool:
    return found[1] != block.identifier or found[2] in block.texts or bool(block.rows)


def _row(line: str, number: int, block: _Block | None, file: SourceFile) -> None:
    identifier = line.split("\t", 1)[0]
    if block is None or identifier != block.identifier:
        above = repr(block.identifier) if block else "none"
        raise SourceError(
            f"a line belongs to document {identifier[:40]!r}, the document above it is {above}",
            where=standoff.place(file, number),
            remedy="check that the file is PubTator and whole",
        )
    block.rows.append((number, line))


def _layers(block: _Block, file: SourceFile, options: Options) -> Layers:
    text, spans = _text(block, file, options)
    reader = _Rows(standoff.Positions(text, options.unit), options, file)
    for number, line in block.rows:
        reader.add(line.split("\t"), standoff.place(file, number))
    layers: Layers = {"text": text, "passages": spans, "entities": reader.entities}
    if options.relations:
        layers["relations"] = reader.relations()
    return layers


def _text(block: _Block, file: SourceFile, options: Options) -> tuple[str, list[dict[str, Any]]]:
    for letter in block.texts:
        if letter not in options.passages:
            raise SourceError(
                f"document {block.identifier} has a text line |{letter}|",
                where=standoff.place(file, block.number),
                remedy=f"name its passage type in `passages` of `[read]`: {letter} = …",
            )
    pieces = [(letter, options.passages[letter], text) for letter, text in block.texts.items()]
    return standoff.passages(pieces, options.joiner)


class _Rows:
    """The annotation lines of one document, collected."""

    def __init__(self, positions: standoff.Positions, options: Options, file: SourceFile) -> None:
        self.entities: list[dict[str, Any]] = []
        self._positions, self._options, self._file = positions, options, file
        self._relations: list[tuple[list[str], str]] = []

    def add(self, fields: list[str], where: str) -> None:
        """Sort one line: a mention's second column is a number, a relation's is a type."""
        if len(fields) > 1 and fields[1].isdigit():
            self._mention(fields, where)
        elif self._options.relations:
            self._relations.append((fields, where))
        else:
            raise _unexpected(fields, where, "`relations`" if len(fields) > 3 else "")

    def _mention(self, fields: list[str], where: str) -> None:
        how = self._options
        widest = 7 if how.composite_parts or how.further_id else 6 if how.concepts else 5
        if not 5 <= len(fields) <= widest:
            raise _unexpected(fields, where, "" if len(fields) < 5 else "`concepts` or `composite_parts`")
        _, first, last, text, kind, *more = fields
        if how.further_id and how.concepts and more:
            more = [how.concepts.alternative[0].join(more)]
        span = (self._offset(first, where), self._offset(last, where))
        found = standoff.mention(f"T{len(self.entities) + 1}", kind, [span], text)
        if not more and self._options.none_given:
            found["norms"] = []
        if more and self._options.concepts:
            found["norms"] = self._options.concepts.norms(more[0], kind, where)
            if named := self._options.concepts.attributes_in(more[0], kind):
                found["attributes"] = named
        if more[1:]:
            found.setdefault("attributes", []).append(standoff.attribute("parts", more[1]))
        self.entities.append(found)

    def _offset(self, value: str, where: str) -> int:
        return self._positions.at(standoff.natural(value, "an offset", where), where)

    def relations(self) -> list[dict[str, Any]]:
        """The relation lines; only now are the vocabularies of all ids known."""
        known = databases(self.entities)
        return [
            self._relation(number, fields, known, where)
            for number, (fields, where) in enumerate(self._relations, 1)
        ]

    def _relation(
        self, number: int, fields: list[str], known: dict[str, set[str]], where: str
    ) -> dict[str, Any]:
        how, concepts = self._options.relations, self._options.concepts or Concepts()
        if how is None or len(fields) != 2 + len(how.roles) + len(how.attributes):
            raise _unexpected(fields, where, "`relations.roles` or `relations.attributes`")
        cells, more = fields[2 : 2 + len(how.roles)], fields[2 + len(how.roles) :]
        references = [concepts.reference(cell, known, where) for cell in cells]
        args = [
            standoff.argument(role, "concept", ref) for role, ref in zip(how.roles, references, strict=True)
        ]
        found: dict[str, Any] = {"id": f"R{number}", "type": fields[1], "args": args}
        if how.attributes:
            named = zip(how.attributes, more, strict=True)
            found["attributes"] = [standoff.attribute(name, value) for name, value in named]
        return found


def _unexpected(fields: list[str], where: str, option: str) -> SourceError:
    return SourceError(
        f"a line of {len(fields)} columns is none that `[read]` provides for",
        where=where,
        remedy=f"see {option} of `[read]`" if option else "check that the file is PubTator and whole",
    )
