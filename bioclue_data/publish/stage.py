"""A temporary folder with exactly what is published: tables that may leave, and pages that speak of these."""

from __future__ import annotations

import hashlib
import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bioclue_data import locations
from bioclue_data.building import describe
from bioclue_data.building import folder as folders
from bioclue_data.building.configs import is_shared, tables_of
from bioclue_data.building.tables import file_sha256
from bioclue_data.markdown import table
from bioclue_data.publish import release
from bioclue_data.records.catalogue import RECORD

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    import polars as pl

    from bioclue_data.building.folder import Manifest
    from bioclue_data.publish.gate import HeldBack
    from bioclue_data.records.catalogue import Catalogue

HELD_BACK = "held_back"
FLAGS = f"{HELD_BACK}/leakage.parquet"
FLAG_COLUMNS = ("corpus", "revision", "method", "verdict", "low_confidence", "score", "field")
SECTION = """
## On the Hub

```python
from datasets import load_dataset
load_dataset("{repo}", "{first}")   # also streaming=True, revision="v{version}"
```
"""
HELD_SECTION = """
## Held back

{published} of {all} datasets are here, {rows} of {all_rows} rows. The licence of the others is not known
or does not allow it, or their source wants to be asked. `held_back/` has the record of each, and
`leakage.parquet` there the leakage flags of their rows, by content hash and without text. One command builds
each beside the rest, from the source or from your own copy below DIR:

{held}"""


@dataclass(frozen=True)
class Stage:
    """What is published of a folder, and where it is put together.

    Attributes:
        folder: The temporary folder.
        manifest: The manifest of what is published, without its version's number.
        source: The manifest of the built folder.
        held: Datasets held back that may be named.
        catalogue: The records of the package.
        repo: Where it goes: `ORG/NAME`.
    """

    folder: Path
    manifest: Manifest
    source: Manifest
    held: Sequence[HeldBack]
    catalogue: Catalogue
    repo: str

    def own_corpora(self) -> list[str]:
        """Corpora that the flags name and the registry does not know: a scan of the user's own text."""
        from bioclue_data.leakage import corpora  # noqa: PLC0415

        tables = (t for built in self.manifest["datasets"].values() for t in built["tables"])
        checks = {check for table in tables for check in _checks(self.folder / table["path"])}
        return sorted({check.split("@", 1)[0] for check in checks} - corpora.load().keys())

    def write(self, version: str) -> Manifest:
        """Write the pages for a version; gives the manifest as written."""
        manifest = self.manifest | {"version": version}
        describe.describe(self.folder, manifest, self.catalogue)
        with (self.folder / folders.README).open("a", encoding="utf-8") as card:
            card.write(self._on_the_hub(manifest))
        return manifest

    def _on_the_hub(self, manifest: Manifest) -> str:
        first = next(iter(tables_of(manifest)))
        text = SECTION.format(repo=self.repo, first=first, version=manifest["version"])
        return text + self._held_section() if self.held else text

    def _held_section(self) -> str:
        here, rows = _count(self.manifest)
        shared = _shared_configs(self.source)
        lines = [
            (f"`{h.dataset}`", ", ".join(shared.get(h.dataset, [])), h.rows, h.reason, h.ask, f"`{h.recipe}`")
            for h in self.held
        ]
        return HELD_SECTION.format(
            published=here,
            all=here + len(self.held),
            rows=rows,
            all_rows=rows + sum(h.rows for h in self.held),
            held=table(("dataset", "lacking in", "rows", "why", "ask at", "build"), lines),
        )


def _checks(path: Path) -> set[str]:
    """Every check that some row went through: `corpus@revision#method`."""
    import pyarrow.compute as pc  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    with pq.ParquetFile(path) as file:
        column = file.read(columns=["leakage_checked"]).column("leakage_checked")
    return set(pc.list_flatten(column).unique().to_pylist())


def _count(manifest: Manifest) -> tuple[int, int]:
    tables = [t for built in manifest["datasets"].values() for t in built["tables"]]
    return len(manifest["datasets"]), sum(t["rows"] for t in tables)


def _shared_configs(manifest: Manifest) -> dict[str, list[str]]:
    """Dataset -> the configs of a task and language that it is part of."""
    found: dict[str, list[str]] = {}
    for name, tables in tables_of(manifest).items():
        for dataset in dict.fromkeys(t["dataset"] for t in tables) if is_shared(name, tables) else ():
            found.setdefault(dataset, []).append(f"`{name}`")
    return found


@contextmanager
def room(repo: str) -> Iterator[Path]:
    """An empty folder in the user's cache to put a push together in; pushes to one repository take turns."""
    import filelock  # noqa: PLC0415

    folder = locations.cache() / "push" / hashlib.sha256(repo.encode()).hexdigest()[:16]
    folder.parent.mkdir(parents=True, exist_ok=True)
    with filelock.FileLock(folder.with_suffix(".lock")):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def stage(
    source: Path, target: Path, manifest: Manifest, held: Sequence[HeldBack], catalogue: Catalogue, repo: str
) -> Stage:
    """Bring together what may leave; `held` is what the gate keeps of the folder `source`.

    Held-back datasets leave their record and flags; of a user's own records not even the name.
    """
    kept = {one.dataset for one in held}
    open_ones = {name: built for name, built in manifest["datasets"].items() if name not in kept}
    named = [one for one in held if one.entry is not None]
    folders.carry_over(source, target, [t for built in open_ones.values() for t in built["tables"]])
    published: Manifest = {
        "sample": manifest["sample"],
        "version": manifest["version"],
        "datasets": open_ones,
        "missing": _missing(manifest, named, catalogue),
        HELD_BACK: {one.dataset: one.facts() for one in named},
        "contracts": release.contract_marks(t["task"] for b in open_ones.values() for t in b["tables"]),
    }
    if named:
        _copy_records(target, named)
        published["flags"] = _write_flags(source, target, manifest, named)
    return Stage(target, published, manifest, named, catalogue, repo)


def _missing(manifest: Manifest, named: Sequence[HeldBack], catalogue: Catalogue) -> dict[str, Any]:
    """What is not there, in words for everybody: those of the build speak of one machine's files."""
    gaps: dict[str, Any] = {
        name: {split: _gap(gap["reason"], name) for split, gap in splits.items()}
        for name, splits in manifest["missing"].items()
        if name in catalogue.entries
    }
    held = {
        one.dataset: {"*": {"reason": "held back", "what": one.reason, "remedy": one.recipe}} for one in named
    }
    return dict(sorted((gaps | held).items()))


def _gap(reason: str, name: str) -> dict[str, str]:
    return {
        "reason": reason,
        "what": "it was not at hand when this was built",
        "remedy": f"bioclue build {name}",
    }


def _copy_records(target: Path, held: Iterable[HeldBack]) -> None:
    for one in held:
        assert one.entry is not None
        folder = target / HELD_BACK / one.dataset
        folder.mkdir(parents=True)
        shutil.copyfile(one.entry.folder / RECORD, folder / RECORD)


def _write_flags(source: Path, target: Path, manifest: Manifest, held: Sequence[HeldBack]) -> dict[str, Any]:
    """One row for each flag of a held-back row: dataset, content hash, corpus, verdict, score; no text."""
    import polars as pl  # noqa: PLC0415
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    frames = [_flags(source / t["path"]) for one in held for t in manifest["datasets"][one.dataset]["tables"]]
    flags = pl.concat(frames).unique().sort(pl.all())
    path = target / FLAGS
    rows = flags.to_arrow()
    plain = {pa.large_string(): pa.string()}  # else `datasets` would take them for another type
    fields = [field.with_type(plain.get(field.type, field.type)) for field in rows.schema]
    pq.write_table(rows.cast(pa.schema(fields)), path, compression="zstd")
    return {"path": FLAGS, "rows": len(flags), "sha256": file_sha256(path)}


def _flags(path: Path) -> pl.DataFrame:
    import polars as pl  # noqa: PLC0415

    from bioclue_data.leakage import corpora  # noqa: PLC0415

    known = pl.Series(sorted(corpora.load()))
    rows = pl.read_parquet(path, columns=["dataset", "split", "content_hash", "leakage"])
    flags = rows.explode("leakage").drop_nulls("leakage").unnest("leakage")
    kept = flags.filter(pl.col("corpus").is_in(known.implode()))
    return kept.select(pl.col("dataset", "split").cast(pl.String), "content_hash", *FLAG_COLUMNS)
