"""Markdown, as our pages need it: tables, and pages from templates."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

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


def page(template: Path, facts: Mapping[str, object]) -> str:
    """A page from a template; every name in it must be among the facts."""
    import jinja2  # noqa: PLC0415 - 0.1 s that tables need not pay

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(template.parent),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # noqa: S701 - Markdown; cells are escaped by `table`
    )
    return environment.get_template(template.name).render(facts).rstrip("\n") + "\n"
