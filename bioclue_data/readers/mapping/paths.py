"""Paths of a mapping, compiled to functions on nodes. The grammar stands in the package's docstring."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from bioclue_data.errors import RecordError
from bioclue_data.readers.mapping.nodes import PLAIN, Absent, Node, Raw, climb, fail, file_of, pointer

One = Callable[[Node], Any]
Many = Callable[[Node], "list[Node] | Absent"]

_SEGMENT = re.compile(r'"([^"]*)"|([^".]+)')
_UP = re.compile(r"\^+")
SELF, POSITION, KEY, FILE, STEM, SUBSET = ".", "#", "@key", "@file", "@stem", "@subset"
_WORDS = (POSITION, KEY, FILE, STEM, SUBSET)
ANY = "*"


@dataclass(frozen=True, slots=True)
class Path:
    """A parsed path.

    Attributes:
        text: As the record spells it.
        up: Names to climb first.
        names: Names to follow then; `*` is any.
        word: `#`, `@key`, `@file`, `@stem` or `@subset` instead of a value.
    """

    text: str
    up: int
    names: tuple[str, ...]
    word: str = ""


def parse(text: str, place: str, raw: Raw = PLAIN) -> Path:
    """Parse a path.

    Args:
        text: The path.
        place: Where it stands in the record, for messages.
        raw: What it will be followed in: `@name` is an attribute in XML, not in plain values.

    Raises:
        RecordError: it is not a path.
    """
    up = len(match.group()) if (match := _UP.match(text)) else 0
    rest = text[up:].removeprefix(SELF)
    if not text or (up and rest and text[up] != SELF):
        raise _wrong(text, place, "it begins with a name, or with ^ and a dot")
    if rest in _WORDS:
        return Path(text, up, (), rest)
    names = tuple(_names(rest, text, place)) if rest else ()
    if raw is PLAIN and any(name.startswith("@") for name in _bare(rest)):
        raise _wrong(text, place, "a key that begins with @ is written in quotes")
    return Path(text, up, names)


def _names(rest: str, text: str, place: str) -> Sequence[str]:
    names, at = [], 0
    while True:
        match = _SEGMENT.match(rest, at)
        if match is None:
            raise _wrong(text, place, "single dots join names; a name with a dot is written in quotes")
        names.append(match[2] if match[1] is None else match[1])
        at = match.end()
        if at == len(rest):
            return names
        if rest[at] != SELF:
            raise _wrong(text, place, "a dot stands between two names")
        at += 1


def _bare(rest: str) -> list[str]:
    return [match[2] for match in _SEGMENT.finditer(rest) if match[2]]


def _wrong(text: str, place: str, why: str) -> RecordError:
    return RecordError(f"{text!r} is not a path: {why}", where=place)


def one(path: Path, raw: Raw) -> One:
    """Compile to a function that gives the single value at the path, or an `Absent`."""
    if path.word:
        return _word(path)
    if ANY in path.names:
        return _only(path, raw)
    if raw is PLAIN and not path.up and len(path.names) == 1 and not path.names[0].isdigit():
        return _entry(path)
    absent, up, names = Absent(path.text), path.up, path.names

    def get(node: Node) -> Any:
        here = climb(node, up) if up else node
        value = here.value
        for name in names:
            below = raw.child(value, name)
            if below is None:
                _refuse_opaque(here, raw, value, path.text)
                return absent
            value = below
        return absent if value is None else raw.leaf(_single(here, value, path, raw))

    return get


def _single(node: Node, value: Any, path: Path, raw: Raw) -> Any:
    if raw is not PLAIN and isinstance(value, list):
        fail(node, f"{path.text!r} stands {len(value)} times, one is wanted", "use `each`, or a longer path")
    return value


def _refuse_opaque(node: Node, raw: Raw, value: Any, path: str) -> None:
    if raw.opaque(value):
        kind = f"a list of {len(value)}" if isinstance(value, list) else f"a {type(value).__name__}"
        remedy = "use `each`, or an index"
        if node.parent is not None and node.parent.parent is None:  # the item itself
            remedy += '; or correct `items`; or, if every line holds an item: format = "jsonl"'
        fail(node, f"the path {path!r} meets {kind} where it needs an object", remedy)


def _entry(path: Path) -> One:
    absent, name = Absent(path.text), path.names[0]

    def get(node: Node) -> Any:
        value = node.value
        if value.__class__ is dict:
            found = value.get(name)
            return absent if found is None else found
        _refuse_opaque(node, PLAIN, value, path.text)
        return absent

    return get


def _word(path: Path) -> One:
    absent, up = Absent(path.text), path.up
    reads: dict[str, Callable[[Node], Any]] = {
        POSITION: lambda node: node.position,
        KEY: lambda node: node.key,
        FILE: lambda node: file_of(node).name,
        STEM: lambda node: PurePosixPath(file_of(node).name).stem,
        SUBSET: lambda node: file_of(node).subset,
    }
    read = reads[path.word]

    def get(node: Node) -> Any:
        found = read(climb(node, up))
        return absent if found is None else found

    return get


def _word_node(path: Path) -> Many:
    """What a word gives, as the one node of a list."""
    get = _word(path)

    def nodes(node: Node) -> list[Node] | Absent:
        found = get(node)
        return found if isinstance(found, Absent) else [Node(found, None, 0, node, node.place)]

    return nodes


def _only(path: Path, raw: Raw) -> One:
    """A path with `*` for a single value: all that it finds, as a list."""
    nodes = many(path, raw)

    def get(node: Node) -> Any:
        found = nodes(node)
        return found if isinstance(found, Absent) else [raw.leaf(n.value) for n in found]

    return get


def many(path: Path, raw: Raw) -> Many:
    """Compile to a function that gives all nodes at the path; lists on the way are walked through.

    It gives an `Absent` if a name stands nowhere, and `[]` if a list on the way is empty.
    """
    if path.word:
        return _word_node(path)
    absent, up, names = Absent(path.text), path.up, path.names

    def get(node: Node) -> list[Node] | Absent:
        found = walk([climb(node, up) if up else node], names, raw)
        return absent if found is None else found

    return get


def walk(nodes: list[Node], names: Sequence[str], raw: Raw) -> list[Node] | None:
    """What a path leads to; a list or object at its end is gone through. None: a name is absent."""
    for name in names:
        if name == ANY:
            nodes = [below for node in nodes for below in raw.star(node)]
            continue
        spread = [element for node in nodes for element in _spread(node)]
        if not spread:
            return spread
        nodes = [below for node in spread if (below := _step(node, name, raw)) is not None]
        if not nodes:
            return None
    if names and names[-1] == ANY:
        return nodes
    return [element for node in nodes for element in raw.open(node)]


def _spread(node: Node) -> list[Node]:
    return PLAIN.star(node) if isinstance(node.value, list) else [node]


def _step(node: Node, name: str, raw: Raw) -> Node | None:
    value = raw.child(node.value, name)
    if value is None:
        _refuse_opaque(node, raw, node.value, name)
        return None
    return Node(value, name, 0, node, f"{node.place}/{pointer(name)}")
