"""What the tasks of `lm_eval` do while the harness runs."""

from __future__ import annotations

import json
import math
from functools import partial
from typing import TYPE_CHECKING, Any

from bioclue_data.errors import UsageError
from bioclue_data.export._built import built_manifest, tables_of
from bioclue_data.export._evaluated import evaluated
from bioclue_data.export.prompted._part import Part
from bioclue_data.export.prompted._samples import predicted
from bioclue_data.metrics import registry

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from bioclue_data.export.prompted._samples import Document
    from bioclue_data.metrics.totals import Counts

EXAMPLES = 200  # of few-shot prompts, from the first rows


def load(folder: Path, *, dataset: str, task: str, split: str, clean: bool, **_: Any) -> dict[str, Any]:
    """The documents of a task: `test`, and `examples` where there is another labelled split.

    Raises:
        UsageError: the built folder is not where it was, or has no such table.
    """
    import datasets  # noqa: PLC0415

    [one] = evaluated(tables_of(built_manifest(folder), f"{dataset}_{task}"), split)
    if one.table is None:
        raise UsageError(
            f"{dataset} {task} has no labelled {split}", where=str(folder), remedy="build it again"
        )
    part = Part(one, folder, clean)
    documents = {"test": list(part.documents(one.table))}
    if one.examples:
        documents["examples"] = list(Part(one, folder).documents(one.examples, EXAMPLES))
    return {name: datasets.Dataset.from_list(rows, features=_features()) for name, rows in documents.items()}


def _features() -> Any:
    from datasets import Features, List, Value  # noqa: PLC0415

    texts = {name: Value("string") for name in ("item_id", "prompt", "target", "task", "gold")}
    return Features({**texts, "choices": List(Value("string")), "names": List(Value("string"))})


def process_results(doc: Document, results: Sequence[Any]) -> dict[str, Counts]:
    """Score -> numbers of the item; those of one family are the same."""
    row = json.loads(doc["gold"])
    family = registry.family(doc["task"], row)
    counts = family.count(row, predicted(doc, results))
    return dict.fromkeys(family.scores, counts)


def aggregation(name: str) -> Callable[[Sequence[Counts]], float]:
    """The function that makes a score of items, by `family__score`.

    Raises:
        AttributeError: there is none; the name is that of a module's attribute.
    """
    family, _, score = name.partition("__")
    if family not in registry.FAMILIES or score not in registry.FAMILIES[family].scores:
        raise AttributeError(name)
    return partial(_score, family, score)


def average(values: Sequence[float]) -> float:
    """The mean of the values that are defined; NaN if none is."""
    defined = [value for value in values if not math.isnan(value)]
    return sum(defined) / len(defined) if defined else math.nan


def _score(family: str, score: str, items: Sequence[Counts]) -> float:
    return registry.FAMILIES[family].score(list(items))[score]
