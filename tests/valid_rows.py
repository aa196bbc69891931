"""Valid tables for every task, made of invented rows: `valid_rows(task)` and `valid_table(task)`."""

from __future__ import annotations

import json
from typing import Any

import pyarrow as pa

from bioclue_data.contract import Contract, arrow_schema, complete, content_hash, load

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
        {"text": "流感", "entities": [mention("流感", "流感", "诊断", norms=named)], "candidates": closed},
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


def _tc() -> list[Row]:
    target = {"start": ZH.index("皮疹"), "end": ZH.index("皮疹") + 2, "text": "皮疹"}
    votes = [{"id": "A1", "label": "positive"}, {"id": "A2", "label": "negative"}]
    return [
        {"text": EN, "mode": "single", "labels": ["positive"], "annotators": votes},
        {"text": ZH, "context": "随访", "target": target, "mode": "single", "labels": ["negative"]},
        {"text": EN, "mode": "multi", "labels": ["positive", "negative"]},
        {"text": EN, "mode": "multi", "labels": []},
        {"text": EN, "mode": "ordinal", "value": 3},
        {"text": "A hidden test item.", "mode": "single"},
    ]


def _nli() -> list[Row]:
    evidence = [{"context": "text_a", "start": 16, "end": 23, "text": "Zorplin"}]
    return [
        {"text_a": EN, "text_b": "Zorplin helps mice.", "label": "entailment", "evidence": evidence},
        {"text_a": ZH, "text_b": "病人出现皮疹。", "label": "contradiction", "evidence": []},
        {"text_a": EN, "text_b": EN, "label": "entailment"},
        {"text_a": EN, "text_b": "A hidden test item."},
    ]


def _sts() -> list[Row]:
    votes = [{"id": "A1", "score": 3}, {"id": "A2", "score": 4.0}]
    scale = {"score_min": 0, "score_max": 4}
    return [
        {"text_a": EN, "text_b": ZH, "kind": "similarity", "score": 3.5, **scale, "annotators": votes},
        {
            "text_a": "膝盖疼",
            "text_b": "膝关节痛",
            "kind": "relatedness",
            "score": 1,
            "score_min": 0,
            "score_max": 1,
        },
        {"text_a": EN, "text_b": EN, "kind": "relevance", "score": 4, **scale, "annotators": []},
        {"text_a": EN, "text_b": "A hidden test item.", "kind": "similarity", **scale},
    ]


def _mcqa() -> list[Row]:
    options = [
        {"key": key, "text": text}
        for key, text in zip("ABCD", ("Zorplin", "Water", "Sand", "Glass"), strict=True)
    ]
    options_zh = [{"key": key, "text": text} for key, text in zip("ABC", ("佐普林", "水", "沙"), strict=True)]
    return [
        {
            "question": "What eased the pain?",
            "context": EN,
            "options": options,
            "answer_keys": ["A"],
            "multiple": False,
            "answer_text": "Zorplin",
            "rationale": "The abstract says so.",
            "topics": ["pharmacology"],
        },
        {
            "question": "哪些不是药物？",
            "options": options_zh,
            "answer_keys": ["B", "C"],
            "multiple": True,
            "topics": [],
        },
        {"question": "A hidden test item?", "options": options, "multiple": False},
    ]


def _boolqa() -> list[Row]:
    contexts = [{"id": "c1", "type": "RESULTS", "text": EN}, {"id": "c2", "type": None, "text": ZH}]
    return [
        {
            "question": "Does zorplin help?",
            "contexts": contexts,
            "answer": "yes",
            "rationale": "It did.",
            "topics": ["pain"],
        },
        {"question": "佐普林会引起皮疹吗？", "contexts": [], "answer": "maybe", "topics": []},
        {"question": "A hidden test item?"},
    ]


def _cqa() -> list[Row]:
    contexts = [{"id": "c1", "type": "abstract", "text": EN}, {"id": "c2", "text": ZH}]
    evidence = [
        {"context": "c2", "start": ZH.index("佐普林"), "end": ZH.index("佐普林") + 3, "text": "佐普林"}
    ]
    return [
        {
            "question": "What did the patient take?",
            "contexts": contexts,
            "answers": [{"text": "佐普林"}],
            "evidence": evidence,
        },
        {
            "question": "谁服药？",
            "contexts": [{"id": "c", "text": ZH}],
            "answers": [],
            "evidence": [],
            "topics": [],
        },
        {"question": "A hidden test item?", "contexts": contexts, "rationale": None},
    ]


def _qa() -> list[Row]:
    return [
        {
            "question": "How is zorplin taken?",
            "detail": "I am 50.",
            "question_type": "usage",
            "answers": [{"text": "With water."}, {"text": "Ask your doctor."}],
            "topics": ["drugs"],
        },
        {"question": "膝盖疼怎么办？", "answers": [{"text": "休息。"}], "topics": []},
        {"question": "A hidden test item?"},
    ]


def _rank() -> list[Row]:
    judged = [
        {"id": "d1", "text": EN, "relevance": 2, "rank": 1, "system": 2},
        {"id": "d2", "text": "Sand is not a drug.", "relevance": 0, "rank": 2, "system": 1},
    ]
    return [
        {"query": "knee pain", "candidates": judged},
        {
            "query": "膝盖疼",
            "candidates": [
                {"id": "d1", "text": ZH, "relevance": 1.0},
                {"id": "d2", "text": "无关", "relevance": 0},
            ],
        },
        {"query": "A hidden test item", "candidates": [{"id": "d1", "text": EN}]},
    ]


def _sum() -> list[Row]:
    return [
        {
            "sources": [
                {"id": "s1", "role": "article", "text": EN},
                {"id": "s2", "role": "note", "language": "en", "text": "See above."},
            ],
            "query": "Does it help?",
            "kind": "summary",
            "targets": [{"id": "t1", "text": "Zorplin helped."}, {"id": "t2", "text": "Less pain."}],
        },
        {
            "sources": [{"id": "s1", "role": "dialogue", "text": ZH}],
            "kind": "report",
            "targets": [{"id": "t1", "text": "疼痛减轻。"}],
        },
        {"sources": [{"id": "s1", "text": "A hidden test item."}], "kind": "question_summary"},
    ]


def _mt() -> list[Row]:
    return [
        {
            "sources": [{"id": "s1", "language": "en", "text": "The pain is gone."}],
            "targets": [{"id": "t1", "language": "zh-Hans", "text": "疼痛消失了。"}],
        },
        {
            "sources": [{"id": "s1", "language": "zh-Hans", "text": "未见皮疹。"}],
            "targets": [
                {"id": "t1", "language": "en", "text": "No rash."},
                {"id": "t2", "language": "en", "text": "There was no rash."},
            ],
        },
        {"sources": [{"id": "s1", "language": "en", "text": "A hidden test item."}]},
    ]


def _dialogue() -> list[Row]:
    said = "我吃了佐普林"
    return [
        {
            "turns": [
                {
                    "index": 0,
                    "role": "patient",
                    "speaker": "患者",
                    "text": said,
                    "labels": ["告知"],
                    "entities": [mention(said, "佐普林", "药物")],
                },
                {"index": 1, "role": "patient", "text": "还疼", "labels": [], "entities": []},
                {"index": 2, "role": "doctor", "text": "请休息"},
            ],
            "scenario": "随访",
            "knowledge": ["佐普林是药物"],
            "target_turn": 2,
            "summary": "病人服药后仍疼",
        },
        {
            "turns": [
                {"index": 0, "role": "system", "text": "Welcome."},
                {"index": 1, "role": "other", "text": "Thanks."},
            ],
            "knowledge": [],
        },
    ]


def _t2s() -> list[Row]:
    condition = {
        "role": "C",
        "triples": [["病人", "临床表现", "疼痛"], ["病人", "基本情况", "成人"]],
        "logical_rel": "and",
    }
    treat = {"role": "D", "triples": [["病人", "治疗药物", "佐普林"]], "logical_rel": "null"}
    nothing = {"role": "D", "triples": [], "logical_rel": "null"}
    return [
        {"text": ZH, "kind": "tree", "output": canonical([condition, treat, nothing])},
        {"text": ZH, "kind": "tree", "output": canonical([condition, condition, treat, nothing, treat])},
        {
            "text": EN,
            "context": "discharge",
            "kind": "codes",
            "codes": [{"system": "ICD10-CM", "version": "2024", "code": "M25.561"}],
        },
        {"text": EN, "kind": "codes", "codes": []},
        {"text": "A hidden test item.", "kind": "tree"},
    ]


_ROWS = {
    "boolqa": _boolqa,
    "coref": _coref,
    "cqa": _cqa,
    "dialogue": _dialogue,
    "ee": _ee,
    "mcqa": _mcqa,
    "mt": _mt,
    "nen": _nen,
    "ner": _ner,
    "nli": _nli,
    "qa": _qa,
    "rank": _rank,
    "re": _re,
    "sts": _sts,
    "sum": _sum,
    "t2s": _t2s,
    "tc": _tc,
}


def valid_rows(task: str) -> list[Row]:
    """Several valid rows of content columns: English and Chinese, layers null, empty and filled, one withheld."""
    return [complete(load(task))(row) for row in _ROWS[task]()]


def valid_table(task: str) -> pa.Table:
    """The valid rows as a table with all columns."""
    return table_of(task, valid_rows(task))


def table_of(task: str, rows: list[Row], **common: Any) -> pa.Table:
    """Rows of content columns as a table; `common` replaces common columns of every row."""
    contract = load(task)
    full = [_common(contract, i, row) | common | row for i, row in enumerate(rows)]
    return pa.Table.from_pylist(full, schema=arrow_schema(contract))


def _common(contract: Contract, i: int, row: Row) -> Row:
    return {
        "item_id": f"invented:train:{i}",
        "dataset": "invented",
        "split": "train",
        "subset": None,
        "split_origin": "none",
        "language": "zh-Hans" if any("\u4e00" <= char <= "\u9fff" for char in str(row)) else "en",
        "source_id": str(i),
        "document_id": None,
        "group_id": f"g{i}",
        "source": {"file": "invented.json", "locator": f"line {i + 1}", "revision": "0123456789ab"},
        "licence": "CC0-1.0",
        "access": "open",
        "labelled": not contract.gold or any(_given(row, path) for path in contract.gold),
        "content_hash": content_hash(contract)(row),
        "leakage": None if i % 2 else [],
        "leakage_checked": None if i % 2 else ["corpus@1#exact"],
        "quality": []
        if i
        else [{"rule": "I10", "severity": "warning", "place": "entities[0]", "detail": "' x'"}],
        "extra": None,
    }


def _given(row: Row, path: str) -> bool:
    column, _, field = path.partition(".")
    value = row[column]
    if value is None or not field:
        return value is not None
    return not value or any(element[field] is not None for element in value)
