"""BioC, XML and JSON: passages with offsets, annotations, relations."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec

from bioclue_data.errors import SourceError
from bioclue_data.readers import bioc_shape, standoff
from bioclue_data.readers.bioc_layout import How, Layout
from bioclue_data.readers.concepts import Concepts, databases
from bioclue_data.readers.document import Document, Layers, Sources

if TYPE_CHECKING:
    from collections.abc import Iterator

Holder = bioc_shape.Paper | bioc_shape.Part


class Relations(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How relations are read."""

    # The infon that holds the type.
    type: str = "type"
    # Infon -> role, where infons name the concepts that are related; else the nodes are the arguments.
    concepts: dict[str, str] = {}
    # Role of a node -> ours.
    roles: dict[str, str] = {}
    # Infons that become attributes.
    attributes: tuple[str, ...] = ()
    # Infons that nobody reads.
    ignore: tuple[str, ...] = ()


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a record may say about BioC files."""

    # How the file is written.
    syntax: Literal["xml", "json"] = "xml"
    # What offsets and lengths count: code_points, utf8 (bytes) or utf16 (units).
    unit: standoff.Unit = "code_points"
    # Whether passages really stand at their offsets; `joined`: they follow one another, one character apart.
    layout: How = "offsets"
    # The character that fills gaps between passages, one per unit. Gaps between sentences are blanks.
    gap: Annotated[str, msgspec.Meta(min_length=1, max_length=1)] = "\n"
    # Within what annotation ids are unique; if it is less than the document, ids get the number of that part.
    ids: Literal["document", "passage", "sentence"] = "document"
    # The infon of a passage that holds its type.
    passage_type: str = "type"
    # The infon of an annotation that holds its type.
    type: str = "type"
    # Infon of an annotation -> how the concept ids in it are written.
    identifiers: dict[str, Concepts] = {}
    # Infons of annotations that become attributes.
    attributes: tuple[str, ...] = ()
    # Infons of annotations that nobody reads; any other is an error.
    ignore: tuple[str, ...] = ()
    # Types of annotations that are no mentions and that nobody reads.
    ignore_types: tuple[str, ...] = ()
    # How relations are read; absent: the source has none.
    relations: Relations | None = None


def read(sources: Sources, options: Options) -> Iterator[Document]:
    """Read documents one after the other.

    Raises:
        SourceError: the file is not BioC, its offsets contradict one another, or it has an infon, a relation
            or an annotation that the options do not provide for.
    """
    papers = bioc_shape.from_xml if options.syntax == "xml" else bioc_shape.from_json
    for file in sources.files:
        for where, paper in papers(file):
            name = str(paper.id)
            yield Document(
                source_id=name,
                file=file.name,
                locator=where.removeprefix(f"{file.name}, "),
                layers=_Reading(paper, options, f"{where}, document {name}").layers(),
                document_id=name,
                group_id=name,
                extra=_extra(paper, options) or None,
            )


def _extra(paper: bioc_shape.Paper, options: Options) -> dict[str, Any]:
    """The infons of the document and of its passages, but for the passages' types."""
    passages = {
        str(index): {key: value for key, value in passage.infons.items() if key != options.passage_type}
        for index, passage in enumerate(paper.passages)
    }
    kept = {
        "infons": paper.infons,
        "passages": {index: infons for index, infons in passages.items() if infons},
    }
    return {name: value for name, value in kept.items() if value}


@dataclass(frozen=True, slots=True)
class _Scope:
    """A part of the document that holds annotations.

    Attributes:
        holder: The document, a passage, or a sentence.
        owner: Index of the passage; None for the document itself.
        prefix: What ids get, so that they are unique in the document.
    """

    holder: Holder
    owner: int | None
    prefix: str


@dataclass
class _Reading:
    """One document on its way to layers."""

    paper: bioc_shape.Paper
    options: Options
    where: str
    entities: list[dict[str, Any]] = field(default_factory=list)

    def layers(self) -> Layers:
        paper, options = self.paper, self.options
        layout = Layout(paper.passages, options.layout, options.unit, options.gap, self.where)
        scopes = list(self._scopes())
        for scope in scopes:
            for annotation in scope.holder.annotations:
                self._annotation(annotation, scope, layout)
        layers: Layers = {"text": layout.text, "entities": self.entities}
        layers["passages"] = layout.passages(paper.passages, options.passage_type)
        relations = [(relation, scope) for scope in scopes for relation in scope.holder.relations]
        if options.relations:
            layers["relations"] = self._relations(relations, options.relations)
        elif relations:
            raise SourceError(
                "nobody reads its relations",
                where=self.where,
                remedy="describe them in `relations` of `[read]`",
            )
        return layers

    def _scopes(self) -> Iterator[_Scope]:
        ids = self.options.ids
        yield _Scope(self.paper, None, "")
        for owner, passage in enumerate(self.paper.passages):
            prefix = "" if ids == "document" else f"{owner}."
            yield _Scope(passage, owner, prefix)
            for number, sentence in enumerate(passage.sentences):
                yield _Scope(sentence, owner, f"{owner}.{number}." if ids == "sentence" else prefix)

    def _annotation(self, annotation: bioc_shape.Annotation, scope: _Scope, layout: Layout) -> None:
        options, where = self.options, f"{self.where}, annotation {annotation.id}"
        kind = str(annotation.infons.get(options.type) or "")
        if kind in options.ignore_types and kind:
            return
        self._complete(kind, annotation, {options.type, *options.identifiers}, where)
        spans = [
            layout.span(place.offset, place.length, scope.owner, where) for place in annotation.locations
        ]
        slices = " ".join(layout.text[start:end] for start, end in sorted(spans))
        text = slices if annotation.text is None else annotation.text
        name = f"{scope.prefix}{annotation.id}" if annotation.id != "" else f"T{len(self.entities) + 1}"
        found = standoff.mention(name, kind, spans, text)
        given = [infon for infon in options.identifiers if infon in annotation.infons]
        if given:
            found["norms"] = self._norms(annotation, kind, given, where)
        if named := _attributes(annotation.infons, options.attributes):
            found["attributes"] = named
        self.entities.append(found)

    def _complete(self, kind: str, annotation: bioc_shape.Annotation, read_: set[str], where: str) -> None:
        """Make sure that an annotation is a mention, and that nothing of it is lost."""
        known = {*read_, *self.options.attributes, *self.options.ignore}
        if not kind or not annotation.locations:
            lacks = f"has no infon {self.options.type!r}" if not kind else f"of type {kind!r} has no location"
            raise SourceError(
                f"an annotation {lacks}",
                where=where,
                remedy="correct `type`, or name the type in `ignore_types`",
            )
        _refuse_unknown(annotation.infons, known, where)

    def _norms(
        self, annotation: bioc_shape.Annotation, kind: str, given: list[str], where: str
    ) -> list[dict[str, Any]]:
        """Ids of several infons are alternatives."""
        found: list[dict[str, Any]] = []
        for infon in given:
            cell = str(annotation.infons[infon])
            first = found[-1]["group"] + 1 if found else 0
            norms = self.options.identifiers[infon].norms(cell, kind, where)
            found += [norm | {"group": norm["group"] + first} for norm in norms]
        return found

    def _relations(
        self, relations: list[tuple[bioc_shape.Relation, _Scope]], how: Relations
    ) -> list[dict[str, Any]]:
        known = databases(self.entities)
        found = []
        for number, (relation, scope) in enumerate(relations, 1):
            where = f"{self.where}, relation {relation.id or number}"
            _refuse_unknown(relation.infons, {how.type, *how.concepts, *how.attributes, *how.ignore}, where)
            if how.type not in relation.infons:
                raise SourceError(
                    f"a relation has no infon {how.type!r}", where=where, remedy="correct `type`"
                )
            concepts = self._concepts(relation, how, known, where) if how.concepts else None
            one = {
                "id": f"{scope.prefix}{relation.id}" if relation.id != "" else f"R{number}",
                "type": str(relation.infons[how.type]),
                "args": concepts if concepts is not None else self._nodes(relation, scope, how),
            }
            if named := _attributes(relation.infons, how.attributes):
                one["attributes"] = named
            found.append(one)
        return found

    def _nodes(self, relation: bioc_shape.Relation, scope: _Scope, how: Relations) -> list[dict[str, Any]]:
        beside = {relation.id for relation in scope.holder.relations}
        return [
            standoff.argument(
                how.roles.get(node.role, node.role),
                "relation" if node.refid in beside else "entity",
                f"{scope.prefix}{node.refid}",
            )
            for node in relation.nodes
        ]

    def _concepts(
        self, relation: bioc_shape.Relation, how: Relations, known: dict[str, set[str]], where: str
    ) -> list[dict[str, Any]]:
        concepts = next(iter(self.options.identifiers.values()), Concepts())
        args = []
        for infon, role in how.concepts.items():
            if infon not in relation.infons:
                raise SourceError(
                    f"a relation has no infon {infon!r}", where=where, remedy="correct `concepts`"
                )
            ref = concepts.reference(str(relation.infons[infon]), known, where)
            args.append(standoff.argument(role, "concept", ref))
        return args


def _attributes(infons: dict[str, Any], names: tuple[str, ...]) -> list[dict[str, str]]:
    return [standoff.attribute(name, str(infons[name])) for name in names if name in infons]


def _refuse_unknown(infons: dict[str, Any], known: set[str], where: str) -> None:
    if unknown := sorted(infons.keys() - known):
        raise SourceError(
            f"nobody reads the infon {unknown[0]!r}",
            where=where,
            remedy="name it in `attributes` or `ignore` of `[read]` (of `relations` there for relations)",
        )
