"""`bioclue measure`."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from bioclue_data import catalogue as catalogues
from bioclue_data.commands import options


@click.command("measure")
@click.argument("dataset")
@options.sources
@options.records
def command(
    dataset: str, sample: bool, mirror: str | None, manual: Path | None, offline: bool, records: Path | None
) -> None:
    """Read a dataset whole and print the `expected.observed` and `known_faults` blocks as they come out."""
    from bioclue_data import api  # noqa: PLC0415 - pyarrow, polars: not for --help
    from bioclue_data.measure import measured  # noqa: PLC0415

    record = catalogues.load(records).find(dataset).record
    stores = None if sample else api.stores_of(mirror, manual, offline)
    with tempfile.TemporaryDirectory() as folder:
        text, remarks = measured(record, stores, records, Path(folder))
    click.echo(text)
    for remark in remarks:
        click.echo(remark, err=True)
