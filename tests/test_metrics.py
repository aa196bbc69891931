"""Metrics against reference implementations, and what has to hold for each of them."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from seqeval.metrics import classification_report
from seqeval.scheme import IOB2
from sklearn import metrics as sklearn

from bioclue_data.contracts import contract
from bioclue_data.metrics import (
    coref,
    entities,
    labels,
    linking,
    links,
    ranking,
    registry,
    scales,
    structures,
)
from bioclue_data.metrics.totals import Items
from tests import scoring
from tests.exporting import mentions, texts
from tests.scoring import Row, labelled_rows, mention, norms, scores

TASKS = contract.tasks()


def best(name: str) -> float:
    return 0.0 if name == "error" else 1.0


@pytest.mark.parametrize("task", TASKS)
def test_gold_against_itself_is_right_and_nothing_is_not(task: str) -> None:
    defined = 0
    for row in labelled_rows(task):
        family = registry.family(task, row)
        found = scores(family, (row, row))
        for short in ("bleu", "rouge_2"):  # 0 for texts of fewer than four words, of one word
            found.pop(short, None)
        defined += len(found)
        assert found == {name: pytest.approx(best(name)) for name in found}
        gold = [row[path.partition(".")[0]] for path in contract.load(task).gold]
        if [] not in gold:
            silent = scores(family, (row, registry.nothing(task, row)))
            assert {name: value for name, value in silent.items() if value and name != "error"} == {}
            assert silent.get("error", 1.0) > 0
    assert defined, "no score is defined"


@pytest.mark.parametrize("task", TASKS)
def test_a_weighted_sum_is_the_item_repeated(task: str) -> None:
    """What the bootstrap relies on, for every family: weights 3, 1, 0, 2 … are copies."""
    rows = labelled_rows(task)
    family = registry.family(task, rows[0])
    rows = [row for row in rows if registry.family(task, row) is family] * 3
    silent = [number % 3 == 1 for number in range(len(rows))]
    counts = [
        family.count(row, registry.nothing(task, row) if quiet else row)
        for row, quiet in zip(rows, silent, strict=True)
    ]
    weights = [(3, 1, 0, 2)[number % 4] for number in range(len(rows))]
    copies = [one for one, times in zip(counts, weights, strict=True) for _ in range(times)]
    drawn = family.make(Items.of(counts).totals(np.array([weights, [1] * len(rows)], float)))
    for name, value in family.score(copies).items():
        assert drawn[name][0] == pytest.approx(value, nan_ok=True), name
    for name, value in family.score(counts).items():
        assert drawn[name][1] == pytest.approx(value, nan_ok=True), name


TAGS = st.lists(st.sampled_from(["O", "O", "B-a", "I-a", "B-b", "I-b"]), min_size=1, max_size=12)


def tagged(tags: list[str]) -> list[Row]:
    """The mentions of strict IOB2 tags, one character a token."""
    found: list[Row] = []
    for place, tag in enumerate(tags):
        prefix, _, kind = tag.partition("-")
        last = found[-1] if found else None
        if prefix == "B":
            found.append(mention(kind, (place, place + 1)))
        elif prefix == "I" and last and last["type"] == kind and last["spans"][0]["end"] == place:
            last["spans"][0]["end"] = place + 1
    return found


@settings(deadline=None)
@given(st.lists(st.tuples(TAGS, TAGS), min_size=1, max_size=6))
def test_strict_f1_is_that_of_seqeval(pairs: list[tuple[list[str], list[str]]]) -> None:
    sized = [(gold, (predicted * 12)[: len(gold)]) for gold, predicted in pairs]
    found = scores(entities.FAMILY, *(({"entities": tagged(g)}, {"entities": tagged(p)}) for g, p in sized))
    if not found:
        return
    sides = [list(side) for side in zip(*sized, strict=True)]
    report = classification_report(*sides, mode="strict", scheme=IOB2, output_dict=True, zero_division=0)
    assert found["f1"] == pytest.approx(report["micro avg"]["f1-score"])
    assert found["precision"] == pytest.approx(report["micro avg"]["precision"])
    assert found["recall"] == pytest.approx(report["micro avg"]["recall"])
    assert found["macro_f1"] == pytest.approx(report["macro avg"]["f1-score"])


def f1(gold: set[Any], predicted: set[Any], alike: Callable[[Any, Any], bool]) -> float | None:
    """In plain words: the share of each side that has a counterpart on the other one."""
    if not gold and not predicted:
        return None
    right = sum(any(alike(one, other) for other in gold) for one in predicted)
    found = sum(any(alike(one, other) for other in predicted) for one in gold)
    precision = right / len(predicted) if predicted else 0.0
    recall = found / len(gold) if gold else 0.0
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def overlap(one: Any, other: Any) -> bool:
    pairs = [(a, b) for a in one[1] for b in other[1]]
    return any(max(a[0], b[0]) < min(a[1], b[1]) for a, b in pairs)


@settings(deadline=None)
@given(st.data())
def test_f1_of_mentions_is_counted_as_described(data: st.DataObject) -> None:
    """Nested, overlapping, repeated and discontinuous ones, against loops over pairs."""
    text = data.draw(texts(least=4))
    rows = [{"entities": data.draw(mentions(text, 2))} for _ in range(2)]
    gold, predicted = (entities.mentions(row) for row in rows)
    found = scores(entities.FAMILY, (rows[0], rows[1]))
    same = f1(gold, predicted, lambda a, b: a == b)
    expected = {
        "f1": same,
        "untyped_f1": f1({m[1] for m in gold}, {m[1] for m in predicted}, lambda a, b: a == b),
        "overlap_f1": f1(gold, predicted, lambda a, b: a[0] == b[0] and overlap(a, b)),
        "nested_f1": f1(inside(gold), inside(predicted), lambda a, b: a == b),
        "discontinuous_f1": f1(
            *({m for m in side if len(m[1]) > 1} for side in (gold, predicted)), lambda a, b: a == b
        ),
    }
    for name, value in expected.items():
        assert found.get(name) == (None if value is None else pytest.approx(value)), name
    shuffled = {"entities": data.draw(st.permutations(rows[1]["entities"]))}
    assert scores(entities.FAMILY, (rows[0], shuffled)) == found


def inside(found: set[Any]) -> set[Any]:
    return {one for one in found if any(one != other and overlap(one, other) for other in found)}


LABELS = st.sampled_from(["a", "b", "c"])


@settings(deadline=None)
@given(st.lists(st.tuples(LABELS, LABELS), min_size=1))
def test_single_labels_are_those_of_scikit_learn(pairs: list[tuple[str, str]]) -> None:
    rows = [({"labels": [gold]}, {"labels": [predicted]}) for gold, predicted in pairs]
    found = scores(labels.SINGLE, *rows)
    gold, predicted = zip(*pairs, strict=True)
    assert found["accuracy"] == pytest.approx(sklearn.accuracy_score(gold, predicted))
    macro = sklearn.f1_score(gold, predicted, average="macro", zero_division=0)
    assert found["macro_f1"] == pytest.approx(macro)


@settings(deadline=None)
@given(st.lists(st.tuples(st.sets(LABELS), st.sets(LABELS)), min_size=1))
def test_several_labels_are_those_of_scikit_learn(pairs: list[tuple[set[str], set[str]]]) -> None:
    found = scores(labels.MULTI, *(({"labels": [*g]}, {"labels": [*p]}) for g, p in pairs))
    used = [at for at, name in enumerate("abc") if any(name in g | p for g, p in pairs)]
    gold, predicted = ([[n in side for n in "abc"] for side in sides] for sides in zip(*pairs, strict=True))
    assert found["accuracy"] == pytest.approx(np.mean([g == p for g, p in pairs]))
    if used:
        for name in ("micro", "macro"):
            expected = sklearn.f1_score(gold, predicted, average=name, labels=used, zero_division=0)
            assert found[f"{name}_f1"] == pytest.approx(expected)


NUMBERS = st.integers(0, 4) | st.floats(0, 4).map(lambda value: round(value, 1))


@settings(deadline=None)
@given(st.lists(st.tuples(NUMBERS, NUMBERS), min_size=2))
def test_correlations_are_those_of_scipy(pairs: list[tuple[float, float]]) -> None:
    scale = {"score_min": 0.0, "score_max": 4.0}
    found = scores(
        scales.SIMILARITY, *((scale | {"score": float(g)}, scale | {"score": float(p)}) for g, p in pairs)
    )
    gold, predicted = (np.array(side, float) for side in zip(*pairs, strict=True))
    if len({*gold}) > 1 and len({*predicted}) > 1:
        assert found["pearson"] == pytest.approx(stats.pearsonr(gold, predicted)[0], abs=1e-9)
        assert found["spearman"] == pytest.approx(stats.spearmanr(gold, predicted)[0], abs=1e-9)
    else:
        assert "pearson" not in found
        assert "spearman" not in found
    assert found["error"] == pytest.approx(np.abs(gold - predicted).mean())
    assert ("accuracy" in found) == all(value.is_integer() for value in gold)


def test_no_number_is_the_farthest_end_of_the_scale() -> None:
    row = {"score": 3.0, "score_min": 0.0, "score_max": 4.0}
    assert scores(scales.SIMILARITY, (row, row | {"score": None}))["error"] == 3.0


@settings(deadline=None)
@given(st.lists(st.integers(0, 3), min_size=2, max_size=8), st.randoms())
def test_rankings_are_those_of_scikit_learn(grades: list[int], random: Any) -> None:
    if not any(grades):
        return
    order = list(range(1, len(grades) + 1))
    random.shuffle(order)
    gold = [{"id": str(n), "relevance": float(grade), "rank": None} for n, grade in enumerate(grades)]
    ranked = [one | {"relevance": None, "rank": rank} for one, rank in zip(gold, order, strict=True)]
    row = {"dataset": "d", "candidates": gold}
    found = scores(ranking.FAMILY, (row, row | {"candidates": ranked}))
    falling = [[-rank for rank in order]]
    assert found["ndcg"] == pytest.approx(sklearn.ndcg_score([grades], falling))
    assert found["ndcg_10"] == pytest.approx(sklearn.ndcg_score([grades], falling, k=10))
    relevant = [[grade > 0 for grade in grades]]
    assert found["map"] == pytest.approx(sklearn.label_ranking_average_precision_score(relevant, falling))
    first = min(rank for rank, grade in zip(order, grades, strict=True) if grade)
    assert (found["mrr"], found["precision_1"]) == (1 / first, float(first == 1))


def test_what_counts_as_relevant_follows_the_source() -> None:
    gold = [{"id": str(n), "relevance": float(n), "rank": None} for n in (1, 2, 3, 4)]
    backwards = [one | {"relevance": None, "rank": rank} for rank, one in enumerate(gold, 1)]
    row = {"dataset": "mediqa_qa", "candidates": gold}
    assert scores(ranking.FAMILY, (row, row | {"candidates": backwards}))["mrr"] == 1 / 3
    other = row | {"dataset": "other"}
    assert scores(ranking.FAMILY, (other, other | {"candidates": backwards}))["mrr"] == 1.0


def test_linking_takes_alternatives_candidates_and_composites() -> None:
    gold = {"entities": [mention("a", (0, 1)) | {"norms": norms(("A", "B"), ("C",))}]}

    def predicted(*groups: tuple[str, ...]) -> Row:
        return {"entities": [mention("a", (0, 1)) | {"norms": norms(*groups)}]}

    accuracy = lambda row: scores(linking.FAMILY, (gold, row))  # noqa: E731
    assert accuracy(predicted(("B", "A")))["accuracy"] == 1.0
    assert accuracy(predicted(("C",)))["accuracy"] == 1.0
    assert accuracy(predicted(("A",)))["accuracy"] == 0.0
    assert accuracy(predicted(("A",)))["concept_f1"] == pytest.approx(2 / 3)
    late = accuracy(predicted(("X",), ("Y",), ("C",)))
    assert (late["accuracy"], late["accuracy_5"]) == (0.0, 1.0)
    named = {"entities": [mention("a", (0, 1)) | {"norms": norms(("x",))}]}
    named["entities"][0]["norms"][0] |= {"id": None, "name": "the name of C"}
    gold["entities"][0]["norms"][2]["name"] = "the name of C"
    assert accuracy(named)["accuracy"] == 1.0
    elsewhere = {"entities": [mention("a", (5, 6)) | {"norms": norms(("C",))}]}
    assert accuracy(elsewhere)["accuracy"] == 0.0


def argument(role: str, kind: str, ref: str | None, text: str | None = None) -> Row:
    return {"role": role, "kind": kind, "ref": ref, "text": text}


def relation(name: str, kind: str, *arguments: Row) -> Row:
    return {"id": name, "type": kind, "args": list(arguments), "attributes": None}


def test_relations_are_compared_by_place_not_by_id() -> None:
    gold = {
        "entities": [mention("a", (0, 2)) | {"text": "ab"}, mention("b", (3, 5), number=2) | {"text": "de"}],
        "relations": [
            relation("R1", "causes", argument("head", "entity", "T1"), argument("tail", "entity", "T2"))
        ],
    }
    renamed = {
        "entities": [gold["entities"][1] | {"id": "X"}, gold["entities"][0] | {"id": "Y"}],
        "relations": [
            relation("Q", "causes", argument("tail", "entity", "X"), argument("head", "entity", "Y"))
        ],
    }
    assert scores(links.RELATIONS, (gold, renamed))["f1"] == 1.0
    turned = renamed | {
        "relations": [
            relation("Q", "causes", argument("tail", "entity", "Y"), argument("head", "entity", "X"))
        ]
    }
    assert scores(links.RELATIONS, (gold, turned))["f1"] == 0.0
    words = {
        "entities": None,
        "relations": [
            relation(
                "R", "causes", argument("head", "text", None, "ab"), argument("tail", "text", None, "de")
            )
        ],
    }
    found = scores(links.RELATIONS, (gold, words))
    assert (found["f1"], found["text_f1"]) == (0.0, 1.0)


def test_relations_of_relations_and_circles() -> None:
    inner = relation("R1", "if", argument("head", "text", None, "a"))
    outer = relation("R2", "then", argument("tail", "relation", "R1"))
    row = {"entities": None, "relations": [inner, outer]}
    other = row | {"relations": [relation("R1", "if", argument("head", "text", None, "b")), outer]}
    assert scores(links.RELATIONS, (row, other))["f1"] == 0.0  # the outer one holds the wrong inner one
    circle = row | {"relations": [relation("R1", "if", argument("head", "relation", "R1"))]}
    assert scores(links.RELATIONS, (circle, circle))["f1"] == 1.0


def test_events_by_trigger_and_argument() -> None:
    def event(start: int, ref: str) -> Row:
        trigger = [{"start": start, "end": start + 1}]
        return relation("E1", "up", argument("Theme", "entity", ref)) | {
            "trigger": trigger,
            "trigger_text": "x",
        }

    given = [mention("a", (0, 2)), mention("a", (3, 5), number=2)]
    gold = {"entities": given, "events": [event(7, "T1")]}
    found = scores(links.EVENTS, (gold, gold | {"events": [event(7, "T2")]}))
    assert (found["trigger_f1"], found["argument_f1"], found["f1"]) == (1.0, 0.0, 0.0)
    found = scores(links.EVENTS, (gold, gold | {"events": [event(8, "T1")]}))
    assert (found["trigger_f1"], found["argument_f1"], found["text_f1"]) == (0.0, 0.0, 1.0)


def chains(*sets: str) -> Row:
    names = sorted(set("".join(sets)))
    return {
        "entities": [mention("m", (ord(name), ord(name) + 1)) | {"id": name} for name in names],
        "corefs": [{"id": "C", "type": "", "members": [*members], "head": None} for members in sets],
    }


def test_coreference_is_that_of_the_reference_scorer() -> None:
    """The example of Pradhan et al. 2014, table 3 and following: MUC 0.40, B³ 0.46, CEAF-e 0.52."""
    found = scores(coref.FAMILY, (chains("abc", "defg"), chains("ab", "cd", "fghi")))
    assert found["muc_f1"] == pytest.approx(0.40, abs=0.005)
    assert found["b3_f1"] == pytest.approx(0.46, abs=0.006)
    assert found["ceaf_f1"] == pytest.approx(0.52, abs=0.005)
    assert found["conll_f1"] == pytest.approx((found["muc_f1"] + found["b3_f1"] + found["ceaf_f1"]) / 3)


def node(role: str, *triples: str) -> Row:
    return {"role": role, "triples": [[one, "is", "x"] for one in triples], "logical_rel": "null"}


def tree(*nodes: Row) -> Row:
    import json

    return {"kind": "tree", "output": json.dumps(nodes), "codes": None}


def test_trees_by_node_triple_and_path() -> None:
    gold = tree(node("C", "a"), node("D", "b"), node("C", "c"), node("D", "d"), node("D", "e"))
    other = tree(node("C", "a"), node("D", "b"), node("C", "c"), node("D", "e"), node("D", "d"))
    found = scores(structures.FAMILY, (gold, other))
    assert found == {"exact_match": 0.0, "part_f1": 1.0, "triple_f1": 1.0, "path_f1": pytest.approx(1 / 3)}
    shorter = scores(structures.FAMILY, (gold, tree(node("C", "A"), node("D", "b"), node("D"))))
    assert shorter["triple_f1"] == pytest.approx(2 * 2 / (2 + 5))
    assert shorter["path_f1"] == pytest.approx(2 * 1 / (2 + 3))


def test_frames_records_and_codes() -> None:
    def output(kind: str, value: str) -> Row:
        return {"kind": kind, "output": value, "codes": None}

    frames = output("frames", '[{"core": "a", "list": ["x", "y"]}, {"core": "b", "list": []}]')
    other = output("frames", '[{"core": "a", "list": ["y", "x"]}, {"core": "c", "list": []}]')
    assert scores(structures.FAMILY, (frames, other))["part_f1"] == 0.5
    record = output("record", '{"a": {"b": 1, "c": 2}}')
    assert scores(structures.FAMILY, (record, output("record", '{"a": {"b": 1, "c": 3}}')))["part_f1"] == 0.5
    assert scores(structures.FAMILY, (record, output("record", "no JSON")))["part_f1"] == 0.0
    code = {"system": "ICD", "version": None, "code": "A", "name": None}
    codes = {"kind": "codes", "output": None, "codes": [code]}
    assert scores(structures.FAMILY, (codes, codes | {"codes": [code, code | {"code": "B"}]}))[
        "part_f1"
    ] == pytest.approx(2 / 3)


def test_every_task_and_mode_has_metrics_and_every_official_score_is_one() -> None:
    assert set(registry.TASKS) | {"tc"} == set(TASKS)
    families = [*registry.TASKS.values(), *registry.MODES.values()]
    assert len({family.name for family in families}) == len(families)
    for (dataset, task), score in registry.OFFICIAL.items():
        assert any(score in family.scores for family in families), (dataset, task)
    assert math.isnan(entities.FAMILY.score([])["f1"])
    assert scoring.MODES["tc"] == tuple(registry.MODES)
