"""Texts of others on a page or terminal: what acts unseen, such as bidi overrides, is written out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from jinja2 import Environment

_ACTS_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069"
    "\ud800-\udfff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_ENDS = re.compile(r"[\t\n\r]")


def visible(text: str) -> str:
    """The text with `[U+202E]` for each character that acts unseen."""
    return _ACTS_UNSEEN.sub(_written_out, text)


def in_line(text: str) -> str:
    """The same in one line: tabs and line ends are written out, too."""
    return _ENDS.sub(_written_out, visible(text))


def _written_out(found: re.Match[str]) -> str:
    return f"[U+{ord(found.group()):04X}]"


def readable(name: str) -> str:
    r"""A file name as text that can be stored: bytes that are no UTF-8, as of GBK names, as `\xb2`."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def shown(value: object, most: int = 200) -> str:
    """A value as such a text, cut with a note."""
    text = str(value)
    left = len(text) - most
    return visible(text[:most]) + (f" … ({left:,} more characters)" if left > 0 else "")


def pages(folder: Path, **filters: Any) -> Environment:
    """The HTML templates of a folder: what is put into them is escaped.

    Filters besides those given: `shown`, and `count` for numbers with commas.
    """
    import jinja2  # noqa: PLC0415 - 0.1 s that other texts need not pay

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"shown": shown, "count": lambda number: f"{number:,}", **filters}
    return environment
