"""Valid invented rows of the tasks about mentions and what links them."""

from __future__ import annotations

import json
from typing import Any

Row = dict[str, Any]


def mention(text: str, surface: str, kind: str, number: int = 1, **fields: Any) -> Row:
    """The first occurrence of `surface` in `text` as a mention."""
    start = text.index(surface)
    span = {"start": start, "end": start + len(surface)}
    return {"id": f"T{number}", "type": kind, "spans": [span], "text": surface, **fields}


def norm(db: str, code: str | None, name: str | None = None, group: int = 0, relation: str = "exact") -> Row:
    return {"group": group, "db": db, "id": code, "name": name, "relation": relation}


def argument(role: str, kind: str, ref: str | None, text: str | None = None, **fields: Any) -> Row:
    return {"role": role, "kind": kind, "ref": ref, "text": text, **fields}


def canonical(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


EN = "Invented title.\nZorplin eased left and right knee pain in 3 mice."
ZH = "病人服用佐普林后膝关节疼痛减轻😀，未见皮疹。"
PASSAGES = [
    {"id": "t", "type": "title", "start": 0, "end": 15},
    {"id": "a", "type": "abstract", "start": 16, "end": len(EN)},
]
SPLIT_PAIN = {
    "id": "T2",
    "type": "Symptom",
    "spans": [
        {"start": EN.index("left"), "end": EN.index("left") + 4},
        {"start": EN.index("knee"), "end": EN.index("knee") + 9},
    ],
    "text": "left knee pain",
}
ENTITIES = [
    mention(EN, "Zorplin", "Drug", 1, unified="drug", attributes=[{"name": "novel", "value": "yes"}]),
    SPLIT_PAIN,
    mention(EN, "right knee pain", "Symptom", 3),
]
ENTITIES_ZH = [
    mention(ZH, "佐普林", "药物", 1),
    mention(ZH, "膝关节疼痛", "症状", 2),
    mention(ZH, "膝关节", "部位", 3),
]


def _ner() -> list[Row]:
    return [
        {"text": EN, "passages": PASSAGES, "entities": ENTITIES},
        {"text": ZH, "entities": ENTITIES_ZH},
        {"text": "Nothing to find here.", "entities": []},
        {"text": "A hidden test item.", "entities": None},
    ]


def _nen() -> list[Row]:
    drug = {**ENTITIES[0], "norms": [norm("MESH", "D999001"), norm("MESH", "C999002", group=1)]}
    pain = {**SPLIT_PAIN, "norms": [norm("UMLS", None, relation="nil")]}
    flu = [norm("ICD10-BJ-601", "J11.101", "流感样病"), norm("ICD10-BJ-601", "A01.005+J17.0*", "伴肺炎")]
    closed = [
        {"db": "ICD10-BJ-601", "id": "J11.101", "name": None},
        {"db": "ICD10-BJ-601", "id": None, "name": "伴肺炎"},
    ]
    named = [flu[0], norm("ICD10-BJ-601", None, "伴肺炎")]
    return [
        {"text": EN, "passages": PASSAGES, "entities": [drug, pain]},
        {
            "text": "流感样病伴肺炎",
            "entities": [mention("流感样病伴肺炎", "流感样病伴肺炎", "诊断", norms=flu)],
        },
        {"text": "流感", "entities": [mention("流感", "流感", "诊断", norms=named)], "concepts": closed},
        {"text": "hidden term", "entities": [mention("hidden term", "hidden term", "term", norms=None)]},
    ]


def _re() -> list[Row]:
    treats = {
        "id": "R1",
        "type": "treats",
        "args": [argument("drug", "entity", "T1"), argument("symptom", "entity", "T3")],
    }
    because = {
        "id": "R2",
        "type": "condition",
        "args": [argument("what", "relation", "R1"), argument("who", "text", None, "mice", type="species")],
        "attributes": [{"name": "certain", "value": "yes"}],
    }
    concepts = {
        "id": "R1",
        "type": "induces",
        "args": [
            argument("chemical", "concept", "MESH:D999001"),
            argument("disease", "concept", "MESH:D999002"),
        ],
    }
    triple = {
        "id": "R1",
        "type": "治疗",
        "args": [
            argument("subject", "text", None, "佐普林", type="药物"),
            argument("object", "text", None, "膝关节疼痛", type="症状"),
        ],
    }
    return [
        {"text": EN, "passages": PASSAGES, "entities": ENTITIES, "relations": [treats, because]},
        {"text": EN, "relations": [concepts]},
        {"text": ZH, "relations": [triple]},
        {"text": ZH, "entities": ENTITIES_ZH, "relations": []},
        {"text": "A hidden test item."},
    ]


def _ee() -> list[Row]:
    start = EN.index("eased")
    eased = {
        "id": "E1",
        "type": "Decrease",
        "trigger": [{"start": start, "end": start + 5}],
        "trigger_text": "eased",
        "args": [argument("Cause", "entity", "T1"), argument("Theme", "entity", "T3")],
        "attributes": [{"name": "negation", "value": "no"}],
    }
    nested = {"id": "E2", "type": "Regulation", "args": [argument("Theme", "event", "E1")]}
    frame = {
        "id": "E1",
        "type": "症状",
        "args": [argument("主体词", "text", None, "疼痛"), argument("解剖部位", "text", None, "膝关节")],
    }
    return [
        {"text": EN, "passages": PASSAGES, "entities": ENTITIES, "events": [eased, nested]},
        {"text": ZH, "events": [frame]},
        {"text": ZH, "entities": [], "events": []},
        {"text": "A hidden test item.", "entities": []},
    ]


def _coref() -> list[Row]:
    text = "Zorplin is new. It works, and the drug is cheap."
    chain = [mention(text, surface, "Drug", n) for n, surface in enumerate(("Zorplin", "It", "the drug"), 1)]
    text_zh = "佐普林是新药，它有效。"
    chain_zh = [mention(text_zh, surface, "药物", n) for n, surface in enumerate(("佐普林", "它"), 1)]
    return [
        {"text": text, "entities": chain, "corefs": [_chain("C1", 3, "T1")]},
        {"text": text_zh, "entities": chain_zh, "corefs": [_chain("C1", 2, None)]},
        {"text": text, "entities": chain, "corefs": []},
        {"text": "A hidden test item."},
    ]


def _chain(name: str, members: int, head: str | None) -> Row:
    return {"id": name, "type": "Ident", "members": [f"T{n}" for n in range(1, members + 1)], "head": head}


ROWS = {"coref": _coref, "ee": _ee, "nen": _nen, "ner": _ner, "re": _re}
