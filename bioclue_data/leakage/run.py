"""A whole check: rows against corpora, unit by unit, so that a killed run goes on and machines can share it.

A unit is one group of rows (what one index holds) against one file of a corpus, or some small ones. Its
findings are a part (see `parts`); a unit whose part is there is done. Merging takes the best per item.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from bioclue_data import memory
from bioclue_data.building.flags import check_of
from bioclue_data.leakage import checks, held, parts, revisions
from bioclue_data.leakage import findings as found
from bioclue_data.leakage.ahead import ahead
from bioclue_data.leakage.reading import addresses, reader
from bioclue_data.leakage.reading.batches import size_of_text
from bioclue_data.leakage.scanning import Records, joined, scan_records
from bioclue_data.leakage.search import search_for
from bioclue_data.leakage.targets import groups
from bioclue_data.leakage.verdicts import Thresholds
from bioclue_data.visible import readable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    import pyarrow as pa

    from bioclue_data.leakage.revisions import State
    from bioclue_data.leakage.rows import Row, Rows
    from bioclue_data.leakage.search import Search

    Bundle = tuple["Source", tuple[str, ...], str, int]
    Say = Callable[[str], None] | None
    Engine = Callable[[Sequence["Unit"], Search, "Options", Say], Iterable[tuple["Unit", parts.Result]]]


BUNDLE = 32 << 20  # bytes of files in a unit, about
COUNTED = "records", "bytes", "templates"  # of what is read, told of each corpus


@dataclass(frozen=True)
class Source:
    """A corpus to scan.

    Attributes:
        corpus, revision: What findings call it.
        files: Its files.
        fields: Fields of their records; empty: all.
        skipped: What is beside the files and is not read.
        problems: What of it cannot be listed, a sentence each.
        folder: Where its files are; empty: what their paths have in common.
        states: Size and time of change of its files when it got its revision, as far as they are known.
    """

    corpus: str
    revision: str
    files: tuple[str, ...]
    fields: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    folder: str = ""
    states: Mapping[str, State] = field(default_factory=dict, compare=False)

    @cached_property
    def root(self) -> str:
        """The folder that findings leave out of the paths: nothing of this machine goes into them."""
        if self.folder:
            return self.folder
        folders = [os.path.dirname(os.path.abspath(file)) for file in self.files if "://" not in file]  # noqa: PTH100, PTH120
        return os.path.commonpath(folders) if folders else ""

    def inside(self, file: str) -> str:
        """Path of a file inside the corpus, as text; the whole address of one that is elsewhere."""
        return readable(file if "://" in file else os.path.relpath(file, self.root or "."))


class Unit(NamedTuple):
    """Files of a corpus to be scanned together.

    Attributes:
        number: Of the unit in the run.
        source, files: The corpus, and its files.
        stamp: What tells them from others; empty where no part is named by it.
        size: Bytes of the files, about.
    """

    number: int
    source: Source
    files: tuple[str, ...]
    stamp: str = ""
    size: int = 0

    @property
    def key(self) -> tuple[str, ...]:
        """What tells what is read of it from what is read of others."""
        return (self.source.corpus, *self.source.fields, *self.files)

    @property
    def changed(self) -> list[str]:
        """Files that are others than those that have the revision."""
        known = self.source.states
        return [file for file in self.files if file in known and revisions.state_of(file) != known[file]]

    def part(self, rows: str, options: Options) -> Path | None:
        """Where its findings go. `rows`: the digest of what is looked for."""
        if options.parts is None:
            return None
        return options.parts / parts.name(self.source.corpus, [self.stamp, *options.thresholds], rows)


class Options(NamedTuple):
    """How to run.

    Attributes:
        thresholds: Of the verdicts.
        threads: That scan.
        parts: Folder for the findings of single units; None: keep them in memory.
        shard: (i, N): only every N-th unit, from the i-th; (0, 1): all.
        engine: Scans units; None: threads of this process.
        keep: Only findings of these verdicts; None: all.
        again: Will the corpora be read once more, for other rows? `check` says so to the engine.
    """

    thresholds: Thresholds = Thresholds()
    threads: int = 2
    parts: Path | None = None
    shard: tuple[int, int] = (0, 1)
    engine: Engine | None = None
    keep: frozenset[str] | None = None
    again: bool = False


@dataclass
class Summary:
    """What was read and checked; `problems` are what a corpus' files are wrong with.

    `variants`: how many of which name were looked for, beside the rows.
    """

    thresholds: dict[str, float]
    method: str
    corpora: list[dict[str, Any]] = field(default_factory=list)
    datasets: list[dict[str, Any]] = field(default_factory=list)
    variants: dict[str, int] = field(default_factory=dict)

    @property
    def problems(self) -> list[str]:
        """All problems, with the corpus, and the file inside it; a corpus of one file is called as that."""
        return [
            problem if problem.startswith(f"{corpus['corpus']}: ") else f"{corpus['corpus']}: {problem}"
            for corpus in self.corpora
            for problem in corpus["problems"]
        ]

    @property
    def checks(self) -> list[str]:
        """What `leakage_checked` says: of the corpora of which any text was read; no others were checked."""
        return [check_of(corpus) for corpus in self.corpora if corpus["bytes"]]


def check(
    rows: Iterable[Row] | Iterable[Rows],
    corpora: Sequence[Source],
    options: Options = Options(),  # noqa: B008 - frozen
    say: Say = None,
) -> tuple[pa.Table, Summary]:
    """Check rows against corpora: findings (schema `findings.SCHEMA`) and a summary.

    Neither the rows nor the corpora are held in memory whole; every group of rows reads the corpora again.
    With a shard, the findings are those of its units only.
    """
    summary = Summary(options.thresholds._asdict(), found.method())
    facts = {source.corpus: _facts(source) for source in corpora}
    bundles = [
        (source, files, _stamp(source, files) if options.parts else "", size)
        for source in corpora
        for files, size in _bundles(source.files)
    ]
    counts: Counter[tuple[str, str, str]] = Counter()
    variants: Counter[str] = Counter()
    results: list[pa.Table] = []
    engine = options.engine or _Threads()
    for number, work in enumerate(ahead(_works(rows, bundles, options))):
        counts.update(work.tables)
        variants.update(work.variants)
        for unit, (part, read) in _scanned(work, options, engine, say):
            results.append(part if options.keep is None else _only(part, options.keep))
            about = facts[unit.source.corpus]
            if not number:
                about |= {name: about[name] + read[name] for name in COUNTED}
            about["problems"] = list(dict.fromkeys([*about["problems"], *read["problems"]]))
        memory.give_back()
    for source in corpora:
        about = facts[source.corpus]
        usual = options.thresholds, source.fields, about["problems"]
        about["method"] = checks.method_of(*usual, variants=bool(variants))
    summary.corpora, summary.variants = list(facts.values()), dict(sorted(variants.items()))
    if counts and options.shard[1] == 1:
        _tell_of_empty(summary)
    names = ("dataset", "split", "task")
    summary.datasets = [dict(zip(names, key, strict=True)) | {"rows": n} for key, n in sorted(counts.items())]
    return checks.named(found.merged(results), summary.corpora), summary


def _tell_of_empty(summary: Summary) -> None:
    for about in summary.corpora:
        if not about["bytes"] and not about["problems"]:
            about["problems"].append("no record holds text: nothing was checked against it")


def _facts(source: Source) -> dict[str, Any]:
    about = {"corpus": source.corpus, "revision": source.revision, "files": len(source.files)}
    beside = {"problems": list(source.problems), "skipped": list(source.skipped)}
    return about | {"records": 0, "bytes": 0, "templates": 0} | beside


class _Work(NamedTuple):
    """What is to be done for a group of rows.

    Attributes:
        tables: How many rows are of which table.
        variants: How many variants of them are of which name.
        units: What is to be scanned, with the parts that their findings go to.
        done: Results that are there.
        search: What is looked for in the other units; None if all are done.
        is_last: Does no group follow?
    """

    tables: Counter[tuple[str, str, str]]
    variants: Counter[str]
    units: list[tuple[Unit, Path | None]]
    done: dict[int, parts.Result]
    search: Search | None
    is_last: bool


def _works(
    rows: Iterable[Row] | Iterable[Rows], bundles: Sequence[Bundle], options: Options
) -> Iterator[_Work]:
    first, (shard, shards) = 0, options.shard
    for group in groups(rows):
        numbered = [Unit(first + place, *bundle) for place, bundle in enumerate(bundles)]
        first += len(numbered)
        digest = parts.digest_of(group.rows.keys) if options.parts else ""
        units = [(unit, unit.part(digest, options)) for unit in numbered if unit.number % shards == shard]
        done = {
            unit.number: result
            for unit, part in units
            if part and (result := parts.read(part)) and not _may_be_mended(unit, result)
        }
        tables = Counter(key.table for key in group.rows.keys if not key.variant)
        variants = Counter(key.variant for key in group.rows.keys if key.variant)
        search, is_last = None, group.is_last
        if len(done) < len(units):
            search = search_for([group.rows], options.thresholds, group.portions)
        del group  # the index has the texts: there is no need to hold them twice
        yield _Work(tables, variants, units, done, search, is_last)
        del search


def _scanned(work: _Work, options: Options, engine: Engine, say: Say) -> Iterator[tuple[Unit, parts.Result]]:
    """Units with their results, in order: from parts that are there, else by the engine."""
    done, places = work.done, {unit.number: part for unit, part in work.units}
    left = [unit for unit, _ in work.units if unit.number not in done]
    again = options._replace(again=not work.is_last)
    for unit, result in engine(left, work.search, again, say) if work.search else ():
        if changed := unit.changed:
            told = [
                f"{unit.source.inside(file)}: changed during the scan: start it again" for file in changed
            ]
            result[1]["problems"] += told
            result[1]["lost"] = True
        done[unit.number] = result
        if (part := places[unit.number]) and not result[1].get("lost"):
            parts.write(part, result)
    return ((unit, done[unit.number]) for unit, _ in work.units)


def _may_be_mended(unit: Unit, result: parts.Result) -> bool:
    """Was a file not read well that is elsewhere, or could it not be opened and now can?

    What is here and damaged stays so under its revision.
    """
    read = result[1]
    unopened = read.get("unopened", ())
    return bool(read["problems"]) and any(
        "://" in file or (unit.source.inside(file) in unopened and _opens(file)) for file in unit.files
    )


def _opens(file: str) -> bool:
    try:
        with Path(file).open("rb"):
            return True
    except OSError:
        return False


def _only(findings: pa.Table, verdicts: frozenset[str]) -> pa.Table:
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.compute as pc  # noqa: PLC0415

    return findings.filter(pc.is_in(findings["verdict"], pa.array(sorted(verdicts))))


def scan_unit(unit: Unit, search: Search, threads: int) -> parts.Result:
    """Findings of one unit, and what was read: records, bytes, problems."""
    return _findings(unit, read_unit(unit), search, threads)


def _findings(unit: Unit, read: held.Read, search: Search, threads: int) -> parts.Result:
    batches, about = read
    seen = scan_records(batches, search, threads)
    rows = found.findings(seen, search, unit.source.corpus, unit.source.revision)
    return found.table(rows), about


class _Threads:
    """The engine of this process."""

    def __init__(self) -> None:
        self._held = held.Held()

    def __call__(
        self, units: Sequence[Unit], search: Search, options: Options, say: Say
    ) -> Iterator[tuple[Unit, parts.Result]]:
        for unit in units:
            if say:
                say(f"{unit.source.corpus}: {unit.files[0]}")
            keep = options.again and unit.size <= held.ROOM
            read = self._held.read(unit.key, partial(read_unit, unit), keep=keep)
            yield unit, _findings(unit, read, search, options.threads)


def _bundles(files: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], int]]:
    """Files one by one, or small ones together; and their bytes."""
    bundle: list[str] = []
    size = 0
    for file in files:
        bundle.append(file)
        size += _size(file)
        if size >= BUNDLE:
            yield tuple(bundle), size
            bundle, size = [], 0
    if bundle:
        yield tuple(bundle), size


def _stamp(source: Source, files: tuple[str, ...]) -> str:
    """What tells files of a corpus from others, wherever they lie: a digest of names and sizes.

    Of addresses counts what is told of their contents, also where the revision was given a name.
    """
    told = [
        (source.inside(file), addresses.content_of(file) if "://" in file else _size(file)) for file in files
    ]
    facts = [source.corpus, source.revision, found.method(), source.fields, told]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def _size(file: str) -> int:
    """Bytes of a file here; one that is elsewhere, or gone, counts as a bundle."""
    try:
        return Path(file).stat().st_size if "://" not in file else BUNDLE
    except OSError:
        return BUNDLE


def read_unit(unit: Unit) -> held.Read:
    """Batches of a unit, and what was read, which is complete when they are through."""
    read: dict[str, Any] = {"records": 0, "bytes": 0, "templates": 0, "problems": [], "unopened": []}
    return joined(_records(unit, read)), read


def _records(unit: Unit, read: dict[str, Any]) -> Iterator[Records]:
    for file in unit.files:
        inside = unit.source.inside(file)
        if "://" not in file and not _opens(file):
            read["unopened"].append(inside)
        templates: set[bytes] = set()
        for batch in reader.read(file, fields=unit.source.fields):
            read["templates"] += len(set(batch.templates) - templates)
            templates.update(batch.templates)
            read["records"] += len(batch.texts)
            size = size_of_text(batch.texts)
            read["bytes"] += size
            read["problems"] += [f"{inside}: {problem}" for problem in batch.problems]
            if size:
                yield Records(batch.texts, inside, batch.first, templates=batch.templates)
