"""Valid invented rows of the tasks about questions, labels, pairs, generated texts, dialogues, structures."""

from __future__ import annotations

from tests.valid_items import EN, ZH, Row, canonical, mention


def _tc() -> list[Row]:
    target = {"start": ZH.index("皮疹"), "end": ZH.index("皮疹") + 2, "text": "皮疹"}
    votes = [{"id": "A1", "label": "positive"}, {"id": "A2", "label": "negative"}]
    return [
        {"text": EN, "mode": "single", "labels": ["positive"], "votes": votes},
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
        {"text_a": EN, "text_b": ZH, "kind": "similarity", "score": 3.5, **scale, "ratings": votes},
        {
            "text_a": "膝盖疼",
            "text_b": "膝关节痛",
            "kind": "relatedness",
            "score": 1,
            "score_min": 0,
            "score_max": 1,
        },
        {"text_a": EN, "text_b": EN, "kind": "relevance", "score": 4, **scale, "ratings": []},
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


ROWS = {
    "boolqa": _boolqa,
    "cqa": _cqa,
    "dialogue": _dialogue,
    "mcqa": _mcqa,
    "mt": _mt,
    "nli": _nli,
    "qa": _qa,
    "rank": _rank,
    "sts": _sts,
    "sum": _sum,
    "t2s": _t2s,
    "tc": _tc,
}
