"""What the tasks of `inspect` do while Inspect AI runs."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING

from inspect_ai import Task
from inspect_ai.dataset import json_dataset
from inspect_ai.scorer import (
    Metric,
    SampleScore,
    Score,
    Scorer,
    Target,
    Value,
    metric,
    scorer,
)
from inspect_ai.solver import TaskState, generate

from bioclue_data.metrics import registry
from bioclue_data.prompting.answers import parse
from bioclue_data.prompting.vocabulary import Vocabulary

if TYPE_CHECKING:
    from pathlib import Path

    from bioclue_data.metrics.family import Family


def questions(path: Path, family: str) -> Task:
    """A task: the samples of a file, answered in one turn, with the scores of a family of metrics."""
    return Task(dataset=json_dataset(str(path)), solver=generate(), scorer=_scorer(registry.FAMILIES[family]))


def _scorer(family: Family) -> Scorer:
    @metric(name=family.name)
    def measured() -> Metric:
        def over(scores: list[SampleScore]) -> Value:
            found = family.score([(sample.score.metadata or {})["counts"] for sample in scores])
            return {name: value for name, value in found.items() if not math.isnan(value)}

        return over

    @scorer(metrics=[measured()], name=f"bioclue_{family.name}")
    def judged() -> Scorer:
        async def score(state: TaskState, target: Target) -> Score:  # noqa: ARG001 - the gold is in the metadata
            counts = _counts(family, state)
            value = family.score([counts])[family.scores[0]]
            return Score(
                value=0.0 if math.isnan(value) else value,
                answer=state.output.completion,
                metadata={"counts": counts},
            )

        return score

    return judged()


def _counts(family: Family, state: TaskState) -> dict[str, float]:
    row = json.loads(state.metadata["gold"])
    vocabulary = Vocabulary(tuple(state.metadata["names"]))
    return family.count(row, parse(state.metadata["task"], row, state.output.completion, vocabulary))
