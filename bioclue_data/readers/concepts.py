"""Concept ids as sources print them in one cell, taken apart into norms."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from bioclue_data.errors import SourceError


class Vocabulary(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How the ids of one mention type are written."""

    # How an id begins -> the vocabulary's name; the prefix is cut off. "" takes every other id.
    prefixes: dict[str, str] = {}
    # Separators between the parts of one composite concept.
    composite: tuple[str, ...] = ()
    # Separators between alternatives; they bind less than the parts of a composite.
    alternative: tuple[str, ...] = ()
    # What stands for "looked up, no concept exists"; "" if the source has no such sign.
    nil: str = ""
    # Whether blanks around an id are a slip of the source's and go.
    strip: bool = False


class Concepts(Vocabulary, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How concept ids are written, and how differently for some mention types."""

    # Mention type -> its own way, instead of the common one.
    types: dict[str, Vocabulary] = {}

    def norms(self, cell: str, kind: str, where: str) -> list[dict[str, Any]]:
        """Take the ids of a mention of type `kind` apart; an empty cell gives `[]`.

        Raises:
            SourceError: no prefix of the vocabulary fits an id.
        """
        vocabulary = self.types.get(kind, self)
        groups = _split(cell, vocabulary.alternative)
        return [
            _norm(group, part, vocabulary, where)
            for group, parts in enumerate(groups)
            for part in _split(parts, vocabulary.composite)
            if part.strip()
        ]

    def reference(self, cell: str, known: dict[str, str], where: str) -> str:
        """Name the one concept of a relation's argument as `DB:id`.

        Args:
            cell: The id as the relation prints it.
            known: Id -> vocabulary over the document's mentions; it decides where ids carry no prefix.
            where: Place in the source, for messages.
        """
        identifier = cell.strip() if self.strip else cell
        if identifier in known:
            return f"{known[identifier]}:{identifier}"
        db, bare = _named(identifier, self, where)
        return f"{known.get(bare, db)}:{bare}"


def _split(cell: str, separators: tuple[str, ...]) -> list[str]:
    if not separators:
        return [cell]
    return re.split("|".join(map(re.escape, separators)), cell)


def _norm(group: int, part: str, vocabulary: Vocabulary, where: str) -> dict[str, Any]:
    identifier = part.strip() if vocabulary.strip else part
    if vocabulary.nil and identifier == vocabulary.nil:
        return {"group": group, "db": _usual(vocabulary, where), "id": None, "relation": "nil"}
    db, bare = _named(identifier, vocabulary, where)
    return {"group": group, "db": db, "id": bare, "relation": "exact"}


def _named(identifier: str, vocabulary: Vocabulary, where: str) -> tuple[str, str]:
    for prefix in _longest_first(vocabulary):
        if identifier.startswith(prefix):
            return vocabulary.prefixes[prefix], identifier.removeprefix(prefix)
    raise SourceError(
        f"no vocabulary is known for the id {identifier!r}",
        where=where,
        remedy='add its beginning to `prefixes` of `[read]`, or "" for ids without one',
    )


def _longest_first(vocabulary: Vocabulary) -> Iterator[str]:
    return iter(sorted(vocabulary.prefixes, key=len, reverse=True))


def _usual(vocabulary: Vocabulary, where: str) -> str:
    """The vocabulary that a mention without a concept was looked up in."""
    names = vocabulary.prefixes
    return names[""] if "" in names else _named(next(iter(names), ""), vocabulary, where)[0]
