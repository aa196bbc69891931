"""Cases of the rules about questions, labels, pairs, generated texts, dialogues and structures."""

from __future__ import annotations

from tests.rule_cases import Case
from tests.valid_items import EN, canonical

QUESTIONS = [
    Case("Q1", "mcqa", {"0.options.2.key": "B"}, [(0, "options[2]")]),
    Case("Q1", "mcqa", {"0.options.1.text": "\u3000"}, [(0, "options[1]")]),
    Case("Q1", "mcqa", {"2.options": [{"key": "A", "text": "Zorplin"}]}, [(2, "options")]),
    Case("Q2", "mcqa", {"0.answer_keys": ["E"]}, [(0, "answer_keys[0]")]),
    Case("Q2", "mcqa", {"1.answer_keys": ["B", "B"]}, [(1, "answer_keys[1]")]),
    Case("Q3", "mcqa", {"0.answer_text": "Water"}, [(0, "answer_keys[0]")]),
    Case("Q4", "mcqa", {"1.multiple": False}, [(1, "answer_keys")]),
    Case("Q4", "mcqa", {"1.answer_keys": []}, [(1, "answer_keys")]),
    Case("Q5", "mcqa", {"0.options.3.text": "Zorplin "}, [(0, "options[3]")]),
    Case("Q6", "boolqa", {"1.answer": "Yes"}, [(1, "answer")]),
    Case("Q7", "cqa", {"0.evidence.0.start": 3}, [(0, "evidence[0]")]),
    Case("Q7", "cqa", {"0.evidence.0.end": 99}, [(0, "evidence[0]")]),
    Case("Q7", "cqa", {"0.evidence.0.context": "c9"}, [(0, "evidence[0]")]),
    Case("Q8", "mcqa", {"2.answer_text": "Zorplin"}, [(2, "answer_text")]),
    Case("Q11", "qa", {"1.question": " "}, [(1, "question")]),
    Case("Q12", "cqa", {"0.contexts.0.id": "c2"}, [(0, "contexts[1]")], also=frozenset({"Q7"})),
    Case("Q12", "boolqa", {"0.contexts.1.text": ""}, [(0, "contexts[1]")]),
    Case("Q13", "qa", {"0.answers.1.text": "\n"}, [(0, "answers[1].text")]),
    Case("Q14", "qa", {"0.answers": []}, [(0, "answers")]),
    Case("Q15", "mcqa", {"0.options.3.text": "Water"}, [(0, "options[3]")]),
    Case("Q15", "mcqa", {"1.options.2.text": "水"}, [(1, "options[2]")]),
    Case("K1", "rank", {"0.query": ""}, [(0, "query")]),
    Case("K2", "rank", {"0.candidates.1.id": "d1"}, [(0, "candidates[1].id")]),
    Case("K2", "rank", {"2.candidates": []}, [(2, "candidates")]),
    Case("K3", "rank", {"1.candidates.0.text": " "}, [(1, "candidates[0].text")]),
    Case("K4", "rank", {"0.candidates.1.rank": 1}, [(0, "candidates")]),
    Case("K4", "rank", {"0.candidates.1.rank": 3}, [(0, "candidates")]),
]

TEXTS = [
    Case("C1", "tc", {"2.labels": ["positive", "negativ"]}, [(2, "labels[1]")]),
    Case("C2", "tc", {"0.labels": ["positive", "negative"]}, [(0, "labels")]),
    Case("C2", "tc", {"0.labels": []}, [(0, "labels")]),
    Case("C3", "tc", {"2.labels": ["positive", "positive"]}, [(2, "labels[1]")]),
    Case("C4", "tc", {"4.value": 5.5}, [(4, "value")]),
    Case("C4", "tc", {"4.value": float("nan")}, [(4, "value")], also=frozenset({"G5"})),
    Case("C4", "tc", {"0.value": 2.0}, [(0, "value")]),
    Case("C4", "tc", {"4.value": None, "4.labels": ["positive"]}, [(4, "value")]),
    Case("C5", "tc", {"1.target.start": 0}, [(1, "target")]),
    Case("C5", "tc", {"1.target.end": 99}, [(1, "target")]),
    Case("C6", "tc", {"0.text": "\t"}, [(0, "text")]),
    Case("C8", "tc", {"3.mode": "several"}, [(3, "mode")]),
    Case("P1", "nli", {"0.label": " "}, [(0, "label")], also=frozenset({"P3"})),
    Case("P1", "sts", {"0.score": float("inf")}, [(0, "score")], also=frozenset({"G5"})),
    Case("P2", "sts", {"0.score": 4.5}, [(0, "score")]),
    Case("P3", "nli", {"1.label": "refuted"}, [(1, "label")]),
    Case("P4", "nli", {"0.text_b": " "}, [(0, "text_b")]),
    Case("P4", "sts", {"1.text_a": ""}, [(1, "text_a")]),
    Case("P5", "nli", {"2.label": "neutral"}, [(2, "label")]),
    Case("P5", "sts", {"2.score": 1.0}, [(2, "score")]),
    Case("P7", "nli", {"0.evidence.0.end": 22}, [(0, "evidence[0]")]),
    Case("P7", "nli", {"0.evidence.0.context": "premise"}, [(0, "evidence[0]")]),
    Case("P8", "sts", {"1.kind": "closeness"}, [(1, "kind")]),
    Case("S1", "sum", {"0.sources.1.text": " "}, [(0, "sources[1].text")]),
    Case("S1", "sum", {"0.targets": []}, [(0, "targets")]),
    Case("S1", "mt", {"2.sources": []}, [(2, "sources")]),
    Case("S2", "mt", {"0.targets.0.language": None}, [(0, "targets[0].language")]),
    Case("S2", "mt", {"1.targets.1.language": "zh-Hans"}, [(1, "targets[1].language")]),
    Case("S3", "sum", {"1.targets.0.text": "很" * 99}, [(1, "targets[0]")]),
    Case("S4", "sum", {"0.targets.1.text": EN}, [(0, "targets[1]")]),
    Case("S6", "sum", {"0.kind": "tldr"}, [(0, "kind")]),
    Case("D1", "dialogue", {"0.turns.1.index": 2}, [(0, "turns[1].index")]),
    Case("D2", "dialogue", {"0.turns.2.text": " "}, [(0, "turns[2].text")]),
    Case("D5", "dialogue", {"0.target_turn": 3}, [(0, "target_turn")]),
    Case("D5", "dialogue", {"0.target_turn": -1}, [(0, "target_turn")]),
    Case("D7", "dialogue", {"1.turns.0.role": "nurse"}, [(1, "turns[0].role")]),
    Case("D8", "dialogue", {"0.turns.0.labels": ["告知", "提问"]}, [(0, "turns[0].labels[1]")]),
    Case("D8", "dialogue", {"0.turns.0.entities.0.type": "药"}, [(0, "turns[0].entities[0].type")]),
]

_LEAF = {"role": "D", "triples": [], "logical_rel": "null"}
_FORK = {"role": "C", "triples": [["a", "b", "c"]], "logical_rel": "null"}

STRUCTURES = [
    Case("X1", "t2s", {"0.output": "[{"}, [(0, "output")]),
    Case("X1", "t2s", {"0.output": "[1, 2]"}, [(0, "output")]),
    Case("X1", "t2s", {"0.output": "[NaN]"}, [(0, "output")]),
    Case("X1", "t2s", {"0.output": canonical([_LEAF | {"logical_rel": "xor"}])}, [(0, "output")]),
    Case("X1", "t2s", {"1.output": canonical([_LEAF | {"triples": [["a", "b"]]}])}, [(1, "output")]),
    Case("X2", "t2s", {"2.codes.0.code": "25.561"}, [(2, "codes[0]")]),
    Case("X2", "t2s", {"3.codes": [code := {"system": "House", "code": "1"}, code]}, [(3, "codes[1]")]),
    Case("X3", "t2s", {"0.output": canonical([_FORK, _LEAF])}, [(0, "output")]),
    Case("X3", "t2s", {"0.output": canonical([_LEAF, _LEAF])}, [(0, "output")]),
    Case("X4", "t2s", {"0.kind": "codes"}, [(0, "kind")]),
    Case("X4", "t2s", {"2.kind": "frames"}, [(2, "kind")]),
    Case("X4", "t2s", {"4.kind": "graph"}, [(4, "kind")]),
]

CASES = [*QUESTIONS, *TEXTS, *STRUCTURES]
