"""OSIRIS: articles with genes and variants marked inside the text.

A gene bears an Entrez id, a variant a dbSNP number and a normal form; `No` means that none was found.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from bioclue_data.errors import SourceError
from bioclue_data.readers import safe_xml, standoff
from bioclue_data.readers.document import Document, Sources

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml import etree

PASSAGES = {"Title": "title", "Abstract": "abstract"}
KINDS = {"gene": ("g_id", "g_lex", "NCBIGene", ""), "variant": ("v_id", "v_lex", "dbSNP", "rs")}
JOINER = "\n"
NONE = "No"
NULL = "null"


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Nothing to choose."""


def read(sources: Sources, options: Options) -> Iterator[Document]:  # noqa: ARG001 - nothing to choose
    """Read article after article.

    Raises:
        SourceError: an article lacks a part, or its text has an element that is neither gene nor variant.
    """
    for file in sources.files:
        for article in safe_xml.elements(file, ("Article",)):
            where = safe_xml.place(file, article)
            pmid = safe_xml.text_of(_part(article, "Pmid", where))
            pieces: list[tuple[str, str, str]] = []
            mentions: list[dict[str, Any]] = []
            start = 0
            for name, kind in PASSAGES.items():
                part = _part(article, name, where)
                mentions += _mentions(part, start, len(mentions), where)
                pieces.append((name, kind, safe_xml.text_of(part)))
                start += len(pieces[-1][2]) + len(JOINER)
            text, passages = standoff.passages(pieces, JOINER)
            yield Document(
                source_id=pmid,
                file=file.name,
                locator=where.removeprefix(f"{file.name}, "),
                layers={"text": text, "passages": passages, "entities": mentions},
                document_id=pmid,
                group_id=pmid,
            )


def _part(article: etree._Element, name: str, where: str) -> etree._Element:
    found = article.find(name)
    if found is None:
        raise SourceError(f"an article without {name}", where=where, remedy="get the file again")
    return found


def _mentions(part: etree._Element, start: int, count: int, where: str) -> list[dict[str, Any]]:
    """The elements of a title or an abstract, which follow one another and hold text only."""
    found = []
    start += len(part.text or "")
    for number, child in enumerate(part, count + 1):
        if child.tag not in KINDS or len(child):
            raise SourceError(
                f"an element {child.tag!r} with {len(child)} inside",
                where=where,
                remedy="only genes and variants are known, and none inside another",
            )
        surface = child.text or ""
        mention = standoff.mention(f"T{number}", child.tag, [(start, start + len(surface))], surface)
        found.append(mention | _more(child, surface))
        start += len(surface) + len(child.tail or "")
    return found


def _more(child: etree._Element, surface: str) -> dict[str, Any]:
    """Norms and attributes; the form in the text is repeated in one, which is kept if it differs."""
    key, form, db, prefix = KINDS[child.tag]
    given = child.get(key)
    if given == NONE:
        norm = {"group": 0, "db": db, "id": None, "relation": "nil"}
    else:
        norm = {"group": 0, "db": db, "id": f"{prefix}{given}", "relation": "exact"}
    values = {"form": child.get(form), "normal_form": child.get("v_norm")}
    named = [
        standoff.attribute(name, value)
        for name, value in values.items()
        if value not in (None, NULL, surface)
    ]
    return {"norms": [norm], "attributes": named} if named else {"norms": [norm]}
