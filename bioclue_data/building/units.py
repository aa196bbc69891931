"""Build the tables of one dataset: read, project, check, write; one pass over the source for all tasks."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from bioclue_data import readers
from bioclue_data.building import flags, kept_flags, project, tally
from bioclue_data.building.acquire import Acquirer, covered
from bioclue_data.building.folder import table_path
from bioclue_data.building.jobs import Built, Job
from bioclue_data.building.ledger import Ledger
from bioclue_data.building.seen import Seen
from bioclue_data.building.tables import ROW_GROUP, TableWriter
from bioclue_data.contracts import contract as contracts
from bioclue_data.contracts.check import Checker, Fault, Terms
from bioclue_data.errors import BioclueError, NotHereError
from bioclue_data.records import catalogue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bioclue_data.readers.document import Document, Sources
    from bioclue_data.records.catalogue import Entry
    from bioclue_data.records.record import Record, Split

CLOSED = ("entities", "relations", "events", "corefs", "roles", "arguments", "turns")


def build_dataset(job: Job) -> Built:
    """Build every split that is at hand, in every task asked for; never raises a BioclueError."""
    built = Built(job.dataset)
    entry = catalogue.load(job.records).find(job.dataset)
    if entry.record.splits is None or not entry.record.read:
        what = f"{entry.record.id} is declared, but has no loader yet"
        built.missing["*"] = _missing(
            NotHereError(what, reason="declared", remedy="CONTRIBUTING.md says how to write one")
        )
        return built
    acquirer = Acquirer(entry, job.stores)
    for name, split in entry.record.splits.items():
        _build_split(job, entry, acquirer, name, split, built)
    built.sources = dict(sorted(acquirer.used.items()))
    return built


def _missing(error: NotHereError) -> dict[str, str]:
    return {"reason": error.reason, "what": error.what, "remedy": error.remedy}


def _build_split(job: Job, entry: Entry, acquirer: Acquirer, name: str, split: Split, built: Built) -> None:
    try:
        sources = acquirer.sources(split)
        run = _SplitRun(job, entry, name, split, sources)
        run.run()
    except NotHereError as error:
        built.missing[name] = _missing(error)
    except BioclueError as error:
        built.problems.append(f"{entry.record.id} {name}: {error}")
    else:
        built.tables += run.tables
        built.counts[name] = dict(sorted(run.counts.items()))
        built.problems += run.problems


def terms_of(record: Record) -> Terms:
    """The closed sets of a record, as the rules want them."""
    closed = {layer: getattr(record.terms, layer) for layer in CLOSED}
    for layer in project.MAPPED:
        table = getattr(record.terms, layer)
        closed[layer] = table.values() if isinstance(table, dict) else table
    return Terms(
        labels={layer: frozenset(values) for layer, values in closed.items() if values},
        arity=record.terms.arity,
        value_range=record.terms.scale,
        joiner=record.terms.joiner,
        schema=record.terms.json_schema or None,
    )


class _SplitRun:
    """One pass over one split: documents in, one checked table per task out."""

    def __init__(self, job: Job, entry: Entry, name: str, split: Split, sources: Sources) -> None:
        self._record, self._name, self._split, self._sources = entry.record, name, split, sources
        self._exact = job.stores is not None
        self._prepare = project.prepare(entry.record, split.withheld)
        self._tables = [
            _TableRun(job, entry.record, task, name, split, exact=self._exact) for task in job.tasks
        ]
        self._files = {file.name: file for file in sources.files}
        self._seen = Seen()
        self._unused: list[str] = []
        self._every_task = set(job.tasks) == set(entry.record.tasks)
        self.counts: Counter[str] = Counter()
        self.tables: list[dict[str, Any]] = []
        self.problems: list[str] = []

    def run(self) -> None:
        for document in self._documents():
            file = self._files[document.file]
            document.subset = document.subset or file.subset
            self._prepare(document)
            tally.add(self.counts, document.layers)
            taken = [table.add(document, file.revision) for table in self._tables]
            if not any(taken):
                self._unused.append(document.source_id)
        done = [table.finish() for table in self._tables]
        self.tables = [facts for facts in done if facts["rows"]]
        self.problems = [problem for table in self._tables for problem in table.problems()]
        self.problems += self._count_problems()

    def _documents(self) -> Iterator[Document]:
        reader = readers.load(self._record.read["format"])
        table = {key: value for key, value in self._record.read.items() if key != "format"}
        options = readers.options(self._record.read["format"], table, f"{self._record.id}: [read]")
        for document in reader.read(self._sources, options):
            if covered(self._split, self._sources.lookups, document.source_id, document.document_id):
                self._number(document)
                yield document

    def _number(self, document: Document) -> None:
        if (repeat := self._seen.add(document.source_id)) > 1:
            project.numbered(document, repeat)

    def _count_problems(self) -> list[str]:
        where = f"{self._record.id} {self._name}"
        if not self.counts["documents"]:
            return [
                f"{where}: the source gave no item at all\n    remedy: check `[read]` and the split's files"
            ]
        found = {f"rows.{facts['task']}": facts["rows"] for facts in self.tables}
        empty = [table.task for table in self._tables if f"rows.{table.task}" not in found]
        lost = [
            f"{where}: no row for task {task}\n    remedy: the reader gives no layer that it needs"
            for task in empty
        ]
        return lost + self._useless() + (self._differing() if self._exact else [])

    def _useless(self) -> list[str]:
        """Documents that feed no task would be lost without a word."""
        if not self._unused or not self._every_task:
            return []
        what = f"{len(self._unused)} documents feed no task, the first is {self._unused[0]}"
        remedy = "let the reader give the layers that a task needs (gold that is missing: null)"
        return [f"{self._record.id} {self._name}: {what}\n    remedy: {remedy}"]

    def _differing(self) -> list[str]:
        expected = getattr(self._record.expected.observed, self._name)
        return [
            f"{self._record.id} {self._name}: {key}: declared {count}, found {self.counts[key]}\n"
            f"    remedy: if the source is right, correct `expected` (`bioclue measure {self._record.id}`)"
            for key, count in expected.items()
            if self.counts[key] != count
        ]


class _TableRun:
    """One task's table of one split: rows are collected, checked and written by row groups."""

    def __init__(self, job: Job, record: Record, task: str, name: str, split: Split, *, exact: bool) -> None:
        self.task = task
        contract = contracts.load(task)
        origin = record.splits.origin if record.splits else "none"
        self._schema = contracts.arrow_schema(contract)
        self._projection = project.projection(record, task, name, origin, split.withheld)
        self._checker = Checker(contract, terms_of(record))
        self._ledger = Ledger(record, task, name, self._checker.codes, exact=exact)
        self._path = table_path(record, task, name)
        self._writer = TableWriter(job.target / self._path, self._schema)
        self._rows: list[project.Row] = []
        self._remarks: list[Fault] = []
        self._facts = {"task": task, "split": name, "labelled": self._projection.labelled, "path": self._path}
        self._target = job.target
        self._dataset, self._split = record.id, name
        self._flags = flags.shipped() if exact else flags.Flags()
        ships = self._flags.corpora(record.id, name)
        self._kept = kept_flags.of_table(job.old / self._path, ships) if job.old else {}

    def add(self, document: Document, revision: str) -> bool:
        """Take the document's row; False if it feeds another task only."""
        row = self._projection.row(document, revision)
        if row is None:
            return False
        at = len(self._rows)
        self._rows.append(row)
        self._remarks += [
            Fault(r.rule, "error", row["item_id"], at, r.place, r.detail) for r in document.remarks
        ]
        if len(self._rows) == ROW_GROUP:
            self._flush()
        return True

    def _flush(self) -> None:
        table = pa.Table.from_pylist(self._rows, schema=self._schema)
        faults = self._ledger.enter([*self._remarks, *self._checker.check(table)])
        table = _with_quality(table, faults, self._schema) if faults else table
        flagged = self._flags.apply(table, self._dataset, self._split)
        self._writer.write(kept_flags.add(flagged, self._kept) if self._kept else flagged)
        self._rows, self._remarks = [], []

    def finish(self) -> dict[str, Any]:
        if self._rows:
            self._flush()
        written = self._writer.close()
        if not written.rows:
            (self._target / self._path).unlink()
        return self._facts | asdict(written) | {"faults": dict(sorted(self._ledger.counts.items()))}

    def problems(self) -> list[str]:
        return self._ledger.problems()


def _with_quality(table: pa.Table, faults: list[tuple[Fault, str]], schema: pa.Schema) -> pa.Table:
    quality: list[list[dict[str, str]]] = [[] for _ in range(table.num_rows)]
    for fault, severity in faults:
        remark = {"rule": fault.rule, "severity": severity, "place": fault.place, "detail": fault.detail}
        quality[fault.row].append(remark)
    at = schema.get_field_index("quality")
    return table.set_column(at, schema.field(at), pa.array(quality, type=schema.field(at).type))
