"""What a model or a corpus has seen of our datasets: what its authors declare, and what scans found."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from bioclue_data.building import flags
from bioclue_data.errors import UsageError
from bioclue_data.leakage import corpora

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bioclue_data.leakage.corpora import Corpus

_SIZE = re.compile(r"[\W_]+\d+(\.\d+)?[bm]$", re.IGNORECASE)  # taiyi-7b


class Exposure(NamedTuple):
    """A dataset that was seen.

    Attributes:
        dataset: Id of a record; empty if it is none of ours.
        name: What the declaration calls it, if it is none of ours.
        split: train, validation, test, all or unknown.
        claim: What is said or was found.
        source: Where it is said.
        corpus: The corpus that says so.
        via: The corpora in between, from the one asked for.
        kind: How it is known: declared by the authors, or measured by a scan.
    """

    dataset: str
    name: str
    split: str
    claim: str
    source: str
    corpus: str
    via: tuple[str, ...]
    kind: str = "declared"


class Looked(NamedTuple):
    """A corpus that was asked for, or is inside one, and whether a scan of it ships.

    Attributes:
        corpus, kind: Its id, and what it is: tuning or evaluation.
        via: The corpora in between, from the one asked for.
        splits: Splits of our datasets that were looked for in it; 0: it was never scanned, as its files are
            not published or were not at hand.
    """

    corpus: str
    kind: str
    via: tuple[str, ...]
    splits: int


def models() -> dict[str, list[str]]:
    """Ids of all models, and the corpora that each was tuned on."""
    found: dict[str, list[str]] = {}
    for corpus in corpora.load().values():
        for model in corpus.models:
            found.setdefault(model, []).append(corpus.id)
    return dict(sorted(found.items()))


def corpora_of(model: str) -> list[str]:
    """The corpora that a model was tuned on.

    Case, blanks and hyphens in its name do not matter, nor does a size at its end; II is 2.

    Raises:
        UsageError: no corpus names that model.
    """
    known = {_plain(name): name for name in models()}
    for name in (model, _SIZE.sub("", model)):
        if _plain(name) in known:
            return models()[known[_plain(name)]]
    near = difflib.get_close_matches(_plain(model), known, n=3, cutoff=0.5)
    remedy = f"did you mean {', '.join(known[name] for name in near) or ', '.join(known.values())}?"
    raise UsageError(f"no corpus is known that a model called {model!r} was tuned on", remedy=remedy)


def _plain(name: str) -> str:
    name = re.sub(r"(?<=[\W_])II$", "2", name)
    return re.sub(r"[\W_]", "", name).lower()


def declared(ids: list[str]) -> list[Exposure]:
    """All that corpora, and the corpora inside them, are declared to hold; by dataset, each claim once."""
    found: dict[tuple[str, str, str, str], Exposure] = {}
    for name in ids:
        for one in _declared(corpora.get(name), ()):
            found.setdefault((one.dataset, one.name, one.split, one.claim), one)
    return sorted(found.values(), key=lambda one: (not one.dataset, one.dataset, one.name.lower(), one.split))


def _declared(corpus: Corpus, via: tuple[str, ...]) -> Iterator[Exposure]:
    for said in corpus.declares:
        if not said.corpus:
            yield Exposure(said.dataset, said.name, said.split, said.claim, said.source, corpus.id, via)
        elif said.corpus not in (*via, corpus.id):
            yield from _declared(corpora.get(said.corpus), (*via, corpus.id))


def measured(ids: list[str]) -> list[Exposure]:
    """What scans of these corpora, and of the corpora inside them, found: of the findings that ship."""
    inside = _all_inside(ids)
    checked, counts = flags.counted()
    found = []
    for (dataset, split), checks in sorted(checked.items()):
        for check in checks:
            corpus = check.partition("@")[0]
            rows = counts.get((dataset, split), {}).get(corpus)
            if corpus in inside and rows:
                claim = ", ".join(_counted(verdict, count) for verdict, count in sorted(rows.items()))
                found.append(Exposure(dataset, "", split, claim, check, corpus, inside[corpus], "measured"))
    return found


def looked(ids: list[str]) -> list[Looked]:
    """These corpora and the corpora inside them: what was scanned, and what never was."""
    checked, _ = flags.counted()
    splits = Counter(check.partition("@")[0] for checks in checked.values() for check in checks)
    return [Looked(name, corpora.get(name).kind, via, splits[name]) for name, via in _all_inside(ids).items()]


def _counted(verdict: str, count: int) -> str:
    low = " of low confidence" if verdict.endswith("?") else ""
    return f"{count:,} {verdict.rstrip('?')}{low}"


def _all_inside(ids: list[str]) -> dict[str, tuple[str, ...]]:
    """Corpora and all inside them -> the first way there."""
    inside: dict[str, tuple[str, ...]] = {}
    for name in ids:
        for corpus, via in _inside(corpora.get(name), ()):
            inside.setdefault(corpus, via)
    return inside


def _inside(corpus: Corpus, via: tuple[str, ...]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """A corpus and all inside it, each with the way there."""
    yield corpus.id, via
    for said in corpus.declares:
        if said.corpus and said.corpus not in (*via, corpus.id):
            yield from _inside(corpora.get(said.corpus), (*via, corpus.id))
