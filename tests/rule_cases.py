"""How a rule is tested: valid rows, a few changes, and where the rule must then fire."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from bioclue_data.contracts.check import Checker, Fault, Terms
from bioclue_data.contracts.contract import arrow_schema, complete, content_hash, load
from bioclue_data.errors import InvalidDataError
from tests.valid_rows import valid_table

TERMS = {
    "ner": Terms(labels={"entities": frozenset({"Drug", "Symptom", "药物", "症状", "部位"})}),
    "re": Terms(
        labels={
            "relations": frozenset({"treats", "condition", "induces", "治疗"}),
            "roles": frozenset(
                {"drug", "symptom", "what", "who", "chemical", "disease", "subject", "object"}
            ),
            "arguments": frozenset({"species", "药物", "症状"}),
        },
        arity=2,
    ),
    "ee": Terms(labels={"events": frozenset({"Decrease", "Regulation", "症状"})}),
    "coref": Terms(labels={"corefs": frozenset({"Ident"})}),
    "tc": Terms(labels={"labels": frozenset({"positive", "negative"})}, value_range=(1, 5)),
    "nli": Terms(labels={"label": frozenset({"entailment", "neutral", "contradiction"})}),
    "boolqa": Terms(labels={"answer": frozenset({"yes", "no", "maybe"})}),
    "dialogue": Terms(labels={"turns": frozenset({"告知"}), "entities": frozenset({"药物"})}),
    "t2s": Terms(schema="decision_tree"),
}
"""Terms under which the valid rows are valid and no rule is idle."""


@dataclass(frozen=True)
class Case:
    """Changes to the valid table of a task (`0.entities.1.type` is row 0), and what they lead to.

    `places` are (row, place) of every fault of `code`; `also` are other rules that must fire with it.
    """

    code: str
    task: str
    changes: dict[str, Any]
    places: list[tuple[int, str]]
    also: frozenset[str] = field(default_factory=frozenset)
    terms: Terms | None = None


def changed(task: str, changes: dict[str, Any]) -> pa.Table:
    """The valid table after the changes; content hashes are right unless they are changed too."""
    rows = valid_table(task).to_pylist()
    for path, value in changes.items():
        _put(rows, path.split("."), value)
    for i, row in enumerate(rows):
        if f"{i}.content_hash" not in changes:
            _rehash(task, row)
    return pa.Table.from_pylist(rows, schema=arrow_schema(load(task)))


def _rehash(task: str, row: dict[str, Any]) -> None:
    contract = load(task)
    try:
        row |= complete(contract)({field.name: row[field.name] for field in contract.content})
        row["content_hash"] = content_hash(contract)(row)
    except InvalidDataError:  # what is tested is then that the table is refused all the same
        row["content_hash"] = "?"


def _put(rows: Any, path: list[str], value: Any) -> None:
    *steps, last = (int(step) if step.isdigit() else step for step in path)
    for step in steps:
        rows = rows[step]
    rows[last] = value


def faults(table: pa.Table, task: str, terms: Terms | None = None) -> list[Fault]:
    """The faults of a stored table under the terms, else under those of `TERMS`."""
    return Checker(load(task), terms or TERMS.get(task, Terms()), stored=True).check(table)
