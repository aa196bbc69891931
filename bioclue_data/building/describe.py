"""The files of a built folder that describe its tables: manifest, card, licences, Croissant, citations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bioclue_data.building import croissant, folder, hub_header, readme
from bioclue_data.building.card_tables import licence_page
from bioclue_data.records.citation import bibtex

if TYPE_CHECKING:
    from pathlib import Path

    from bioclue_data.building.folder import Manifest
    from bioclue_data.records.catalogue import Catalogue

CROISSANT, CITATIONS = "croissant.json", "citation.bib"
FILES = (folder.MANIFEST, folder.README, hub_header.LICENCES, CROISSANT, CITATIONS)
"""Every file of a built folder that is no table."""


def describe(target: Path, manifest: Manifest, catalogue: Catalogue) -> None:
    """Write all of `FILES` into a folder, from its manifest and the records of its datasets."""
    folder.write_manifest(target, manifest)
    texts = {
        folder.README: readme.readme(manifest, catalogue),
        hub_header.LICENCES: licence_page(manifest, catalogue),
        CROISSANT: croissant.croissant(manifest, catalogue),
        CITATIONS: citations(manifest, catalogue),
    }
    for name, text in texts.items():
        (target / name).write_text(text, encoding="utf-8")


def citations(manifest: Manifest, catalogue: Catalogue) -> str:
    """BibTeX of every dataset of a folder, in alphabetical order."""
    records = hub_header.records_of(manifest, catalogue)
    return "\n".join(f"{bibtex(record)}\n" for record in sorted(records, key=lambda record: record.id))
