"""`bioclue audit`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bioclue_data.commands import options
from bioclue_data.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("audit")
@click.argument("folder", type=options.FOLDER, metavar="DIR")
@click.option("--dataset", "datasets", multiple=True, help="Only this dataset; may be repeated.")
@click.option("--check", "codes", multiple=True, help="Only this check; may be repeated. See docs/checks.md.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default="audit",
    show_default=True,
    help="Where findings.parquet, audit.json and audit.html go.",
)
@click.option("--fail-on", type=click.Choice(["warning", "error"]), help="Exit code 1 from this severity on.")
@click.option("--baseline", type=FILE, help="TOML file of accepted findings with reasons.")
@click.option(
    "--expected",
    metavar="records|DIR",
    help="Compare distributions with what our records say, or with an older build.",
)
@click.option(
    "--data-docs",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="With --expected: write what Great Expectations says, as pages that need no network.",
)
@click.option(
    "--jobs", type=click.IntRange(1), default=1, show_default=True, help="Tables looked at at a time."
)
@options.records
@options.as_json
def command(
    folder: Path,
    datasets: tuple[str, ...],
    codes: tuple[str, ...],
    out: Path,
    fail_on: str | None,
    baseline: Path | None,
    expected: str | None,
    data_docs: Path | None,
    jobs: int,
    records: Path | None,
    as_json: bool,
) -> None:
    """Say what is wrong with the data of a built folder: duplicates, conflicts, leaks of answers, privacy.

    Accepted findings do not fail. An acceptance that no longer fits does, whatever --fail-on says.
    """
    from bioclue_data.audit import baseline as baselines  # noqa: PLC0415
    from bioclue_data.audit import run  # noqa: PLC0415
    from bioclue_data.audit.report import write_results  # noqa: PLC0415
    from bioclue_data.audit.summary import summarise  # noqa: PLC0415

    accepted = baselines.load(baseline) if baseline else []
    expect = _expect(expected, records)
    if data_docs:
        _write_data_docs(folder, datasets, expect, data_docs)
    audited = run.audit(folder, datasets, _progress(), expect, jobs, _known(codes))
    judged = baselines.judge(audited.findings, accepted, set(audited.rows["dataset"]))
    summary = summarise(judged, audited.rows)
    write_results(judged.findings, summary, out)
    if as_json:
        options.echo_json(summary)
    else:
        _show(summary)
    for one in judged.stale:
        words = f"{one['check']} of {one['dataset']}: {one['count']} accepted, {one['found']} found"
        click.echo(f"stale acceptance: {words}", err=True)
    sys.exit(1 if judged.stale or _fails(judged.findings, fail_on) else 0)


def _write_data_docs(
    folder: Path, datasets: tuple[str, ...], expect: Callable[[str, str], Any] | None, out: Path
) -> None:
    from bioclue_data.audit.data_docs import write_data_docs  # noqa: PLC0415

    if expect is None:
        raise UsageError("--data-docs shows what is expected", remedy="add --expected records, or a folder")
    pages = write_data_docs(folder, datasets, expect, out)
    click.echo(f"{pages} pages in {out}", err=True)


def _known(codes: tuple[str, ...]) -> tuple[str, ...]:
    from bioclue_data.audit.check import words  # noqa: PLC0415

    if unknown := set(codes).difference(words()):
        raise UsageError(f"no check {', '.join(sorted(unknown))}", remedy=f"there are {', '.join(words())}")
    return codes


def _expect(expected: str | None, records: Path | None) -> Callable[[str, str], Any] | None:
    """Dataset and task -> what their splits should look like."""
    from bioclue_data.audit import expected as expectations  # noqa: PLC0415
    from bioclue_data.records import catalogue  # noqa: PLC0415

    if expected is None:
        return None
    if expected == "records":
        entries = catalogue.load(records).entries
        return lambda dataset, task: (
            expectations.of_record(entries[dataset].record, task) if dataset in entries else {}
        )
    if not Path(expected).is_dir():
        raise UsageError(f"{expected!r} is no folder", remedy="--expected records, or a built folder")
    older = expectations.of_folder(Path(expected))
    return lambda dataset, task: older.get((dataset, task), {})


def _fails(findings: Any, fail_on: str | None) -> bool:
    from bioclue_data.audit.check import SEVERITIES  # noqa: PLC0415

    if fail_on is None:
        return False
    severe = SEVERITIES[SEVERITIES.index(fail_on) :]
    return bool((findings["severity"].is_in(severe) & findings["accepted"].is_null()).any())


def _show(summary: dict[str, Any]) -> None:
    for one in summary["checks"]:
        if one["findings"]:
            click.echo(
                f"{one['severity']:8} {one['check']:29} {one['findings']:7} in {one['datasets']:3} datasets  "
                f"{one['title']}"
            )
    click.echo(f"{summary['rows']} rows, {summary['findings']} findings", err=True)


def _progress() -> Callable[[str], None] | None:
    if not sys.stderr.isatty():
        return None
    return lambda text: click.echo(f"\r\033[K{text[-100:]}", err=True, nl=False)
