"""i2b2 2008 obesity: records in one kind of file, judgements of sixteen diseases in another.

    <root><docs><doc id="1"><text>…</text></doc></docs></root>
    <diseaseset><diseases source="intuitive"><disease name="Asthma"><doc id="1" judgment="N"/>…

A record is judged twice, by what its text says and by intuition. Each is an item, and its labels are
`disease: judgement`; a disease that was not judged has none.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import msgspec

from bioclue_data.errors import SourceError
from bioclue_data.readers import safe_xml
from bioclue_data.readers.document import Document, Remark, Sources

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bioclue_data.sources.files import SourceFile

REMEDY = "get the file again"
Judgements = dict[str, dict[str, list[str]]]


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a record may say: nothing but where the judgements are."""

    judgements: str = "judgements"


def read(sources: Sources, options: Options) -> Iterator[Document]:
    """Read record after record, in each the judgements by their source; a repeated one is remarked as R2.

    Raises:
        RecordError: there is no side source with the judgements.
        SourceError: a file is not well-formed, or an element lacks what it should have.
    """
    judgements = _judgements(sources.beside(options.judgements))
    for file in sources.files:
        for record in safe_xml.elements(file, ["doc"]):
            identifier, body = record.get("id"), record.find("text")
            if not identifier or body is None:
                raise SourceError("a doc without id or text", where=file.name, remedy=REMEDY)
            yield from _documents(identifier, safe_xml.text_of(body), judgements.get(identifier, {}), file)


def _documents(
    identifier: str, text: str, by_source: dict[str, list[str]], file: SourceFile
) -> Iterator[Document]:
    for source, given in by_source.items():
        labels = list(dict.fromkeys(given))
        twice = len(given) - len(labels)
        yield Document(
            source_id=f"{identifier}-{source}",
            file=file.name,
            locator=f"doc {identifier}",
            layers={"text": text, "mode": "multi", "labels": labels},
            document_id=identifier,
            group_id=identifier,
            subset=source,
            remarks=[Remark("R2", "labels", f"{twice} judgements stand twice")] if twice else [],
        )


def _judgements(files: Sequence[SourceFile]) -> Judgements:
    found: Judgements = defaultdict(lambda: defaultdict(list))
    for file in files:
        for group in safe_xml.elements(file, ["diseases"]):
            source = group.get("source")
            for disease in group:
                for doc in disease:
                    identifier, value = doc.get("id"), doc.get("judgment")
                    if not (source and identifier and value and disease.get("name")):
                        what = "a judgement without source, disease, id or value"
                        raise SourceError(what, where=file.name, remedy=REMEDY)
                    found[identifier][source].append(f"{disease.get('name')}: {value}")
    return found
