"""`bioclue export`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bioclue_data.commands import options
from bioclue_data.errors import UsageError

if TYPE_CHECKING:
    from bioclue_data.export._tables import Exported


@click.command("export")
@click.argument("format_", metavar="FORMAT")
@click.argument("names", nargs=-1, required=True, metavar="CONFIG_OR_DATASET…")
@click.option(
    "--from",
    "folder",
    type=click.Path(path_type=Path),
    default="bioclue",
    show_default=True,
    help="The built folder.",
)
@click.option(
    "--out", type=click.Path(path_type=Path), default="export", show_default=True, help="Where to write."
)
@click.option(
    "--predictions",
    type=click.Path(path_type=Path),
    metavar="JSONL",
    help="Rows as `export jsonl` writes them, with gold columns filled: written in the place of gold.",
)
@click.option(
    "--clean", is_flag=True, help="Leave out items found in a known corpus (chat, inspect, lm-eval)."
)
@options.records
def command(
    format_: str,
    names: tuple[str, ...],
    folder: Path,
    out: Path,
    predictions: Path | None,
    clean: bool,
    records: Path | None,
) -> None:
    """Write built tables in another format: jsonl, brat, conll and others.

    One file (or folder, for brat) per table; a format that cannot hold a task or a row says so. cblue writes
    what CBLUE's leaderboard takes: with --predictions for a test set, CMeEE_test.json and others.

    For language models: lm-eval (tasks for lm-evaluation-harness that read the built folder, and copy no
    rows), inspect (tasks for Inspect AI) and chat (messages, every labelled split). inspect and chat hold
    rows, and write only datasets that may be shared.
    """
    done = _exported(format_, folder, names, out, predictions, clean, records)
    for table in done.hidden:
        click.echo(f"left out, it has no gold to write: {table}", err=True)
    for name, why in done.held_back.items():
        click.echo(f"held back, {why}: {name}", err=True)
    for what, count in done.left_out.items():
        click.echo(f"left out: {count} {what}", err=True)
    for path in done.written:
        click.echo(path)


def _exported(
    name: str,
    folder: Path,
    configs: tuple[str, ...],
    out: Path,
    predictions: Path | None,
    clean: bool,
    records: Path | None,
) -> Exported:
    from bioclue_data.export import _tables, prompted  # noqa: PLC0415 - pyarrow
    from bioclue_data.export.prompted import _export  # noqa: PLC0415

    if name not in prompted.formats():
        if clean:
            raise UsageError("--clean is for chat, inspect and lm-eval", remedy="leave it out")
        return _tables.export(name, folder, configs, out, predictions)
    if predictions:
        raise UsageError(f"{name} takes no --predictions", remedy="leave it out")
    return _export.export(name, folder, configs, out, clean=clean, records=records)
