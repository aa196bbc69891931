"""Runs Inspect AI offline on exported tasks, with a mock model that often repeats the gold.

python -m tests.inspect_parrot TASKS_FOLDER OUT: writes scores and answers of each task to OUT.
"""

from __future__ import annotations

import importlib.util
import json
import sys
import zlib
from pathlib import Path
from types import ModuleType
from typing import Any

import tiktoken

tiktoken.get_encoding = lambda _: type(
    "Bytes", (), {"encode": lambda _self, text, **_more: list(text.encode())}
)()

from inspect_ai import eval as evaluate  # noqa: E402
from inspect_ai.model import ModelOutput, get_model  # noqa: E402


def tasks(path: Path) -> ModuleType:
    """The module of tasks."""
    spec = importlib.util.spec_from_file_location("bioclue_tasks", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def said(sample: Any) -> str:
    """The gold of two of three items."""
    return str(sample.target) if zlib.crc32(sample.id.encode()) % 3 else "lol"


def answers(task: Any) -> list[ModelOutput]:
    return [ModelOutput.from_content("mockllm/model", said(sample)) for sample in task.dataset]


def result(log: Any) -> dict[str, Any]:
    """Status, scores, and the samples as `bioclue score` takes them from lm-evaluation-harness."""
    assert log.status == "success", log.error
    assert log.results
    assert log.samples
    samples = [
        {"doc": {"item_id": one.id, **one.metadata, "choices": []}, "filtered_resps": [one.output.completion]}
        for one in log.samples
    ]
    metrics = log.results.scores[0].metrics
    return {
        "status": log.status,
        "scores": {name: metric.value for name, metric in metrics.items()},
        "samples": samples,
    }


def main(folder: Path, out: Path) -> None:
    """Evaluate every task of the file."""
    module = tasks(folder / "bioclue_tasks.py")
    found = {}
    for name in sorted(name for name in vars(module) if name.startswith("bioclue_")):
        task = getattr(module, name)()
        model = get_model("mockllm/model", custom_outputs=answers(task), memoize=False)
        [log] = evaluate(task, model=model, display="none", max_samples=1, log_dir=str(out.parent / "logs"))
        found[name] = result(log)
    out.write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
