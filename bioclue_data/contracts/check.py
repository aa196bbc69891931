"""Check tables against their contract: the exact Arrow schema, nulls, then every rule on every row.

Rules look at flattened, eager polars frames. Where any line of a frame fails, pandera runs the tests over it,
one schema per frame and one named check per test, so that all faults come in one report with row and place.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandera.polars as pandera
import polars as pl

from bioclue_data.contracts.contract import Contract, arrow_schema, content_hash
from bioclue_data.contracts.rules import Terms, applying, describe
from bioclue_data.contracts.rules.frames import Batch, Look
from bioclue_data.contracts.rules.looks import FRAMES, LOOKS
from bioclue_data.contracts.shape import forbidden_nulls, match_schema
from bioclue_data.errors import InvalidDataError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pyarrow as pa

__all__ = ["Checker", "Fault", "Terms"]

DETAIL = 200
_LOOKED_AT = ("item_id", "dataset", "split", "language", "licence", "access", "labelled", "content_hash")
"""The common columns that rules look at."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One row that breaks one rule at one place.

    Attributes:
        rule: Code of the rule.
        severity: `error` or `warning`.
        item_id: Of the row; the path for a fault of a file.
        row: Index in the table that was given, from 0; -1 for a fault of a file.
        place: Where in the row: `entities[3].spans[0]`.
        detail: What was found, at most 200 characters.
    """

    rule: str
    severity: str
    item_id: str
    row: int
    place: str
    detail: str


class Checker:
    """Checks the tables of one split of one dataset, batch by batch.

    Attributes:
        codes: Codes of all rules that these tables can break, the remarks of readers included.
    """

    def __init__(self, contract: Contract, terms: Terms, *, stored: bool = False) -> None:
        """Prepare the tests.

        Args:
            contract: The contract that the tables follow.
            terms: What the record promises beyond it.
            stored: True for tables that were built before: the content hashes are computed again.
        """
        self.codes = frozenset(applying(contract.checks))
        self._contract, self._terms, self._stored = contract, terms, stored
        self._content_hash = content_hash(contract)  # to find it by the contract takes longer than a hash
        self._plans = _plans(sorted(self.codes if stored else self.codes - {"G5"}), terms)
        self._ids = _Ids()

    def check(self, table: pa.Table) -> list[Fault]:
        """All faults of a batch, by row. Item ids are remembered: none may come again in a later batch.

        Raises:
            InvalidDataError: The table has another Arrow schema; the message shows every difference.
        """
        match_schema(table.schema, arrow_schema(self._contract))
        if nulls := forbidden_nulls(table):
            ids = table.column("item_id")
            return [_fault("G8", str(ids[row].as_py()), row, place, "null") for row, place in nulls]
        batch = Batch(self._rows(table), self._contract.gold, self._terms, FRAMES)
        faults = [fault for plan in self._plans for fault in plan.faults(batch)]
        return sorted(faults, key=lambda fault: fault.row)

    def _rows(self, table: pa.Table) -> pl.DataFrame:
        columns = [*_LOOKED_AT, *(field.name for field in self._contract.content)]
        rows = pl.DataFrame(pl.from_arrow(table.select(columns), rechunk=False))
        rows = rows.with_columns(pl.col(pl.Categorical).cast(pl.String)).with_row_index("row")
        rows = rows.with_columns(self._ids.repeated(rows["item_id"]).alias("repeated"))
        if not self._stored:
            return rows
        content = table.select([field.name for field in self._contract.content])
        hashes = [self._rehashed(row) for row in content.to_pylist()]
        return rows.with_columns(pl.Series("rehashed", hashes, dtype=pl.String))

    def _rehashed(self, row: dict[str, Any]) -> str | None:
        try:
            return self._content_hash(row)
        except InvalidDataError:  # a number that is not finite: no row that was built has this hash
            return None


class _Ids:
    """The item ids seen so far, as sorted 64-bit hashes: 8 bytes a row.

    Ids that are the positions 0, 1, 2 … in their order are remembered by the last one, as long as all are.
    """

    def __init__(self) -> None:
        self._seen = np.empty(0, dtype=np.uint64)
        self._prefix, self._positions = "", 0

    def repeated(self, ids: pl.Series) -> pl.Series:
        """Whether each id was seen before, here or in an earlier batch; then remember all."""
        if not len(self._seen) and self._go_on(ids):
            return pl.repeat(False, len(ids), eager=True)
        if self._positions:
            places = self._places(0, self._positions)
            self._seen, self._positions = np.sort(places.hash().to_numpy()), 0
        hashes = ids.hash().to_numpy()
        at = np.searchsorted(self._seen, hashes)
        known = np.append(self._seen, np.uint64(0))[at] == hashes
        known &= at < len(self._seen)
        fresh = np.unique(hashes[~known])
        self._seen = np.insert(self._seen, np.searchsorted(self._seen, fresh), fresh)
        return pl.Series(known) | ~ids.is_first_distinct()

    def _go_on(self, ids: pl.Series) -> bool:
        """Whether these are the next positions in the file; if so they are remembered by the last one."""
        if not self._positions and len(ids):
            self._prefix = f"{str(ids[0]).rpartition(':')[0]}:"
        end = self._positions + len(ids)
        if not ids.equals(self._places(self._positions, end)):
            return False
        self._positions = end
        return True

    def _places(self, first: int, end: int) -> pl.Series:
        numbers = pl.int_range(first, end, eager=True).cast(pl.String)
        return pl.select(pl.lit(self._prefix) + numbers).to_series()


class _Plan:
    """All tests over one frame."""

    def __init__(self, frame: str, looks: list[tuple[str, Look]]) -> None:
        self._frame, self._looks = frame, looks
        self._all_hold = pl.all_horizontal(_sure(look.holds).all() for _, look in looks)

    @cached_property
    def _schema(self) -> pandera.DataFrameSchema:
        checks = [_check(code, look.holds) for code, look in self._looks]
        return pandera.DataFrameSchema({"row": pandera.Column(checks=checks)})

    def faults(self, batch: Batch) -> Iterator[Fault]:
        lines = batch[self._frame]
        if lines.select(self._all_hold).item():  # pandera goes over the lines several times for each test
            return
        for number, indices in self._failures(lines).items():
            yield from self._faults(lines, number, indices, batch.rows["item_id"])

    def _failures(self, lines: pl.DataFrame) -> dict[int, list[int]]:
        """Number of the test -> indices of the lines that fail it."""
        failures = defaultdict(list)
        try:
            self._schema.validate(lines, lazy=True)
        except pandera.errors.SchemaErrors as errors:
            cases = errors.failure_cases
            if cases["index"].has_nulls():  # not a fault of the data: the test itself could not be run
                raise errors.schema_errors[0] from errors
            for number, index in cases.select("check_number", "index").iter_rows():
                failures[number].append(index)
        return failures

    def _faults(
        self, lines: pl.DataFrame, number: int, indices: list[int], ids: pl.Series
    ) -> Iterator[Fault]:
        code, look = self._looks[number]
        place = pl.concat_str(FRAMES[self._frame].place, pl.lit(look.at))
        shown = lines.select("row", place.alias("place"), look.found.alias("found"))[indices]
        for row, where, found in shown.iter_rows():
            yield _fault(code, ids[row], row, where, found or "")


def _sure(holds: pl.Expr) -> pl.Expr:
    return holds.fill_null(False)  # pandera 0.29 lets null pass, whatever ignore_na says; so does `all`


def _check(code: str, holds: pl.Expr) -> pandera.Check:
    sure = _sure(holds)
    return pandera.Check(lambda data: data.lazyframe.select(sure), name=code, ignore_na=False)


def _plans(codes: Iterable[str], terms: Terms) -> list[_Plan]:
    """One plan per frame that a rule looks at; frames that no rule looks at are never made."""
    by_frame: dict[str, list[tuple[str, Look]]] = defaultdict(list)
    for code in codes:
        for look in LOOKS[code](terms) if code in LOOKS else ():
            by_frame[look.frame].append((code, look))
    return [_Plan(frame, looks) for frame, looks in by_frame.items()]


def _fault(code: str, item_id: str, row: int, place: str, detail: str) -> Fault:
    short = detail if len(detail) <= DETAIL else detail[: DETAIL - 1] + "…"
    return Fault(code, describe(code).severity, item_id, row, place, short)
