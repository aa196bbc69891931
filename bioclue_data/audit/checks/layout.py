"""Tables inside texts that were cut or lost cells: HTML, Markdown, and lines of cells between bars."""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING

import polars as pl

from bioclue_data.audit.findings import found

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bioclue_data.audit.batch import Batch

LINES = 2  # with bars, from which they are a table
HTML = r"(?i)</?(?:table|tr)\b"
BARS = r"(?m)^[ \t*_]*\|[^\n]*\|[^\n]*\n[ \t]*\|[^\n]*\|"
AROUND = " \t\r*_"  # blanks, and emphasis of a whole table
_TAG = re.compile(r"<(/?)(table|tr|td|th)\b[^<>]*>", re.IGNORECASE)
_ESCAPED = re.compile(r"\\\|")


def broken_table(batch: Batch) -> pl.DataFrame:
    """Texts with a table whose tags are not closed, or whose lines have different numbers of cells."""
    texts = batch.texts.filter(pl.col("text").str.contains(HTML) | pl.col("text").str.contains(BARS))
    faults = [next(_faults(text), None) for text in texts["text"].to_list()]
    texts = texts.with_columns(fault=pl.Series(faults, dtype=pl.String))
    return found(texts.filter(pl.col("fault").is_not_null()), "fault")


def _faults(text: str) -> Iterator[str]:
    yield from _unclosed(text)
    yield from _ragged(text)


def _unclosed(text: str) -> Iterator[str]:
    """Tables and rows of HTML: opened and closed as often; cells may be left open."""
    tags = [(match[2].lower(), bool(match[1])) for match in _TAG.finditer(text)]
    for name in ("table", "tr"):
        opened, closed = tags.count((name, False)), tags.count((name, True))
        if opened != closed:
            yield f"{opened} <{name}>, {closed} </{name}>"


def _ragged(text: str) -> Iterator[str]:
    """Blocks of lines that begin with a bar, as Markdown and drawn tables do, of several widths."""
    for is_row, block in groupby(text.split("\n"), key=_is_row):
        lines = list(block)
        if is_row and len(lines) >= LINES:
            widths = sorted({_cells(line) for line in lines})
            if len(widths) > 1:
                yield f"lines of {', '.join(map(str, widths))} cells in a table of {len(lines)} lines"


def _is_row(line: str) -> bool:
    line = line.strip(AROUND)
    return line.startswith("|") and line.count("|") >= LINES


def _cells(line: str) -> int:
    line = _ESCAPED.sub("", line.strip(AROUND))
    return line.count("|") - line.startswith("|") - line.endswith("|") + 1


LOOKS_AT_ROWS = {"broken_table": broken_table}
