from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioclue_data.readers import squad
from bioclue_data.readers.document import Document, Sources
from tests.reader_files import documents, read, real, refused, refuses_unknown_options

CONTEXT = "茶 cools. Tea, tea and tea again."


def answer(text: str, start: int | str) -> dict[str, Any]:
    return {"text": text, "answer_start": start}


def question(*answers: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"id": 1, "question": "What?", "answers": list(answers), **more}


def article(*questions: dict[str, Any], context: str = CONTEXT, **more: Any) -> str:
    paragraph = {"context": context, "document_id": 42, "qas": list(questions)}
    return json.dumps({"version": "x", "data": [{"title": "Tea", "paragraphs": [paragraph], **more}]})


def one(folder, *questions: dict[str, Any], **options: Any) -> Document:
    [found] = read(squad, folder, {"a.json": article(*questions)}, **options)
    return found


def test_a_question_with_its_context_and_answers(tmp_path) -> None:
    found = one(tmp_path, question(answer("Tea", 9), answer("tea", "14"), is_impossible=False))
    assert found.layers == {
        "question": "What?",
        "contexts": [{"id": "0", "text": CONTEXT}],
        "answers": [{"text": "Tea"}, {"text": "tea"}],
        "evidence": [
            {"context": "0", "start": 9, "end": 12, "text": "Tea"},
            {"context": "0", "start": 14, "end": 17, "text": "tea"},
        ],
    }
    assert (found.source_id, found.locator) == ("1", "/data/0/paragraphs/0/qas/0")
    assert (found.document_id, found.group_id) == (None, "a.json#0")


@pytest.mark.parametrize(("key", "expected"), [("document_id", "42"), ("title", "Tea")])
def test_the_document_is_named_by_paragraph_or_article(tmp_path, key, expected) -> None:
    found = one(tmp_path, question(), document=key)
    assert (found.document_id, found.group_id) == (expected, expected)
    assert found.layers["contexts"][0]["id"] == expected


def test_impossible_questions_have_no_answers_and_hidden_ones_no_layer(tmp_path) -> None:
    found = one(tmp_path, question(is_impossible=True, plausible_answers=[answer("Tea", 9)]))
    assert (found.layers["answers"], found.layers["evidence"]) == ([], [])
    assert found.extra == {"plausible_answers": [answer("Tea", 9)]}
    assert one(tmp_path, {"id": "a", "question": "Q"}).layers.keys() == {"question", "contexts"}


@pytest.mark.parametrize(
    ("text", "start", "expected"),
    [
        ("Tea", 9, 9),
        ("Tea", 10, 9),
        ("Tea", 5, 9),
        ("tea", 15, 14),
        ("tea", 20, 22),
        ("tea", 18, 14),
        ("tea", 99, 22),
    ],
)
def test_the_nearest_occurrence_is_taken_and_remarked(tmp_path, text, start, expected) -> None:
    found = one(tmp_path, question(answer(text, start)), repair="nearest")
    [evidence] = found.layers["evidence"]
    assert evidence["start"] == expected
    assert [r.rule for r in found.remarks] == ([] if start == expected else ["R2"])


def test_without_repair_the_source_stands(tmp_path) -> None:
    found = one(tmp_path, question(answer("Tea", 10)))
    assert (found.layers["evidence"][0]["start"], found.remarks) == (10, [])


def test_a_text_that_is_nowhere_keeps_its_offset(tmp_path) -> None:
    found = one(tmp_path, question(answer("coffee", 3)), repair="nearest")
    assert (found.layers["evidence"][0]["start"], found.remarks) == (3, [])


@given(st.text("ab", min_size=1, max_size=3), st.text("ab", max_size=12), st.integers(0, 12))
def test_nearest_is_what_trying_every_place_finds(text: str, context: str, start: int) -> None:
    places = [at for at in range(len(context)) if context.startswith(text, at)]
    expected = min(places, key=lambda at: (abs(at - start), at), default=start)
    assert squad._nearest(squad._Answer(text, start), context) == expected


@pytest.mark.parametrize(
    ("content", "options", "what"),
    [
        ('{"version": 1}', {}, "no list `data`"),
        ('{"data": [{"title": "x"}]}', {}, "paragraphs"),
        ('{"data": [{"paragraphs": [{"context": "x"}]}]}', {}, "qas"),
        (article({"question": "x"}), {}, "id"),
        (article(question(answer("Tea", "nine"))), {}, "answer_start"),
        (article(question()), {"document": "pmid"}, "'pmid'"),
        ("[", {}, "expected"),
    ],
)
def test_files_of_another_shape_are_refused(tmp_path, content, options, what) -> None:
    assert re.search(what, refused(squad, tmp_path, {"a.json": content}, **options).what)


def test_unknown_options_are_refused() -> None:
    refuses_unknown_options("squad")


@pytest.mark.real
def test_real_counts(real_data) -> None:
    files = real(real_data, "deepset-ai/COVID-QA/*/data/question-answering/200423_covidQA.json")
    found = documents(squad, Sources(files), repair="nearest", document="document_id")
    moved = sum(len(d.remarks) for d in found)
    spans = [(d.layers["contexts"][0]["text"], e) for d in found for e in d.layers["evidence"]]
    assert all(text[e["start"] : e["end"]] == e["text"] for text, e in spans)
    assert (len(found), len(spans), moved, len({d.document_id for d in found})) == (1380, 1380, 234, 98)
