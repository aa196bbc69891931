"""BioRelEx: sentences with entities as clusters of mentions, their database entries, and binding relations.

An entity has names, each with the places where it stands; its mentions are one coreference set. A participant
of an interaction is an entity: the argument is the entity's first mention in the text. What the source prints
as `label` of an interaction (1 holds, -1 does not, 0 unclear) is an attribute, not a type.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec

from bioclue_data.errors import SourceError
from bioclue_data.readers import json_values, standoff
from bioclue_data.readers.document import Document, Layers, Sources

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bioclue_data.sources.files import SourceFile

ABSENT = ("", "NA")
LAST = re.compile(r"[^/=+]+$")
REMEDY = "check that the file is of the release that the record declares"


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a record may say about the databases that entities are grounded in."""

    # The source's name of a database = ours. Entries of any other are kept in `extra` alone.
    databases: dict[str, str] = {}


class _Name(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One name of an entity, and where it stands."""

    is_mentioned: bool
    mentions: list[tuple[int, int]]


class _Grounding(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The database entry of an entity; `NA` is none."""

    source: str
    link: str
    entrez_gene: str
    hgnc_symbol: str
    organism: str
    comment: str


class _Entity(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A cluster of mentions."""

    label: str
    names: dict[str, _Name]
    is_state: bool
    is_mutant: bool
    is_mentioned: bool
    grounding: _Grounding | None


class _Interaction(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A relation; participants are positions in the list of entities."""

    participants: list[int]
    type: str
    label: int
    implicit: bool


class _Item(msgspec.Struct, frozen=True):
    """One sentence, as the source writes it."""

    id: str
    paperid: str
    text: str
    entities: list[_Entity]
    interactions: list[_Interaction]
    url: str | None


def read(sources: Sources, options: Options) -> Iterator[Document]:
    """Read sentence after sentence, in layers `text`, `entities`, `relations` and `corefs`.

    Raises:
        SourceError: an item has another shape, or a participant is no entity.
    """
    for file in sources.files:
        for position, item in enumerate(_items(file)):
            where = f"{file.name}, item {position}"
            yield Document(
                source_id=item.id,
                file=file.name,
                locator=f"/{position}",
                layers=_layers(item, options, where),
                document_id=item.paperid,
                group_id=item.paperid,
                extra=_extra(item),
            )


def _items(file: SourceFile) -> Iterator[_Item]:
    for position, value in enumerate(json_values.elements(file)):
        yield json_values.typed(value, _Item, f"{file.name}, item {position}", REMEDY)


def _layers(item: _Item, options: Options, where: str) -> Layers:
    clusters: list[list[dict[str, Any]]] = []
    for entity in item.entities:
        clusters.append(_mentions(entity, sum(map(len, clusters)), options))
    return {
        "text": item.text,
        "entities": [mention for cluster in clusters for mention in cluster],
        "relations": [
            _relation(f"R{number}", given, clusters, where)
            for number, given in enumerate(item.interactions, 1)
        ],
        "corefs": [
            {"id": f"C{number}", "type": "Entity", "members": [mention["id"] for mention in cluster]}
            for number, cluster in enumerate(clusters, 1)
            if len(cluster) > 1
        ],
    }


def _mentions(entity: _Entity, before: int, options: Options) -> list[dict[str, Any]]:
    """The mentions of an entity in the order of the text; their ids follow those of the entities before."""
    flags = {"is_state": entity.is_state, "is_mutant": entity.is_mutant}
    shared = {
        "norms": _norms(entity.grounding, options.databases) if entity.grounding else [],
        "attributes": [standoff.attribute(name, "true") for name, holds in flags.items() if holds],
    }
    places = sorted(
        (start, end, name) for name, given in entity.names.items() for start, end in given.mentions
    )
    return [
        {**standoff.mention(f"T{before + number}", entity.label, [(start, end)], name), **shared}
        for number, (start, end, name) in enumerate(places, 1)
    ]


def _norms(grounding: _Grounding, databases: Mapping[str, str]) -> list[dict[str, Any]]:
    """The entry of a database, and as an alternative the human gene."""
    found = []
    identifier = LAST.search(grounding.link.split("?q=")[0])
    if grounding.source in databases and identifier and identifier[0] not in ABSENT:
        found.append({"db": databases[grounding.source], "id": identifier[0], "name": None})
    if grounding.entrez_gene not in ABSENT:
        symbol = None if grounding.hgnc_symbol in ABSENT else grounding.hgnc_symbol
        found.append({"db": "NCBIGene", "id": grounding.entrez_gene, "name": symbol})
    return [{**norm, "group": group, "relation": "exact"} for group, norm in enumerate(found)]


def _relation(
    identifier: str, given: _Interaction, clusters: list[list[dict[str, Any]]], where: str
) -> dict[str, Any]:
    arguments = []
    for participant in given.participants:
        if not 0 <= participant < len(clusters) or not clusters[participant]:
            message = f"participant {participant} is no entity with a mention"
            raise SourceError(message, where=where, remedy=REMEDY)
        arguments.append(standoff.argument("participant", "entity", clusters[participant][0]["id"]))
    attributes = [standoff.attribute("label", str(given.label))]
    if given.implicit:
        attributes.append(standoff.attribute("implicit", "true"))
    return {"id": identifier, "type": given.type, "args": arguments, "attributes": attributes}


def _extra(item: _Item) -> dict[str, Any]:
    """What the annotators wrote about the grounding of each entity, and the address of the paper."""
    groundings = [msgspec.to_builtins(entity.grounding) for entity in item.entities]
    return {"url": item.url, "groundings": groundings}
