"""Relations and events: F1 of what links mentions.

A relation is right if its type, and the role and place of every argument are: the spans of a mention, the id
of a concept, the text of a plain argument; relations and events as arguments are compared whole. The order
of arguments does not count. `text_f1` compares the words of arguments in the place of spans and ids, as
CBLUE's CMeIE does with its triples, so that a system that gives no offsets can be scored.

Of events: `f1` whole events, `trigger_f1` type and trigger, `argument_f1` type, trigger, role and argument
(as in ACE and BioNLP-ST); `text_f1` whole events by their words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bioclue_data.metrics.entities import spans
from bioclue_data.metrics.family import Family, Row
from bioclue_data.metrics.matching import macro_f1, matched, micro

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bioclue_data.metrics.totals import Array, Counts, Totals

Key = tuple[Any, ...]
CIRCLE: Key = ("itself",)


class _Keys:
    """Keys of the relations or events of one row; equal things have equal keys."""

    def __init__(self, row: Row, layer: str, *, words: bool) -> None:
        self.links: list[dict[str, Any]] = row[layer] or []
        self._by_id = {link["id"]: link for link in self.links}
        self._mentions: Mapping[str, Any] = {m["id"]: m for m in row["entities"] or ()}
        self._words = words

    def link(self, link: dict[str, Any], above: tuple[str, ...] = ()) -> Key:
        """Type, trigger, and the arguments sorted; a link inside itself is cut."""
        if link["id"] in above:
            return CIRCLE
        arguments = [self.argument(one, (*above, link["id"])) for one in link["args"]]
        return (link["type"], self.trigger(link), tuple(sorted(arguments, key=repr)))

    def trigger(self, link: dict[str, Any]) -> Any:
        """The words or spans of an event's trigger; relations have none."""
        return link.get("trigger_text") if self._words else spans(link.get("trigger"))

    def argument(self, argument: dict[str, Any], above: tuple[str, ...] = ()) -> Key:
        """Role and what stands there."""
        role, ref = argument["role"], argument["ref"]
        if (inside := self._by_id.get(ref)) and argument["kind"] in {"relation", "event"}:
            return (role, self.link(inside, above))
        mention = self._mentions.get(ref) if argument["kind"] == "entity" else None
        if self._words:
            return (role, argument["text"] or (mention["text"] if mention else ref))
        return (role, spans(mention["spans"]) if mention else ref or argument["text"])


def _links(row: Row, layer: str, *, words: bool = False) -> set[Key]:
    keys = _Keys(row, layer, words=words)
    return {keys.link(link) for link in keys.links}


def _kind(key: Key) -> str:
    return str(key[0])


def count_relations(gold: Row, predicted: Row) -> Counts:
    """The numbers of one item."""
    return _whole(gold, predicted, "relations")


def _whole(gold: Row, predicted: Row, layer: str) -> Counts:
    text = (_links(gold, layer, words=True), _links(predicted, layer, words=True))
    return {
        **matched("whole", _links(gold, layer), _links(predicted, layer), _kind),
        **matched("text", *text, _kind),
    }


def count_events(gold: Row, predicted: Row) -> Counts:
    """The numbers of one item."""
    return {
        **_whole(gold, predicted, "events"),
        **matched("trigger", _triggers(gold), _triggers(predicted), _kind),
        **matched("argument", _arguments(gold), _arguments(predicted), _kind),
    }


def _triggers(row: Row) -> set[Key]:
    keys = _Keys(row, "events", words=False)
    return {(event["type"], keys.trigger(event)) for event in keys.links}


def _arguments(row: Row) -> set[Key]:
    keys = _Keys(row, "events", words=False)
    return {
        (event["type"], keys.trigger(event), *keys.argument(one, (event["id"],)))
        for event in keys.links
        for one in event["args"]
    }


def make_relations(totals: Totals) -> dict[str, Array]:
    """The scores."""
    return {
        **micro(totals, "whole"),
        "macro_f1": macro_f1(totals, "whole"),
        "text_f1": micro(totals, "text")["f1"],
        "text_macro_f1": macro_f1(totals, "text"),
    }


def make_events(totals: Totals) -> dict[str, Array]:
    """The scores."""
    parts = {f"{part}_f1": micro(totals, part)["f1"] for part in ("trigger", "argument")}
    return {**make_relations(totals), **parts}


RELATIONS = Family(
    "relations",
    ("f1", "precision", "recall", "macro_f1", "text_f1", "text_macro_f1"),
    count_relations,
    make_relations,
)
EVENTS = Family(
    "events",
    ("f1", "precision", "recall", "macro_f1", "trigger_f1", "argument_f1", "text_f1", "text_macro_f1"),
    count_events,
    make_events,
)
