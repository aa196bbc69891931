"""The lines of brat and BioNLP-ST stand-off files, taken apart."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, cast

from bioclue_data.errors import SourceError
from bioclue_data.readers import standoff

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bioclue_data.sources.files import SourceFile

Kind = Literal["A", "E", "M", "N", "R", "T", "*", "#"]
LINE = re.compile(r"(?:([AEMNRT#])[^\t]*|\*)\t")


@dataclass(frozen=True, slots=True)
class Line:
    """One annotation.

    Attributes:
        words: The second column, cut at blanks.
        text: The third column, empty if there is none.
        where: Place in the source, for messages.
    """

    kind: Kind
    identifier: str
    words: list[str]
    text: str
    where: str


def read(file: SourceFile, encoding: str, *, wrapped: bool) -> Iterator[Line]:
    """Give the annotations of a file.

    Args:
        file: A stand-off file.
        encoding: Its encoding.
        wrapped: Whether a line that is no annotation continues the text of the one above.

    Raises:
        SourceError: a line is no annotation, and none that continues one.
    """
    for number, line in _whole(file, encoding, wrapped=wrapped):
        where = standoff.place(file, number)
        found = LINE.match(line)
        if found is None:
            raise SourceError(
                "the line is no annotation (T1, E1, R1, A1, M1, N1, * or #1, then a tab)",
                where=where,
                remedy="check the file, or set `wrapped` in `[read]` if texts run over several lines",
            )
        identifier, second, *rest = line.split("\t", 2)
        kind = cast("Kind", found[1] or "*")
        yield Line(kind, identifier, second.split(), rest[0] if rest else "", where)


def _whole(file: SourceFile, encoding: str, *, wrapped: bool) -> Iterator[tuple[int, str]]:
    """Give each annotation as one line, with the number that it begins at; blank lines are left out.

    A blank line inside a wrapped text belongs to it.
    """
    start, held, blank = 0, "", ""
    for number, line in standoff.lines(file, encoding):
        if not line.strip():
            blank += "\n"
        elif wrapped and held and not LINE.match(line):
            held, blank = f"{held}{blank}\n{line}", ""
        else:
            if held:
                yield start, held
            start, held, blank = number, line, ""
    if held:
        yield start, held
