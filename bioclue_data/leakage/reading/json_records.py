"""JSON in every shape: arrays, lines, objects by id, a list inside an object, one object."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from bioclue_data.leakage.reading import prose
from bioclue_data.leakage.reading.batches import SIZE, grouped, packed
from bioclue_data.leakage.reading.json_kind import LOOKED_AT, is_json
from bioclue_data.leakage.reading.json_shape import BESIDE, RECORD, depth_of, first_pieces, spans
from bioclue_data.leakage.reading.json_strings import ENDED, GOES_ON, LINES, STOPPED, extract
from bioclue_data.leakage.reading.json_values import values
from bioclue_data.leakage.reading.window import Taken, through
from bioclue_data.matching.tokens import PADDING, Texts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bioclue_data.leakage.reading.notes import Notes

BROKEN_LINES = "lines are no JSON: read as text"
BROKEN_RECORDS = "records are no JSON: read as text"
WITHOUT_FIELDS = "records have none of the fields"
_TEXT = re.compile(rb"[A-Za-z\x80-\xff]")


def records(pieces: Iterator[bytes], fields: tuple[str, ...], notes: Notes, limit: int) -> Iterator[Texts]:
    """The texts of a file's records: all their strings, or those of some fields.

    What stands beside the records is one more, behind them. What follows and is no JSON is read as prose.
    """
    origin, state = 0, GOES_ON
    while True:
        held = first_pieces(pieces)
        head, pieces = b"".join(held), chain(held, pieces)
        if state == STOPPED or (state == ENDED and not is_json(head, whole=len(head) < LOOKED_AT)):
            if _TEXT.search(head) and not notes.cut:
                notes.add(f"from byte {origin:,} on this is no JSON, or it is cut: read as plain text")
            yield from grouped(prose.records(pieces))
            return
        depth = depth_of(head)
        taker = _Fields(depth, notes, fields=frozenset(fields)) if fields else _Strings(depth, notes)
        pieces = yield from through(
            pieces, taker.take, notes, limit=limit, lines=depth == LINES, origin=origin
        )
        origin, state = taker.end, taker.state
        if state == GOES_ON:
            return


@dataclass
class _Taker:
    """What is known between two windows.

    Attributes:
        depth: How many brackets stand around a record, or LINES.
        notes: What goes wrong.
        inside, state: See `extract`.
        end: Offset of the first byte that is not taken.
        aside: Strings beside the records, a line each, until they become a record.
    """

    depth: int
    notes: Notes
    inside: bool = False
    state: int = GOES_ON
    end: int = 0
    aside: bytes = b""

    def _taken(self, texts: Texts, consumed: int, *, last: bool) -> Taken:
        stop = self.state != GOES_ON
        if self.aside and (last or stop or len(self.aside) >= SIZE):
            texts, self.aside = _with(texts, self.aside), b""
        return Taken(texts, consumed, stop)


@dataclass
class _Strings(_Taker):
    """All strings, by the kernel."""

    def take(self, block: Any, origin: int, last: bool) -> Taken:
        found = extract(block, self.depth, inside=self.inside, last=last)
        self.inside, self.state, self.end = found.inside, found.state, origin + found.consumed
        self.aside += found.aside
        self._say(found.broken, block, origin)
        return self._taken(Texts(found.data, found.offsets), found.consumed, last=last)

    def _say(self, broken: list[int], block: Any, origin: int) -> None:
        end = len(block) - PADDING
        is_lines = self.depth == LINES
        if is_lines and self.notes.cut and broken and not np.any(block[broken[-1] : end] == ord("\n")):
            broken = broken[:-1]
        if broken:
            what = BROKEN_LINES if is_lines else BROKEN_RECORDS
            self.notes.count(what, [f"byte {origin + place:,}" for place in broken])


@dataclass
class _Fields(_Taker):
    """The strings below some keys, wherever they stand in a record; exact and slower."""

    fields: frozenset[str] = frozenset()

    def take(self, block: Any, origin: int, last: bool) -> Taken:
        end = len(block) - PADDING
        places = np.empty((end // 2 + 2, 3), np.int64)
        found, consumed, self.inside, self.state = spans(block, end, self.depth, self.inside, last, places)
        self.end = origin + consumed
        texts = []
        for begin, stop, kind in places[:found].tolist():
            piece = block[begin:stop].tobytes()
            piece = piece if kind == RECORD else b"{%b}" % piece
            if kind != BESIDE:
                texts.append(self._text(piece, origin + begin))
            elif begin < consumed:  # else it is read again
                self.aside += self._strings(piece, origin + begin)
        return self._taken(packed(texts), int(consumed), last=last)

    def _text(self, record: bytes, place: int) -> bytes:
        text = self._strings(record, place)
        if not text:
            self.notes.count(WITHOUT_FIELDS, [f"byte {place:,}"])
        return text

    def _strings(self, record: bytes, place: int) -> bytes:
        try:
            found: Any = msgspec.json.decode(record, strict=False)
        except (msgspec.DecodeError, RecursionError):
            try:
                found = values(record.decode())
            except (json.JSONDecodeError, RecursionError):
                self.notes.count(BROKEN_RECORDS, [f"byte {place:,}"])
                return record
        text = "".join(f"{text}\n" for text in _below(found, self.fields, wanted=False))
        # Half of a pair of surrogates is no character.
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()


def _with(texts: Texts, record: bytes) -> Texts:
    """The same and one more."""
    end = int(texts.offsets[-1])
    parts = texts.data[:end], np.frombuffer(record + bytes(PADDING), np.uint8)
    return Texts(np.concatenate(parts), np.append(texts.offsets, end + len(record)))


def _below(value: Any, fields: frozenset[str], *, wanted: bool) -> Iterator[str]:
    if isinstance(value, str):
        if wanted:
            yield value
    elif isinstance(value, dict):
        for key, member in value.items():
            yield from _below(member, fields, wanted=wanted or key in fields)
    elif isinstance(value, list):
        for member in value:
            yield from _below(member, fields, wanted=wanted)
