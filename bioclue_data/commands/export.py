"""`bioclue export`."""

from __future__ import annotations

from pathlib import Path

import click


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
def command(format_: str, names: tuple[str, ...], folder: Path, out: Path) -> None:
    """Write built tables in another format: jsonl, bigbio-kb and others.

    One file (or folder, for brat) per table; a format that cannot hold a task or a row says so.
    """
    from bioclue_data.export._tables import export  # noqa: PLC0415 - pyarrow

    written, hidden = export(format_, folder, names, out)
    for table in hidden:
        click.echo(f"left out, its gold is withheld: {table}", err=True)
    for path in written:
        click.echo(path)
