"""The licence gate: which datasets of a built folder may leave this machine, and which are held back.

One table decides, `records.licences` (licence x access), over the records of the package: what a folder says
of itself is only ever compared with them. Nothing overrides it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bioclue_data.building.folder import table_path
from bioclue_data.errors import HeldBackError, InvalidDataError
from bioclue_data.records import licences

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from bioclue_data.building.folder import Manifest
    from bioclue_data.records.catalogue import Catalogue, Entry
    from bioclue_data.records.record import Record

TELLING = ("dataset", "licence", "access")  # the columns that say whose rows these are, and on which terms
REMEDY = "--only-redistributable publishes the rest; nothing overrides the licence table"


@dataclass(frozen=True)
class HeldBack:
    """A dataset of a built folder that stays here.

    Attributes:
        dataset: As the folder calls it.
        entry: Its record in the package; None for a record of the user's own, which is not named in public.
        rows: In all its tables.
    """

    dataset: str
    entry: Entry | None
    rows: int

    @property
    def reason(self) -> str:
        """Why, as a clause."""
        return "its record is not one of the package" if self.entry is None else refusal(self.entry.record)

    @property
    def recipe(self) -> str:
        """The command that builds it beside what is published."""
        private = self.entry is None or self.entry.record.gated
        return f"bioclue build {self.dataset}{' --manual DIR' if private else ''}"

    @property
    def ask(self) -> str:
        """The page where it is asked for, or where its terms are; empty if nobody knows one."""
        if self.entry is None:
            return ""
        record = self.entry.record
        pages = (record.obtain, record.homepage, record.licence.read_on)
        return next((page for page in pages if page not in {"", "unknown"}), "")

    @property
    def way(self) -> str:
        """How to come by it: the recipe, and where to ask."""
        return "; ".join(filter(None, (self.recipe, self.ask)))

    def facts(self) -> dict[str, Any]:
        """What a machine, or a manifest, may know of it."""
        record = self.entry.record if self.entry else None
        return {
            "rows": self.rows,
            "licence": record.licence.id if record else "unknown",
            "access": record.access if record else "unknown",
            "reason": self.reason,
            "ask": self.ask,
            "recipe": self.recipe,
        }


def refusal(record: Record) -> str:
    """Why a record's rows may not leave this machine, as a clause; empty if they may."""
    if licences.may_publish(record):
        return ""
    terms = licences.terms(record)
    closed = f"access is {record.access}" if record.gated else ""
    bound = "" if terms.redistribute else f"licence {record.licence.id}: {terms.name}"
    return "; ".join(filter(None, (closed, bound)))


def held_back(manifest: Manifest, catalogue: Catalogue) -> list[HeldBack]:
    """The datasets of a folder that may not be published; `catalogue` holds the package's records alone."""
    return [
        HeldBack(dataset, entry, sum(table["rows"] for table in built["tables"]))
        for dataset, built in sorted(manifest["datasets"].items())
        if (entry := catalogue.entries.get(dataset)) is None or not licences.may_publish(entry.record)
    ]


def refuse(held: Sequence[HeldBack]) -> None:
    """Stop with the list of what is held back.

    Raises:
        HeldBackError: something is.
    """
    if held:
        lines = "\n".join(f"  {one.dataset}: {one.reason} ({one.way})" for one in held)
        raise HeldBackError(f"{len(held)} datasets may not be published:\n{lines}", remedy=REMEDY)


def check_tables(folder: Path, manifest: Manifest, catalogue: Catalogue, names: Iterable[str]) -> None:
    """See that the tables of the datasets that leave are theirs: by path, and by what every row says.

    Raises:
        InvalidDataError: a table lies elsewhere, or holds rows of another dataset, licence or access.
    """
    wrong = [
        problem
        for name in names
        for table in manifest["datasets"][name]["tables"]
        for problem in _wrong(folder, catalogue.entries[name].record, table)
    ]
    if wrong:
        raise InvalidDataError(
            "\n".join(["tables are not what the manifest says:", *wrong]),
            where=str(folder),
            remedy="build the folder again; a table is published under its own name or not at all",
        )


def _wrong(folder: Path, record: Record, table: dict[str, Any]) -> Iterator[str]:
    if table["path"] != (right := table_path(record, table["task"], table["split"])):
        yield f"  {table['path']}: a table of {record.id} would be {right}"
        return
    expected = (record.id, record.licence.id, record.access)
    found = _values(folder / table["path"])
    for column, right in zip(TELLING, expected, strict=True):
        if other := found[column] - {right}:
            yield f"  {table['path']}: {column} is {', '.join(sorted(map(str, other)))}, not {right}"


def _values(path: Path) -> dict[str, set[str | None]]:
    """Column -> its values over all rows."""
    import pyarrow.parquet as pq  # noqa: PLC0415 - exports ask the gate without it

    with pq.ParquetFile(path) as file:
        rows = file.read(columns=list(TELLING))
    return {name: set(rows.column(name).unique().to_pylist()) for name in TELLING}
