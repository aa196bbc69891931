"""What a card says of leakage: what scans found in which corpus, and what the authors of corpora declare."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from bioclue_data.building import flags
from bioclue_data.leakage import corpora, exposure
from bioclue_data.markdown import table
from bioclue_data.records.record import SPLITS

if TYPE_CHECKING:
    from bioclue_data.leakage.exposure import Exposure
    from bioclue_data.records.record import Record

VERDICTS = ("exact", "near_duplicate", "suspected", "source_overlap")
FOUND = ("corpus", "split", *VERDICTS)
DECLARED = ("corpus", "split", "what they say", "where")


def facts_of(record: Record) -> dict[str, Any]:
    """checked: number of corpora; found_words, found: what the scans found; declared: what is said."""
    checks, counts = _counted()
    here = {split: checks.get((record.id, split), []) for split in SPLITS}
    names = {check.partition("@")[0] for found in here.values() for check in found}
    rows = [
        (f"`{corpus}`", split, *(found.get(verdict, 0) for verdict in VERDICTS))
        for split in SPLITS
        for corpus, found in sorted(counts.get((record.id, split), {}).items())
    ]
    return {
        "checked": len(names),
        "found_words": _words(rows),
        "found": table(FOUND, rows) if rows else "",
        "declared": _declared(record),
    }


@lru_cache(maxsize=1)
def _counted() -> tuple[dict[tuple[str, str], list[str]], flags.Counts]:
    return flags.counted()


def _words(rows: list[tuple[Any, ...]]) -> str:
    if not rows:
        return "Nothing was found; paraphrases and translations are not found either."
    hits: Counter[str] = Counter()
    for _, split, exact, near, suspected, _ in rows:
        hits[split] += exact + near + suspected
    if not any(hits.values()):
        return "Only its public text (an abstract, a title) was found, never an item with its answer:"
    return (
        "Rows found, by corpus and verdict (a row may be found in several). *source_overlap*: only the "
        "public text was found; `docs/leakage.md` explains the others. A short or common item may be found "
        "by chance: its flag says `low_confidence`."
    )


def _declared(record: Record) -> str:
    said = _by_dataset().get(record.id, [])
    rows = [(f"`{one.corpus}`", one.split, one.claim, one.source) for one in said]
    return table(DECLARED, rows) if rows else ""


@lru_cache(maxsize=1)
def _by_dataset() -> dict[str, list[Exposure]]:
    found: dict[str, list[Exposure]] = {}
    for one in exposure.declared(list(corpora.load())):
        found.setdefault(one.dataset, []).append(one)
    return found
