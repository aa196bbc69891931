"""What a dataset holds, counted on the files at hand, in the words of a record."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

from bioclue_data import rules
from bioclue_data.downloads import Stores
from bioclue_data.errors import NotHereError
from bioclue_data.record import SPLITS, Record
from bioclue_data.units import Built, Job, build_dataset


def measured(record: Record, stores: Stores | None, records: Path | None, target: Path) -> tuple[str, list[str]]:
    """Build the dataset into `target` and give the TOML of its counts and faults, and remarks for a person.

    Raises:
        NotHereError: no split of it is at hand.
    """
    built = build_dataset(Job(record.id, record.tasks, records, stores, target))
    if not built.counts and not built.problems:
        gaps = "; ".join(f"{split}: {gap['what']} ({gap['remedy']})" for split, gap in built.missing.items())
        raise NotHereError(gaps or "nothing to measure", where=record.id)
    return _toml(built), [*built.problems, *(f"{s} is not here: {g['what']}" for s, g in built.missing.items())]


def _toml(built: Built) -> str:
    lines = ["[expected.observed]"]
    for split, counts in built.counts.items():
        pairs = ", ".join(f"{_key(name)} = {count}" for name, count in counts.items())
        lines.append(f"{split} = {{ {pairs} }}")
    for (rule, tasks), counts in _faults(built).items():
        lines += ["", "[[known_faults]]", f'rule = "{rule}"']
        lines += [f"tasks = [{', '.join(repr(t) for t in tasks)}]".replace("'", '"')] if tasks else []
        lines += [f"{split} = {counts[split]}" for split in SPLITS if counts.get(split)]
        lines.append(f'reason = "TODO: why ({rules.describe(rule).title})"')
    return "\n".join(lines)


def _key(name: str) -> str:
    return name if name.replace("_", "").isalnum() and name.isascii() else f'"{name}"'


def _faults(built: Built) -> dict[tuple[str, tuple[str, ...]], dict[str, int]]:
    """(rule, tasks) -> split -> count, for rules of severity error; tasks are empty where all agree."""
    by_task: dict[str, dict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    for table in built.tables:
        for rule, count in table["faults"].items():
            if rules.describe(rule).severity == "error":
                by_task[rule][table["task"]][table["split"]] = count
    found: dict[tuple[str, tuple[str, ...]], dict[str, int]] = {}
    for rule, tasks in sorted(by_task.items()):
        groups: dict[Any, list[str]] = defaultdict(list)
        for task, counts in tasks.items():
            groups[tuple(sorted(counts.items()))].append(task)
        for counts, names in groups.items():
            found[rule, tuple(names) if len(groups) > 1 else ()] = dict(counts)
    return found
