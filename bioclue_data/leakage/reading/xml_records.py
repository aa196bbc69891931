"""XML: a record is an element that is repeated below the root, or the whole file; all its text."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, Any, cast

from lxml import etree

from bioclue_data.leakage.reading import prose, torn_xml, utf8

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bioclue_data.leakage.reading.notes import Notes

_HEAD = 2**18
_CHUNK = 2**12  # bytes: of a chunk with a fault the records are read as text
_LINES = 1000  # of text that stands between records, in one record
_DEEPEST = 2  # brackets below the root at which a record may stand
_HARMLESS = 64  # characters of an entity that holds no other
_ERRORS = etree.ErrorTypes
# What the parser passes over without losing its place: `&`, entities that nobody declared, stray characters.
_SLIPS = {
    _ERRORS.ERR_ENTITYREF_NO_NAME,
    _ERRORS.ERR_ENTITYREF_SEMICOL_MISSING,
    _ERRORS.ERR_UNDECLARED_ENTITY,
    _ERRORS.ERR_INVALID_CHAR,
    _ERRORS.ERR_INVALID_CHARREF,
    _ERRORS.ERR_HYPHEN_IN_COMMENT,
}
_MOST_SLIPS = 10_000  # the parser keeps them all


def is_xml(head: bytes) -> bool:
    """Does a file that begins so hold XML?"""
    start = head[:4096].lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n")
    if not start.startswith(b"<"):
        return False
    if start.replace(b"\0", b"").startswith(b"<?xml"):
        return True
    depth, has_faults = _levels(head)
    return depth is not None and not has_faults


def records(head: bytes, pieces: Iterator[bytes], fields: tuple[str, ...], notes: Notes) -> Iterator[bytes]:
    """The text of each record with what stands before it; `head` is the beginning of the pieces.

    With fields, only what stands in elements and attributes of these names. From a fault on that the parser
    does not get over, the rest is read as plain text; with fields it is left out.
    """
    state = _Reading(_levels(head)[0] or 0, fields, notes)
    try:
        for piece in pieces:
            for start in range(0, len(piece), _CHUNK):
                chunk = piece[start : start + _CHUNK]
                yield from state.feed(chunk)
                if state.fault:
                    yield from _as_text(state, chain([chunk, piece[start + _CHUNK :]], pieces))
                    return
        yield from state.close()
    except EntitiesError:
        what = "the document type declares entities that hold others or are long"
        notes.add(f"{what}: they could fill all memory, the file is left out")
        return
    if state.fault:
        yield from _as_text(state, iter(()))
    elif state.between:
        yield "\n".join(state.between).encode()
    if missing := sorted(set(fields) - state.seen):
        notes.add(f"no field {', '.join(missing)} here")


class EntitiesError(Exception):
    """Entities can expand to more than memory holds."""


def _as_text(state: _Reading, pieces: Iterator[bytes]) -> Iterator[bytes]:
    if not state.notes.cut:
        how = "left out" if state.fields else "read as plain text"
        state.notes.add(f"not well-formed XML, {how} from there on: {state.fault}")
    if state.between:
        yield "\n".join(state.between).encode()
    if state.fields:
        return
    yield from prose.records(torn_xml.stripped(utf8.text(chain([state.unfinished()], pieces), state.notes)))


def _parser() -> Any:
    options: Any = {"resolve_entities": False, "no_network": True, "load_dtd": False, "recover": True}
    return etree.XMLPullParser(events=("start", "end"), remove_pis=True, remove_comments=True, **options)


def _is_slip(error: Any) -> bool:
    # `&` and `<` before a blank give the same type, and behind the latter the parser stops.
    return error.type in _SLIPS or (error.type == _ERRORS.ERR_NAME_REQUIRED and "EntityRef" in error.message)


@dataclass
class _Reading:
    """A parser, and the records that it has come to.

    Attributes:
        depth: At which records stand.
        fields: Names of elements and attributes to take; all if empty.
        notes: What goes wrong.
        fault: What the parser did not get over; empty as long as there is nothing.
        between: Text behind the last record.
        seen: Fields that some record had.
    """

    depth: int
    fields: tuple[str, ...]
    notes: Notes
    fault: str = ""
    between: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    _parser: Any = field(default_factory=_parser)
    _level: int = 0
    _slips: int = 0
    _held: bytes = b""  # what was fed since records ended, with the chunk in which they did
    _ended: list[str] = field(default_factory=list)  # tags of the records that ended in it

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """Records that are complete with these bytes; none of a chunk with a fault."""
        self._parser.feed(chunk)
        self._look_for_faults()
        if self.fault:
            return
        ended: list[str] = []
        yield from self._records(ended)
        if ended:
            self._held, self._ended = chunk, ended
        else:
            self._held += chunk

    def close(self) -> Iterator[bytes]:
        """The last records."""
        try:
            self._parser.close()
        except etree.XMLSyntaxError as error:
            self.fault = str(error)
        self._look_for_faults()
        if not self.fault:
            yield from self._records([])

    def unfinished(self) -> bytes:
        """What was fed behind the last record, or a little more."""
        if not self._ended:
            return self._held
        tag = re.escape(etree.QName(self._ended[-1]).localname.encode())
        end = re.compile(rb"</(?:[\w.-]+:)?%s\s*>|<(?:[\w.-]+:)?%s(?:\s[^<>]*)?/>" % (tag, tag))
        places = [match.end() for match in end.finditer(self._held)]
        count = self._ended.count(self._ended[-1])
        return self._held[places[count - 1] :] if len(places) >= count else self._held

    def _look_for_faults(self) -> None:
        log = self._parser.feed_error_log
        for place in range(self._slips, len(log)):
            error = log[place]
            where = f"line {error.line}: {error.message}"
            if error.level == etree.ErrorLevels.FATAL and not _is_slip(error):
                self.fault = self.fault or where
            elif error.level == etree.ErrorLevels.FATAL:
                self.notes.count("places are no well-formed XML and were read over", [where])
        self._slips = len(log)
        if self._slips > _MOST_SLIPS:
            self.fault = self.fault or "so many faults that the file is none"

    def _records(self, ended: list[str]) -> Iterator[bytes]:
        for event, element in self._parser.read_events():
            if event == "start":
                if self._level == 0:
                    self._refuse_entities(element)
                self._level += 1
                continue
            self._level -= 1
            if self._level <= self.depth:
                self.between += self._chosen(element) if self.fields else _lines(element)
                if self._level == self.depth or len(self.between) >= _LINES:
                    yield "\n".join(self.between).encode("utf-8", "replace")
                    self.between = []
                    ended.append(str(element.tag))
                _forget(element)

    def _chosen(self, element: Any) -> Iterator[str]:
        """The lines of the fields below an element, and of itself."""
        if not isinstance(element.tag, str):
            return
        if (name := etree.QName(element).localname) in self.fields:
            self.seen.add(name)
            yield from _lines(element)
            return
        for name, value in element.attrib.items():
            if name in self.fields:
                self.seen.add(name)
                yield value
        for child in element:
            yield from self._chosen(child)

    def _refuse_entities(self, root: Any) -> None:
        subset = root.getroottree().docinfo.internalDTD
        if subset is None or not (entities := subset.entities()):
            return
        if any("&" in (text := entity.content or "") or len(text) > _HARMLESS for entity in entities):
            raise EntitiesError
        self.notes.add("the document type declares entities: they are not expanded, their names are read")


def _lines(element: Any) -> Iterator[str]:
    """Text and telling attributes: a line for each element, but mixed content is one line."""
    if not isinstance(element.tag, str):
        return
    yield from (value for value in element.attrib.values() if " " in value or not value.isascii())
    own = (element.text or "").strip()
    if len(element) == 0:
        if own:
            yield own
    elif own or any((child.tail or "").strip() for child in element):
        yield "".join(cast("Iterator[str]", element.itertext())).strip()
    else:
        for child in element:
            yield from _lines(child)


def _forget(element: Any) -> None:
    tail = element.tail
    element.clear()
    element.tail = tail
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def _levels(head: bytes) -> tuple[int | None, bool]:
    """Depth of the records, None without an element; and has the beginning faults? The root has depth 0."""
    parser = _parser()
    parser.feed(head[:_HEAD])
    has_faults = any(error.level == etree.ErrorLevels.FATAL for error in parser.feed_error_log)
    found, level = _DEEPEST + 1, 0
    tags: list[set[str]] = [set()]
    seen = False
    for event, element in parser.read_events():
        if event == "end":
            level -= 1
            tags.pop()
            continue
        seen = True
        tag = str(element.tag)
        if level and tag in tags[-1]:
            found = min(found, level)
        tags[-1].add(tag)
        tags.append(set())
        level += 1
    depth = found if found <= _DEEPEST else 0
    return depth if seen else None, has_faults
