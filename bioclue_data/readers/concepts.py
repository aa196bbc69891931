"""Concept ids as sources print them in one cell, taken apart into norms."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec

from bioclue_data.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from collections.abc import Set as AbstractSet


class Vocabulary(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How the ids of one mention type are written."""

    # Prefix before an id -> the vocabulary's name; it is cut off. "" takes every other id. After a colon
    # stands what takes the prefix's place ("RS#:" = "dbSNP:rs").
    prefixes: dict[str, str] = {}
    # How an id itself begins -> the vocabulary's name; it is kept (`rs12` of dbSNP).
    beginnings: dict[str, str] = {}
    # Separators between the parts of one composite concept.
    composite: tuple[str, ...] = ()
    # Separators between alternatives; they bind less than the parts of a composite.
    alternative: tuple[str, ...] = ()
    # How a part begins that is no id -> the attribute of the mention that the rest of it becomes ("Gene:");
    # a colon as in `prefixes`.
    attributes: dict[str, str] = {}
    # Mark that ends an id -> the attribute of the mention that keeps the whole part ("12(Tax:9606)": "(").
    qualified: dict[str, str] = {}
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
        alternatives = _split(cell, vocabulary.alternative)
        groups = [group for group in alternatives if not _starting(group, vocabulary.attributes)]
        return [
            _norm(group, part, vocabulary, where)
            for group, parts in enumerate(groups)
            for part in _split(parts, vocabulary.composite)
            if part.strip() and not _starting(part, vocabulary.attributes)
        ]

    def attributes_in(self, cell: str, kind: str) -> list[dict[str, str]]:
        """What the cell of a mention of type `kind` says beside ids, as attributes of the mention."""
        vocabulary = self.types.get(kind, self)
        parts = _split(cell, (*vocabulary.alternative, *vocabulary.composite))
        found = []
        for part in parts:
            start = _starting(part, vocabulary.attributes)
            if start:
                name, _, instead = vocabulary.attributes[start].partition(":")
                found.append({"name": name, "value": instead + part[len(start) :]})
            else:
                marks = [mark for mark in vocabulary.qualified if mark in part]
                found += [{"name": vocabulary.qualified[mark], "value": part} for mark in marks]
        return found

    def reference(self, cell: str, known: Mapping[str, AbstractSet[str]], where: str) -> str:
        """Name the one concept of a relation's argument as `DB:id`.

        Args:
            cell: The id as the relation prints it.
            known: Id -> vocabularies that the document's mentions have it from; they decide.
            where: Place in the source, for messages.

        Raises:
            SourceError: the document has the id from two vocabularies, or no prefix fits.
        """
        identifier = cell.strip() if self.strip else cell
        found = known.get(identifier)
        if found is None:
            db, identifier = _named(identifier, self, where)
            found = known.get(identifier, {db})
        if len(found) > 1:
            raise SourceError(
                f"{identifier!r} may be of {' or '.join(sorted(found))}: the relation does not say",
                where=where,
                remedy="the document has mentions with this id in both: a reader of its own must decide",
            )
        return f"{next(iter(found))}:{identifier}"


def databases(entities: Iterable[Mapping[str, Any]]) -> dict[str, set[str]]:
    """Collect concept id -> vocabularies over the mentions of a document."""
    known: dict[str, set[str]] = {}
    for mention in entities:
        for norm in mention.get("norms") or []:
            if norm["id"]:
                known.setdefault(norm["id"], set()).add(norm["db"])
    return known


def _split(cell: str, separators: tuple[str, ...]) -> list[str]:
    if not separators:
        return [cell]
    return re.split("|".join(map(re.escape, separators)), cell)


def _starting(part: str, beginnings: Iterable[str]) -> str:
    """The longest beginning that a part has; "" if it has none."""
    return max((start for start in beginnings if part.startswith(start)), key=len, default="")


def _norm(group: int, part: str, vocabulary: Vocabulary, where: str) -> dict[str, Any]:
    identifier = part.strip() if vocabulary.strip else part
    if vocabulary.nil and identifier == vocabulary.nil:
        return {"group": group, "db": _usual(vocabulary, where), "id": None, "relation": "nil"}
    for mark in vocabulary.qualified:
        identifier = identifier.split(mark, 1)[0]
    db, bare = _named(identifier, vocabulary, where)
    return {"group": group, "db": db, "id": bare, "relation": "exact"}


def _named(identifier: str, vocabulary: Vocabulary, where: str) -> tuple[str, str]:
    kept, cut = vocabulary.beginnings, vocabulary.prefixes
    for start in sorted({*kept, *cut}, key=len, reverse=True):
        if identifier.startswith(start):
            if start in kept:
                return kept[start], identifier
            db, _, instead = cut[start].partition(":")
            return db, instead + identifier[len(start) :]
    raise SourceError(
        f"no vocabulary is known for the id {identifier!r}",
        where=where,
        remedy='add its beginning to `prefixes` or `beginnings` of `[read]`, or "" for all ids without one',
    )


def _usual(vocabulary: Vocabulary, where: str) -> str:
    """The vocabulary that a mention without a concept was looked up in: that of ids without a prefix."""
    names = {**vocabulary.prefixes, **vocabulary.beginnings}
    return (
        names.get("", "").partition(":")[0] or _named(next(iter(names), vocabulary.nil), vocabulary, where)[0]
    )
