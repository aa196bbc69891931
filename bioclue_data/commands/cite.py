"""`bioclue cite`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from bioclue_data.commands import options
from bioclue_data.records import catalogue as catalogues
from bioclue_data.records.citation import bibtex

if TYPE_CHECKING:
    from pathlib import Path


@click.command("cite")
@click.argument("names", nargs=-1, required=True, metavar="CONFIG_OR_DATASET…")
@options.records
def command(names: tuple[str, ...], records: Path | None) -> None:
    """Print BibTeX of every dataset in the configs or datasets named."""
    catalogue = catalogues.load(records)
    entries = {entry.record.id: entry for name in names for entry, _ in catalogue.config(name)}
    for _, entry in sorted(entries.items()):
        click.echo(bibtex(entry.record))
