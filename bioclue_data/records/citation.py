"""BibTeX from a record's citation."""

from __future__ import annotations

from bioclue_data.records.record import Citation, Record

_ESCAPED = str.maketrans({c: f"\\{c}" for c in "&%$#_"} | {"{": r"\{", "}": r"\}"})


def bibtex(record: Record) -> str:
    """The BibTeX entry of a dataset; a comment line where the record says that the citation is unknown."""
    citation = record.citation
    if not isinstance(citation, Citation):
        return f"% {record.id}: citation unknown; see {record.homepage or record.licence.read_on}"
    fields = {
        "title": _escape(citation.title or record.name),
        "author": _escape(citation.authors),
        "year": str(citation.year or ""),
        "journal": _escape(citation.venue),
        "doi": citation.doi,
        "eprint": citation.arxiv,
        "archiveprefix": "arXiv" if citation.arxiv else "",
        "note": f"PMID {citation.pmid}" if citation.pmid else "",
        "url": citation.url or (f"https://aclanthology.org/{citation.acl}" if citation.acl else ""),
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    kind = "article" if citation.doi or citation.venue else "misc"
    return "\n".join([f"@{kind}{{{record.id},", *lines, "}"])


def _escape(text: str) -> str:
    return text.translate(_ESCAPED)
