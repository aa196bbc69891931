"""`bioclue new`."""

from __future__ import annotations

import re
from pathlib import Path

import click

from bioclue_data.errors import UsageError
from bioclue_data.records import catalogue as catalogues

SKELETON = """\
id = "{id}"
name = "{id}"                     # the name that people use; name_zh = "…" if there is a Chinese one
tasks = ["{task}"]
language = "{language}"           # en, zh-Hans, zh-Hant; mul if the parts of a row differ
domain = "unknown"                # literature, clinical, consumer, exam, guideline, trial …
homepage = ""
citation = "unknown"              # {{ title = "…", year = 2024, doi = "…" }}
licence = {{ id = "unknown", read_on = "unknown" }}   # an id of schemas/licences.toml, and where it is stated
access = "open"                   # registration, credentialed, copyrighted: then obtain = "https://…" too

[source]
base = []                         # address prefixes of the files, best first; none: files come from --manual

[splits]
origin = "official"               # or authors, benchmark:<name>, hub, none
train = {{ file = "train.json" }}   # bytes = …, sha256 = "…" as soon as they are known

[read]
format = "{format}"
id = "#"                          # the position in the file, or the path of the source's id

[read.columns]                    # column of the contract (docs/contracts.md) = where it stands in an item
{columns}

[expected]
# `bioclue measure {id} --manual DIR` prints what to put here
"""


@click.command("new")
@click.argument("dataset")
@click.option("--task", default="ner", show_default=True, help="The first task that the dataset serves.")
@click.option(
    "--language", type=click.Choice(["en", "zh-Hans", "zh-Hant", "mul"]), default="en", show_default=True
)
@click.option("--format", "format_", default="json", show_default=True, help="Reader: json, table, brat …")
@click.option(
    "--records", type=click.Path(file_okay=False, path_type=Path), default="loaders", show_default=True,
    help="Folder that the record goes to.",
)  # fmt: skip
def command(dataset: str, task: str, language: str, format_: str, records: Path) -> None:
    """Start a record for a new dataset: a skeleton to fill in, with a folder for its invented sample."""
    if not re.fullmatch(r"[a-z][a-z0-9_]*", dataset):
        raise UsageError(
            f"{dataset!r} is no id", remedy="lower-case letters, digits and _, beginning with a letter"
        )
    if dataset in catalogues.load().names():
        raise UsageError(f"{dataset!r} exists already", remedy=f"`bioclue info {dataset}` shows it")
    folder = records / dataset
    if folder.exists():
        raise UsageError("this folder exists already", where=str(folder), remedy="choose another id")
    text = _skeleton(dataset, task, language, format_)
    (folder / "sample").mkdir(parents=True)
    (folder / catalogues.RECORD).write_text(text, encoding="utf-8")
    click.echo(f"{folder / catalogues.RECORD}")
    click.echo("next: fill it in, put 3 to 5 invented records into sample/, then", err=True)
    click.echo(f"  bioclue build {dataset} --sample --records {records} --out /tmp/sample", err=True)


def _skeleton(dataset: str, task: str, language: str, format_: str) -> str:
    from bioclue_data import readers  # noqa: PLC0415
    from bioclue_data.contracts import contract  # noqa: PLC0415

    readers.load(format_)
    columns = contract.load(task).content
    lines = [f'{"# " if field.null else ""}{field.name} = ""' + (f"   # {field.doc}" if field.doc else "")
             for field in columns]  # fmt: skip
    return SKELETON.format(id=dataset, task=task, language=language, format=format_, columns="\n".join(lines))
