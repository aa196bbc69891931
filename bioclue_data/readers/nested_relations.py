"""CMedCausal: a JSON array of texts with relations whose tail is a mention, or a relation in its turn.

A mention has a half-open span and no type. Equal spans are one mention. The relation inside another one is
that of the list if it stands there too, else a relation of its own with the attribute `nested`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec

from bioclue_data.errors import SourceError
from bioclue_data.readers import json_values
from bioclue_data.readers.document import Document, Layers, Sources

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bioclue_data.sources.files import SourceFile

REMEDY = "get the file again; if the source is so, it needs a reader of its own"


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a record may say about nested relations."""

    # The source's relations, and what we call them.
    relations: dict[str, str]
    # The type of every mention.
    mention: str = "mention"


class Mention(msgspec.Struct, frozen=True):
    """A mention, as the source writes it; a tail says its kind in `type`."""

    mention: str
    start_idx: int
    end_idx: int


class Relation(msgspec.Struct, frozen=True):
    """A relation, as the source writes it."""

    head: Mention
    relation: int | str
    tail: dict[str, Any]


class Item(msgspec.Struct, frozen=True):
    """A text; without the key it is not annotated."""

    text: str
    relations: list[Relation] | None = msgspec.field(name="relation_of_mention", default=None)


@dataclass
class _Layers:
    """The mentions and relations of one text, while they are numbered."""

    options: Options
    mentions: dict[tuple[int, int], dict[str, Any]] = field(default_factory=dict)
    relations: list[dict[str, Any]] = field(default_factory=list)
    inside: list[tuple[dict[str, Any], Relation]] = field(default_factory=list)

    def mention(self, role: str, found: Mention) -> dict[str, Any]:
        """The argument that points to this mention."""
        span = {"start": found.start_idx, "end": found.end_idx}
        new = {"id": f"T{len(self.mentions) + 1}", "type": self.options.mention, "spans": [span]}
        kept = self.mentions.setdefault((found.start_idx, found.end_idx), new | {"text": found.mention})
        return {"role": role, "kind": "entity", "ref": kept["id"]}

    def relation(self, found: Relation) -> dict[str, Any]:
        """Add a relation; what its tail points to, if it is a relation, is filled in by `finish`."""
        kind = self.options.relations[str(found.relation)]
        args = [self.mention("head", found.head)]
        made: dict[str, Any] = {"id": f"R{len(self.relations) + 1}", "type": kind, "args": args}
        self.relations.append(made)
        if found.tail.get("type") == "relation":
            self.inside.append((made, msgspec.convert(found.tail, Relation)))
        else:
            args.append(self.mention("tail", msgspec.convert(found.tail, Mention)))
        return made

    def finish(self) -> None:
        """Let relations over relations point to them."""
        while self.inside:
            outer, inner = self.inside.pop(0)
            made = self.relation(inner)
            same = next((r for r in self.relations[:-1] if _content(r) == _content(made)), None)
            if same is None:
                made["attributes"] = [{"name": "nested", "value": "true"}]
            else:
                self.relations.pop()
            outer["args"].append({"role": "tail", "kind": "relation", "ref": (same or made)["id"]})


def _content(relation: dict[str, Any]) -> tuple[Any, ...]:
    return relation["type"], [arg["ref"] for arg in relation["args"]]


def read(sources: Sources, options: Options) -> Iterator[Document]:
    """Read text after text, in layers `text`, `entities` and `relations`; ids are positions in the file.

    Raises:
        SourceError: an item has another shape, or a relation that the record does not name.
    """
    for file in sources.files:
        for position, value in enumerate(json_values.elements(file)):
            yield _document(value, position, file, options)


def _document(value: Any, position: int, file: SourceFile, options: Options) -> Document:
    try:
        item = msgspec.convert(value, Item)
        layers: Layers = {"text": item.text}
        if item.relations is not None:
            layers |= _annotated(item.relations, options)
    except (msgspec.ValidationError, KeyError) as error:
        where = f"{file.name}, /{position}"
        raise SourceError(f"no text with relations: {error}", where=where, remedy=REMEDY) from error
    return Document(source_id=str(position), file=file.name, locator=f"/{position}", layers=layers)


def _annotated(relations: list[Relation], options: Options) -> Layers:
    found = _Layers(options)
    for relation in relations:
        found.relation(relation)
    found.finish()
    return {"entities": list(found.mentions.values()), "relations": found.relations}
