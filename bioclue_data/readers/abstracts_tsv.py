"""Abstracts in one tab-separated file, mentions and relations in others beside it, joined by document id.

This is how the BioCreative tracks on chemicals and proteins (CHEMDNER, ChemProt, DrugProt) give their data.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import msgspec

from bioclue_data.errors import SourceError
from bioclue_data.readers import standoff
from bioclue_data.readers.document import Document, Layers, Sources

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bioclue_data.sources.files import SourceFile

MENTION = {"document", "id", "type", "start", "end", "text", "passage"}
RELATION = {"document", "type"}
PASSAGES = {"T": "title", "A": "abstract"}
Row = tuple[dict[str, str], str]
Rows = dict[str, list[Row]]


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a record may say about such files. The files of a split are told apart by their names."""

    # What the name of a file with mentions holds; "" if there is none.
    entities: str = "entities"
    # What the name of a file with relations holds; "" if there is none.
    relations: str = "relations"
    # Columns of a mention: document, id, type, start, end, text, passage (T or A: offsets count in it alone).
    entity_columns: tuple[str, ...] = ("document", "id", "type", "start", "end", "text")
    # Columns of a relation: document, type, arg… (`Arg1:T1`, role and mention); others become attributes.
    relation_columns: tuple[str, ...] = ("document", "type", "arg1", "arg2")
    # Whether `end` is the last character of a mention, not the one after it.
    end_inclusive: bool = False
    # The one character that stands for the gap which offsets count between title and abstract.
    joiner: Annotated[str, msgspec.Meta(min_length=1, max_length=1)] = "\n"
    # Encoding of the files.
    encoding: str = "utf-8"


def read(sources: Sources, options: Options) -> Iterator[Document]:
    """Read the abstracts one by one, each with what the other files say of it.

    Raises:
        SourceError: a line has other columns than the options say, or belongs to no abstract.
    """
    mentions = _table(sources.files, options.entities, options.entity_columns, options)
    relations = _table(sources.files, options.relations, options.relation_columns, options)
    for file in sources.files:
        if _marked(file, options.entities) or _marked(file, options.relations):
            continue
        for number, line in standoff.lines(file, options.encoding):
            where = standoff.place(file, number)
            identifier, title, abstract = _cells(line, 3, where)
            reading = _Reading(title, abstract, options)
            layers = reading.layers(_taken(mentions, identifier), _taken(relations, identifier))
            yield Document(
                source_id=identifier,
                file=file.name,
                locator=f"line {number}",
                layers=layers,
                document_id=identifier,
                group_id=identifier,
            )
    for left in (mentions, relations):
        _nothing_left(left)


def _marked(file: SourceFile, mark: str) -> bool:
    return bool(mark) and mark in file.name.rsplit("/", 1)[-1]


def _table(files: Sequence[SourceFile], mark: str, columns: tuple[str, ...], options: Options) -> Rows | None:
    """The rows of the files with this mark by document; None if there is no such file."""
    chosen = [file for file in files if _marked(file, mark)]
    if not chosen:
        return None
    found: Rows = {}
    for file in chosen:
        for number, line in standoff.lines(file, options.encoding):
            where = standoff.place(file, number)
            row = dict(zip(columns, _cells(line, len(columns), where), strict=True))
            found.setdefault(row["document"], []).append((row, where))
    return found


def _cells(line: str, count: int, where: str) -> list[str]:
    cells = line.split("\t")
    if len(cells) != count:
        raise SourceError(
            f"a line of {len(cells)} columns instead of {count}",
            where=where,
            remedy="correct `entity_columns` or `relation_columns` of `[read]`, or get the file again",
        )
    return cells


def _taken(rows: Rows | None, identifier: str) -> list[Row] | None:
    return None if rows is None else rows.pop(identifier, [])


def _nothing_left(rows: Rows | None) -> None:
    for identifier, found in (rows or {}).items():
        raise SourceError(
            f"document {identifier} has no abstract",
            where=found[0][1],
            remedy="check that the files belong together",
        )


class _Reading:
    """One abstract on its way to layers."""

    def __init__(self, title: str, abstract: str, options: Options) -> None:
        pieces = [("T", PASSAGES["T"], title), ("A", PASSAGES["A"], abstract)]
        self._text, self._passages = standoff.passages(pieces, options.joiner)
        self._starts = {"T": 0, "A": len(title) + len(options.joiner)}
        self._options = options

    def layers(self, mentions: list[Row] | None, relations: list[Row] | None) -> Layers:
        layers: Layers = {"text": self._text, "passages": self._passages}
        if mentions is not None:
            layers["entities"] = [
                self._mention(number, row, where) for number, (row, where) in enumerate(mentions, 1)
            ]
        if relations is not None:
            layers["relations"] = [
                self._relation(number, row, where) for number, (row, where) in enumerate(relations, 1)
            ]
        return layers

    def _mention(self, number: int, row: Mapping[str, str], where: str) -> dict[str, Any]:
        first = self._start(row.get("passage"), where)
        start = first + standoff.natural(row["start"], "an offset", where)
        end = first + standoff.natural(row["end"], "an offset", where) + self._options.end_inclusive
        found = standoff.mention(row.get("id", f"T{number}"), row["type"], [(start, end)], row["text"])
        named = [standoff.attribute(name, value) for name, value in row.items() if name not in MENTION]
        return {**found, "attributes": named} if named else found

    def _start(self, passage: str | None, where: str) -> int:
        """Where a passage begins; offsets without one count in the whole text."""
        if passage is None:
            return 0
        if passage not in self._starts:
            raise SourceError(
                f"a passage {passage!r}", where=where, remedy="T and A are known: check the file"
            )
        return self._starts[passage]

    def _relation(self, number: int, row: Mapping[str, str], where: str) -> dict[str, Any]:
        args = [_argument(value, where) for name, value in row.items() if name.startswith("arg")]
        found: dict[str, Any] = {"id": f"R{number}", "type": row["type"], "args": args}
        named = [
            standoff.attribute(name, value)
            for name, value in row.items()
            if name not in RELATION and not name.startswith("arg")
        ]
        return {**found, "attributes": named} if named else found


def _argument(value: str, where: str) -> dict[str, Any]:
    role, colon, ref = value.partition(":")
    if not colon:
        raise SourceError(
            f"{value!r} is no argument",
            where=where,
            remedy="arguments are written Arg1:T1: check the columns",
        )
    return standoff.argument(role, "entity", ref)
