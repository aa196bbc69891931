"""Write the reference pages of `docs/` and the cards; `--check` compares only."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bioclue_data import cli
from bioclue_data.publish import card, facts, pages
from bioclue_data.records import catalogue

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent


def cli_page() -> str:
    """The help of every command."""
    context = click.Context(cli.group, info_name="bioclue", terminal_width=100)
    first, *others = help_pages(cli.group, context)
    return "\n".join([f"# Commands\n\n{first}", *others])


def help_pages(command: click.Command, context: click.Context) -> Iterator[str]:
    """The help of a command, then of every command of a group."""
    title = f"## `{context.command_path}`\n\n" if context.parent else ""
    yield f"{title}```\n{command.get_help(context)}\n```\n"
    for name in command.list_commands(context) if isinstance(command, click.Group) else ():
        below = command.get_command(context, name)
        assert below is not None
        yield from help_pages(below, click.Context(below, info_name=name, parent=context, terminal_width=100))


def generated() -> dict[Path, str]:
    """Path -> text of every generated file."""
    loaded = catalogue.load()
    files = {ROOT / "docs" / name: text for name, text in pages.pages(loaded)}
    files[ROOT / "docs" / "cli.md"] = cli_page()
    known = facts.load(ROOT / "cards" / "facts.json")
    cards = {
        name: card.card(loaded, entry.record, known.get(name, {})) for name, entry in loaded.entries.items()
    }
    return files | {ROOT / "cards" / f"{name}.md": text for name, text in cards.items()}


def main() -> int:
    """Write the files, or with `--check` list those that differ or should not be there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if anything differs")
    check = parser.parse_args().check
    files = generated()
    stale = [path for path in (ROOT / "cards").glob("*.md") if path not in files]
    differing = [
        path for path, text in files.items() if not path.is_file() or path.read_text("utf-8") != text
    ]
    for path in () if check else differing:
        path.parent.mkdir(exist_ok=True)
        path.write_text(files[path], encoding="utf-8")
    for path in () if check else stale:
        path.unlink()
    for path in [*differing, *stale]:
        print(f"{'differs' if check else 'written'}: {path.relative_to(ROOT)}", file=sys.stderr)
    if check and (differing or stale):
        print("run `python scripts/generate.py`", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
