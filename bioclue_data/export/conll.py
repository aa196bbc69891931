"""CoNLL columns: a line `token<TAB>tag` (IOB2) per token, a blank line after each row.

A token is a run of letters and digits with the marks on them, or a single other character; Chinese characters
and kana stand alone. A mention that begins or ends inside a token splits it. White space separates tokens and
is lost, and a mention loses what it has of it at its ends. A comment `# item_id = …` stands before each row;
a row without tokens is that comment alone.

Tags hold neither discontinuous nor overlapping mentions. The former are left out, as are mentions of nothing
but white space; of overlapping ones the longest is kept, among equally long ones the earliest, and the
others are left out. Ids, concepts, attributes and passages are left out, too.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from typing import TYPE_CHECKING

from bioclue_data.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from bioclue_data.export import Row

TASKS = frozenset({"ner"})
SUFFIX = ".conll"
HOLDS_HIDDEN_GOLD = False

# Han with its marks of repetition and zero, radicals, kana, compatibility forms, and the planes of rare Han.
_ALONE = re.compile(
    "[\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)
_BREAKS = re.compile(r"[\t\r\n]")

Span = tuple[int, int]
Mention = tuple[int, int, str]


def write(rows: Iterable[Row], out: Path, task: str) -> None:  # noqa: ARG001 - what every format takes
    """Write rows of a table of `ner` to one file.

    Raises:
        UsageError: a row's mentions are withheld or not annotated (every tag would be made up), or a type or
            an item's id is empty or holds a tab or a line end.
    """
    with out.open("w", encoding="utf-8", newline="\n") as stream:
        for row in rows:
            stream.writelines(f"{line}\n" for line in _lines(row))


def _lines(row: Row) -> Iterator[str]:
    name: str = row["item_id"]
    _refuse_breaks(name, "the item's id", name)
    mentions = _kept(_flat(row))
    tokens = list(_tokens(row["text"], {edge for start, end, _ in mentions for edge in (start, end)}))
    yield f"# item_id = {name}"
    for (start, end), tag in zip(tokens, _tags(tokens, mentions), strict=True):
        yield f"{row['text'][start:end]}\t{tag}"
    yield ""


def _flat(row: Row) -> list[Mention]:
    """The mentions of one span, trimmed."""
    name: str = row["item_id"]
    if row["entities"] is None:
        raise UsageError(
            "its mentions are withheld or not annotated; tags cannot say so",
            where=name,
            remedy="export labelled rows only, or another format",
        )
    for mention in row["entities"]:
        _refuse_breaks(mention["type"], f"the type of the mention {mention['id']}", name)
    flat = [mention for mention in row["entities"] if len(mention["spans"]) == 1]
    return [_trimmed(row["text"], mention["spans"][0], mention["type"]) for mention in flat]


def _trimmed(text: str, span: dict[str, int], kind: str) -> Mention:
    """A mention without the white space at its ends: mentions that share nothing else do not overlap."""
    covered = text[span["start"] : span["end"]].rstrip()
    return span["start"] + len(covered) - len(covered.lstrip()), span["start"] + len(covered), kind


def _refuse_breaks(value: str, what: str, item: str) -> None:
    if not value or _BREAKS.search(value):
        raise UsageError(
            f"{what} is empty or holds a tab or a line end: {value!r}",
            where=item,
            remedy="use another format",
        )


def _kept(mentions: Iterable[Mention]) -> list[Mention]:
    """The longest of overlapping mentions, in the order of the text."""
    kept: list[Mention] = []
    for start, end, kind in sorted(mentions, key=lambda one: (one[0] - one[1], one[0])):
        place = bisect_left(kept, (start, end, ""))
        apart = (place == 0 or kept[place - 1][1] <= start) and (place == len(kept) or end <= kept[place][0])
        if apart and start < end:
            kept.insert(place, (start, end, kind))
    return kept


def _tokens(text: str, edges: set[int]) -> Iterator[Span]:
    """Tokens, none of which has an edge inside."""
    start = 0
    for index in range(1, len(text) + 1):
        joined = index < len(text) and index not in edges and _joined(text[index - 1], text[index])
        if not joined:
            if not text[start].isspace():
                yield start, index
            start = index


def _joined(left: str, right: str) -> bool:
    """Does a character belong to the token of the one before it?"""
    if left.isspace() or right.isspace():
        return False
    return _is_mark(right) or (_in_word(left) and _in_word(right))


def _is_mark(character: str) -> bool:
    return unicodedata.category(character).startswith("M")


def _in_word(character: str) -> bool:
    return (character.isalnum() or _is_mark(character)) and not _ALONE.match(character)


def _tags(tokens: Sequence[Span], mentions: Sequence[Mention]) -> Iterator[str]:
    rest = iter(mentions)
    start, end, kind = next(rest, (-1, -1, ""))
    begun = False
    for first, _ in tokens:
        while first >= end >= 0:
            (start, end, kind), begun = next(rest, (-1, -1, "")), False
        inside = start <= first < end
        yield f"{'I' if begun else 'B'}-{kind}" if inside else "O"
        begun = begun or inside
