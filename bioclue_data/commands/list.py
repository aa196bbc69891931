"""`bioclue list`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from bioclue_data.commands import options
from bioclue_data.records import catalogue as catalogues
from bioclue_data.records.record import SPLITS, Record

if TYPE_CHECKING:
    from pathlib import Path

    from bioclue_data.records.catalogue import Catalogue

LANGUAGES = {"cn": "cn", "zh": "cn", "zh-Hans": "cn", "zh-Hant": "cn", "en": "en", "encn": "encn"}


@click.command("list")
@click.option("--task", help="Only this task: ner, qa …")
@click.option("--lang", type=click.Choice(list(LANGUAGES)), help="Only this language.")
@click.option("--access", type=click.Choice(["open", "registration", "credentialed", "copyrighted"]))
@click.option(
    "--status", type=click.Choice(["verified", "written", "declared"]), help="Only what works so far."
)
@options.records
@options.as_json
def command(
    task: str | None,
    lang: str | None,
    access: str | None,
    status: str | None,
    records: Path | None,
    as_json: bool,
) -> None:
    """Show every dataset, its tasks, and per split whether it is verified, written or declared.

    verified: the whole real file has gone through the loader. written: a loader stands, made from the
    documented format. declared: known, no loader yet.
    """
    if task:
        from bioclue_data.contracts import contract  # noqa: PLC0415

        contract.load(task)
    catalogue = catalogues.load(records)
    chosen = [
        entry.record
        for entry in catalogue.entries.values()
        if (not task or task in entry.record.tasks)
        and (not lang or entry.record.config_language == LANGUAGES[lang])
        and (not access or entry.record.access == access)
        and (not status or entry.record.status == status)
    ]
    if as_json:
        options.echo_json([facts(catalogue, record) for record in chosen])
        return
    for record in chosen:
        click.echo(line(record))
    click.echo(f"{len(chosen)} datasets", err=True)


def facts(catalogue: Catalogue, record: Record) -> dict[str, Any]:
    """What a machine wants to know about a record."""
    return {
        "id": record.id,
        "name": record.name,
        "name_zh": record.name_zh or None,
        "tasks": list(record.tasks),
        "language": record.language,
        "access": record.access,
        "licence": record.licence.id,
        "status": record.status,
        "splits": {name: record.status_of(name) for name in splits(record)},
        "configs": [name for task in record.tasks for name in catalogue.configs_of(record, task)],
        "aliases": list(record.aliases),
        "catalogue": list(record.catalogue),
    }


def splits(record: Record) -> list[str]:
    """The splits that a record names; [] in the short form."""
    return [name for name in SPLITS if record.splits and getattr(record.splits, name)]


def line(record: Record) -> str:
    """One line per dataset: id, tasks, language, access, status per split, name."""
    state = " ".join(f"{name}:{record.status_of(name)}" for name in splits(record)) or record.status
    names = f"{record.name} {record.name_zh}".strip()
    return (
        f"{record.id:32} {','.join(record.tasks):16} {record.language:8} {record.access:13} {state}  {names}"
    )
