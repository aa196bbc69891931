"""What the readers of stand-off formats share: numbered lines, offset units, mentions."""

from __future__ import annotations

from bisect import bisect_left
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Literal

from bioclue_data.errors import SourceError
from bioclue_data.readers.lines import lines as split_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bioclue_data.sources.files import SourceFile

Unit = Literal["code_points", "utf8", "utf16"]
Span = tuple[int, int]


def lines(file: SourceFile, encoding: str = "utf-8") -> Iterator[tuple[int, str]]:
    r"""Give the lines of a file, counted from 1, without the `\n` or `\r\n` that ends them."""
    with file.open_text(encoding) as text:
        for number, line in enumerate(split_lines(text), 1):
            yield number, line[:-1].removesuffix("\r") if line.endswith("\n") else line


def place(file: SourceFile, line: int) -> str:
    """Name a line in a message."""
    return f"{file.name}, line {line}"


def natural(value: str, what: str, where: str) -> int:
    """Read an offset or an index.

    Raises:
        SourceError: it is not a number without a sign.
    """
    if not (value.isascii() and value.isdigit()):
        raise SourceError(
            f"{what} should be a number, found {value!r}",
            where=where,
            remedy="check `[read]` against the file",
        )
    return int(value)


class Positions:
    """Offsets of a source, counted in its unit, as code points of one text.

    Args:
        text: The text that the offsets count in.
        unit: What the source counts: code points, bytes of UTF-8, or units of UTF-16.

    Attributes:
        units: Length of the text in that unit.
    """

    def __init__(self, text: str, unit: Unit) -> None:
        self._starts: list[int] | None = None
        self._unit = unit
        if unit != "code_points" and not text.isascii():
            self._starts = [0, *accumulate(_width(character, unit) for character in text)]
        self.units = self._starts[-1] if self._starts else len(text)

    def at(self, offset: int, where: str) -> int:
        """Give the code point; an offset past the end stays past it by as much.

        Raises:
            SourceError: the offset falls into the middle of a character.
        """
        starts = self._starts
        if starts is None:
            return offset
        if offset >= starts[-1]:
            return len(starts) - 1 + offset - starts[-1]
        found = bisect_left(starts, offset)
        if starts[found] != offset:
            raise SourceError(
                f"offset {offset}, counted as {self._unit}, falls into the middle of a character",
                where=where,
                remedy="the source probably counts in another unit: correct `unit` in `[read]`",
            )
        return found


def _width(character: str, unit: Unit) -> int:
    if unit == "utf8":
        return len(character.encode("utf-8", "surrogatepass"))
    return 2 if ord(character) > 0xFFFF else 1


def span_list(spans: Sequence[Span]) -> list[dict[str, int]]:
    """Spans in the shape of the contracts, sorted."""
    return [{"start": start, "end": end} for start, end in sorted(spans)]


def mention(identifier: str, kind: str, spans: Sequence[Span], text: str) -> dict[str, Any]:
    """One mention in the shape of the contracts, without norms and attributes."""
    return {"id": identifier, "type": kind, "spans": span_list(spans), "text": text}


def argument(role: str, kind: str, ref: str) -> dict[str, Any]:
    """One argument of a relation or an event that refers to something."""
    return {"role": role, "kind": kind, "ref": ref}


def attribute(name: str, value: str) -> dict[str, str]:
    """One attribute of a mention, relation or event."""
    return {"name": name, "value": value}


def passages(pieces: Sequence[tuple[str, str, str]], joiner: str) -> tuple[str, list[dict[str, Any]]]:
    """Join (id, type, text) triples; empty ones keep their place in the count, but are no passage.

    Empty pieces at the end, and the joiners before them, are left out.
    """
    kept = list(pieces)
    while kept and not kept[-1][2]:
        kept.pop()
    start, spans = 0, []
    for identifier, kind, text in kept:
        if text:
            spans.append({"id": identifier, "type": kind, "start": start, "end": start + len(text)})
        start += len(text) + len(joiner)
    return joiner.join(text for _, _, text in kept), spans
