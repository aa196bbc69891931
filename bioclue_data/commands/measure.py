"""`bioclue measure`."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from bioclue_data.commands import options
from bioclue_data.errors import UsageError
from bioclue_data.records import catalogue as catalogues


@click.command("measure")
@click.argument("dataset")
@options.sources
@click.option(
    "--write", is_flag=True, help="Put the counts into the record (not the faults: they need a reason)."
)
@options.records
def command(
    dataset: str,
    sample: bool,
    mirror: str | None,
    manual: Path | None,
    offline: bool,
    write: bool,
    records: Path | None,
) -> None:
    """Read a dataset whole and print the `expected.observed` and `known_faults` blocks as they come out."""
    from bioclue_data import api  # noqa: PLC0415
    from bioclue_data.building.measure import measured, write_observed  # noqa: PLC0415

    if sample and write:
        raise UsageError("counts of a sample do not go into a record", remedy="leave out --sample or --write")
    entry = catalogues.load(records).find(dataset)
    stores = None if sample else api.stores_of(mirror, manual, offline)
    with tempfile.TemporaryDirectory() as folder:
        found = measured(entry.record, stores, records, Path(folder))
    if write:
        write_observed(entry.folder / catalogues.RECORD, found.counts)
    else:
        click.echo(found.counts)
    click.echo(found.faults, nl=bool(found.faults))
    for remark in found.remarks:
        click.echo(remark, err=True)
