"""Options that several commands share."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click

from bioclue_data.visible import in_line

F = TypeVar("F", bound=Callable[..., Any])
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)

records = click.option(
    "--records",
    type=FOLDER,
    help="A folder with records of your own (<dataset>/dataset.toml), used beside ours.",
)
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON, for machines.")


def stores(function: F) -> F:
    """Where files are looked for: --mirror, --manual, --offline."""
    for option in (
        click.option("--offline", is_flag=True, help="Never ask the network."),
        click.option("--manual", type=FOLDER, help="Folder of files that you got yourself: DIR/<dataset>/…"),
        click.option("--mirror", metavar="DIR|URL", help="Take sources from here instead of https://…"),
    ):
        function = option(function)
    return function


def sources(function: F) -> F:
    """Where source files are looked for, or --sample."""
    sample = click.option("--sample", is_flag=True, help="Use the invented samples: offline, seconds.")
    return sample(stores(function))


def echo_json(value: Any) -> None:
    """Print a value as JSON, readable and with Chinese as it is."""
    import json  # noqa: PLC0415

    click.echo(json.dumps(value, ensure_ascii=False, indent=1))


@contextmanager
def progress() -> Iterator[Callable[[str], None] | None]:
    """What writes a line over the last one, on a terminal only; at the end the line is clear."""
    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield None
        return
    try:
        yield lambda text: click.echo(f"\r\033[K{in_line(text)[-100:]}", err=True, nl=False)
    finally:
        click.echo("\r\033[K", err=True, nl=False)
