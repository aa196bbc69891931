"""The path `items`: from a file, or one element of it, to the items."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bioclue_data.errors import RecordError
from bioclue_data.readers.mapping.nodes import PLAIN, Node, fail
from bioclue_data.readers.mapping.paths import parse, walk

if TYPE_CHECKING:
    from collections.abc import Sequence


def names_of(items: str) -> tuple[str, ...]:
    """The names of the path `items`; none if it is empty.

    Raises:
        RecordError: it is no path from the top of a file downwards.
    """
    path = parse(items, "items") if items else None
    if path and (path.up or path.word):
        raise RecordError(f"{items!r} does not lead from the top of a file to its items", where="items")
    return path.names if path else ()


def below(outer: Node, names: Sequence[str]) -> list[Node]:
    """The items inside one value of a file: the value itself where no name is left.

    Raises:
        SourceError: a name stands nowhere in it.
    """
    if not names:
        return [outer]
    found = walk([outer], names, PLAIN)
    if found is None:
        here = ", ".join(PLAIN.names(outer.value)[:12])
        fail(outer, f"nothing stands at {'.'.join(names)!r}, where items should be", f"what is there: {here}")
    return found
