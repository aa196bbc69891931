"""The licence gate: whatever is asked, and whatever a folder says of itself, held-back rows stay here."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click.testing
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bioclue_data.building import describe
from bioclue_data.commands.push import command
from bioclue_data.errors import BioclueError, HeldBackError, InvalidDataError, UsageError
from bioclue_data.publish import gate, plan, pushing
from bioclue_data.records import catalogue as catalogues
from bioclue_data.records import licences
from tests import publishing

SECRET = "mednli"  # credentialed
OPEN = "sciq"
COUNT = 50
FLAGS = {
    "--dry-run": (False, True),
    "--private": (False, True),
    "--create-pr": (False, True),
    "--only-redistributable": (False, True),
    "--json": (False, True),
    "--tag": (None, "auto", "3.0.0"),
    "--gated": (None, "auto", "manual"),
}
COMBINATIONS = [dict(zip(FLAGS, values, strict=True)) for values in itertools.product(*FLAGS.values())]
ALIKE = {
    ("--json", True),
    ("--tag", "3.0.0"),
    ("--gated", "auto"),
}  # drawn only: the product takes 3 s a dozen


class Recorder:
    """In the place of the Hub: keeps what it is given. `there` is what it says of itself."""

    there: plan.Remote | None = None
    given: dict[str, bytes]
    committed = 0
    endpoint = "recorder"

    def __init__(self, repo: str) -> None:
        self.repo = repo

    def must_know_me(self) -> None:
        """Everybody is welcome."""

    def state(self) -> plan.Remote | None:
        return Recorder.there

    def create(self, *, private: bool) -> str:
        return "0" * 40

    def gate(self, how: str) -> None:
        """No rows."""

    def tag(self, name: str, commit: str) -> None:
        """No rows."""

    def commit(self, folder: Path, found: plan.Plan, *_: Any, **__: Any) -> tuple[str, str]:
        Recorder.committed += 1
        for path in (*found.added, *found.changed):
            Recorder.given[path] = (folder / path).read_bytes()
        return "1" * 40, ""


@pytest.fixture(scope="module")
def fifty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fifty datasets, one of them credentialed, as if built from real files."""
    entries = catalogues.load().entries.values()
    free = [e.record for e in entries if licences.may_publish(e.record) and e.record.read]
    free.sort(key=lambda record: len(record.tasks) * len(record.splits.items()) if record.splits else 99)
    assert catalogues.load().find(SECRET).record.access == "credentialed"
    names = {SECRET, OPEN, *[record.id for record in free if record.id != OPEN][: COUNT - 2]}
    assert len(names) == COUNT
    samples = publishing.sample(tmp_path_factory.mktemp("gate") / "samples", *sorted(names))
    return publishing.as_real(samples, samples.with_name("fifty"))


@pytest.fixture(scope="module")
def secret(fifty: Path) -> set[str]:
    """Content hashes and texts that must not get out."""
    found = set()
    for table in publishing.edit(fifty)["datasets"][SECRET]["tables"]:
        rows = pq.ParquetFile(fifty / table["path"]).read().to_pylist()
        found |= {row[name] for row in rows for name in ("content_hash", "text_a", "text_b")}
    return found


@pytest.fixture(autouse=True)
def _recorded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The Hub is recorded; contracts know nothing of licences, and are not checked again and again."""
    monkeypatch.setenv("BIOCLUE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(pushing, "Hub", Recorder)
    monkeypatch.setattr(pushing, "_validate", lambda staged: staged.write(staged.manifest["version"]))
    monkeypatch.setattr(pushing, "verify", lambda *_: ())
    Recorder.there, Recorder.given, Recorder.committed = None, {}, 0


def push(folder: Path, flags: dict[str, Any]) -> BaseException | None:
    """Push with flags of the command line; gives what stopped it."""
    words = [(name,) if value is True else (name, value) for name, value in flags.items() if value]
    Recorder.given = {}
    arguments = [str(folder), "org/bioclue", *itertools.chain(*words)]
    done = click.testing.CliRunner().invoke(command, arguments)
    assert done.exception is None or isinstance(done.exception, BioclueError), done.exc_info
    return done.exception


def leaked(secret: set[str]) -> set[str]:
    """What of the secret the Hub was given."""
    found = set()
    for path, content in Recorder.given.items():
        if path.endswith(".parquet"):
            rows = pq.read_table(pa.BufferReader(content)).to_pylist()
            text = {str(value) for row in rows for value in row.values()}
            found |= secret & text
        else:
            found |= {value for value in secret if value.encode() in content}
    return found


def test_no_combination_of_flags_takes_a_credentialed_dataset(fifty: Path, secret: set[str]) -> None:
    published = 0
    for flags in (flags for flags in COMBINATIONS if not ALIKE & set(flags.items())):
        stopped = push(fifty, flags)
        if not flags["--only-redistributable"] and not (
            flags["--create-pr"] and (flags["--tag"] or flags["--gated"])
        ):
            assert isinstance(stopped, HeldBackError)
            assert SECRET in str(stopped)
        assert not leaked(secret)
        assert not [
            path for path in Recorder.given if path.split("/")[1:2] == [SECRET] and path.endswith(".parquet")
        ]
        published += bool(Recorder.given)
    # goes on: not a dry run, with the flag, and no tag or gate on a request
    assert published == Recorder.committed == 2 * (4 + 1)


def _tables(folder: Path) -> tuple[dict[str, Any], list[dict[str, Any]], list[dict[str, Any]]]:
    datasets = publishing.edit(folder)["datasets"]
    return datasets, datasets[SECRET]["tables"], datasets[OPEN]["tables"]


def renamed_table(folder: Path) -> None:
    """A table of the secret takes the place of an open one, hash and all."""
    datasets, secret, open_ones = _tables(folder)
    (folder / open_ones[0]["path"]).unlink()
    shutil.move(folder / secret[0]["path"], folder / open_ones[0]["path"])
    open_ones[0].update({name: secret[0][name] for name in ("sha256", "bytes", "rows")})
    secret.pop(0)
    publishing.edit(folder, datasets=datasets)


def moved_entry(folder: Path) -> None:
    """The manifest counts the tables of the secret among the open dataset's, where they lie."""
    datasets, secret, open_ones = _tables(folder)
    open_ones += secret
    del datasets[SECRET]
    publishing.edit(folder, datasets=datasets)


def renamed_dataset(folder: Path) -> None:
    """The manifest calls the secret by the open dataset's name."""
    datasets, _, open_ones = _tables(folder)
    for table in open_ones:
        (folder / table["path"]).unlink()
    datasets[OPEN] = datasets.pop(SECRET)
    publishing.edit(folder, datasets=datasets)


def unknown_dataset(folder: Path) -> None:
    """The manifest calls the secret by a name that no record has."""
    datasets, _, _ = _tables(folder)
    datasets["my_own_notes"] = datasets.pop(SECRET)
    publishing.edit(folder, datasets=datasets)


def mixed_rows(folder: Path) -> None:
    """Rows of the secret stand at the end of an open table."""
    datasets, secret, open_ones = _tables(folder)
    extra = pq.ParquetFile(folder / secret[0]["path"]).read().select(["dataset", "licence", "access"])

    def mix(rows: pa.Table) -> pa.Table:
        one = rows.slice(0, 1)
        for name in extra.column_names:
            at = one.schema.get_field_index(name)
            one = one.set_column(at, one.schema.field(at), extra.column(name).slice(0, 1))
        return pa.concat_tables([rows, one]).unify_dictionaries()

    publishing.rewrite(folder, open_ones[0], mix)
    publishing.edit(folder, datasets=datasets)


def relabelled(folder: Path) -> None:
    """The secret's rows and manifest say that it is open; its record does not."""
    datasets, secret, _ = _tables(folder)
    for table in secret:
        publishing.rewrite(folder, table, lambda rows: _set(rows, licence="CC0-1.0", access="open"))
    publishing.edit(folder, datasets=datasets)


def disguised(folder: Path) -> None:
    """The secret's rows name the open dataset, but not its licence; they lie where its table would."""
    datasets, secret, _ = _tables(folder)
    publishing.rewrite(folder, secret[0], lambda rows: _set(rows, dataset=OPEN, access="open"))
    publishing.edit(folder, datasets=datasets)
    renamed_table(folder)


def linked(folder: Path) -> None:
    """An open table is a link to one of the secret."""
    datasets, secret, open_ones = _tables(folder)
    path = folder / open_ones[0]["path"]
    path.unlink()
    path.symlink_to(folder / secret[0]["path"])
    open_ones[0].update({name: secret[0][name] for name in ("sha256", "bytes", "rows")})
    publishing.edit(folder, datasets=datasets)


def climbing(folder: Path) -> None:
    """An entry of the open dataset leads out of the folder, to the secret."""
    datasets, secret, open_ones = _tables(folder)
    outside = folder.parent / f"{folder.name}-outside.parquet"
    shutil.copy(folder / secret[0]["path"], outside)
    open_ones.append({**secret[0], "path": f"../{outside.name}"})
    publishing.edit(folder, datasets=datasets)


def in_the_readme(folder: Path) -> None:
    """Its text stands in the pages of the folder."""
    _, secret, _ = _tables(folder)
    rows = pq.ParquetFile(folder / secret[0]["path"]).read().to_pylist()
    for name in describe.FILES[1:]:
        (folder / name).unlink(missing_ok=True)
        (folder / name).write_text(str(rows), encoding="utf-8")


def in_the_manifest(folder: Path) -> None:
    """Its text stands where the manifest says what is missing."""
    _, secret, _ = _tables(folder)
    rows = pq.ParquetFile(folder / secret[0]["path"]).read().to_pylist()
    gap = {"reason": "gated", "what": str(rows), "remedy": str(rows)}
    publishing.edit(folder, missing={OPEN: {"test": gap}}, notes=str(rows), flags={"path": secret[0]["path"]})


def beside(folder: Path) -> None:
    """Its table lies in the folder of an open one, and no manifest knows it."""
    _, secret, open_ones = _tables(folder)
    place = (folder / open_ones[0]["path"]).parent
    shutil.copy(folder / secret[0]["path"], place / "more-00000-of-00001.parquet")


def untouched(folder: Path) -> None:
    """The folder as it was built."""


def _set(rows: pa.Table, **values: str) -> pa.Table:
    for name, value in values.items():
        at = rows.schema.get_field_index(name)
        field = rows.schema.field(at)
        rows = rows.set_column(at, field, pa.array([value] * len(rows), pa.string()).cast(field.type))
    return rows


LIES: list[Callable[[Path], None]] = [
    renamed_table, moved_entry, renamed_dataset, mixed_rows, disguised, linked, climbing, beside,
]  # fmt: skip
TRICKS = [*LIES, untouched, unknown_dataset, relabelled, in_the_readme, in_the_manifest]
REMOTES = [None, plan.Remote("2" * 40, private=True), plan.Remote("2" * 40, private=False)]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    flags=st.sampled_from(COMBINATIONS),
    trick=st.sampled_from(TRICKS),
    remote=st.sampled_from(REMOTES),
)
def test_no_trick_takes_a_credentialed_dataset(
    fifty: Path, secret: set[str], tmp_path_factory: pytest.TempPathFactory,
    flags: dict[str, Any], trick: Callable[[Path], None], remote: plan.Remote | None,
) -> None:  # fmt: skip
    folder = publishing.copy(fifty, tmp_path_factory.mktemp("trick") / "folder")
    trick(folder)
    Recorder.there = remote
    push(folder, flags)
    assert not leaked(secret)
    assert not [path for path in Recorder.given if "my_own_notes" in path]
    shutil.rmtree(folder)


@pytest.mark.parametrize("trick", LIES)
def test_a_folder_that_lies_is_refused(fifty: Path, tmp_path: Path, trick: Callable[[Path], None]) -> None:
    folder = publishing.copy(fifty, tmp_path / "folder")
    trick(folder)
    refused = UsageError if trick is climbing else InvalidDataError  # its manifest is not even read
    assert isinstance(push(folder, {"--only-redistributable": True}), refused)
    assert not Recorder.given


def test_records_of_your_own_are_not_even_named(fifty: Path, tmp_path: Path) -> None:
    folder = publishing.copy(fifty, tmp_path / "folder")
    unknown_dataset(folder)
    assert push(folder, {"--only-redistributable": True}) is None
    assert Recorder.given
    assert not [
        path for path, content in Recorder.given.items() if b"my_own_notes" in content or "my_own" in path
    ]


def test_the_gate_follows_the_one_table(fifty: Path) -> None:
    catalogue = catalogues.load()
    everything = {name: {"tables": []} for name in catalogue.entries}
    held = gate.held_back({"datasets": everything}, catalogue)
    free = everything.keys() - {one.dataset for one in held}
    assert all(licences.may_publish(catalogue.entries[name].record) for name in free)
    for one in held:
        assert one.entry
        record = one.entry.record
        assert not licences.may_publish(record)
        assert (record.access in one.reason) is record.gated
        assert "unknown" not in one.ask
        assert one.recipe.startswith(f"bioclue build {one.dataset}")
    assert {catalogue.entries[name].record.access for name in free} == {"open"}
    assert "unknown" not in {catalogue.entries[name].record.licence.id for name in free}
