"""`bioclue info`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
import msgspec

from bioclue_data.commands import options
from bioclue_data.commands.list import facts, splits
from bioclue_data.records import catalogue as catalogues

if TYPE_CHECKING:
    from pathlib import Path

    from bioclue_data.records.record import Record


@click.command("info")
@click.argument("dataset")
@options.records
@options.as_json
def command(dataset: str, records: Path | None, as_json: bool) -> None:
    """Show one dataset: licence, access, splits, published and observed counts, declared faults."""
    catalogue = catalogues.load(records)
    record = catalogue.find(dataset).record
    shown = facts(catalogue, record)
    if as_json:
        options.echo_json(shown | {"record": msgspec.to_builtins(record)})
        return
    for name, value in _lines(record, shown["configs"]):
        click.echo(f"{name + ':':16}{value}")


def _lines(record: Record, configs: list[str]) -> list[tuple[str, str]]:
    lines = [
        ("id", record.id),
        ("name", f"{record.name} {record.name_zh}".strip()),
        ("tasks", ", ".join(record.tasks)),
        ("language", record.language),
        ("domain", record.domain),
        ("licence", f"{record.licence.id} ({record.licence.read_on}) {record.licence.note}".strip()),
        ("access", f"{record.access} {record.obtain}".strip()),
        ("configs", ", ".join(configs)),
        ("status", record.status),
    ]
    optional = [
        ("aliases", ", ".join(record.aliases)),
        ("derived from", record.derived_from),
        ("homepage", record.homepage),
        ("note", record.note),
    ]
    lines += [(name, value) for name, value in optional if value]
    lines += [(name, f"{record.status_of(name)} {_counts(record, name)}") for name in splits(record)]
    lines += [("fault", f"{f.rule} train {f.train}, validation {f.validation}, test {f.test}: {f.reason}")
              for f in record.known_faults]  # fmt: skip
    return lines + [("overlap", f"{o.items} {o.unit} with {o.dataset}") for o in record.overlaps]


def _counts(record: Record, split: str) -> str:
    published = getattr(record.expected.published, split, {}) if record.expected.published else {}
    observed = getattr(record.expected.observed, split)
    shown = [
        f"{name} {counts}" for name, counts in (("published", published), ("observed", observed)) if counts
    ]
    return " ".join(shown)
