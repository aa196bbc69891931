"""Items of CBLUE's tasks in the structure of their files, from rows of ours."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from bioclue_data.export import _flat
from bioclue_data.export._rows import gold, refused
from bioclue_data.metrics.ranking import ordered

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bioclue_data.export import Row

Item = dict[str, Any]
LeftOut = Counter[str]
CAUSES = {"因果关系": 1, "条件关系": 2, "上下位关系": 3}
REPORT = ("主诉", "现病史", "辅助检查", "既往史", "诊断", "建议")
CANDIDATES = 10  # of a query, as the format checker wants


def source_id(row: Row) -> str:
    """The id that the source gives, without the mark of a repeated one."""
    name: str = row["source_id"]
    repeated = any(remark["rule"] == "R1" for remark in row["quality"] or [])
    return name.rpartition("~")[0] if repeated else name


def columns(keys: Mapping[str, str]) -> Callable[[Row], Item]:
    """Items of strings: a key of the file for a column; `label` is the one gold label, or the score."""

    def item(row: Row) -> Item:
        return {key: _string(row, column) for key, column in keys.items()}

    return item


def _string(row: Row, column: str) -> str:
    if column == "id":
        return source_id(row)
    if column == "label":
        return _label(row)
    if column == "score":
        return _score(row)
    if column in row:
        return str(row[column])
    return str(json.loads(row["extra"] or "{}").get(column, ""))


def _label(row: Row) -> str:
    labels: Sequence[str] = row["labels"] or []
    if len(labels) != 1:
        raise refused(row, f"one label is wanted, found {len(labels)}", "give one label")
    return labels[0]


def _score(row: Row) -> str:
    score: float | None = row["score"]
    if score is None or not score.is_integer():
        raise refused(row, f"the score should be a whole number, found {score}", "round it to a class")
    return str(int(score))


def mentions(row: Row) -> Item:
    """CMeEE: the last character of a mention is in it."""
    return {"text": row["text"], "entities": [_mention(row, one) for one in gold(row, "ner")]}


def _mention(row: Row, mention: Item) -> Item:
    start, end = _span(row, mention)
    found = {"start_idx": start, "end_idx": end - 1, "type": mention["type"]}
    return found | {"entity": mention["text"]}


def _span(row: Row, mention: Item) -> tuple[int, int]:
    if len(mention["spans"]) != 1:
        raise refused(row, f"mention {mention['id']} has {len(mention['spans'])} spans, not one")
    [span] = mention["spans"]
    return span["start"], span["end"]


def triples(row: Row) -> Item:
    """CMeIE: an object and its type are objects with the one key `@value`."""
    return {"text": row["text"], "spo_list": [_triple(row, relation) for relation in gold(row, "re")]}


def _triple(row: Row, relation: Item) -> Item:
    named = {argument["role"]: argument for argument in relation["args"]}
    if len(relation["args"]) != 2 or named.keys() != {"subject", "object"}:
        raise refused(row, f"relation {relation['id']} should have one subject and one object")
    subject, thing = named["subject"], named["object"]
    flags = {a["name"]: a["value"] == "true" for a in relation["attributes"] or [] if a["name"] == "Combined"}
    made = flags | {"predicate": relation["type"], "subject": _text(row, subject)}
    if subject["type"] is not None:
        made["subject_type"] = subject["type"]
    made["object"] = {"@value": _text(row, thing)}
    if thing["type"] is not None:
        made["object_type"] = {"@value": thing["type"]}
    return made


def _text(row: Row, argument: Item) -> str:
    """The text of an argument, also of one that points to a mention."""
    if argument["text"] is not None:
        return str(argument["text"])
    found = [m["text"] for m in row["entities"] or [] if m["id"] == argument["ref"]]
    if not found:
        raise refused(row, f"the argument {argument['role']} has no text")
    return str(found[0])


def terms(row: Row) -> Item:
    """CHIP-CDN: the names of all concepts of the term, `O` if there is none."""
    norms = [norm for mention in gold(row, "nen") for norm in mention["norms"] or []]
    names = "##".join(_name(row, norm) for norm in norms)
    quoted = f'"{names}"' if "," in names else names  # as the source does
    return {"text": row["text"], "normalized_result": quoted}


def _name(row: Row, norm: Item) -> str:
    if norm["relation"] == "nil":
        return norm["name"] or "O"
    if not norm["name"]:
        raise refused(row, f"the concept {norm['id']} has no name", "give the names of ICD-10 Beijing 601")
    return str(norm["name"])


def tree(row: Row) -> Item:
    """Text2DT: the nodes of the tree, from the root."""
    return {"text": row["text"], "tree": _output(row)}


def findings(row: Row) -> Item:
    """CHIP-CDEE, from the table of `t2s`: the frames as they are."""
    return {"id": _number(source_id(row)), "text": row["text"], "event": _output(row)}


def _output(row: Row) -> Any:
    if row["output"] is None:
        raise refused(row, "there is no output", "export labelled rows, or give --predictions")
    try:
        return json.loads(row["output"])
    except ValueError as error:
        raise refused(row, f"the output is no JSON: {error}", "write it as JSON") from error


def _number(name: str) -> int | str:
    return int(name) if name.isdecimal() else name


def causes(row: Row) -> Item:
    """CMedCausal: relations by number; the tail of a condition is a relation in its turn."""
    relations = {relation["id"]: relation for relation in gold(row, "re")}
    places = {mention["id"]: _place(row, mention) for mention in row["entities"] or []}
    inner = {argument["ref"] for r in relations.values() for argument in r["args"]}
    nested = {r["id"] for r in relations.values() if _is_nested(r) and r["id"] in inner}
    made = [_cause(row, r, relations, places) for name, r in relations.items() if name not in nested]
    return {"text": row["text"], "relation_of_mention": made}


def _place(row: Row, mention: Item) -> Item:
    start, end = _span(row, mention)
    return {"mention": mention["text"], "start_idx": start, "end_idx": end}


def _is_nested(relation: Item) -> bool:
    return any(attribute["name"] == "nested" for attribute in relation["attributes"] or [])


def _cause(row: Row, relation: Item, relations: Mapping[str, Item], places: Mapping[str, Item]) -> Item:
    named = {argument["role"]: argument for argument in relation["args"]}
    head, tail = named.get("head"), named.get("tail")
    number = CAUSES.get(relation["type"])
    if number is None or not head or not tail or head["ref"] not in places:
        raise refused(row, f"relation {relation['id']} is none of {', '.join(CAUSES)} from a head to a tail")
    made: Item = {"head": places[head["ref"]], "relation": number}
    if tail["kind"] == "relation" and (inside := relations.get(tail["ref"])) and inside is not relation:
        simple = _cause(row, inside, {}, places)
        simple["tail"].pop("type")  # as in the source
        return made | {"tail": {"type": "relation"} | simple}
    if tail["ref"] not in places:
        raise refused(row, f"the tail of relation {relation['id']} is no mention, nor a relation of mentions")
    return made | {"tail": {"type": "mention"} | places[tail["ref"]]}


def status(rows: Sequence[Row]) -> Item:
    """CHIP-MDCFNPC: a dialogue from the rows of its mentions."""
    sentences: dict[str, Item] = {}
    for row in rows:
        name = source_id(row).split("/")[1]
        extra = json.loads(row["extra"] or "{}")
        start = {"sentence_id": name, "sender": extra.get("sender"), "text": row["text"], "ner": []}
        target = row["target"]
        mention = {"mention": target["text"], "name": extra.get("name"), "type": extra.get("type")}
        mention |= {"range": [target["start"], target["end"]], "attr": _label(row)}
        sentences.setdefault(name, start)["ner"].append(mention)
    return {"dialog_id": _number(rows[0]["document_id"]), "dialog_info": list(sentences.values())}


def reply(row: Row) -> Item:
    """MedDG: what the doctor says next."""
    turns, target = row["turns"], row["target_turn"]
    turn = turns[-1] if target is None else turns[target]
    if turn["role"] != "doctor":
        what = f"turn {turn['index']} is to be the doctor's reply, and is the {turn['role']}'s"
        raise refused(row, what, "give --predictions that end with the reply")
    return {"id": source_id(row), "output": turn["text"]}


def sentence_id(row: Row) -> str:
    """IMCS-V2: the id of a sentence in its dialogue."""
    return source_id(row).removeprefix(f"{row['document_id']}/")


def tags(row: Row, left_out: LeftOut) -> str:
    """IMCS-V2-NER: a tag for each character."""
    kept = _flat.longest(_flat.mentions(gold(row, "ner"), left_out), left_out)
    return " ".join(_flat.tags(_flat.characters(row["text"]), kept))


def act(row: Row, _: LeftOut) -> str:
    """IMCS-V2-DAC: the act of a sentence."""
    return _label(row)


def symptoms(row: Row, _: LeftOut) -> dict[str, str]:
    """IMCS-V2-SR: the symptoms of a sentence, each with 0, 1 or 2."""
    pairs = [label.rpartition(":") for label in row["labels"] or []]
    if any(not name or kind not in {"0", "1", "2"} for name, _, kind in pairs):
        raise refused(row, "a label should be a symptom, a colon and 0, 1 or 2", "write 发热:1")
    return {name: kind for name, _, kind in pairs}


def report(row: Row) -> dict[str, str]:
    """IMCS-V2-MRG: the six parts of the first report.

    They are the lines of its text; where a part has lines of its own, those of the source's report that makes
    the same text.
    """
    if not row["targets"]:
        raise refused(row, "there is no report", "give one, or --predictions")
    text: str = row["targets"][0]["text"]
    for found in json.loads(row["extra"] or "{}").get("report", []):
        parts = {part: str(found.get(part, "")) for part in REPORT}
        if "\n".join(parts.values()) == text:
            return parts
    lines = text.split("\n")
    if len(lines) != len(REPORT):
        what = f"a report should have six lines, found {len(lines)}"
        raise refused(row, what, f"write {', '.join(REPORT)}, each in a line, which may be empty")
    return dict(zip(REPORT, lines, strict=True))


def ranking(row: Row) -> str:
    """KUAKE-IR: the query and its candidates, by gold rank, else by relevance."""
    return f"{source_id(row)}\t{','.join(ordered(row['candidates'])[:CANDIDATES])}"
