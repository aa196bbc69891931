"""Leakage flags on built tables: those that ship with the package, and those of a scan.

`corpora/findings.parquet` holds findings against known corpora without text: the first 8 bytes of a row's
content hash, corpus, revision, method, verdict, scores. `checked.json` says which splits were checked
with what, how many rows were found, and what the authors of corpora declare.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from bioclue_data import locations

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

Leak = dict[str, Any]
Counts = dict[tuple[str, str], dict[str, dict[str, int]]]
FINDINGS, CHECKED = "findings.parquet", "checked.json"
DECLARED, COUNTS = "declared", "found"
PARTIAL = "+partial"
"""Ends the name of a check whose corpus could be read only in part; one that read all of it replaces it."""
COLUMNS = ("content_hash", "leakage", "leakage_checked")
LEAKED = frozenset(("exact", "near_duplicate", "suspected"))
"""Verdicts that make a row a leaked one: `clean=True` leaves it out."""


def is_leaked(leakage: list[Leak] | None) -> bool:
    """Was the row found in a known corpus? A row that was never checked (null) was not."""
    return any(leak["verdict"] in LEAKED for leak in leakage or [])


@dataclass(frozen=True)
class Flags:
    """What is known of rows, by content hash, and of splits.

    Attributes:
        leaks: Key of the content hash -> leaks.
        checked: (dataset, split) -> "corpus@revision#method" of every check that ran.
        declared: (dataset, split) -> leaks that all its rows have by declaration.
        counts: (dataset, split) -> corpus -> verdict -> rows that have such a leak; `exact?`: those of low
            confidence, apart.
    """

    leaks: dict[int, list[Leak]] = field(default_factory=dict)
    checked: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    declared: dict[tuple[str, str], list[Leak]] = field(default_factory=dict)
    counts: Counts = field(default_factory=dict)

    def apply(self, table: pa.Table, dataset: str, split: str) -> pa.Table:
        """The table with the flags of this split added to those that it has; as it was if there are none."""
        checked = self.checked.get((dataset, split), [])
        declared = self.declared.get((dataset, split), [])
        if not checked and not declared:
            return table
        columns = (table.column(name).to_pylist() for name in COLUMNS)
        leakage, done = [], []
        for content, before, checks in zip(*columns, strict=True):
            new = [*self.leaks.get(key_of(content), []), *declared]
            named = {*checked, *map(check_of, new)}
            again = named | {check + PARTIAL for check in named}
            leakage.append([leak for leak in before or [] if check_of(leak) not in again] + new)
            done.append(sorted({*(checks or []), *checked, *map(check_of, declared)} - (again - named)))
        return with_flags(table, leakage, done)

    def corpora(self, dataset: str, split: str) -> set[str]:
        """All that a split was checked with, or is declared to be in: "corpus@revision"."""
        key = dataset, split
        checks = [*self.checked.get(key, []), *map(check_of, self.declared.get(key, []))]
        return {check.split("#")[0] for check in checks}


def with_flags(table: pa.Table, leakage: list[Any], checked: list[Any]) -> pa.Table:
    """The table with these two columns in the place of its own."""
    import pyarrow as pa  # noqa: PLC0415 - what is counted is read without it

    for name, values in zip(COLUMNS[1:], (leakage, checked), strict=True):
        at = table.schema.get_field_index(name)
        kind = table.schema.field(at)
        table = table.set_column(at, kind, pa.array(values, kind.type))
    return table


def check_of(leak: Leak) -> str:
    """The check that found a leak, as `leakage_checked` has it."""
    return f"{leak['corpus']}@{leak['revision']}#{leak['method']}"


def counted_as(leak: Leak) -> str:
    """The verdict under which a leak is counted: low confidence has a question mark."""
    return f"{leak['verdict']}?" if leak["low_confidence"] else str(leak["verdict"])


def key_of(content_hash: str) -> int:
    """What findings are keyed by: the first 8 bytes of a content hash, as a signed number."""
    return int.from_bytes(bytes.fromhex(content_hash)[:8], "big", signed=True)


def declared_leak(corpus: str, revision: str) -> Leak:
    """The leak of every row of a split that a corpus' or model's authors say they trained on."""
    facts = {"corpus": corpus, "revision": revision, "method": DECLARED, "verdict": DECLARED}
    return facts | {"low_confidence": False, "score": 1.0, "field": "", "matched": None}


@lru_cache(maxsize=1)
def shipped() -> Flags:
    """The flags that the package carries; none if it carries none."""
    folder = locations.content("corpora")
    return read(folder) if (folder / CHECKED).is_file() else Flags()


def read(folder: Path) -> Flags:
    """Flags from the two files that `write` makes."""
    import pyarrow.parquet as pq  # noqa: PLC0415

    leaks: dict[int, list[Leak]] = {}
    for row in pq.read_table(folder / FINDINGS).to_pylist():
        leaks.setdefault(row.pop("content"), []).append(row | {"matched": None})
    stored = json.loads((folder / CHECKED).read_text(encoding="utf-8"))
    return Flags(
        leaks,
        _checks(stored),
        {
            key: [declared_leak(*corpus.split("@", 1)) for corpus in corpora]
            for key, corpora in _by_split(stored[DECLARED]).items()
        },
        _by_split(stored.get(COUNTS, {})),
    )


def counted() -> tuple[dict[tuple[str, str], list[str]], Counts]:
    """Of what ships: (dataset, split) -> checks, and how many rows were found; empty if nothing ships."""
    path = locations.content("corpora") / CHECKED
    if not path.is_file():
        return {}, {}
    stored = json.loads(path.read_text(encoding="utf-8"))
    return _checks(stored), _by_split(stored.get(COUNTS, {}))


def _checks(stored: dict[str, Any]) -> dict[tuple[str, str], list[str]]:
    """The checks of each split, out of the lists that many splits share."""
    return {key: stored["checks"][place] for key, place in _by_split(stored["checked"]).items()}


def _by_split(stored: dict[str, dict[str, Any]]) -> dict[tuple[str, str], Any]:
    return {(dataset, split): value for dataset, splits in stored.items() for split, value in splits.items()}
