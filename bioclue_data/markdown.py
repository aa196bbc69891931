"""Markdown, as our pages need it: tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bioclue_data.contracts.fields import Field


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table; a bar or line end inside a cell would end the cell, so they are written otherwise."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(_cell(cell) for cell in line)} |\n" for line in lines)


def _cell(value: object) -> str:
    return str(value).replace("|", "\\|").replace("\n", " ")


def field_table(fields: Iterable[Field]) -> str:
    """The table of a contract's fields."""
    head = ("column", "type", "null", "meaning")
    return table(
        head, ((f"`{f.name}`", f"`{f.type}`", "yes" if f.null else "no", _meaning(f)) for f in fields)
    )


def _meaning(field: Field) -> str:
    return f"{field.doc} **Reveals the gold.**".strip() if field.reveals else field.doc
