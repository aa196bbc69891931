"""Cases of the rules that hold for every contract, and of those about mentions and what links them."""

from __future__ import annotations

from bioclue_data.contracts.check import Terms
from tests.rule_cases import Case
from tests.valid_items import SPLIT_PAIN, ZH, argument, mention, norm

_SPAN = {"start": 0, "end": 3}
_TEXT_EVENT = {"id": "E9", "type": "Decrease", "trigger": None, "trigger_text": None, "attributes": None}
_CUT = "na\u0308hen 👍🏽 👩\u200d⚕ x"

COMMON = [
    Case("G1", "qa", {"1.item_id": "invented:train:0"}, [(1, "item_id")]),
    Case("G2", "qa", {"1.split": "dev", "1.item_id": "invented:dev:1"}, [(1, "split")]),
    Case("G3", "qa", {"0.language": "zh"}, [(0, "language")]),
    Case("G4", "qa", {"0.access": "free", "2.licence": " "}, [(0, "access"), (2, "licence")]),
    Case("G5", "qa", {"1.content_hash": "0" * 64}, [(1, "content_hash")]),
    Case(
        "G6",
        "qa",
        {"0.item_id": "invented:test:0", "1.item_id": "invented:train:"},
        [(0, "item_id"), (1, "item_id")],
    ),
    Case("G7", "qa", {"2.labelled": True}, [(2, "labelled")]),
    Case("G7", "nen", {"3.labelled": True}, [(3, "labelled")], also=frozenset({"T2"})),
    Case("G7", "rank", {"2.labelled": True}, [(2, "labelled")]),
    Case(
        "G8",
        "nen",
        {"1.entities.0.norms.1.relation": None, "0.quality.0.place": None, "2.text": None},
        [(0, "quality[0].place"), (1, "entities[0].norms[1].relation"), (2, "text")],
    ),
    Case("G8", "re", {"0.relations.0.args.1.role": None}, [(0, "relations[0].args[1].role")]),
    Case("G8", "re", {"0.relations.1": None}, [(0, "relations[1]")]),
    Case("I13", "qa", {"0.labelled": False}, [(0, "answers")]),
    Case("I13", "ner", {"2.labelled": False}, [(2, "entities")]),
    Case("I13", "nen", {"0.labelled": False}, [(0, "entities[0].norms"), (0, "entities[1].norms")]),
    Case(
        "I13",
        "rank",
        {"0.labelled": False, "0.candidates.1.rank": None},
        [(0, "candidates[0].relevance"), (0, "candidates[1].relevance"), (0, "candidates[0].rank")],
    ),
]

MENTIONS = [
    Case("I1", "ner", {"0.entities.0.spans.0.end": 999}, [(0, "entities[0].spans[0]")]),
    Case("I1", "ner", {"1.entities.1.spans.0.start": -1}, [(1, "entities[1].spans[0]")]),
    Case("I1", "ner", {"0.entities.1.spans.1": {"start": 40, "end": 40}}, [(0, "entities[1].spans[1]")]),
    Case("I1", "ee", {"0.events.0.trigger.0.end": 3}, [(0, "events[0].trigger[0]")]),
    Case(
        "I2",
        "ner",
        {"0.entities.1.spans": SPLIT_PAIN["spans"][::-1], "0.entities.1.text": "knee pain left"},
        [(0, "entities[1].spans[1]")],
    ),
    Case(
        "I2",
        "ner",
        {
            "0.entities.1.spans": [{"start": 0, "end": 4}, {"start": 3, "end": 4}],
            "0.entities.1.text": "Inve e",
        },
        [(0, "entities[1].spans[1]")],
    ),
    Case("I3", "ner", {"0.entities.0.text": "zorplin"}, [(0, "entities[0]")]),
    Case("I3", "ner", {"1.entities.1.spans.0.start": 7}, [(1, "entities[1]")]),
    Case("I3", "ner", {"0.entities.1.text": "left  knee pain"}, [(0, "entities[1]")]),
    Case("I3", "ner", {"0.entities.0.spans": []}, [(0, "entities[0]")]),
    Case("I3", "ner", {"0.entities.0.spans": [], "0.entities.0.text": ""}, [(0, "entities[0]")]),
    Case("I3", "ee", {"0.events.0.trigger_text": "eases"}, [(0, "events[0]")]),
    Case("I3", "ner", {}, [(0, "entities[1]")], terms=Terms(joiner="…")),
    Case("I7", "nen", {"0.entities.0.norms.0.id": "D999001|D999002"}, [(0, "entities[0].norms[0]")]),
    Case("I7", "nen", {"0.entities.0.norms.1.db": "mesh"}, [(0, "entities[0].norms[1]")]),
    Case("I7", "nen", {"0.entities.0.norms.0": norm("Housemade", "a,b")}, [(0, "entities[0].norms[0]")]),
    Case("I7", "nen", {"0.entities.0.norms.0.relation": "same"}, [(0, "entities[0].norms[0].relation")]),
    Case("I7", "nen", {"0.entities.1.norms.0.id": "C0000001"}, [(0, "entities[1].norms[0]")]),
    Case("I7", "nen", {"0.entities.1.norms.0.relation": "exact"}, [(0, "entities[1].norms[0]")]),
    Case("I9", "ner", {"0.passages.1.end": 999}, [(0, "passages[1]")]),
    Case("I9", "ner", {"0.passages.1.start": 14}, [(0, "passages[1]")]),
    Case(
        "I10", "ner", {"0.entities.0.spans.0.end": 24, "0.entities.0.text": "Zorplin "}, [(0, "entities[0]")]
    ),
    Case("I12", "ner", {"1.entities.2": mention(ZH, "膝关节疼痛", "症状", 3)}, [(1, "entities[2]")]),
    Case(
        "I14",
        "ner",
        _cut := {"2.text": _CUT, "2.entities": [mention(_CUT, "na", "Drug", 1)]},
        [(2, "entities[0].spans[0]")],
    ),
    Case(
        "I14", "ner", _cut | {"2.entities": [mention(_CUT, "👍", "Drug", 1)]}, [(2, "entities[0].spans[0]")]
    ),
    Case(
        "I14",
        "ner",
        _cut | {"2.entities": [mention(_CUT, "\u0308hen", "Drug", 1)]},
        [(2, "entities[0].spans[0]")],
    ),
    Case("I14", "ner", _cut | {"2.entities": [mention(_CUT, "⚕", "Drug", 1)]}, [(2, "entities[0].spans[0]")]),
    Case(
        "I14",
        "ner",
        _cut | {"2.entities": [mention(_CUT, "👩\u200d", "Drug", 1)]},
        [(2, "entities[0].spans[0]")],
    ),
    Case(
        "T1",
        "nen",
        {"1.text": " \u3000", "1.entities.0.text": " \u3000", "1.entities.0.spans.0": {"start": 0, "end": 2}},
        [(1, "entities[0]")],
        also=frozenset({"I10"}),
    ),
    Case("T2", "nen", {"0.entities.1.norms": []}, [(0, "entities[1]")]),
    Case("T2", "nen", {"0.entities.1.norms": None}, [(0, "entities[1]")]),
    Case("T3", "nen", {"2.entities.0.norms.0.id": "J11.102"}, [(2, "entities[0].norms[0]")]),
    Case("T3", "nen", {"2.entities.0.norms.1.name": "其他"}, [(2, "entities[0].norms[1]")]),
    Case("T3", "nen", {"2.concepts": []}, [(2, "entities[0].norms[0]"), (2, "entities[0].norms[1]")]),
    Case("D4", "dialogue", {"0.turns.0.entities.0.spans.0.end": 7}, [(0, "turns[0].entities[0].spans[0]")]),
    Case("D4", "dialogue", {"0.turns.0.entities.0.text": "佐普"}, [(0, "turns[0].entities[0]")]),
    Case(
        "D4",
        "dialogue",
        {
            "0.turns.0.entities.0.spans": [{"start": 4, "end": 6}, {"start": 3, "end": 4}],
            "0.turns.0.entities.0.text": "普林 佐",
        },
        [(0, "turns[0].entities[0].spans[1]")],
    ),
]

LINKS = [
    Case("I4", "ner", {"0.entities.2.id": "T1"}, [(0, "entities[2]")]),
    Case("I4", "re", {"0.relations.1.id": "T2"}, [(0, "relations[1]")]),
    Case("I4", "coref", {"1.corefs.0.id": "T1"}, [(1, "corefs[0]")]),
    Case("I5", "re", {"0.relations.0.args.0.ref": "T9"}, [(0, "relations[0].args[0]")]),
    Case("I5", "re", {"0.relations.0.args.0.kind": "relation"}, [(0, "relations[0].args[0]")]),
    Case("I5", "re", {"0.relations.0.args.0.kind": "thing"}, [(0, "relations[0].args[0]")]),
    Case("I5", "re", {"0.relations.0.args.0.ref": None}, [(0, "relations[0].args[0]")]),
    Case("I5", "re", {"1.relations.0.args.0.ref": "D999001"}, [(1, "relations[0].args[0]")]),
    Case("I5", "re", {"1.relations.0.args.1.ref": "MESH:999002"}, [(1, "relations[0].args[1]")]),
    Case("I5", "re", {"2.relations.0.args.1.text": None}, [(2, "relations[0].args[1]")]),
    Case("I5", "re", {"2.relations.0.args.0.ref": "T1"}, [(2, "relations[0].args[0]")]),
    Case("I5", "re", {"0.relations.1.args.0.ref": "R2"}, [(0, "relations[1]")]),
    Case(
        "I5",
        "ee",
        {"0.events.0.args.1": argument("Theme", "event", "E2") | {"type": None}},
        [(0, "events[0]"), (0, "events[1]")],
    ),
    Case("I6", "ner", {"0.entities.1.type": "Sympton"}, [(0, "entities[1].type")]),
    Case("I6", "re", {"0.relations.0.type": "heals"}, [(0, "relations[0].type")]),
    Case("I6", "re", {"0.relations.0.args.1.role": "pain"}, [(0, "relations[0].args[1].role")]),
    Case("I6", "re", {"2.relations.0.args.1.type": "体征"}, [(2, "relations[0].args[1].type")]),
    Case("I6", "ee", {"1.events.0.type": "体征"}, [(1, "events[0].type")]),
    Case("I6", "coref", {"0.corefs.0.type": "Near"}, [(0, "corefs[0].type")]),
    Case(
        "I8",
        "re",
        {"2.relations.0.args": [argument("subject", "text", None, "佐普林", type="药物")]},
        [(2, "relations[0]")],
    ),
    Case("I11", "coref", {"1.corefs.0.members": ["T1", "T1"]}, [(1, "corefs[0]")]),
    Case("I11", "coref", {"0.corefs.0.members": ["T1", "T2", "T9"]}, [(0, "corefs[0].members[2]")]),
    Case("I11", "coref", {"0.corefs.0.head": "T9"}, [(0, "corefs[0].head")]),
    Case(
        "I15",
        "re",
        {
            "2.relations": [
                {
                    "id": "R1",
                    "type": "治疗",
                    "args": (
                        _pair := [
                            argument("subject", "text", None, "佐普林"),
                            argument("object", "text", None, "疼痛"),
                        ]
                    ),
                },
                {"id": "R2", "type": "治疗", "args": _pair[::-1]},
                {"id": "R3", "type": "治疗", "args": _pair, "attributes": [{"name": "sure", "value": "no"}]},
            ]
        },
        [(2, "relations[1]")],
    ),
    Case(
        "I15",
        "ee",
        {
            "2.events": [
                _TEXT_EVENT | {"id": "E1", "args": []},
                _TEXT_EVENT | {"id": "E2", "args": []},
                _TEXT_EVENT | {"id": "E3", "args": [], "trigger": [_SPAN]},
            ]
        },
        [(2, "events[1]")],
    ),
]

CASES = [*COMMON, *MENTIONS, *LINKS]
