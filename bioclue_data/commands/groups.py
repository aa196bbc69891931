"""Groups of commands that know the names and one-line helps, and import a command only to use it."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click

INTERRUPTED = 130  # 128 + SIGINT


class LazyGroup(click.Group):
    """A group whose commands live in modules of one package, each as `command`.

    Args:
        package: Where the modules lie.
        commands_help: Name -> one line.
    """

    def __init__(self, *args: Any, package: str, commands_help: dict[str, str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.package, self.commands_help = package, commands_help

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """All names."""
        return list(self.commands_help)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import a command."""
        if cmd_name not in self.commands_help:
            return None
        command = import_module(f"{self.package}.{cmd_name}").command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """The commands' names and helps, without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(self.commands_help.items()))

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; one that is interrupted has the exit code that shells have for it."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            click.echo("interrupted", err=True)
            ctx.exit(INTERRUPTED)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Suggest a near name for a wrong one."""
        import difflib  # noqa: PLC0415

        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            near = difflib.get_close_matches(args[0], list(self.commands_help), n=1)
            hint = f" Did you mean {near[0]}?" if near else ""
            raise click.UsageError(f"{error.message}{hint}", ctx) from error
