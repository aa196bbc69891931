"""i2b2 2006 de-identification: records in one XML file, marks around what identifies a person.

<ROOT><RECORD ID="1"><TEXT>… <PHI TYPE="DOCTOR">…</PHI> …</TEXT></RECORD></ROOT>

A mark ends with an opening tag in place of the closing one once in the training set. Such a tag is read as
the closing one, and the record is remarked as R2.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec

from bioclue_data.errors import SourceError
from bioclue_data.readers import safe_xml, standoff
from bioclue_data.readers.document import Document, Remark, Sources

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml import etree

REMEDY = "get the file again"
UNCLOSED = re.compile(rb"(<PHI\s[^<>]*>[^<]*)<PHI\s[^<>]*>")
MENDED = "MENDED"  # an element of ours, behind a tag that was mended


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """There is nothing to say."""


def read(sources: Sources, options: Options) -> Iterator[Document]:  # noqa: ARG001 - what readers are given
    """Read record after record.

    Raises:
        SourceError: a file is not well-formed, a record has no id or text, or a mark has no type.
    """
    for file in sources.files:
        for record in safe_xml.elements(file, ["RECORD"], _mended):
            identifier, body = record.get("ID"), record.find("TEXT")
            if not identifier or body is None:
                raise SourceError("a record without ID or TEXT", where=file.name, remedy=REMEDY)
            faults = [
                Remark("R2", "TEXT", "a mark ends with an opening tag") for _ in body.iterchildren(MENDED)
            ]
            text, mentions = _marked(body, f"{file.name}, record {identifier}")
            yield Document(
                source_id=identifier,
                file=file.name,
                locator=f"record {identifier}",
                layers={"text": text, "entities": mentions},
                document_id=identifier,
                remarks=faults,
            )


def _mended(xml: bytes) -> bytes:
    return UNCLOSED.sub(rf"\1</PHI><{MENDED}/>".encode(), xml)


def _marked(body: etree._Element, where: str) -> tuple[str, list[dict[str, Any]]]:
    mentions: list[dict[str, Any]] = []
    text = body.text or ""
    for mark in body:
        if mark.tag == MENDED:
            text += mark.tail or ""
            continue
        kind = mark.get("TYPE")
        if mark.tag != "PHI" or not kind or len(mark):
            raise SourceError(f"<{mark.tag}> is no mark with a type", where=where, remedy=REMEDY)
        inside, start = mark.text or "", len(text)
        text += inside
        mentions.append(standoff.mention(f"T{len(mentions) + 1}", kind, [(start, len(text))], inside))
        text += mark.tail or ""
    return text, mentions
