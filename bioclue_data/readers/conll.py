"""CoNLL columns: one token and its tags per line, a blank line after each sentence."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import accumulate, count, groupby
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from bioclue_data.errors import SourceError
from bioclue_data.readers import standoff
from bioclue_data.readers.document import Document, Layers, Remark, Sources
from bioclue_data.readers.tags import Scheme, decode, split

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bioclue_data.sources.files import SourceFile


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a record may say about files of columns."""

    # What separates columns: one tab, or one blank. A token may itself be a blank.
    separator: Literal["tab", "blank"] = "tab"
    # How many columns a line has.
    columns: int = 2
    # Which column holds the token, from 0.
    token: int = 0
    # Which columns hold tags; negative numbers count from the right. The mentions of all go into one layer.
    tags: tuple[int, ...] = (-1,)
    # How tags are written. IOBE: E ends a run of several tokens, a single token has B alone.
    scheme: Scheme = "IOB2"
    # What stands between the letter and the type of a tag.
    tag_separator: str = "-"
    # The type of tags that name none (a bare B).
    label: str = ""
    # Names of types that a redistributor changed, and what the source calls them.
    types: dict[str, str] = {}
    # Whether the tags mark mentions, or triggers of events without arguments.
    layer: Literal["entities", "events"] = "entities"
    # What becomes an item: a sentence, a document (see `document`), or a file, whose name is the id then.
    unit: Literal["sentence", "document", "file"] = "sentence"
    # How a line begins that opens a document.
    document: str = ""
    # Whether the rest of that line, without parentheses, is the document's id.
    document_ids: bool = False
    # How a line begins that nobody reads.
    comment: str = ""
    # What stands between two tokens: a blank, or nothing where tokens are single Chinese characters.
    joiner: str = " "
    # What stands between two sentences of an item.
    sentence_joiner: str = "\n"
    # Encoding of the files.
    encoding: str = "utf-8"


@dataclass
class _Sentence:
    """One sentence.

    Attributes:
        line: Where it begins.
        index: Position of its document in the file, from 0; -1 above the first line that opens one.
        document: Id of that document, if the source gives one.
        tags: One list per tag column, with (letter, type) per token.
    """

    line: int
    index: int
    document: str | None
    tokens: list[str] = field(default_factory=list)
    tags: list[list[tuple[str, str]]] = field(default_factory=list)


def read(sources: Sources, options: Options) -> Iterator[Document]:
    """Read items one after the other; a broken tag sequence is repaired and remarked as R2.

    An item without an id of its own has its position over the files of the split, from 0; a sentence of a
    document with an id has that id and its position in the document.

    Raises:
        SourceError: a line has other columns than declared, or a tag that is none of the scheme.
    """
    position = count()
    for file in sources.files:
        inside: Counter[str | None] = Counter()
        for _, group in groupby(_sentences(file, options), _key(options.unit)):
            sentences = list(group)
            name = sentences[0].document
            yield _item(sentences, file, options, _source_id(options.unit, file, name, inside, position))


def _key(unit: str) -> Callable[[_Sentence], int]:
    """What sentences of one item have in common."""
    if unit == "sentence":
        return lambda sentence: sentence.line
    return (lambda sentence: sentence.index) if unit == "document" else (lambda _: 0)


def _source_id(
    unit: str, file: SourceFile, document: str | None, inside: Counter[str | None], position: Iterator[int]
) -> str:
    if unit == "file":
        return PurePosixPath(file.name).stem
    if document is None:
        return str(next(position))
    if unit == "document":
        return document
    inside[document] += 1
    return f"{document}-{inside[document] - 1}"


def _item(sentences: list[_Sentence], file: SourceFile, options: Options, name: str) -> Document:
    first = sentences[0]
    text, passages = standoff.passages(
        [
            (str(number), "sentence", options.joiner.join(sentence.tokens))
            for number, sentence in enumerate(sentences)
        ],
        options.sentence_joiner,
    )
    mentions = _mentions(sentences, passages, text, options)
    found = [mention for mention, _ in mentions]
    events = options.layer == "events"
    layers: Layers = {"text": text, options.layer: [*map(_trigger, found)] if events else found}
    if options.unit != "sentence":
        layers["passages"] = passages
    opened = options.document and options.unit != "file"
    return Document(
        source_id=name,
        file=file.name,
        locator=f"line {first.line}",
        layers=layers,
        document_id=first.document,
        group_id=first.document or (f"{file.name}#{first.index}" if opened else None),
        remarks=[
            Remark("R2", f"{options.layer}[{index}]", f"broken tag sequence: {why}")
            for index, (_, why) in enumerate(mentions)
            if why
        ],
    )


def _trigger(mention: dict[str, Any]) -> dict[str, Any]:
    """Turn a mention into an event that has nothing but its trigger."""
    return {
        "id": mention["id"].replace("T", "E"),
        "type": mention["type"],
        "trigger": mention["spans"],
        "trigger_text": mention["text"],
        "args": [],
    }


def _mentions(
    sentences: list[_Sentence], passages: list[dict[str, Any]], text: str, options: Options
) -> list[tuple[dict[str, Any], str]]:
    """Mentions of all sentences, column by column, each with what was irregular about its tags."""
    found: list[tuple[dict[str, Any], str]] = []
    for sentence, passage in zip(sentences, passages, strict=True):
        lengths = [len(token) + len(options.joiner) for token in sentence.tokens]
        starts = [*accumulate(lengths, initial=passage["start"])]
        for column in sentence.tags:
            for run in decode(column, options.scheme):
                span = (starts[run.first], starts[run.last] + len(sentence.tokens[run.last]))
                kind = options.types.get(run.kind, run.kind)
                mention = standoff.mention(f"T{len(found) + 1}", kind, [span], text[slice(*span)])
                found.append((mention, run.irregular))
    return found


def _sentences(file: SourceFile, options: Options) -> Iterator[_Sentence]:
    """Cut a file at blank lines and at lines that open a document."""
    index, document, sentence = -1, None, None
    for number, line in standoff.lines(file, options.encoding):
        opens = bool(options.document) and line.startswith(options.document)
        if sentence and (opens or not line):
            yield sentence
            sentence = None
        if opens:
            index, document = index + 1, _document_id(line, options)
        elif line and not (options.comment and line.startswith(options.comment)):
            sentence = sentence or _Sentence(number, index, document, tags=[[] for _ in options.tags])
            _take(line, sentence, options, standoff.place(file, number))
    if sentence:
        yield sentence


def _document_id(line: str, options: Options) -> str | None:
    if not options.document_ids:
        return None
    return line.removeprefix(options.document).strip().removeprefix("(").removesuffix(")") or None


def _take(line: str, sentence: _Sentence, options: Options, where: str) -> None:
    """Add a token with its tags."""
    cells = _cells(line, options)
    if cells is None or not cells[options.token]:
        raise SourceError(
            f"a line should have {options.columns} columns, each after a {options.separator}",
            where=where,
            remedy="correct `separator` or `columns` of `[read]`, or name such lines in `comment`",
        )
    sentence.tokens.append(cells[options.token])
    for column, index in zip(sentence.tags, options.tags, strict=True):
        tag = split(cells[index], options.scheme, options.tag_separator, options.label)
        if tag is None:
            raise SourceError(
                f"{cells[index]!r} is no tag of the scheme {options.scheme}",
                where=where,
                remedy="correct `scheme`, `tag_separator` or `label` of `[read]`",
            )
        column.append(tag)


def _cells(line: str, options: Options) -> list[str] | None:
    """Cut a line from the right, so that a blank can be a token; None if it is no such line."""
    separator = "\t" if options.separator == "tab" else " "
    cells = line.rsplit(separator, options.columns - 1)
    if len(cells) != options.columns or (separator in cells[0] and cells[0] != separator):
        return None
    return cells
