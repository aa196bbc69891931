"""Tasks for Inspect AI: JSON Lines for each dataset's task, and one file of tasks with our scorers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bioclue_data.export.prompted._part import Part

COPIES_ROWS = True
HEAD = '''"""Tasks of bioclue-data: `inspect eval bioclue_tasks.py@bioclue_NAME --model …`."""

from pathlib import Path

from inspect_ai import Task, task

from bioclue_data.export.prompted._inspect_task import questions

HERE = Path(__file__).resolve().parent
'''
TASK = '''

@task
def bioclue_{config}() -> Task:
    """{dataset}, {task}, {split}."""
    return questions(HERE / "{config}.jsonl", {family!r})
'''


def write(parts: Sequence[Part], out: Path, folder: Path) -> None:  # noqa: ARG001 - it copies rows
    """One file of samples per task, and `bioclue_tasks.py`."""
    code = [HEAD]
    for part in parts:
        one = part.one
        assert one.table
        with (out / f"{one.config}.jsonl").open("w", encoding="utf-8") as file:
            for document in part.documents(one.table):
                file.write(json.dumps(_sample(document), ensure_ascii=False) + "\n")
        names = {"config": one.config, "dataset": one.dataset, "task": one.task, "split": one.table["split"]}
        code.append(TASK.format(**names, family=part.family.name))
    (out / "bioclue_tasks.py").write_text("".join(code), encoding="utf-8")


def _sample(document: dict[str, object]) -> dict[str, object]:
    kept = {name: document[name] for name in ("task", "names", "gold")}
    return {
        "id": document["item_id"],
        "input": document["prompt"],
        "target": document["target"],
        "metadata": kept,
    }
