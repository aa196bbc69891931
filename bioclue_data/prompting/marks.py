"""Mentions, relations, events and sets as lines of text, and back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from bioclue_data.prompting.prompts import flat

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Row = dict[str, Any]
GAP = " ... "
TRIGGER = "trigger"
NTH = re.compile(r"#(\d+)$")
EDGE = ("(?<![A-Za-z0-9])", "(?![A-Za-z0-9])")


def mention_text(row: Row) -> str:
    """A line for each mention, in the order of the text; words#n where another place would be found first."""
    placed = sorted(row["entities"], key=lambda one: [(span["start"], span["end"]) for span in one["spans"]])
    finder = _Finder(row["text"])
    return "\n".join(f"{flat(one['type'])}\t{finder.words(one)}" for one in placed)


def _words(text: str, spans: Sequence[Row]) -> str:
    return GAP.join(flat(text[span["start"] : span["end"]]) for span in spans)


def mentions(row: Row, lines: Iterable[str]) -> list[Row]:
    """Mentions of lines, found going on through the text."""
    found: list[Row] = []
    finder = _Finder(row["text"])
    for line in lines:
        kind, tab, words = line.partition("\t")
        if tab and (spans := finder.next(words.strip(), kind)):
            found.append(_mention(len(found) + 1, kind.strip(), spans, words.strip()))
    return found


def _mention(number: int, kind: str, spans: list[Row], words: str) -> Row:
    empty = {"unified": None, "norms": None, "attributes": None}
    return {"id": f"T{number}", "type": kind, "spans": spans, "text": NTH.sub("", words), **empty}


class _Finder:
    """Finds mentions in a text, going on: each at the next place from the last one on, else at the first."""

    def __init__(self, text: str) -> None:
        self._text, self._at = text, 0
        self._after: dict[tuple[str, str], int] = {}

    def next(self, words: str, kind: str) -> list[Row]:
        """Where words stand that were not yet found for this kind, or words#n; [] if nowhere."""
        spans = _nth(self._text, words) if NTH.search(words) else self._following(words, kind)
        if spans:
            self._at = spans[0]["start"]
            self._after[kind, NTH.sub("", words)] = self._at + 1
        return spans

    def words(self, mention: Row) -> str:
        """What finds a mention after those before."""
        words, kind = _words(self._text, mention["spans"]), flat(mention["type"])
        if self._following(words, kind) != mention["spans"]:
            words = _numbered(self._text, mention["spans"])
        self.next(words, kind)
        return words

    def _following(self, words: str, kind: str) -> list[Row]:
        least = self._after.get((kind, words), 0)
        return places(self._text, words, max(self._at, least)) or places(self._text, words, least)


def places(text: str, words: str, at: int = 0) -> list[Row]:
    """Spans of words from a place on, parts of split words one after the other; [] if they are not there.

    Blanks are equal to one another; whole words go before parts of words.
    """
    spans = []
    for part in _parts(words):
        whole = re.compile(f"{EDGE[0]}{part}{EDGE[1]}").search(text, at)
        match = whole or re.compile(part).search(text, at)
        if match is None:
            return []
        at = match.end()
        spans.append({"start": match.start(), "end": match.end()})
    return spans


def _parts(words: str) -> list[str]:
    """A pattern for each part of split words."""
    split = (part.split() for part in words.split(GAP.strip()))
    return [r"\s+".join(map(re.escape, part)) for part in split if part]


def _starts(text: str, words: str) -> list[int]:
    """Where words, or their first part, begin: whole words in the order of the text, then parts of words."""
    if not (parts := _parts(words)):
        return []
    part = parts[0]
    every = [match.start() for match in re.finditer(f"(?={part})", text)]
    whole = {match.start() for match in re.finditer(f"(?={EDGE[0]}{part}{EDGE[1]})", text)}
    return sorted(every, key=lambda start: (start not in whole, start))


def _nth(text: str, words: str) -> list[Row]:
    """Spans of words#n, their n-th place; of words alone, their first."""
    number = NTH.search(words)
    words = NTH.sub("", words)
    starts = _starts(text, words)[max(0, int(number[1]) - 1) if number else 0 :]
    if not starts:
        return []
    first, *rest = words.split(GAP.strip())
    match = re.compile(_parts(first)[0]).match(text, starts[0])
    if match is None:
        return []
    following = places(text, GAP.join(rest), match.end())
    whole = [{"start": match.start(), "end": match.end()}, *following]
    return whole if len(following) == len(rest) else []


def set_text(row: Row) -> str:
    """A line for each set: ids of its mentions."""
    return "\n".join(",".join(one["members"]) for one in row["corefs"])


def sets(row: Row, lines: Iterable[str]) -> list[Row]:
    """Sets of mentions that there are; sets of fewer than two are left out."""
    known = {mention["id"] for mention in row["entities"] or ()}
    named = ([name.strip() for name in line.split(",")] for line in lines)
    kept = ([name for name in dict.fromkeys(names) if name in known] for names in named)
    return [
        {"id": f"C{number}", "type": "", "members": members, "head": None}
        for number, members in enumerate((members for members in kept if len(members) > 1), 1)
    ]


def link_text(row: Row, layer: str) -> str:
    """A line for each relation or event: id, type, trigger, arguments."""
    return "\n".join("\t".join(_link_fields(row, link)) for link in row[layer])


def _link_fields(row: Row, link: Row) -> list[str]:
    place = _numbered(row["text"], link["trigger"]).removesuffix("#1") if link.get("trigger") else ""
    trigger = [f"{TRIGGER}={place}"] if place else []
    arguments = [f"{flat(one['role'])}={_value(one)}" for one in link["args"]]
    return [link["id"], flat(link["type"]), *trigger, *arguments]


def _numbered(text: str, spans: Sequence[Row]) -> str:
    """Words, and the number of their place."""
    words, at = _words(text, spans), spans[0]["start"]
    starts = _starts(text, words)
    return f"{words}#{starts.index(at) + 1}" if at in starts else words  # a declared fault: not in the text


def _value(argument: Row) -> str:
    words = argument["text"] if argument["kind"] == "text" else argument["ref"] or argument["text"]
    return flat(words or "")


def links(row: Row, lines: Iterable[str], *, events: bool) -> list[Row]:
    """Relations or events of lines; what has no id, type and argument or trigger is left out."""
    split = [[part.strip() for part in line.split("\t")] for line in lines]
    split = [parts for parts in split if len(parts) > 2]
    kinds = _kinds(row, [parts[0] for parts in split], "event" if events else "relation")
    return [_link(parts, kinds, row["text"] if events else None) for parts in split]


def _kinds(row: Row, ids: Iterable[str], link: str) -> dict[str, str]:
    """What an argument's value is, where it is no plain text."""
    entities = row["entities"] or ()
    norms = [norm for mention in entities for norm in mention["norms"] or ()]
    return {
        **dict.fromkeys((f"{norm['db']}:{norm['id']}" for norm in norms if norm["id"]), "concept"),
        **dict.fromkeys(ids, link),
        **dict.fromkeys((mention["id"] for mention in entities), "entity"),
    }


def _link(parts: list[str], kinds: dict[str, str], text: str | None) -> Row:
    """A relation; an event if there is a text, where words of its trigger stand."""
    pairs = [part.partition("=")[::2] for part in parts[2:] if "=" in part]
    is_trigger = [text is not None and role == TRIGGER for role, _ in pairs]
    arguments = [_argument(*pair, kinds) for pair, other in zip(pairs, is_trigger, strict=True) if not other]
    made: Row = {"id": parts[0], "type": parts[1], "args": arguments, "attributes": None}
    if text is None:
        return made
    words = next((value for (_, value), is_it in zip(pairs, is_trigger, strict=True) if is_it), None)
    spans = _nth(text, words) if words else []
    return made | {"trigger": spans or None, "trigger_text": words and NTH.sub("", words)}


def _argument(role: str, value: str, kinds: dict[str, str]) -> Row:
    kind = kinds.get(value, "text")
    words = {"ref": None, "text": value} if kind == "text" else {"ref": value, "text": None}
    return {"role": role, "kind": kind, **words, "type": None}
