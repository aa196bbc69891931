"""`bioclue leakage matrix`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from bioclue_data.commands import options
from bioclue_data.commands.leakage import scan

if TYPE_CHECKING:
    from pathlib import Path


@click.command("matrix")
@click.argument("folder", type=options.FOLDER, metavar="DIR")
@click.option("--dataset", "datasets", multiple=True, help="Only rows of this dataset.")
@click.option("--split", "splits", multiple=True, help="Only rows of this split, as a rule test.")
@click.option("--threads", type=click.IntRange(1), default=2, show_default=True)
@click.option("--threshold", "changed", multiple=True, metavar="NAME=VALUE", help="Of the verdicts.")
@options.records
@options.as_json
def command(
    folder: Path,
    datasets: tuple[str, ...],
    splits: tuple[str, ...],
    threads: int,
    changed: tuple[str, ...],
    records: Path | None,
    as_json: bool,
) -> None:
    """Show which rows of every dataset and split stand in the other ones of a built folder."""
    from bioclue_data.leakage.matrix import matrix  # noqa: PLC0415
    from bioclue_data.leakage.targets import Choice  # noqa: PLC0415
    from bioclue_data.records import catalogue  # noqa: PLC0415

    entries = catalogue.load(records).entries.items()
    literature = {name for name, entry in entries if entry.record.domain == "literature"}
    chosen = Choice((), datasets, splits)
    wanted = scan.thresholds(changed)
    with options.progress() as say:
        found = matrix(folder, chosen, literature, wanted, threads, say)
    if as_json:
        options.echo_json(found)
        return
    for pair in found:
        here, there = f"{pair['dataset']} {pair['split']}", f"{pair['other']} {pair['other_split']}"
        click.echo(f"{pair['rows']:7} of {here:36} in {there}")
