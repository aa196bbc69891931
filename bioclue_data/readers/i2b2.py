"""Line formats of the i2b2 challenges 2009 to 2011: texts, and files that point into their lines.

A field is `c="text" 3:0 3:2`: from word 0 to word 2 of line 3 (lines from 1, words from 0); several pairs,
divided by commas or blanks, are a discontinuous mention. `||` stands between fields. The last suffix of a
file says what its lines are:

    .con            c, t              a mention and its type
    .ast            c, t, a           an assertion: an attribute of the mention
    .rel            c, r, c           a relation of two mentions
    .chains         c, c, …, t        a coreference set
    .entries, .m    m, do, mo, …      an entry of a medication: one relation of all that belongs to it

All other files are texts. Files of a document bear the same name up to the first full stop; what the split
does not have (texts beside a separate gold standard) comes from the side source.
"""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from bioclue_data.errors import SourceError
from bioclue_data.readers import standoff
from bioclue_data.readers.document import Document, Sources
from bioclue_data.readers.i2b2_layers import Field, Layering

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bioclue_data.sources.files import SourceFile

FIELD = re.compile(r'\|?\s*(\w+)="(.*)"(?:\s+([\d:,\s]+))?\s*')
POINT = re.compile(r"(\d+):(\d+)")
GOLD = "_gold"
HIDDEN = "."  # what an operating system put beside the files
ANNOTATIONS = (".con", ".ast", ".rel", ".chains", ".entries", ".m")


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a record may say.

    Attributes:
        texts: The side source with what the split's files lack; need not be there.
        encoding: Of all files.
        ignore: Last suffixes of files that are passed over.
    """

    texts: str = "texts"
    encoding: str = "utf-8"
    ignore: tuple[str, ...] = ()


class _Parts(NamedTuple):
    text: SourceFile
    annotations: Mapping[str, SourceFile]


def read(sources: Sources, options: Options) -> Iterator[Document]:
    """Read the documents that the split has files of; a layer without its file is absent.

    What refers to a mention or a word that is not there is left out and remarked as R3; what goes on behind
    the end of its line ends there and is remarked as R2.

    Raises:
        SourceError: annotations have no text, or a line is none of its kind.
    """
    own = _by_document(sources.files, options)
    side = _by_document(sources.side.get(options.texts, ()), options)
    for key, files in own.items():
        own_name = next(iter(files.values())).name
        yield _document(key, _parts(key, side.get(key, {}) | files), own_name, options)


def _by_document(files: Sequence[SourceFile], options: Options) -> dict[str, dict[str, SourceFile]]:
    found: dict[str, dict[str, SourceFile]] = defaultdict(dict)
    for file in files:
        path = PurePosixPath(file.name)
        if path.suffix in options.ignore or path.name.startswith(HIDDEN):
            continue
        key, kind = path.name.split(".")[0].removesuffix(GOLD), path.suffix
        found[key][kind if kind in ANNOTATIONS else ""] = file
    return found


def _parts(key: str, files: Mapping[str, SourceFile]) -> _Parts:
    if "" not in files:
        where = next(iter(files.values())).name
        remedy = "add the texts to the split or to the side source"
        raise SourceError(f"there is no text {key!r}", where=where, remedy=remedy)
    return _Parts(files[""], {kind: files[kind] for kind in ANNOTATIONS if kind in files})


def _document(key: str, parts: _Parts, own_name: str, options: Options) -> Document:
    with parts.text.open_text(options.encoding) as stream:
        layering = Layering(stream.read())
    for kind, file in parts.annotations.items():
        layering.begin(kind)
        for number, line in standoff.lines(file, options.encoding):
            if line.strip():
                where = standoff.place(file, number)
                layering.take(kind, _fields(line, where), where)
    return Document(
        source_id=key,
        file=own_name,
        locator=key,
        layers=layering.layers,
        document_id=key,
        group_id=key,
        remarks=layering.remarks,
    )


def _fields(line: str, where: str) -> list[Field]:
    return [_field(piece, where) for piece in line.strip().split("||")]


def _field(piece: str, where: str) -> Field:
    match = FIELD.fullmatch(piece)
    if match is None:
        raise SourceError(f"{piece!r} is no field", where=where, remedy="get the file again")
    name, text, places = match.groups()
    points = [(int(line), int(word)) for line, word in POINT.findall(places or "")]
    if len(points) % 2:
        raise SourceError(f"{places!r} has a begin without an end", where=where, remedy="get the file again")
    return Field(name, text, tuple(zip(points[::2], points[1::2], strict=True)))
