"""Prompts show no gold; answers go to text and back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bioclue_data.contracts import contract
from bioclue_data.contracts.fields import Field, ListOf, Struct
from bioclue_data.metrics import registry
from bioclue_data.prompting.answers import answer, chosen, parse
from bioclue_data.prompting.marks import places
from bioclue_data.prompting.prompts import choices, prompt
from bioclue_data.prompting.vocabulary import Vocabulary
from bioclue_data.prompting.wording import wording
from tests.exporting import mentions, row, texts
from tests.scoring import Row, labelled_rows

TASKS = contract.tasks()
NAMES = {
    "boolqa": ("maybe", "no", "yes"),
    "nli": ("contradiction", "entailment", "neutral"),
    "nen": ("MESH",),
}


def vocabulary(task: str, rows: list[Row]) -> Vocabulary:
    if task == "tc":
        return Vocabulary(tuple(sorted({name for one in rows for name in one["labels"] or ()})))
    return Vocabulary(NAMES.get(task, ()))


@pytest.mark.parametrize("task", TASKS)
def test_gold_as_text_scores_as_gold(task: str) -> None:
    rows = labelled_rows(task)
    known = vocabulary(task, rows)
    for one in rows:
        family = registry.family(task, one)
        said = parse(task, one, answer(task, one), known)
        contract.complete(contract.load(task))({f.name: said[f.name] for f in contract.load(task).content})
        found, expected = (family.score([family.count(one, other)]) for other in (said, one))
        score = "text_f1" if task in {"re", "ee"} and expected["text_f1"] == 1.0 else family.scores[0]
        if task == "ee" and one["entities"] is None:
            continue  # frames: an argument that occurs elsewhere as an id
        assert found[score] == pytest.approx(expected[score], nan_ok=True), (task, score, answer(task, one))


def _secrets(fields: tuple[Field, ...], value: Any, hide: bool = False) -> Iterator[Row]:
    """Copies of a row, each with one revealing field changed."""
    for field in fields:
        inner = field.type.item if isinstance(field.type, ListOf) else field.type
        now = value[field.name]
        if field.reveals and now is not None:
            yield value | {field.name: None}
        elif isinstance(inner, Struct) and isinstance(now, list):
            for at, element in enumerate(now):
                for changed in _secrets(inner.fields, element):
                    yield value | {field.name: [*now[:at], changed, *now[at + 1 :]]}


@pytest.mark.parametrize("task", TASKS)
def test_prompts_do_not_show_what_reveals_the_gold(task: str) -> None:
    """The prompt is the same without the gold, and without every column that tells it."""
    rows = labelled_rows(task)
    known = vocabulary(task, rows)
    for one in rows:
        shown = prompt(task, one, known)
        if task == "dialogue":
            last = registry.texts.reply_at(one)
            hidden: Row = one | {
                "turns": [t | {"text": "?"} if t["index"] == last else t for t in one["turns"]]
            }
        elif task == "nen":
            hidden = one | {"entities": [m | {"norms": None} for m in one["entities"]]}
        elif task == "rank":
            bare = {"relevance": None, "rank": None}
            hidden = one | {"candidates": [c | bare for c in one["candidates"]]}
        else:
            hidden = registry.nothing(task, one)
        assert prompt(task, hidden, known) == shown
        for changed in _secrets(contract.load(task).content, one):
            assert prompt(task, changed, known) == shown
        assert shown.startswith(("Task: ", "任务："))
        assert shown.endswith(("Answer:", "答案："))


@settings(deadline=None)
@given(st.data())
def test_mentions_go_to_text_and_back(data: st.DataObject) -> None:
    """Nested, repeated and split ones, in texts with astral and combining characters."""
    text = data.draw(texts(least=2))
    found = [one for one in data.draw(mentions(text, 2)) if all(_shown(text, span) for span in one["spans"])]
    one = row("ner", text=text, entities=found)
    family = registry.TASKS["ner"]
    said = parse("ner", one | {"language": "en"}, answer("ner", one | {"language": "en"}), Vocabulary())
    score = family.score([family.count(one, said)])
    split = any(len(mention["spans"]) > 1 for mention in found)
    assert not found or split or score["f1"] == 1.0


def _shown(text: str, span: Row) -> bool:
    """Can the words be written in a line, and read from one?"""
    words = text[span["start"] : span["end"]]
    return (
        words.strip() == words and bool(words) and "..." not in words and words.lower() not in {"none", "无"}
    )


def test_whole_words_go_first() -> None:
    assert places("inside pain in mice", "in")[0]["start"] == 12
    assert places("inside", "side") == [{"start": 2, "end": 6}]
    assert places("left and right knee", "left ... knee") == [
        {"start": 0, "end": 4},
        {"start": 15, "end": 19},
    ]
    assert places("knee left", "left ... knee") == []


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("B", "B"),
        (" b.", "B"),
        ("B. because A is wrong", "B"),
        ("The answer is C", "C"),
        ("选B", "B"),
        ("A or B", "A"),
        ("It is a lesion: B", "B"),
    ],
)
def test_the_key_is_found_in_what_a_model_says(text: str, key: str) -> None:
    assert chosen(text, ["A", "B", "C"]) == key


@pytest.mark.parametrize("text", ["", "Z", "neither B nor C"])
def test_no_key_is_made_up(text: str) -> None:
    assert chosen(text, ["A", "B", "C"]) is None


def test_several_keys_in_any_writing() -> None:
    options = [{"key": key, "text": key} for key in "ABCD"]
    one = row("mcqa", question="?", options=options, multiple=True, answer_keys=["A"]) | {
        "language": "zh-Hans"
    }
    for text in ("A,C", "A、C", "AC", "C A"):
        assert parse("mcqa", one, text, Vocabulary())["answer_keys"] == ["A", "C"], text
    assert choices("mcqa", one, Vocabulary()) is None


@pytest.mark.parametrize("task", TASKS)
def test_nonsense_is_read_as_little_or_nothing_never_an_error(task: str) -> None:
    for one in labelled_rows(task):
        for text in (
            "lol",
            "",
            "\t\n=\t",
            "1\t2\t3=4",
            "[{]",
            "R1\tx\ta=R1\nR1\tx\ta=R1",
            "none",
            "-7",
            "#2\t#2",
        ):
            said = parse(task, one, text, Vocabulary())
            registry.family(task, one).count(one, said)


def test_every_task_is_asked_in_both_languages() -> None:
    asks = wording().asks
    assert {name.rstrip("*+") for name in asks} == set(TASKS)
    assert all(ask.en and ask.zh and ask.en != ask.zh for ask in asks.values())
