from __future__ import annotations

import json
from typing import Any

import pytest

from bioclue_data.errors import RecordError, SourceError
from bioclue_data.readers import cmb
from bioclue_data.readers.document import Document, Sources
from tests.reader_files import documents, refuses_unknown_options, write

ITEM = {
    "exam_type": "虚构考试",
    "exam_class": "甲类",
    "exam_subject": "乙科",
    "question": "能喝的是",
    "question_type": "单项选择题",
    "option": {"A": "茶", "B": "石", "C": "", "D": " ", "E": None},
}


def one(folder, **changes: Any) -> Document:
    side = write(folder, {"answers.json": json.dumps([{"id": 7, "answer": "A", "exam_type": "x"}])})
    files = write(folder, {"test.json": json.dumps([ITEM | changes])})
    [found] = documents(cmb, Sources(files, side={"answers": side}))
    return found


def test_answers_of_the_test_are_joined_by_id(tmp_path) -> None:
    found = one(tmp_path, id=7)
    assert found.layers == {
        "question": "能喝的是",
        "options": [{"key": "A", "text": "茶"}, {"key": "B", "text": "石"}],
        "answer_keys": ["A"],
        "multiple": False,
        "rationale": None,
        "topics": ["虚构考试", "甲类", "乙科"],
    }
    assert (found.source_id, found.locator) == ("7", "/0")


def test_an_answer_of_its_own_comes_first(tmp_path) -> None:
    found = one(tmp_path, id=7, answer="AB", question_type="多项选择题", explanation="都能。")
    assert (found.layers["answer_keys"], found.layers["multiple"]) == (["A", "B"], True)
    assert found.layers["rationale"] == "都能。"
    assert one(tmp_path, answer="B").source_id == "0"


def test_a_question_of_type_c_has_one_answer(tmp_path) -> None:
    found = one(tmp_path, question_type="C型选择题", answer="B")
    assert (found.layers["answer_keys"], found.layers["multiple"]) == (["B"], False)


@pytest.mark.parametrize("answer", ["", " ", None])
def test_an_empty_answer_is_no_gold(tmp_path, answer) -> None:
    assert one(tmp_path, id=7, answer=answer).layers["answer_keys"] is None


def test_what_does_not_fit_is_refused(tmp_path) -> None:
    for change, what in (({"id": 8}, "question 8 has no answer"), ({"question_type": "x"}, "question_type")):
        with pytest.raises(SourceError, match=what):
            one(tmp_path, **change)
    with pytest.raises(RecordError, match="no side source"):
        documents(cmb, Sources(()))


def test_unknown_options_are_refused() -> None:
    refuses_unknown_options("cmb")
