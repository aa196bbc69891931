"""Tasks for lm-evaluation-harness: a file for each dataset's task, a group for each config over datasets.

The tasks read the built folder where it is and hold no rows, so that gated datasets can be evaluated on the
machine that has them. Where each item has a list of answers with one right one, the most likely is taken
(`multiple_choice`), else the model writes. Scores are ours: what the harness shows equals `bioclue score`
on the samples that it logs.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import yaml

from bioclue_data.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bioclue_data.export.prompted._part import Part

COPIES_ROWS = False
UNTIL = ["\n\nTask:", "\n\n任务："]  # where the model goes on with a question of its own
UTILS = '''"""Functions of the tasks in this folder."""

from pathlib import Path

from bioclue_data.export.prompted import _lm_eval_task

FOLDER = Path(__file__).resolve().parent / {folder!r}


def load(**options):
    """The documents of a task, from the built folder."""
    return _lm_eval_task.load(FOLDER, **options)


def process_results(doc, results):
    """The numbers of one item."""
    return _lm_eval_task.process_results(doc, results)


def average(values, *_):
    """The mean of the datasets that have the score."""
    return _lm_eval_task.average(values)


def __getattr__(name):
    """The aggregation `family__score`."""
    return _lm_eval_task.aggregation(name)
'''


class _Function(str):
    """A reference to a function of utils.py."""

    __slots__ = ()


class _Dumper(yaml.SafeDumper):
    pass


_Dumper.add_representer(
    _Function, lambda dumper, value: dumper.represent_scalar("!function", f"utils.{value}")
)


def write(parts: Sequence[Part], out: Path, folder: Path) -> None:
    """One file per task, one per group, and `utils.py`."""
    (out / "utils.py").write_text(UTILS.format(folder=folder.as_posix()), encoding="utf-8")
    groups: dict[str, list[Part]] = defaultdict(list)
    for part in parts:
        _dump(_task(part), out / f"{part.one.config}.yaml")
        if part.group:
            groups[part.group].append(part)
    for name, members in groups.items():
        _dump(_group(name, members), out / f"{name}.yaml")


def _dump(value: dict[str, Any], path: Path) -> None:
    text = yaml.dump(value, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=110)
    path.write_text(text, encoding="utf-8")


def _task(part: Part) -> dict[str, Any]:
    one = part.one
    assert one.table
    options = {"dataset": one.dataset, "task": one.task, "split": one.table["split"], "clean": part.clean}
    examples = {"fewshot_split": "examples"} if one.examples else {}
    return {
        "task": f"bioclue_{one.config}",
        "tag": "bioclue_all",
        "custom_dataset": _Function("load"),
        "dataset_kwargs": options,
        "test_split": "test",
        **examples,
        **_output(part),
        "doc_to_text": "prompt",
        "doc_to_target": "target",
        "target_delimiter": "" if part.chinese else " ",
        "process_results": _Function("process_results"),
        "metric_list": [_metric(part, score) for score in part.family.scores],
        "metadata": {"version": VERSION},
    }


def _output(part: Part) -> dict[str, Any]:
    if part.closed:
        return {"output_type": "multiple_choice", "doc_to_choice": "choices"}
    generation = {"until": UNTIL, "max_gen_toks": 1024, "do_sample": False}
    return {"output_type": "generate_until", "generation_kwargs": generation}


def _metric(part: Part, score: str) -> dict[str, Any]:
    aggregation = _Function(f"{part.family.name}__{score}")
    return {"metric": score, "aggregation": aggregation, "higher_is_better": score != "error"}


def _group(name: str, members: Sequence[Part]) -> dict[str, Any]:
    """A config over datasets: the mean of the first score that all have."""
    score = next(s for s in members[0].family.scores if all(s in part.family.scores for part in members))
    return {
        "group": f"bioclue_{name}",
        "task": [f"bioclue_{part.one.config}" for part in members],
        "aggregate_metric_list": [
            {"metric": score, "aggregation": _Function("average"), "weight_by_size": False}
        ],
        "metadata": {"version": VERSION},
    }
