"""`bioclue leakage scan`."""

from __future__ import annotations

import json
import math
import os
import sys
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bioclue_data.commands import options
from bioclue_data.errors import UsageError
from bioclue_data.leakage import naming
from bioclue_data.visible import in_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from contextlib import AbstractContextManager

    from bioclue_data.leakage.rows import Row, Rows
    from bioclue_data.leakage.run import Summary
    from bioclue_data.leakage.targets import Choice
    from bioclue_data.leakage.variants import Variants

LENGTHS = frozenset({"very_short", "short", "long", "run", "half"})  # thresholds in units; others are shares


@click.command("scan")
@click.argument("target", type=click.Path(exists=True, path_type=Path), metavar="DIR|FILE")
@click.option(
    "--corpus",
    "names",
    multiple=True,
    required=True,
    metavar="PATH_OR_ID",
    help="A file, folder, glob, address (hf://, s3://), or a known corpus; `all`: every known one.",
)
@click.option(
    "--fields",
    default="",
    metavar="F,…",
    help="Of a FILE: the question, then what supports it.",
)
@click.option(
    "--variants",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="The same items in other words or another language: item_id, variant, and what is said otherwise.",
)
@click.option(
    "--corpus-fields", default="", metavar="F,…", help="Only these fields of the corpora's records."
)
@click.option(
    "--revision",
    default="",
    metavar="TEXT",
    help="Name the revision of corpora given by path, instead of hashing them; change it when they change.",
)
@click.option("--config", "configs", multiple=True, help="Only rows of this config.")
@click.option("--dataset", "datasets", multiple=True, help="Only rows of this dataset.")
@click.option("--split", "splits", multiple=True, help="Only rows of this split.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default="leakage",
    show_default=True,
    help="Where findings.parquet, scan.json and report.html go.",
)
@click.option("--write", is_flag=True, help="Fill the columns `leakage` and `leakage_checked` of DIR.")
@click.option("--threads", type=click.IntRange(1), default=2, show_default=True)
@click.option("--shard", default="0/1", metavar="I/N", help="Only every N-th unit, from the I-th (0 to N-1).")
@click.option(
    "--engine",
    type=click.Choice(["threads", "dask"]),
    default="threads",
    show_default=True,
    help="Who scans: threads of this process, or workers of Dask (here, unless --scheduler is given).",
)
@click.option(
    "--scheduler", metavar="ADDR", help="A Dask scheduler, as tcp://host:8786; means --engine dask."
)
@click.option(
    "--threshold",
    "changed",
    multiple=True,
    metavar="NAME=VALUE",
    help="Of the verdicts: suspected_long=0.6 …",
)
@options.stores
@options.records
@options.as_json
def command(
    target: Path,
    names: tuple[str, ...],
    fields: str,
    variants: Path | None,
    corpus_fields: str,
    revision: str,
    configs: tuple[str, ...],
    datasets: tuple[str, ...],
    splits: tuple[str, ...],
    out: Path,
    write: bool,
    threads: int,
    shard: str,
    engine: str,
    scheduler: str | None,
    changed: tuple[str, ...],
    mirror: str | None,
    manual: Path | None,
    offline: bool,
    records: Path | None,
    as_json: bool,
) -> None:
    """Look for the items of a built folder, or of a file of your own, in training corpora.

    Findings with evidence go to --out; with --write the folder's tables are flagged, in one step. A killed
    run goes on where it was. A shard only leaves its part in --out: a run without --shard joins the shards
    whose parts are there. Damaged files of a corpus are listed, the rest is scanned, and the exit code is 1.
    """
    from bioclue_data import api  # noqa: PLC0415
    from bioclue_data.leakage import run, targets  # noqa: PLC0415

    part, chosen = part_of(shard), thresholds(changed)
    choice = targets.Choice(configs, datasets, splits)
    _refuse_out(out)
    if write:
        _may_write(target, part, choice)
    rows = _rows(target, choice, _split(fields), variants, records)
    stores, apart = api.stores_of(mirror, manual, offline), naming.apart_of(target, out)
    corpora = naming.corpora_of(names, stores, _split(corpus_fields), revision, apart)
    with _resumable(), engine_of(engine, scheduler, threads) as scans, options.progress() as say:
        settings = run.Options(chosen, threads, out / "parts", part, scans)
        table, summary = run.check(rows, corpora, settings, say)
    facts = _facts(table, summary)
    if part[1] == 1:
        _write_results(table, facts, out)
    if write:
        _flag(target, table, summary, records)
    show(table, facts, as_json)
    sys.exit(_say_what_was_not_read(summary))


def _facts(table: Any, summary: Summary) -> dict[str, Any]:
    """What `scan.json` says of a scan."""
    from bioclue_data.leakage import views  # noqa: PLC0415

    facts = {
        name: getattr(summary, name) for name in ("corpora", "datasets", "variants", "thresholds", "method")
    }
    return facts | {"views": views.shares(table, summary.datasets)}


@contextmanager
def _resumable() -> Iterator[None]:
    """Around the scan: if it is interrupted, say that nothing of it is lost."""
    try:
        yield
    except KeyboardInterrupt:
        click.echo("the same command goes on where it was", err=True)
        raise


def _refuse_out(out: Path) -> None:
    """Refuse an --out that cannot be written, before hours of work.

    Raises:
        UsageError: it, or what it is to be made in, is no folder or may not be written.
    """
    for place in (out / "parts", out):
        there = next(path for path in (place, *place.parents) if path.exists())
        if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
            what = "it may not be written" if there.is_dir() else f"{there} is no folder"
            raise UsageError(what, where=f"--out {out}", remedy="choose another --out")


def _may_write(target: Path, part: tuple[int, int], choice: Choice) -> None:
    """Refuse to flag what is no built folder, is not as it was built, or has not been checked whole.

    Raises:
        UsageError, InvalidDataError: so it is.
    """
    from bioclue_data.building import folder as folders  # noqa: PLC0415
    from bioclue_data.leakage import flags, targets  # noqa: PLC0415

    if not target.is_dir():
        raise UsageError("--write is for a built folder", where=str(target), remedy="leave it out")
    if part[1] > 1:
        raise UsageError("a shard has not checked everything", remedy="--write when the shards are joined")
    folders.refuse_unwritable(target)
    flags.refuse_changed(target, (table for _, table in targets.tables(target, choice)))


def _flag(target: Path, table: Any, summary: Summary, records: Path | None) -> None:
    """Flag the tables that were checked, with the corpora that could be read."""
    from bioclue_data.leakage import flags  # noqa: PLC0415

    done = {(d["dataset"], d["split"]): summary.checks for d in summary.datasets}
    only = {(d["dataset"], d["task"], d["split"]) for d in summary.datasets}
    flags.write_into(target, flags.of_findings(table, done), records, only)


def _say_what_was_not_read(summary: Summary) -> int:
    """Tell what was skipped and what is wrong; -> the exit code."""
    for corpus in summary.corpora:
        if names := corpus["skipped"]:
            some = ", ".join(map(in_line, names[:3])) + (" …" if len(names) > 3 else "")
            click.echo(
                f"skipped (hidden, no text by their names, or of this scan): {len(names)} ({some})", err=True
            )
    for problem in summary.problems:
        click.echo(f"problem: {in_line(problem)}", err=True)
    return 1 if summary.problems else 0


def _write_results(table: Any, facts: dict[str, Any], out: Path) -> None:
    """Findings, what was scanned, and the report: each in one step, and none before all are made."""
    import pyarrow.parquet as pq  # noqa: PLC0415

    from bioclue_data.building.replacing import replacing  # noqa: PLC0415
    from bioclue_data.leakage.report import write_report  # noqa: PLC0415

    with replacing(out / "findings.parquet") as found, replacing(out / "scan.json") as scanned:
        with found.open("wb") as file:
            pq.write_table(table, file)
        scanned.write_text(json.dumps(facts, ensure_ascii=False, indent=1), encoding="utf-8")
        write_report(table, facts, out / "report.html")


def engine_of(name: str, scheduler: str | None, workers: int) -> AbstractContextManager[Any]:
    """What scans units, while the context lasts; None: threads of this process.

    Raises:
        UsageError: Dask is not installed, or no scheduler answers.
    """
    if name == "threads" and scheduler is None:
        return nullcontext()
    from bioclue_data.leakage import dask_engine  # noqa: PLC0415

    return dask_engine.engine(scheduler, workers)


def _split(names: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in names.split(",") if name.strip())


def _rows(
    target: Path, choice: Choice, fields: tuple[str, ...], variants: Path | None, records: Path | None
) -> Iterable[Row] | Iterable[Rows]:
    """The rows to check, with their variants."""
    if target.is_file():
        return _rows_of_file(target, choice, fields, variants)
    return _rows_of_folder(target, choice, fields, variants, records)


def _rows_of_file(
    target: Path, choice: Choice, fields: tuple[str, ...], variants: Path | None
) -> Iterable[Row] | Iterable[Rows]:
    """The rows of a file of the user's, and the variants of them."""
    from bioclue_data.leakage import own_files  # noqa: PLC0415

    if any(choice):
        what = "--config, --dataset and --split choose rows of a built folder, and this is a file"
        raise UsageError(what, where=str(target), remedy="leave them out")
    rows, told = own_files.rows_of_file(target, fields)
    for sentence in told:
        click.echo(in_line(sentence), err=True)
    if not variants:
        return rows
    own = _variants(variants, fields)
    own.check({row.item_id: [row.task] for row in rows})
    return own.beside(rows)


def _rows_of_folder(
    target: Path, choice: Choice, fields: tuple[str, ...], variants: Path | None, records: Path | None
) -> Iterable[Rows]:
    """The chosen rows of a built folder, and the variants of them."""
    from bioclue_data.leakage import targets  # noqa: PLC0415
    from bioclue_data.records import catalogue  # noqa: PLC0415

    if fields:
        what = "--fields names those of a FILE, and this is a built folder: its tables have known ones"
        remedy = "leave it out; --corpus-fields chooses those of the corpora"
        raise UsageError(what, where=str(target), remedy=remedy)
    known = catalogue.load(records).entries
    literature = {name for name, entry in known.items() if entry.record.domain == "literature"}
    targets.tables(target, choice)
    rows = targets.rows_of_folder(target, choice, literature)
    if not variants:
        return rows
    own = _variants(variants)
    own.check(targets.tasks_of_items(target, choice, own.of_item))
    return own.beside(rows)


def _variants(path: Path, fields: tuple[str, ...] = ()) -> Variants:
    """The variants in a file; what of it is not looked for is told."""
    from bioclue_data.leakage.variants import Variants  # noqa: PLC0415

    variants = Variants(path, fields)
    if variants.unknown:
        what = f"{', '.join(variants.unknown)}: no column of the items, left out"
        click.echo(in_line(f"{path}: {what}"), err=True)
    return variants


def thresholds(changed: Iterable[str]) -> Any:
    """The thresholds with those that were given.

    Raises:
        UsageError: a name or value that is none.
    """
    from bioclue_data.leakage.verdicts import Thresholds  # noqa: PLC0415

    known = set(Thresholds._fields)
    values: dict[str, float] = {}
    for text in changed:
        name, _, value = text.partition("=")
        try:
            values[name] = float(value)
        except ValueError:
            raise UsageError(f"{text!r} is no NAME=VALUE", remedy="as in suspected_long=0.6") from None
    if wrong := set(values) - known:
        raise UsageError(f"no threshold {', '.join(wrong)}", remedy=f"there are {', '.join(sorted(known))}")
    for name, number in values.items():
        is_length = name in LENGTHS
        if not 0 <= number < math.inf or (number > 1 and not is_length):
            remedy = "a length in units, from 0" if is_length else "a share from 0 to 1"
            raise UsageError(f"{name} cannot be {number}", where="--threshold", remedy=remedy)
    chosen = Thresholds(**values)
    if chosen.long <= chosen.short:
        what = f"long, {chosen.long}, must be more than short, {chosen.short}"
        raise UsageError(what, where="--threshold", remedy="change both")
    return chosen


def part_of(shard: str) -> tuple[int, int]:
    """I/N as numbers.

    Raises:
        UsageError: it is not of that form.
    """
    number, _, count = shard.partition("/")
    if not (number.isdecimal() and count.isdecimal() and int(number) < int(count)):
        raise UsageError(f"{shard!r} is no shard", remedy="I/N with I from 0 to N-1, as in 0/4")
    return int(number), int(count)


def show(table: Any, facts: dict[str, Any], as_json: bool) -> None:
    """Rows by dataset, split, corpus and verdict."""
    from collections import Counter  # noqa: PLC0415

    names = ("dataset", "split", "corpus", "verdict", "low_confidence", "variant")
    counts = Counter(zip(*(table.column(name).to_pylist() for name in names), strict=True))
    found = [dict(zip(names, key, strict=True)) | {"rows": count} for key, count in sorted(counts.items())]
    if as_json:
        options.echo_json(facts | {"findings": found})
        return
    for row in found:
        said = ["low confidence"] * row["low_confidence"] + [row["variant"]] * bool(row["variant"])
        verdict = row["verdict"] + (f" ({', '.join(said)})" if said else "")
        where = f"{row['dataset']:28} {row['split']:10} {row['corpus']:26}"
        click.echo(in_line(f"{where} {row['rows']:7} {verdict}"))
    checked = sum(dataset["rows"] for dataset in facts["datasets"])
    read = sum(corpus["records"] for corpus in facts["corpora"])
    count = sum(facts["variants"].values())
    variants = f" and {count} {'variant' if count == 1 else 'variants'}" if count else ""
    click.echo(f"{checked} rows{variants} checked against {read} records", err=True)
