"""CADEC: forum posts, their mentions, and concepts of two vocabularies, in four folders of files of one name.

`text/x.txt`; `original/x.ann` with brat's T lines (and notes); `meddra/x.ann` and `sct/x.ann` with lines like
`TT1<tab>concepts 9 19<tab>text`, of which TT1 is about T1. Concepts are codes, in SNOMED CT `code | name |`;
` + ` joins the parts of one, ` or ` and `/` stand between alternatives, CONCEPT_LESS means there is none.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import msgspec

from bioclue_data.errors import SourceError
from bioclue_data.readers import brat_layers, brat_lines, standoff
from bioclue_data.readers.document import Document, Remark, Sources

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bioclue_data.sources.files import SourceFile

VOCABULARIES = {"meddra": "MedDRA", "sct": "SNOMEDCT"}
NONE = "CONCEPT_LESS"
LINE = re.compile(r"TT(\d+)\t(.*?)\s*((?:\d+ \d+)(?:;\d+ \d+)*)\t(.*)")
ALTERNATIVES = re.compile(r"\s+or\s+|/")
CONCEPT = re.compile(r"(\d+)\s*(?:\|\s*([^|]*?)\s*\|?)?\s*")


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """There is nothing to say about this format."""


def read(sources: Sources, options: Options) -> Iterator[Document]:  # noqa: ARG001 - no options
    """Read posts. A concept line that is about no mention is remarked as R3.

    Raises:
        SourceError: a post lacks one of its files, or a line is none of the format's.
    """
    posts: dict[str, dict[str, SourceFile]] = {}
    for file in sources.files:
        path = PurePosixPath(file.name)
        posts.setdefault(path.stem, {})[path.parent.name] = file
    for name, files in posts.items():
        yield _post(name, files)


def _post(name: str, files: dict[str, SourceFile]) -> Document:
    for folder in ("text", "original", *VOCABULARIES):
        if folder not in files:
            raise SourceError(
                f"post {name} has no file in the folder {folder}",
                where=next(iter(files.values())).name,
                remedy="complete the files",
            )
    with files["text"].open_text("utf-8") as text:
        content = text.read()
    entities, notes = _mentions(files["original"])
    remarks = [remark for folder in VOCABULARIES for remark in _add_norms(files[folder], folder, entities)]
    return Document(
        source_id=name,
        file=files["text"].name,
        locator=name,
        layers={"text": content, "entities": list(entities.values())},
        document_id=name,
        group_id=name,
        extra={"notes": notes} if notes else None,
        remarks=remarks,
    )


def _mentions(file: SourceFile) -> tuple[dict[str, dict[str, Any]], list[dict[str, str]]]:
    mentions, notes = {}, []
    for line in brat_lines.read(file, "utf-8", wrapped=False):
        if line.kind == "#":
            notes.append({"id": line.identifier, "about": " ".join(line.words), "text": line.text})
        else:
            spans = brat_layers.spans_of(line)
            mention = standoff.mention(line.identifier, line.words[0], spans, line.text)
            mentions[line.identifier] = mention | {"norms": []}
    return mentions, notes


def _add_norms(file: SourceFile, folder: str, mentions: dict[str, dict[str, Any]]) -> Iterator[Remark]:
    for number, line in standoff.lines(file):
        if not line.strip():
            continue
        found = LINE.fullmatch(line)
        if found is None:
            raise SourceError(
                "the line is no concept of a mention (TT1, tab, concepts and offsets, tab, text)",
                where=standoff.place(file, number),
                remedy="check that the file is whole",
            )
        mention = mentions.get(f"T{found[1]}")
        if mention is None:
            yield Remark(
                "R3", f"TT{found[1]}", f"{file.name} has a concept for T{found[1]}, which is not there"
            )
            continue
        group = 1 + max((norm["group"] for norm in mention["norms"]), default=-1)
        mention["norms"] += _norms(found[2], VOCABULARIES[folder], group, standoff.place(file, number))


def _norms(concepts: str, vocabulary: str, group: int, where: str) -> list[dict[str, Any]]:
    if concepts.strip() == NONE:
        return [{"group": group, "db": vocabulary, "id": None, "relation": "nil"}]
    found = []
    for offset, alternative in enumerate(ALTERNATIVES.split(concepts)):
        for part in alternative.split("+"):
            concept = CONCEPT.fullmatch(part.strip())
            if concept is None:
                remedy = "extend the reader by this way of writing concepts"
                raise SourceError(f"{part.strip()!r} is no concept", where=where, remedy=remedy)
            norm = {"group": group + offset, "db": vocabulary, "id": concept[1], "relation": "exact"}
            found.append(norm | ({"name": concept[2]} if concept[2] else {}))
    return found
