"""What a card says of leakage: what scans found in which corpus, and what the authors of corpora declare."""

from __future__ import annotations

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
    """checked, tests: number of corpora; found_words, found: what the scans found; declared: what is said."""
    checks, counts = _counted()
    here = {split: checks.get((record.id, split), []) for split in SPLITS}
    names = {check.partition("@")[0] for checked in here.values() for check in checked}
    found = [verdicts for split in SPLITS for verdicts in counts.get((record.id, split), {}).values()]
    rows = [
        (_named(corpus), split, *(_cell(verdicts, verdict) for verdict in VERDICTS))
        for split in SPLITS
        for corpus, verdicts in sorted(counts.get((record.id, split), {}).items())
    ]
    return {
        "checked": len(names),
        "tests": sum(_is_test(name) for name in names),
        "found_words": _words(found),
        "found": table(FOUND, rows) if rows else "",
        "declared": _declared(record),
    }


@lru_cache(maxsize=1)
def _counted() -> tuple[dict[tuple[str, str], list[str]], flags.Counts]:
    return flags.counted()


def _named(corpus: str) -> str:
    return f"`{corpus}`" + (" (evaluation)" if _is_test(corpus) else "")


def _is_test(corpus: str) -> bool:
    return corpus in corpora.load() and corpora.get(corpus).kind == "evaluation"


def _cell(found: dict[str, int], verdict: str) -> str:
    """Rows with a verdict, and those that have it with low confidence."""
    low = found.get(f"{verdict}?", 0)
    return str(found.get(verdict, 0)) + (f" + {low} low" if low else "")


def _words(found: list[dict[str, int]]) -> str:
    if not found:
        return "Nothing was found; paraphrases and translations are not found either."
    if not any(verdict.rstrip("?") in flags.LEAKED for verdicts in found for verdict in verdicts):
        return "Only its public text (an abstract, a title) was found, never an item with its answer:"
    return (
        "Rows found, by corpus and verdict (a row may be found in several). *source_overlap*: only the "
        "public text was found; `docs/leakage.md` explains the others. *low*: of low confidence, a short or "
        "common item, which may be found by chance."
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
