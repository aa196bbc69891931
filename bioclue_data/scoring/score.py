"""From a built folder and a file of predictions to scores."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from bioclue_data.building.flags import DECLARED, is_leaked
from bioclue_data.errors import UsageError
from bioclue_data.export._built import built_manifest, rows_of, tables_of
from bioclue_data.export._evaluated import evaluated
from bioclue_data.export._predictions import Predictions
from bioclue_data.metrics import registry
from bioclue_data.metrics.totals import Items
from bioclue_data.scoring import bootstrap

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from bioclue_data.export import Row
    from bioclue_data.export._evaluated import Evaluated
    from bioclue_data.metrics.family import Family
    from bioclue_data.metrics.totals import Counts
    from bioclue_data.scoring.bootstrap import Scores

GROUPS = ("all", "clean", "leaked", "declared", "unchecked")
Report = dict[str, Any]


@dataclass(frozen=True)
class Options:
    """How to score.

    Attributes:
        split: Only this split; None: the first labelled one of test, validation, train.
        missing_as_wrong: Items without a prediction count as wrong; else they are an error.
        resamples: Of the bootstrap; 0: no intervals.
        seed: Of the bootstrap, at least 0.
    """

    split: str | None = None
    missing_as_wrong: bool = False
    resamples: int = 1000
    seed: int = 0


@dataclass
class Counted:
    """A table with predictions: the numbers of its labelled items.

    Attributes:
        states: For each item one of `GROUPS` after the first.
        unlabelled: Rows whose gold is withheld; left out.
        missing: Ids of labelled items without a prediction.
    """

    dataset: str
    task: str
    split: str
    family: Family
    counts: list[Counts] = field(default_factory=list)
    states: list[str] = field(default_factory=list)
    unlabelled: int = 0
    missing: list[str] = field(default_factory=list)


def score(predictions: Path, config: str, folder: Path, options: Options) -> Report:
    """The scores of predictions for a config (or dataset) of a built folder.

    Gives a JSON value: `datasets` (each with dataset, task, split, metrics, headline, items, unlabelled,
    missing, groups), and for configs of several datasets `macro` (means over datasets) and `micro` (all items
    together), by family of metrics. A group has `items` and `scores`: name -> [value, low, high]; null is
    undefined.

    Raises:
        UsageError: the folder is not built, there is nothing to score, a prediction is missing, is for no
            item, or does not fit.
    """
    given = Predictions(predictions)
    parts = [one for one in evaluated(tables_of(built_manifest(folder), config), options.split) if one.table]
    if not parts:
        what = f"{config} has no labelled items" + (f" in {options.split}" if options.split else "")
        raise UsageError(
            what, where=str(folder), remedy="choose another --split; hidden gold is scored by its owners"
        )
    counted = [_counted(one, folder, given) for one in parts]
    given.refuse_rest()
    missing = [item for one in counted for item in one.missing]
    if missing and not options.missing_as_wrong:
        what = f"{len(missing)} items have no prediction, first {', '.join(missing[:3])}"
        remedy = "predict them, name a smaller config, or count them with --missing-as-wrong"
        raise UsageError(what, where=str(predictions), remedy=remedy)
    return _report(config, [one for one in counted if one.counts], options)


def _counted(one: Evaluated, folder: Path, given: Predictions) -> Counted:
    assert one.table
    path = folder / one.table["path"]
    fill = given.filler(one.task)
    done: Counted | None = None
    for row in rows_of(path):
        if done is None:
            done = Counted(one.dataset, one.task, one.table["split"], registry.family(one.task, row))
        _count(row, done, given, fill)
    assert done  # no build writes a table without rows
    return done


def _count(row: Row, done: Counted, given: Predictions, fill: Any) -> None:
    lacking = given.lacking([row["item_id"]])
    if not registry.scorable(done.task, row):
        done.unlabelled += 1
        return
    done.missing += lacking
    silent = lacking or given.says_nothing(row["item_id"])
    predicted = registry.nothing(done.task, row) if silent else fill(row)
    done.counts.append(done.family.count(row, predicted))
    done.states.append(_state(row))


def _state(row: Row) -> str:
    if is_leaked(row["leakage"]):
        return "leaked"
    if row["leakage"] is None:
        return "unchecked"
    return "declared" if any(leak["verdict"] == DECLARED for leak in row["leakage"]) else "clean"


def _report(config: str, counted: Sequence[Counted], options: Options) -> Report:
    scored = [
        (one, _grouped(one.family, one.counts, one.states, options, f"{one.dataset} {one.task}"))
        for one in counted
    ]
    report: Report = {
        "config": config,
        "resamples": options.resamples,
        "seed": options.seed,
        "datasets": [_entry(one, groups) for one, groups in scored],
    }
    if len(counted) > 1:
        report["macro"] = _macro(scored)
        report["micro"] = _micro(counted, options)
    return report


def _grouped(
    family: Family, counts: list[Counts], states: Iterable[str], options: Options, name: str
) -> dict[str, Scores]:
    """The scores of each group that has items; items of another name are resampled independently."""
    items, labels = Items.of(counts), np.array(list(states))
    masks = {group: labels == group if group != "all" else np.ones(len(labels), bool) for group in GROUPS}
    return {
        group: bootstrap.scores(
            family, items.chosen(mask), options.resamples, options.seed, f"{name} {group}"
        )
        for group, mask in masks.items()
        if mask.any()
    }


def _entry(one: Counted, groups: dict[str, Scores]) -> Report:
    return {
        "dataset": one.dataset,
        "task": one.task,
        "split": one.split,
        "metrics": one.family.name,
        "headline": registry.headline(one.dataset, one.task, one.family),
        "items": len(one.counts),
        "unlabelled": one.unlabelled,
        "missing": len(one.missing),
        "groups": {name: _plain(scores) for name, scores in groups.items()},
    }


def _plain(scores: Scores) -> Report:
    def shown(name: str) -> list[float | None] | None:
        if math.isnan(value := scores.values[name]):
            return None
        return [value, *(scores.interval(name) or (None, None))]

    return {"items": scores.items, "scores": {name: shown(name) for name in scores.values}}


def _macro(scored: Sequence[tuple[Counted, dict[str, Scores]]]) -> Report:
    """For each family and group the means over the datasets that have items in the group."""
    families: dict[str, list[dict[str, Scores]]] = defaultdict(list)
    for one, groups in scored:
        families[one.family.name].append(groups)
    return {
        name: {
            group: _plain(bootstrap.averaged(parts, registry.FAMILIES[name].scores))
            for group in GROUPS
            if (parts := [groups[group] for groups in members if group in groups])
        }
        for name, members in families.items()
    }


def _micro(counted: Sequence[Counted], options: Options) -> Report:
    """For each family that pools, the scores of the items of all datasets together."""
    found = {}
    for name in dict.fromkeys(one.family.name for one in counted if one.family.pools):
        members = [one for one in counted if one.family.name == name]
        counts = [item for one in members for item in one.counts]
        states = [state for one in members for state in one.states]
        groups = _grouped(members[0].family, counts, states, options, name)
        found[name] = {group: _plain(scores) for group, scores in groups.items()}
    return found
