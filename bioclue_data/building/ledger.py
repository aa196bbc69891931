"""Faults found against faults declared, per table; and the sentences that say where they differ."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bioclue_data.contracts import rules

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bioclue_data.contracts.check import Fault
    from bioclue_data.records.record import Record

SHOWN = 3


@dataclass
class Ledger:
    """The faults of one table (dataset, task, split).

    Attributes:
        exact: True on real files, where every declared count must be met; a sample may hold fewer.
    """

    record: Record
    task: str
    split: str
    applicable: frozenset[str]
    exact: bool
    counts: Counter[str] = field(default_factory=Counter)
    _examples: dict[str, list[Fault]] = field(default_factory=dict)
    _errors: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        faults = self.record.known_faults
        relevant = [f for f in faults if f.rule in self.applicable and (not f.tasks or self.task in f.tasks)]
        self._declared: dict[str, int] = {
            f.rule: getattr(f, self.split) for f in relevant if getattr(f, self.split)
        }

    def enter(self, faults: Iterable[Fault]) -> list[tuple[Fault, str]]:
        """Count faults; gives those to be kept in the rows' `quality`, with their severity there."""
        kept = []
        for fault in faults:
            self.counts[fault.rule] += 1
            examples = self._examples.setdefault(fault.rule, [])
            if len(examples) < SHOWN:
                examples.append(fault)
            if fault.severity == "error":
                self._errors.add(fault.rule)
            kept.append((fault, "expected" if fault.rule in self._declared else fault.severity))
        return kept

    def problems(self) -> list[str]:
        """One paragraph for each rule whose count is not the declared one; [] if all is as declared."""
        return [
            self._paragraph(rule)
            for rule in sorted(self._declared.keys() | self._errors)
            if self._differs(rule)
        ]

    def _differs(self, rule: str) -> bool:
        if self.exact:
            return self.counts[rule] != self._declared.get(rule, 0)
        return rule in self._errors and rule not in self._declared

    def _paragraph(self, rule: str) -> str:
        facts = rules.describe(rule)
        head = f"{self.record.id} {self.task} {self.split}: {rule} ({facts.title}): "
        head += f"declared {self._declared.get(rule, 0)}, found {self.counts[rule]}"
        lines = [f"    {f.item_id} {f.place}: {f.detail}" for f in self._examples.get(rule, [])]
        return "\n".join([head, *lines, f"    remedy: {facts.remedy}"])
