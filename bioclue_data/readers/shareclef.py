"""ShARe/CLEF eHealth: notes as text files, and lines `note||type||concept||start||end…` with their mentions.

Further pairs of offsets are further pieces of a discontinuous mention. The text of a mention is not printed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from bioclue_data.errors import SourceError
from bioclue_data.readers import standoff
from bioclue_data.readers.concepts import Concepts
from bioclue_data.readers.document import Document, Sources

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bioclue_data.sources.files import SourceFile

MARK = ".pipe.txt"
SEPARATOR = "||"
FIXED = 3  # columns before the offsets
Line = tuple[list[str], str]


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a record may say about these files."""

    # How the ids of concepts are written.
    concepts: Concepts
    # Encoding of the files.
    encoding: str = "utf-8"


def read(sources: Sources, options: Options) -> Iterator[Document]:
    """Read note after note; where the split has no file of mentions, notes have none.

    Raises:
        SourceError: a line is not of the format, or names a note that is not there.
    """
    found, given = _lines(sources.files, options.encoding)
    for file in sources.files:
        if file.name.endswith(MARK):
            continue
        with file.open_text(options.encoding) as stream:
            text = stream.read()
        name = _base(file)
        layers: dict[str, Any] = {"text": text}
        if given:
            mentions = [
                _mention(number, line, text, options) for number, line in enumerate(found.pop(name, []), 1)
            ]
            layers["entities"] = mentions
        identifier = name.removesuffix(".txt")
        yield Document(identifier, file.name, "line 1", layers, document_id=identifier, group_id=identifier)
    for name, lines in found.items():
        raise SourceError(f"there is no note {name}", where=lines[0][1], remedy="get all files of the split")


def _base(file: SourceFile) -> str:
    return file.name.rsplit("/", 1)[-1]


def _lines(files: Sequence[SourceFile], encoding: str) -> tuple[dict[str, list[Line]], bool]:
    """The lines by note, and whether there is any file of them."""
    chosen = [file for file in files if file.name.endswith(MARK)]
    found: dict[str, list[Line]] = {}
    for file in chosen:
        for number, line in standoff.lines(file, encoding):
            where, cells = standoff.place(file, number), line.split(SEPARATOR)
            if len(cells) < FIXED + 2 or (len(cells) - FIXED) % 2:
                raise SourceError(
                    f"a line of {len(cells)} columns: three and pairs of offsets are expected",
                    where=where,
                    remedy="get the file again",
                )
            found.setdefault(cells[0], []).append((cells, where))
    return found, bool(chosen)


def _mention(number: int, line: Line, text: str, options: Options) -> dict[str, Any]:
    (_, kind, concept, *places), where = line
    offsets = [standoff.natural(place, "an offset", where) for place in places]
    spans = sorted(zip(offsets[::2], offsets[1::2], strict=True))
    mention = standoff.mention(f"T{number}", kind, spans, " ".join(text[start:end] for start, end in spans))
    return {**mention, "norms": options.concepts.norms(concept, kind, where)}
