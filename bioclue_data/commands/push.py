"""`bioclue push`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import click

from bioclue_data.commands import options

if TYPE_CHECKING:
    from pathlib import Path

    from bioclue_data.publish.gate import HeldBack
    from bioclue_data.publish.plan import Plan
    from bioclue_data.publish.pushing import Outcome


@click.command("push")
@click.argument("folder", type=options.FOLDER, metavar="DIR")
@click.argument("repo", metavar="ORG/NAME")
@click.option("--dry-run", is_flag=True, help="Show what would change, and write nothing.")
@click.option("--private", is_flag=True, help="Make a new repository private.")
@click.option("--create-pr", is_flag=True, help="Open a pull request instead of committing to main.")
@click.option("--only-redistributable", is_flag=True, help="Leave out what may not be published.")
@click.option(
    "--tag", metavar="VERSION|auto", help="Tag the release; auto: by what changed since the last one."
)
@click.option("--gated", type=click.Choice(["auto", "manual"]), help="Let people ask for access.")
@options.as_json
def command(
    folder: Path,
    repo: str,
    dry_run: bool,
    private: bool,
    create_pr: bool,
    only_redistributable: bool,
    tag: str | None,
    gated: Literal["auto", "manual"] | None,
    as_json: bool,
) -> None:
    """Publish a built folder as a dataset repository on the Hugging Face Hub.

    Only datasets with open access and a licence that allows it leave this machine; where others are in the
    folder the push stops with their list (exit code 1), or goes on without them. One commit, verified
    afterwards by its hashes and by loading. Your login, or HF_TOKEN, is the client's.
    """
    from bioclue_data.publish.pushing import Options, push  # noqa: PLC0415

    done = push(folder, repo, Options(dry_run, private, create_pr, only_redistributable, tag, gated))
    if as_json:
        options.echo_json(done.as_json())
        return
    for held in done.held:
        click.echo(_held_line(held), err=True)
    if done.corpora:
        click.echo(f"leakage flags name corpora of your own: {', '.join(done.corpora)}", err=True)
    for line in _plan_lines(done.plan):
        click.echo(line)
    click.echo(_summary(done, dry_run=dry_run))


def _held_line(held: HeldBack) -> str:
    return f"held back: {held.dataset}, {held.rows} rows: {held.reason} ({held.way})"


def _plan_lines(plan: Plan) -> list[str]:
    signs = {"+": plan.added, "~": plan.changed, "-": plan.removed}
    files = [f"{sign} {path}" for sign, paths in signs.items() for path in paths]
    return [
        *files,
        *(f"{config}: {now} rows, {before} before" for config, (before, now) in plan.rows.items()),
    ]


def _summary(done: Outcome, *, dry_run: bool) -> str:
    if done.plan.empty:
        what = "nothing changed, no commit"
    elif dry_run:
        what = f"would make one commit on {done.head or 'a new repository'}, version {done.version}"
    else:
        what = f"version {done.version}, commit {done.commit} {done.request}".strip()
    words = [
        what,
        f"tagged {done.tag}" if done.tag else "",
        f"loaded {', '.join(done.loaded)}" if done.loaded else "",
    ]
    return f"{done.repo}: {'; '.join(filter(None, words))}"
