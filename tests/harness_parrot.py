"""Runs lm-evaluation-harness offline on exported tasks, with a model that often repeats the gold.

python -m tests.harness_parrot TASKS_FOLDER OUT TASK…: writes what it scored and logged to OUT.
"""

from __future__ import annotations

import json
import sys
import zlib
from pathlib import Path
from typing import Any

from lm_eval import simple_evaluate
from lm_eval.api.model import LM
from lm_eval.tasks import TaskManager


def draw(request: Any, most: int) -> int:
    """A number below `most`, by the text of the request."""
    return zlib.crc32("".join(map(str, request.args)).encode()) % most


class Parrot(LM):
    """Says the gold of two of three items, and nonsense of the others."""

    def loglikelihood(self, requests: list[Any]) -> list[tuple[float, bool]]:
        return [(self._likelihood(request), False) for request in requests]

    def _likelihood(self, request: Any) -> float:
        right = request.args[1].strip() == request.doc["target"]
        return 0.0 if right and draw(request, 3) else -1.0 - draw(request, 1000)

    def generate_until(self, requests: list[Any]) -> list[str]:
        return [request.doc["target"] if draw(request, 3) else "lol" for request in requests]

    def loglikelihood_rolling(self, requests: list[Any]) -> list[float]:
        raise NotImplementedError


def main(folder: Path, out: Path, tasks: list[str]) -> None:
    """Evaluate, and write results.json and a file of samples for each task."""
    manager = TaskManager(include_path=str(folder), include_defaults=False)
    done = simple_evaluate(
        model=Parrot(), tasks=tasks, task_manager=manager, bootstrap_iters=0, confirm_run_unsafe_code=False
    )
    assert done
    out.mkdir(parents=True)
    results = {"results": done["results"], "groups": done.get("groups", {})}
    (out / "results.json").write_text(json.dumps(results, default=str), encoding="utf-8")
    for task, samples in done["samples"].items():
        lines = (json.dumps(sample, ensure_ascii=False, default=str) + "\n" for sample in samples)
        (out / f"{task}.jsonl").write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
