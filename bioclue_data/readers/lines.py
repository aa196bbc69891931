"""Lines of a text that end with a newline and with nothing else: U+2028, U+0085 or a lone CR are content."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TextIO

CHUNK = 1 << 18


def lines(text: TextIO) -> Iterator[str]:
    """The lines with their newlines."""
    rest = text.read(CHUNK)
    while rest:
        more = text.read(max(CHUNK, len(rest)))
        *whole, rest = rest.split("\n")
        for line in whole:
            yield line + "\n"
        if not more:
            if rest:
                yield rest
            return
        rest += more
