"""MutationFinder: abstracts, and the point mutations that each of them mentions, without places.

A line of the gold is the PMID and, tab-separated, one normal form per mention.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import msgspec

from bioclue_data.errors import SourceError
from bioclue_data.readers import standoff
from bioclue_data.readers.document import Document, Sources

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bioclue_data.sources.files import SourceFile

GOLD = "gold_std.txt"


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Nothing to choose: the file of the gold is known by the end of its name."""


def read(sources: Sources, options: Options) -> Iterator[Document]:  # noqa: ARG001 - nothing to choose
    """Read the abstracts; title and abstract, which a tab separates, stay one text.

    Raises:
        SourceError: an abstract has no line in the gold, or the gold a line without an abstract.
    """
    gold = {
        pmid: (forms, where)
        for file in sources.files
        if file.name.endswith(GOLD)
        for where, pmid, *forms in _lines(file)
    }
    for file in sources.files:
        if not file.name.endswith(GOLD):
            for where, pmid, *texts in _lines(file):
                if pmid not in gold:
                    raise SourceError(f"{pmid} is not in the gold", where=where, remedy="get the files again")
                forms, _ = gold.pop(pmid)
                output = json.dumps({"mutations": forms}, ensure_ascii=False, separators=(",", ":"))
                yield Document(
                    source_id=pmid,
                    file=file.name,
                    locator=where.removeprefix(f"{file.name}, "),
                    layers={"text": "\t".join(texts), "kind": "record", "output": output},
                    document_id=pmid,
                    group_id=pmid,
                )
    for pmid, (_, where) in gold.items():
        raise SourceError(f"{pmid} has no abstract", where=where, remedy="get the files again")


def _lines(file: SourceFile) -> Iterator[list[str]]:
    for number, line in standoff.lines(file):
        yield [standoff.place(file, number), *line.split("\t")]
