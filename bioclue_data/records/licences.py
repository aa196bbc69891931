"""The licence table: what may be done with a dataset's rows."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

from bioclue_data import locations
from bioclue_data.errors import RecordError
from bioclue_data.records.catalogue import parse_toml

if TYPE_CHECKING:
    from bioclue_data.records.record import Record


class Terms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a licence allows. Refusal is the default."""

    name: str
    url: str = ""
    redistribute: bool = False
    non_commercial: bool = False
    share_alike: bool = False


@lru_cache(maxsize=1)
def table() -> dict[str, Terms]:
    """Licence id -> terms, from `schemas/licences.toml`."""
    terms: dict[str, Terms] = parse_toml(locations.content("schemas") / "licences.toml", dict[str, Terms])
    return terms


def terms(record: Record) -> Terms:
    """The terms of a record's licence.

    Raises:
        RecordError: the table does not hold that licence.
    """
    try:
        return table()[record.licence.id]
    except KeyError as error:
        what = f"licence {record.licence.id!r} is not in schemas/licences.toml"
        raise RecordError(
            what, where=record.id, remedy="use one that is, `unknown`, or add it there"
        ) from error


def may_publish(record: Record) -> bool:
    """May the rows leave this machine? Only with open access and a licence that allows redistribution."""
    return record.access == "open" and terms(record).redistribute
