"""`bioclue validate`."""

from __future__ import annotations

import sys
from collections import Counter
from typing import TYPE_CHECKING

import click
import msgspec

from bioclue_data.commands import options

if TYPE_CHECKING:
    from pathlib import Path


@click.command("validate")
@click.argument("folder", type=options.FOLDER, metavar="DIR")
@options.records
@options.as_json
def command(folder: Path, records: Path | None, as_json: bool) -> None:
    """Check a built folder: file hashes, Arrow schemas, every rule on every row, content hashes.

    Exit code 1 when anything differs from what the manifest and the records declare.
    """
    from bioclue_data import api  # noqa: PLC0415

    faults = api.validate(folder, records=records)
    if as_json:
        options.echo_json([msgspec.to_builtins(fault) for fault in faults])
    else:
        for fault in faults:
            click.echo(f"{fault.item_id} {fault.place}: {fault.rule}: {fault.detail}")
        click.echo(f"{folder}: {_summary([fault.rule for fault in faults])}", err=True)
    sys.exit(1 if faults else 0)


def _summary(rules: list[str]) -> str:
    if not rules:
        return "valid"
    return f"{len(rules)} faults: " + ", ".join(f"{rule} {n}" for rule, n in sorted(Counter(rules).items()))
