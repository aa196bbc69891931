"""Tokens with character offsets: `### id` opens a document, then a line per token, a blank line ends it.

The columns are token, start, end, the mention that begins here (or nothing) and `|tag`; the text is the
tokens at their offsets, with blanks between them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from bioclue_data.errors import SourceError
from bioclue_data.readers import standoff
from bioclue_data.readers.document import Document, Sources

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bioclue_data.sources.files import SourceFile

OPENING = "###"
COLUMNS = 5
Line = tuple[str, list[str]]


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a record may say about such files."""

    # Encoding of the files.
    encoding: str = "utf-8"


def read(sources: Sources, options: Options) -> Iterator[Document]:
    """Read document after document.

    Raises:
        SourceError: a line has other columns, or a token begins before the one above it ends.
    """
    for file in sources.files:
        opening, number, tokens = "", 0, list[Line]()
        for line_number, line in standoff.lines(file, options.encoding):
            if line.startswith(OPENING):
                if opening:
                    yield _document(file, opening, number, tokens)
                opening, number, tokens = line, line_number, []
            elif line.strip():
                tokens.append(_cells(line, opening, standoff.place(file, line_number)))
        if opening:
            yield _document(file, opening, number, tokens)


def _cells(line: str, opening: str, where: str) -> Line:
    cells = line.split("\t")
    if not opening or len(cells) != COLUMNS:
        what = f"a line of {len(cells)} columns instead of {COLUMNS}" if opening else "a token of no document"
        raise SourceError(what, where=where, remedy="check that the file is whole")
    return where, cells


def _document(file: SourceFile, opening: str, number: int, tokens: list[Line]) -> Document:
    identifier = opening.removeprefix(OPENING).strip()
    text = ""
    mentions: list[dict[str, Any]] = []
    for where, (token, first, _, mention, tag) in tokens:
        start = standoff.natural(first, "an offset", where)
        if start < len(text):
            raise SourceError(
                f"{token!r} begins at {start}, the token above ends at {len(text)}",
                where=where,
                remedy="check `encoding` in `[read]`",
            )
        text = text.ljust(start) + token
        if mention:
            kind = tag.removeprefix("|").partition("-")[2]
            span = (start, start + len(mention))
            mentions.append(standoff.mention(f"T{len(mentions) + 1}", kind, [span], mention))
    return Document(
        source_id=identifier,
        file=file.name,
        locator=f"line {number}",
        layers={"text": text, "entities": mentions},
        document_id=identifier,
        group_id=identifier,
    )
