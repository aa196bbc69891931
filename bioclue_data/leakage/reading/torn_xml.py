"""Text with tags that is no XML: a line end stands for each tag, whatever it is called."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_LONGEST = 1000  # bytes of a tag
_TAG = re.compile(rb"<[A-Za-z/!?][^<>]{0,%d}>" % _LONGEST)
_UNFINISHED = re.compile(rb"<[^<>]{0,%d}\Z" % _LONGEST)


def stripped(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The text without its tags."""
    rest = b""
    for piece in pieces:
        held = rest + piece
        unfinished = _UNFINISHED.search(held, max(0, len(held) - _LONGEST - 2))
        whole = unfinished.start() if unfinished else len(held)
        rest = held[whole:]
        yield _TAG.sub(b"\n", held[:whole])
    yield _TAG.sub(b"\n", rest)
