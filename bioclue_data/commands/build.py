"""`bioclue build`."""

from __future__ import annotations

from pathlib import Path

import click

from bioclue_data.commands import options
from bioclue_data.errors import UsageError


@click.command("build")
@click.argument("names", nargs=-1, metavar="[CONFIG_OR_DATASET]…")
@click.option("--all", "everything", is_flag=True, help="Build all that can be built with what is at hand.")
@click.option(
    "--out", type=click.Path(path_type=Path), default="bioclue", show_default=True, help="Folder to build."
)
@options.sources
@options.records
@click.option(
    "--require", type=click.Choice(["all"]), help="`all`: fail when anything asked for is not here."
)
@click.option(
    "--jobs", type=click.IntRange(1), default=1, show_default=True, help="Datasets built at a time."
)
@options.as_json
def command(
    names: tuple[str, ...],
    everything: bool,
    out: Path,
    sample: bool,
    mirror: str | None,
    manual: Path | None,
    offline: bool,
    records: Path | None,
    require: str | None,
    jobs: int,
    as_json: bool,
) -> None:
    """Build configs (ner_cn, cmeee_ner) or datasets (cmeee) into a folder of Parquet files.

    The folder is replaced in one step, and tables of earlier builds in it are kept. What is not here is
    listed on stderr with what you can do; a dataset asked for by name that is not here is exit code 2.
    """
    if bool(names) == everything:
        raise UsageError(
            "nothing to build" if not names else "--all and names exclude one another",
            remedy="name configs or datasets, or give --all; `bioclue list` shows them",
        )
    from bioclue_data import api  # noqa: PLC0415

    outcome = api.build(
        *names, out=out, sample=sample, mirror=mirror, manual=manual, offline=offline,
        records=records, require=require, jobs=jobs, progress=api.terminal_progress(),
    )  # fmt: skip
    for line in api.missing_lines(outcome):
        click.echo(line, err=True)
    if as_json:
        options.echo_json(outcome.manifest)
    else:
        tables = sum(len(built["tables"]) for built in outcome.manifest["datasets"].values())
        click.echo(f"{outcome.folder}: {outcome.rows} rows in {tables} tables")
