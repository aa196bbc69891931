"""`bioclue score`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bioclue_data.commands import options

if TYPE_CHECKING:
    from collections.abc import Iterator

PATH = click.Path(path_type=Path)


@click.command("score")
@click.argument("predictions", type=PATH)
@click.argument("config", metavar="CONFIG_OR_DATASET")
@click.option("--from", "folder", type=PATH, default="bioclue", show_default=True, help="The built folder.")
@click.option(
    "--split",
    type=click.Choice(["train", "validation", "test"]),
    help="The split; without it the first labelled one of test, validation, train, for each dataset.",
)
@click.option("--missing-as-wrong", is_flag=True, help="Count items without a prediction as wrong.")
@click.option(
    "--bootstrap",
    type=click.IntRange(min=0),
    default=1000,
    show_default=True,
    metavar="N",
    help="Resamples for the intervals of 95 %; 0: none.",
)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Of the resamples.")
@options.as_json
def command(
    predictions: Path,
    config: str,
    folder: Path,
    split: str | None,
    missing_as_wrong: bool,
    bootstrap: int,
    seed: int,
    as_json: bool,
) -> None:
    """Score predictions on all items, on clean and on leaked ones.

    PREDICTIONS are JSON Lines: `item_id` and the gold columns, as `bioclue export jsonl` writes them, or the
    samples that lm-evaluation-harness logs for tasks of `bioclue export lm-eval`. Leaked is what was found in
    a known corpus (exact, near_duplicate, suspected), declared what authors say that they trained on, clean
    the rest of what was checked.
    """
    from bioclue_data.scoring.score import Options, score  # noqa: PLC0415 - scipy

    chosen = Options(split, missing_as_wrong, bootstrap, seed)
    report = score(predictions, config, folder, chosen)
    if as_json:
        options.echo_json(report)
        return
    for line in _lines(report):
        click.echo(line)


def _lines(report: dict[str, Any]) -> Iterator[str]:
    for entry in report["datasets"]:
        left = [f"{entry[key]} {key}" for key in ("unlabelled", "missing") if entry[key]]
        yield f"{entry['dataset']} {entry['task']} {entry['split']}: {', '.join([_items(entry), *left])}"
        yield from _table(entry["groups"], entry["headline"])
    for how, title in (("macro", "mean over datasets"), ("micro", "all items together")):
        for family, groups in report.get(how, {}).items():
            yield f"{report['config']}, {family}, {title}"
            yield from _table(groups)


def _table(groups: dict[str, Any], headline: str | None = None) -> Iterator[str]:
    yield "".join(
        ["", "score".ljust(20), *(f"{name} ({group['items']})".ljust(24) for name, group in groups.items())]
    )
    for name in groups["all"]["scores"]:
        cells = (_cell(group["scores"][name]).ljust(24) for group in groups.values())
        if any(group["scores"][name] for group in groups.values()):
            yield "".join([f"{name}{' *' if name == headline else ''}".ljust(20), *cells]).rstrip()


def _items(entry: dict[str, Any]) -> str:
    return f"{entry['items']} item{'s' if entry['items'] != 1 else ''}"


def _cell(score: list[float | None] | None) -> str:
    if score is None:
        return "–"
    value, low, high = score
    return f"{value:.4f}" if low is None else f"{value:.4f} [{low:.4f}, {high:.4f}]"
