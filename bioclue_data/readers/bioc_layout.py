"""The text of a BioC document, laid out so that the source's offsets can be followed."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from bioclue_data.errors import SourceError
from bioclue_data.readers import standoff

if TYPE_CHECKING:
    from bioclue_data.readers.bioc_shape import Part

How = Literal["offsets", "joined"]


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch of the stored text.

    Attributes:
        source: Where it begins in the source, in the source's unit.
        start: Where it begins in the stored text.
        owner: Index of its passage.
    """

    source: int
    start: int
    owner: int
    positions: standoff.Positions


class Layout:
    """The stored text of a document, and the way from the source's offsets to its code points.

    Args:
        passages: The passages; one without a text of its own consists of its sentences.
        how: `offsets`: every passage stands at its offset, and gaps are filled, one character per unit.
            `joined`: passages follow one another, one character apart, wherever their offsets say they are.
        unit: What offsets count.
        gap: The character between passages. Between sentences it is a blank.
        where: Place in the source, for messages.

    Attributes:
        text: The stored text.
        spans: Per passage, where it stands in the stored text; None if it is empty.
    """

    def __init__(
        self, passages: tuple[Part, ...], how: How, unit: standoff.Unit, gap: str, where: str
    ) -> None:
        self._how: How = how
        self._unit: standoff.Unit = unit
        self._where = where
        self._pieces: list[_Piece] = []
        self._written: list[str] = []
        self._length = 0  # of the stored text, in code points
        self._cursor = 0  # where the source's counting has arrived
        self.spans = [self._passage(index, passage, gap) for index, passage in enumerate(passages)]
        self.text = "".join(self._written)

    def _passage(self, index: int, passage: Part, gap: str) -> tuple[int, int] | None:
        parts = [passage] if passage.text is not None else list(passage.sentences)
        first = len(self._pieces)
        for number, part in enumerate(parts):
            if part.text:
                self._piece(index, part, " " if number else gap)
        if len(self._pieces) == first:
            return None
        return self._pieces[first].start, self._length

    def _piece(self, owner: int, part: Part, gap: str) -> None:
        text = part.text or ""
        self._write(gap * self._missing(part))
        positions = standoff.Positions(text, self._unit)
        self._pieces.append(_Piece(part.offset, self._length, owner, positions))
        self._write(text)
        self._cursor = part.offset + positions.units

    def _missing(self, part: Part) -> int:
        """How many characters to fill before a part."""
        if self._how == "joined":
            return 1 if self._written else 0
        if part.offset < self._cursor:
            raise SourceError(
                f"a passage is said to begin at {part.offset}, but the one before ends at {self._cursor}",
                where=self._where,
                remedy='correct `unit` in `[read]`, or use layout = "joined" if offsets are not meant so',
            )
        return part.offset - self._cursor

    def _write(self, text: str) -> None:
        if text:
            self._written.append(text)
            self._length += len(text)

    def span(self, offset: int, length: int, owner: int | None, where: str) -> standoff.Span:
        """Find a location in the stored text.

        Args:
            offset: Where it begins in the source.
            length: How long it is in the source.
            owner: Index of the passage that the annotation stands in; None for one of the document.
            where: Place in the source, for messages.

        Raises:
            SourceError: it begins before all text, or inside a character.
        """
        first = self._find(offset, owner, where)
        last = self._find(max(offset, offset + length - 1), owner, where)
        start = first.start + first.positions.at(offset - first.source, where)
        return start, last.start + last.positions.at(offset + length - last.source, where)

    def _find(self, offset: int, owner: int | None, where: str) -> _Piece:
        """The last piece that begins at or before an offset."""
        own = self._how == "joined" and owner is not None
        pieces = [piece for piece in self._pieces if piece.owner == owner] if own else self._pieces
        index = bisect_right(pieces, offset, key=lambda piece: piece.source) - 1
        if index < 0:
            remedy = "check the source; offsets should count from the beginning of the document"
            raise SourceError(f"offset {offset} lies before all text", where=where, remedy=remedy)
        return pieces[index]

    def passages(self, passages: tuple[Part, ...], key: str) -> list[dict[str, Any]]:
        """The passages in the shape of the contracts; the infon `key` holds the type."""
        return [
            {
                "id": str(index),
                "type": str(passage.infons.get(key) or "passage"),
                "start": span[0],
                "end": span[1],
            }
            for index, (passage, span) in enumerate(zip(passages, self.spans, strict=True))
            if span
        ]
