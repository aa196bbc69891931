"""Build configs, datasets or everything into one folder: the one place that joins the parts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bioclue_data.building import describe, readme, workers
from bioclue_data.building import folder as folders
from bioclue_data.building.jobs import Built, Job
from bioclue_data.errors import InvalidDataError, NotHereError, UsageError
from bioclue_data.records import catalogue as catalogues
from bioclue_data.version import VERSION

if TYPE_CHECKING:
    from pathlib import Path

    from bioclue_data.building.folder import Manifest
    from bioclue_data.records.catalogue import Catalogue


@dataclass(frozen=True)
class Request:
    """What to build, from what, where to.

    Attributes:
        names: Configs (`ner_cn`, `cmeee_ner`) or datasets (`cmeee`); empty: everything.
        out: The folder to make or to add to.
        stores: Where sources are looked for; None: the invented samples.
        records: A folder with records of the user's own.
        require_all: Anything that is not here is an error.
        jobs: Datasets built at the same time.
    """

    names: tuple[str, ...]
    out: Path
    stores: Any
    records: Path | None = None
    require_all: bool = False
    jobs: int = 1


@dataclass(frozen=True)
class Outcome:
    """What stands in the folder after a build, and what is missing (dataset -> split -> why and remedy)."""

    folder: Path
    manifest: Manifest
    missing: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """Rows over all tables."""
        return sum(t["rows"] for built in self.manifest["datasets"].values() for t in built["tables"])


Progress = Callable[[Built, int, int], None]


def build(request: Request, progress: Progress | None = None) -> Outcome:
    """Build what is at hand of everything asked for, and put it in place in one step.

    Raises:
        UsageError: a name that does not exist, or a folder that cannot be added to.
        NotHereError: a dataset asked for by its own name is not here (or anything, with `require_all`).
        InvalidDataError: a source that is here fails; every failure of every dataset is in the message, and
            the folder stays as it was.
    """
    catalogue = catalogues.load(request.records)
    plan = _plan(catalogue, request.names)
    old = folders.read_manifest(request.out, "choose another --out")
    _refuse_mixture(old, request)
    with folders.replaced(request.out) as fresh:
        done = sorted(_build_all(plan, request, fresh, progress), key=lambda built: built.dataset)
        _refuse_problems(done)
        _refuse_missing(done, request, catalogue)
        for built in done:
            _name_configs(built, catalogue)
        manifest = _join(old, done, request)
        folders.carry_over(request.out, fresh, _kept(old, done))
        describe.describe(fresh, manifest, catalogue)
    return Outcome(request.out, manifest, manifest["missing"])


def _plan(catalogue: Catalogue, names: Sequence[str]) -> dict[str, list[str]]:
    """Dataset -> tasks."""
    plan: dict[str, list[str]] = {}
    pairs = [pair for name in names for pair in catalogue.config(name)]
    if not names:
        pairs = [(entry, task) for entry in catalogue.entries.values() for task in entry.record.tasks]
    for entry, task in pairs:
        tasks = plan.setdefault(entry.record.id, [])
        if task not in tasks:
            tasks.append(task)
    return plan


def _refuse_mixture(old: Manifest | None, request: Request) -> None:
    sample = request.stores is None
    if old and old["sample"] != sample:
        held = "invented samples" if old["sample"] else "real data"
        raise UsageError(f"this folder holds {held}", where=str(request.out), remedy="choose another --out")
    if old and old["version"] != _version(sample):
        raise UsageError(
            f"this folder was built by version {old['version']}, this is {_version(sample)}",
            where=str(request.out),
            remedy="choose another --out, or remove the folder",
        )


def _version(sample: bool) -> str:
    return readme.SAMPLE_VERSION if sample else VERSION


def _build_all(
    plan: dict[str, list[str]], request: Request, target: Path, progress: Progress | None
) -> Iterator[Built]:
    jobs = [
        Job(name, tuple(tasks), request.records, request.stores, target, request.out)
        for name, tasks in plan.items()
    ]
    for number, built in enumerate(workers.spread(_work, jobs, request.jobs), start=1):
        if progress:
            progress(built, number, len(jobs))
        yield built


def _work(job: Job) -> Built:
    from bioclue_data.building.units import build_dataset  # noqa: PLC0415 - 200 MB that only workers need

    return build_dataset(job)


def _refuse_problems(done: Iterable[Built]) -> None:
    problems = [problem for built in done for problem in built.problems]
    if problems:
        raise InvalidDataError(
            f"{len(problems)} problems, nothing was written\n" + "\n".join(problems),
            remedy="each line above names its own",
        )


def _refuse_missing(done: Sequence[Built], request: Request, catalogue: Catalogue) -> None:
    ids = {catalogue.find(name).record.id for name in request.names if name in catalogue.names()}
    wanted = [b for b in done if b.missing and (request.require_all or (b.dataset in ids and not b.tables))]
    if not wanted and any(built.tables for built in done):
        return
    gaps = [(built.dataset, split, gap) for built in (wanted or done) for split, gap in built.missing.items()]
    lines = [f"{dataset} {split}: {gap['what']}\n    remedy: {gap['remedy']}" for dataset, split, gap in gaps]
    reason = gaps[0][2]["reason"] if gaps else "declared"
    raise NotHereError("\n".join(["not here:", *lines]), reason=reason)


def _name_configs(built: Built, catalogue: Catalogue) -> None:
    """Write into each table which configs hold it: the README must not need the catalogue for old tables."""
    record = catalogue.find(built.dataset).record
    for table in built.tables:
        table["configs"] = catalogue.configs_of(record, table["task"])


def _kept(old: Manifest | None, done: Sequence[Built]) -> list[dict[str, Any]]:
    """Tables of the old folder that this build did not make again."""
    made = {table["path"] for built in done for table in built.tables}
    tables = (t for built in (old or {"datasets": {}})["datasets"].values() for t in built["tables"])
    return [table for table in tables if table["path"] not in made]


def _join(old: Manifest | None, done: Sequence[Built], request: Request) -> Manifest:
    datasets: dict[str, Any] = dict(old["datasets"]) if old else {}
    missing: dict[str, Any] = dict(old["missing"]) if old else {}
    kept = {table["path"] for table in _kept(old, done)}
    for built in done:
        before = datasets.get(built.dataset, {"tables": [], "counts": {}, "sources": {}})
        tables = [*built.tables, *(table for table in before["tables"] if table["path"] in kept)]
        missing.pop(built.dataset, None)
        if built.missing:
            missing[built.dataset] = built.missing
        if tables:
            datasets[built.dataset] = {
                "tables": sorted(tables, key=lambda table: table["path"]),
                "counts": before["counts"] | built.counts,
                "sources": before["sources"] | {n: list(facts) for n, facts in built.sources.items()},
            }
    sample = request.stores is None
    return {"version": _version(sample), "sample": sample, "datasets": datasets, "missing": missing}
