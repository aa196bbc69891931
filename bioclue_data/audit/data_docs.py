"""Data Docs of Great Expectations as pages that need no network.

As they come, they take style sheets and scripts from six places of the network, and a logo whose address
tells who is looking. Scripts, images and every address are taken out; a style sheet of ours is put in.
"""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

from bioclue_data.audit.checks.drift import validations
from bioclue_data.audit.report import PAGE
from bioclue_data.audit.table import Table
from bioclue_data.audit.tables import Files, units

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from bioclue_data.audit.expected import Expected

POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; style-src 'unsafe-inline'"
_GONE = ("script", "link", "img", "iframe", "object", "embed", "form", "input", "label", "button", "svg", "a")
_SECTIONS = "//*[starts-with(@id, 'section-') and not(contains(@id, 'content'))]"
_SIGNS = (
    ".fa-check-circle::before { content: '✓'; } .fa-times::before, .fa-exclamation::before { content: '✗'; }"
)
_KEPT = ("class", "id", "colspan", "rowspan")


def write_data_docs(
    folder: Path, datasets: Iterable[str], expect: Callable[[str, str], dict[str, Expected]], out: Path
) -> int:
    """Write a page for each split of which something is expected, and `index.html`.

    Args:
        folder: A built folder.
        datasets: Empty: all of them.
        expect: Dataset and task -> what their splits should look like.
        out: Where the pages go; made if it is not there.

    Returns:
        How many pages there are.

    Raises:
        UsageError: this is no built folder, or a dataset is not in it.
    """
    out.mkdir(parents=True, exist_ok=True)
    lines = []
    for dataset, task, paths in units(folder, tuple(datasets)):
        table = Table(dataset, task, Files(paths), expect(dataset, task))
        for split, place, validation in validations(table):
            name = f"{dataset}-{task}-{split}-{place}.html"
            (out / name).write_text(page(validation, f"{dataset} {task} {split}: {place}"), encoding="utf-8")
            lines.append((name, validation.success))
    (out / "index.html").write_text(_document("Data Docs", "".join(_entries(lines))), encoding="utf-8")
    return len(lines)


def _entries(lines: list[tuple[str, bool]]) -> Iterator[str]:
    for name, success in lines:
        said = "as expected" if success else "<mark>not as expected</mark>"
        yield f'<p><a href="{html.escape(name)}">{html.escape(name.removesuffix(".html"))}</a> {said}</p>\n'


def page(validation: Any, title: str) -> str:
    """What Great Expectations says of a split, as a page of its own."""
    from great_expectations.render.renderer import ValidationResultsPageRenderer  # noqa: PLC0415
    from great_expectations.render.view import DefaultJinjaPageView  # noqa: PLC0415

    for result in validation.results:
        seen = result.result.get("observed_value")
        if hasattr(seen, "item"):
            result.result["observed_value"] = seen.item()  # the renderer knows no numbers of numpy
    return offline(DefaultJinjaPageView().render(ValidationResultsPageRenderer().render(validation)), title)


def offline(text: str, title: str) -> str:
    """The sections of a page of Great Expectations, with nothing that acts, and nothing that is elsewhere."""
    from lxml.html import document_fromstring  # noqa: PLC0415

    sections: Any = document_fromstring(text).xpath(_SECTIONS)
    return _document(title, "".join(_cleaned(section) for section in sections))


def _cleaned(section: Any) -> str:
    from lxml import etree  # noqa: PLC0415
    from lxml.html import tostring  # noqa: PLC0415

    for element in list(section.iter(etree.Comment, etree.ProcessingInstruction, *_GONE)):
        element.drop_tree()
    for element in section.iter(etree.Element):
        for name in set(element.attrib).difference(_KEPT):
            del element.attrib[name]
    return str(tostring(section, encoding="unicode", with_tail=False))


def _document(title: str, body: str) -> str:
    style = (PAGE / "audit.css").read_text(encoding="utf-8")
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html.escape(title)}</title>\n<style>{style}{_SIGNS}</style></head>\n"
        f"<body><main><h1>{html.escape(title)}</h1>\n{body}</main></body></html>\n"
    )
