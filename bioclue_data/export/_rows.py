"""What the formats share: refusals that name the item, and the gold of a row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bioclue_data.errors import UsageError

if TYPE_CHECKING:
    from bioclue_data.export import Row

GOLD = {"ner": "entities", "nen": "entities", "re": "relations", "ee": "events", "coref": "corefs"}
BREAKS = "\r\n"


def refused(row: Row, what: str, remedy: str = "leave the item out, or choose another format") -> UsageError:
    """The error for a row that a format cannot hold."""
    return UsageError(what, where=str(row["item_id"]), remedy=remedy)


def gold(row: Row, task: str) -> list[dict[str, Any]]:
    """The gold layer of a row, which may be empty but not withheld.

    Raises:
        UsageError: it is withheld: the file would say that nothing was found.
    """
    found: list[dict[str, Any]] | None = row[GOLD[task]]
    if found is None or not row["labelled"]:
        raise refused(
            row, "the gold is withheld, and the file would say that there is none", "export labelled rows"
        )
    return found


def word(row: Row, value: str, what: str, forbidden: str = "") -> str:
    """A value that has to be one word of a line.

    Raises:
        UsageError: it is empty, or has white space or a forbidden character in it.
    """
    if value.split() != [value] or any(mark in value for mark in forbidden):
        marks = f" or any of {forbidden}" if forbidden else ""
        raise refused(row, f"{what} {value!r} should be one word without white space{marks}")
    return value


def cell(row: Row, value: str, what: str, forbidden: str = "") -> str:
    """A value that has to fit between two tabs of a line.

    Raises:
        UsageError: it is empty, or has a tab, a line break or a forbidden character in it.
    """
    if not value or any(mark in value for mark in f"\t{BREAKS}{forbidden}"):
        marks = f", {', '.join(forbidden)}" if forbidden else ""
        raise refused(row, f"{what} {value!r} is empty or has a tab, a line break{marks} in it")
    return value
