"""What of a row is looked for in a corpus: which fields it has, and what finding each of them means."""

from __future__ import annotations

from itertools import accumulate, chain
from typing import NamedTuple

from bioclue_data.matching.index import ANCHOR, ANYWHERE, HALF, NEAR


class Field(NamedTuple):
    """A field of the rows of a task.

    Attributes:
        name: As findings call it.
        path: Column, or list column and its members: `entities.norms.name`.
        kind: ANCHOR: looked for; HALF: looked for, in a place of its own; NEAR, ANYWHERE: looked at where
            one of these was found.
        role: `item`: the item itself; all item fields must be in one record. `context`: text that may be
            public without the item. `support`: makes a match of a short item certain.
        shortest: Characters that a value must have: shorter ones are everywhere.
    """

    name: str
    path: str
    kind: int
    role: str
    shortest: int = 1


def _item(name: str) -> Field:
    return Field(name, name, ANCHOR, "item")


def _half(name: str, path: str = "") -> Field:
    return Field(name, path or name, HALF, "item")


def _context(name: str, path: str) -> Field:
    return Field(name, path, ANCHOR, "context")


def _support(name: str, path: str, kind: int = ANYWHERE, shortest: int = 1) -> Field:
    return Field(name, path, kind, "support", shortest)


_TEXT = (_item("text"),)
_MENTIONS = (_half("text"), _support("mentions", "entities.text"))
_NORMS = (
    _support("concepts", "entities.norms.name"),
    _support("concepts", "entities.norms.id", shortest=6),  # of a gene or a species it is any number
)
FIELDS: dict[str, tuple[Field, ...]] = {
    "ner": _MENTIONS,
    "nen": (*_MENTIONS, *_NORMS),
    "re": _MENTIONS,
    "ee": _MENTIONS,
    "coref": _MENTIONS,
    "tc": (*_TEXT, _context("context", "context")),
    "t2s": (*_TEXT, _context("context", "context")),
    "nli": (_half("text_a"), _half("text_b")),
    "sts": (_half("text_a"), _half("text_b")),
    "mcqa": (
        _item("question"),
        _context("context", "context"),
        _support("options", "options.text", NEAR),
        _support("rationale", "rationale"),
    ),
    "boolqa": (_item("question"), _context("context", "contexts.text"), _support("answer", "rationale")),
    "cqa": (
        _item("question"),
        _context("context", "contexts.text"),
        _support("answer", "answers.text"),
    ),
    "qa": (_item("question"), _item("detail"), _support("answer", "answers.text")),
    "rank": (_item("query"), _support("answer", "candidates.text")),
    "sum": (_half("source", "sources.text"), _half("summary", "targets.text")),
    "mt": (_half("source", "sources.text"), _half("translation", "targets.text")),
    "dialogue": (Field("dialogue", "turns.text", ANCHOR, "item"),),
    "file": (
        _item("question"),
        _support("options", "options.text", NEAR),
        _support("answer", "answers.text"),
    ),  # no task of ours: rows of a file of the user's
}
SINGLE_LISTS = {
    "options",
    "answer",
    "mentions",
    "concepts",
}  # every element is a field of its own; other lists are joined
ALL = tuple(chain.from_iterable(FIELDS.values()))
FIRST = dict(zip(FIELDS, accumulate(map(len, FIELDS.values()), initial=0), strict=False))  # places in ALL
