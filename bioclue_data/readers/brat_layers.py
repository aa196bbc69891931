"""From the annotations of one stand-off document to layers of the contracts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bioclue_data.errors import SourceError
from bioclue_data.readers import standoff

if TYPE_CHECKING:
    from bioclue_data.readers.brat import Options
    from bioclue_data.readers.brat_lines import Line

KINDS = {"E": "event", "R": "relation"}


@dataclass
class Annotations:
    """The annotations of one document, from all its files.

    Attributes:
        lines: By kind.
        late: Ids of T lines that stand in files of events.
        notes: The # lines, for `extra`.
    """

    lines: dict[str, list[Line]] = field(default_factory=dict)
    late: set[str] = field(default_factory=set)
    notes: list[dict[str, str]] = field(default_factory=list)

    def add(self, line: Line, suffix: str, options: Options) -> None:
        """Take one line.

        Raises:
            SourceError: the options do not provide for lines of its kind in files of this suffix.
        """
        if line.kind in options.drop:
            return
        if not _provided(line.kind, suffix, options):
            raise SourceError(
                f"a line of kind {line.kind} in a file {suffix}, which `[read]` does not provide for",
                where=line.where,
                remedy=f"name the suffix for this kind of line, set `equiv`, or put {line.kind!r} in `drop`",
            )
        if line.kind == "#":
            self.notes.append({"id": line.identifier, "about": " ".join(line.words), "text": line.text})
            return
        if line.kind == "T" and suffix in options.events:
            self.late.add(line.identifier)
        self.lines.setdefault(line.kind, []).append(line)

    def of(self, kind: str) -> list[Line]:
        """The lines of one kind, in the order of the files."""
        return self.lines.get(kind, [])


def _provided(kind: str, suffix: str, options: Options) -> bool:
    places = {"E": options.events, "R": options.relations, "N": options.norms}
    return options.equiv is not None if kind == "*" else suffix in places.get(kind, (suffix,))


def layers(annotations: Annotations, present: frozenset[str], options: Options) -> dict[str, Any]:
    """Make the layers whose files are present in the split.

    Raises:
        SourceError: a line is incomplete, or refers to something that is not there.
    """
    anchors = _anchors(annotations, options)
    found: dict[str, Any] = {"entities": _entities(annotations, anchors, options)}
    if options.passages:
        found["passages"] = _passages(annotations, options)
    if options.norms and present.issuperset(options.norms):
        _add_norms(annotations, found["entities"], options)
    if options.events and present.issuperset(options.events):
        triggers = {line.identifier: line for line in annotations.of("T")}
        found["events"] = [_event(line, triggers, options) for line in annotations.of("E")]
    if options.relations and present.issuperset(options.relations):
        found["relations"] = [_relation(line, anchors, options) for line in annotations.of("R")]
    if present.issuperset(options.annotations):
        _add_sets(annotations, found, options)
    _add_attributes(annotations, found)
    return found


def _entities(annotations: Annotations, anchors: dict[str, str], options: Options) -> list[dict[str, Any]]:
    triggers = {_pair(line.words, 0, line)[1] for line in annotations.of("E")}
    only_triggers = (triggers & annotations.late) - _referred(annotations, anchors)
    return [
        standoff.mention(line.identifier, _word(line, 0), spans_of(line), line.text)
        for line in annotations.of("T")
        if line.identifier not in only_triggers and _word(line, 0) not in options.passages
    ]


def _passages(annotations: Annotations, options: Options) -> list[dict[str, Any]]:
    found = []
    for line in annotations.of("T"):
        if _word(line, 0) in options.passages:
            spans = spans_of(line)
            start, end = min(spans)[0], max(end for _, end in spans)
            found.append({"id": line.identifier, "type": _word(line, 0), "start": start, "end": end})
    return sorted(found, key=lambda passage: (passage["start"], passage["end"]))


def _anchors(annotations: Annotations, options: Options) -> dict[str, str]:
    """Event -> trigger, where relations name the trigger in place of the event."""
    if options.relation_events == "event":
        return {}
    return {line.identifier: _pair(line.words, 0, line)[1] for line in annotations.of("E")}


def _referred(annotations: Annotations, anchors: dict[str, str]) -> set[str]:
    """Ids that something other than a trigger refers to."""
    pairs = [*annotations.of("E"), *annotations.of("R"), *annotations.of("N")]
    found = {word.split(":", 1)[-1] for line in pairs for word in line.words[1:]}
    related = (word.split(":", 1)[-1] for line in annotations.of("R") for word in line.words[1:])
    found.update(anchors[ref] for ref in related if ref in anchors)
    return found.union(*(line.words[1:] for line in annotations.of("*")))


def _word(line: Line, index: int) -> str:
    if index < len(line.words):
        return line.words[index]
    raise SourceError("the annotation is incomplete", where=line.where, remedy="check that the file is whole")


def spans_of(line: Line) -> list[standoff.Span]:
    """The spans of a T line.

    Raises:
        SourceError: they are no pairs of offsets.
    """
    spans = []
    for piece in " ".join(line.words[1:]).split(";"):
        offsets = [standoff.natural(word, "an offset", line.where) for word in piece.split()]
        if len(offsets) != 2:
            raise SourceError(
                f"a span should be two offsets, found {piece!r}",
                where=line.where,
                remedy="check that the file is whole",
            )
        spans.append((offsets[0], offsets[1]))
    return spans


def _pair(words: list[str], index: int, line: Line) -> tuple[str, str]:
    """Take `Role:ref` apart."""
    name, colon, ref = words[index].partition(":") if index < len(words) else ("", "", "")
    if not colon or not ref:
        raise SourceError(
            "an argument should be Role:id", where=line.where, remedy="check that the file is whole"
        )
    return name, ref


def _argument(role: str, ref: str, options: Options) -> dict[str, Any]:
    return standoff.argument(options.roles.get(role, role), KINDS.get(ref[0], "entity"), ref)


def _event(line: Line, triggers: dict[str, Line], options: Options) -> dict[str, Any]:
    kind, trigger = _pair(line.words, 0, line)
    if trigger not in triggers:
        raise _nothing(line, trigger)
    source = triggers[trigger]
    args = []
    for index in range(1, len(line.words)):
        role, ref = _pair(line.words, index, line)
        args.append(
            _argument(role.rstrip("0123456789") if options.role_digits == "strip" else role, ref, options)
        )
    spans = standoff.span_list(spans_of(source))
    return {"id": line.identifier, "type": kind, "trigger": spans, "trigger_text": source.text, "args": args}


def _relation(line: Line, anchors: dict[str, str], options: Options) -> dict[str, Any]:
    pairs = [_pair(line.words, index, line) for index in range(1, len(line.words))]
    args = [_argument(role, anchors.get(ref, ref), options) for role, ref in pairs]
    events = [standoff.attribute(options.roles.get(role, role), ref) for role, ref in pairs if ref in anchors]
    relation = {"id": line.identifier, "type": _word(line, 0), "args": args}
    return relation | ({"attributes": events} if events else {})


def _add_sets(annotations: Annotations, found: dict[str, Any], options: Options) -> None:
    """`*` lines have no ids of their own: they are numbered."""
    sets = [(f"*{number}", line) for number, line in enumerate(annotations.of("*"), 1)]
    if options.equiv == "coref":
        found["corefs"] = [
            {"id": identifier, "type": _word(line, 0), "members": line.words[1:]} for identifier, line in sets
        ]
    if options.equiv == "relation":
        found.setdefault("relations", []).extend(
            {
                "id": name,
                "type": _word(line, 0),
                "args": [_argument("Arg", ref, options) for ref in line.words[1:]],
            }
            for name, line in sets
        )


def _add_norms(annotations: Annotations, entities: list[dict[str, Any]], options: Options) -> None:
    """Several N lines of one mention are alternatives: the format knows no composites."""
    for entity in entities:
        entity["norms"] = []
    by_id = {entity["id"]: entity["norms"] for entity in entities}
    for line in annotations.of("N"):
        target, db, identifier = _norm(line)
        if target not in by_id:
            raise _nothing(line, target)
        db = options.vocabularies.get(db, db)
        norm = {"group": len(by_id[target]), "db": db, "id": identifier, "relation": "exact"}
        by_id[target].append(norm | ({"name": line.text} if line.text else {}))


def _norm(line: Line) -> tuple[str, str, str]:
    """Two dialects: `Reference T1 DB:id` (brat) and `DB Annotation:T1 Referent:id` (BioNLP-OST)."""
    if _word(line, 1).startswith("Annotation:"):
        return _pair(line.words, 1, line)[1], _word(line, 0), _pair(line.words, 2, line)[1]
    db, identifier = _pair(line.words, 2, line)
    return _word(line, 1), db, identifier


def _add_attributes(annotations: Annotations, found: dict[str, Any]) -> None:
    """An attribute without a value is true."""
    targets = {
        item["id"]: item for layer in ("entities", "relations", "events") for item in found.get(layer, [])
    }
    for line in [*annotations.of("A"), *annotations.of("M")]:
        target = _word(line, 1)
        if target not in targets:
            raise _nothing(line, target)
        value = " ".join(line.words[2:]) or "true"
        targets[target].setdefault("attributes", []).append(standoff.attribute(_word(line, 0), value))


def _nothing(line: Line, target: str) -> SourceError:
    return SourceError(
        f"{line.identifier} refers to {target}, which is not there",
        where=line.where,
        remedy="check that all files of the document are read; `drop` leaves out a kind of line",
    )
