"""What a dataset holds, counted on the files at hand, in the words of a record."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bioclue_data.building.jobs import Built, Job
from bioclue_data.building.units import build_dataset
from bioclue_data.contracts import rules
from bioclue_data.errors import NotHereError
from bioclue_data.records.record import SPLITS, Record

if TYPE_CHECKING:
    from pathlib import Path

    from bioclue_data.sources.downloads import Stores

FEW = 12
HEADER = "[expected.observed]"
OBSERVED = re.compile(r"^\[expected\.observed\]\n(?:[^\[\n][^\n]*\n|\n(?!\[))*\n?", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Measured:
    """What came out: TOML of the counts and of the faults, and sentences for a person."""

    counts: str
    faults: str
    remarks: list[str]


def measured(record: Record, stores: Stores | None, records: Path | None, target: Path) -> Measured:
    """Build the dataset into `target` and count.

    Raises:
        NotHereError: no split of it is at hand.
    """
    built = build_dataset(Job(record.id, record.tasks, records, stores, target))
    if not built.counts and not built.problems:
        gaps = "; ".join(f"{split}: {gap['what']} ({gap['remedy']})" for split, gap in built.missing.items())
        raise NotHereError(gaps or "nothing to measure", where=record.id)
    absent = [f"{split} is not here: {gap['what']}" for split, gap in built.missing.items()]
    return Measured(_counts_toml(built), _faults_toml(built), [*built.problems, *absent])


def write_observed(path: Path, counts: str) -> None:
    """Put the counts into a record's file, in place of those that it has; its `reason` stays."""
    text = path.read_text(encoding="utf-8")
    old = OBSERVED.search(text)
    reason = "".join(
        line for line in (old[0] if old else "").splitlines(keepends=True) if line.startswith("reason")
    )
    block = f"{counts}\n{reason}"
    if old:
        text = text[: old.start()] + block + ("\n" if text[old.end() :] else "") + text[old.end() :]
    else:
        head, mark, rest = text.partition("\n[[known_faults]]")
        head, mark, rest = (head, mark, rest) if mark else text.partition("\n[[overlaps]]")
        text = f"{head.rstrip()}\n\n{block}{mark}{rest}"
    path.write_text(text, encoding="utf-8")


def _counts_toml(built: Built) -> str:
    lines = [HEADER]
    for split, counts in built.counts.items():
        pairs = ", ".join(f"{_key(name)} = {count}" for name, count in _shown(counts))
        lines.append(f"{split} = {{ {pairs} }}")
    return "\n".join(lines)


def _faults_toml(built: Built) -> str:
    lines = []
    for (rule, tasks), counts in _faults(built).items():
        lines += ["", "[[known_faults]]", f'rule = "{rule}"']
        lines += [f"tasks = [{', '.join(repr(t) for t in tasks)}]".replace("'", '"')] if tasks else []
        lines += [f"{split} = {counts[split]}" for split in SPLITS if counts.get(split)]
        lines.append(f'reason = "TODO: why ({rules.describe(rule).title})"')
    return "\n".join(lines)


def _shown(counts: dict[str, int]) -> list[tuple[str, int]]:
    """Documents first; the types of a layer only where a person can take them in."""
    kinds = Counter(name.split(".")[0] for name in counts if "." in name)
    shown = [(name, n) for name, n in counts.items() if kinds[name.split(".")[0]] <= FEW or "." not in name]
    return sorted(shown, key=lambda pair: (pair[0] != "documents", pair[0]))


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
