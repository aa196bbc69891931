"""PubMed RCT: abstracts of trials, a sentence per line with its label, in order.

`###` and a PMID open an abstract; `LABEL<tab>sentence` lines follow. The items of an abstract keep their
order, and a sentence is best judged beside its neighbours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from bioclue_data.errors import SourceError
from bioclue_data.readers import standoff
from bioclue_data.readers.document import Document, Sources

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bioclue_data.sources.files import SourceFile

OPENS = "###"


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """There is nothing to say."""


def read(sources: Sources, options: Options) -> Iterator[Document]:  # noqa: ARG001 - what readers are given
    """Read sentence after sentence.

    Raises:
        SourceError: a line is no labelled sentence, or stands before the first abstract.
    """
    for file in sources.files:
        yield from _sentences(file)


def _sentences(file: SourceFile) -> Iterator[Document]:
    pmid, position = "", 0
    for number, line in standoff.lines(file):
        if line.startswith(OPENS):
            pmid, position = line.removeprefix(OPENS).strip(), 0
        elif line:
            label, tab, text = line.partition("\t")
            if not (tab and pmid):
                what = "not a label and a sentence below a PMID"
                where = standoff.place(file, number)
                raise SourceError(what, where=where, remedy="get the file again")
            yield Document(
                source_id=f"{pmid}-{position}",
                file=file.name,
                locator=f"line {number}",
                layers={"text": text, "mode": "single", "labels": [label]},
                document_id=pmid,
                group_id=pmid,
            )
            position += 1
