"""Items of the user's with options: a list, an object, or a column for each, as files have them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bioclue_data.leakage.own_files import rows_of_file
from bioclue_data.leakage.own_support import Support, support_of
from bioclue_data.leakage.rows import Row
from bioclue_data.leakage.scanning import Records, scan_records
from bioclue_data.leakage.search import search_for
from bioclue_data.leakage.verdicts import VERDICTS, Thresholds
from bioclue_data.matching.tokens import texts_of
from tests.leakage import ITEMS, QUESTIONS, Command, exact, findings

pytest_plugins = ("tests.leakage_fixtures",)

QUESTION = "What is zorbifan?"
OPTIONS = ["Serum zorbifan level", "Urine malbin ratio", "Corata smear", "Ferben titre"]
LETTERED = [f"{letter}. {option}" for letter, option in zip("ABCD", OPTIONS, strict=True)]
RECORD = "\n".join([QUESTION, *LETTERED, "Answer: B"])
IN_BOLD = f"Here is one: **{QUESTION}** Choose from {'; '.join(LETTERED)}"

SHAPES: dict[str, Any] = {
    "list": OPTIONS,
    "object": dict(zip("ABCD", OPTIONS, strict=True)),
    "elements": [
        {"key": letter, "value": option, "correct": letter == "B"}
        for letter, option in zip("ABCD", OPTIONS, strict=True)
    ],
    "labels": [{"value": letter, "label": o} for letter, o in zip("ABCD", OPTIONS, strict=True)],
    "other keys": [{"aid": number, "atext": option} for number, option in enumerate(OPTIONS)],
    "columns": {"text": OPTIONS, "label": list("ABCD")},
    "pairs": list(map(list, zip("ABCD", OPTIONS, strict=True))),
    "with nulls": [*OPTIONS[:2], None, *OPTIONS[2:], "", {"text": None}],
}


def judged(path: Path, items: Any, fields: str, *records: str) -> list[tuple[str, bool]]:
    """Verdict, and if it is of low confidence, of each item found in the records."""
    path.write_text(json.dumps(items), encoding="utf-8")
    return _judged(rows_of_file(path, fields.split(",")).rows, records)


def _judged(rows: list[Row], records: Sequence[str]) -> list[tuple[str, bool]]:
    search = search_for(rows, Thresholds())
    seen = scan_records([Records(texts_of(list(records)), "f", 0)], search, 1)
    return [(VERDICTS[one.best.verdict], not one.best.confident) for _, one in sorted(seen.items())]


def support(**record: Any) -> Support:
    return support_of(record, list(record))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("record", [RECORD, IN_BOLD])
def test_options_of_every_shape_are_looked_for_one_by_one(shape: str, record: str, tmp_path: Path) -> None:
    options = SHAPES[shape]
    assert support(options=options)[:2] == (OPTIONS, [])
    item = {"question": QUESTION, "options": options}
    assert judged(tmp_path / "a.json", [item], "question,options", record) == [("exact", False)]


@pytest.mark.parametrize(
    "record",
    [
        RECORD,
        IN_BOLD,
        QUESTION,
        "\n".join([QUESTION, OPTIONS[0]]),
        "\n".join([QUESTION, *OPTIONS[2:]]),
        "\n".join([QUESTION, *("nothing of it " * 400, *OPTIONS)]),
        f"They asked what is zorbifan again. {OPTIONS[1]}",
    ],
)
def test_a_row_of_a_file_is_judged_as_one_that_was_built(record: str, tmp_path: Path) -> None:
    options = [{"text": option} for option in OPTIONS]
    columns = {"question": QUESTION, "context": None, "options": options, "rationale": None}
    built = Row("0", "0", "own", "test", "mcqa", False, columns)
    item = {"question": QUESTION, "options": OPTIONS}
    assert judged(tmp_path / "a.json", [item], "question,options", record) == _judged([built], [record])


def test_options_far_from_the_question_are_another_questions(tmp_path: Path) -> None:
    item = {"question": QUESTION, "options": OPTIONS}
    far = "\n".join([QUESTION, "nothing of it is here " * 400, *OPTIONS])
    assert judged(tmp_path / "a.json", [item], "question,options", far) == [("exact", True)]
    joined = {"question": QUESTION, "options": OPTIONS[1]}
    assert judged(tmp_path / "a.json", [joined], "question,options", far) == [("exact", False)]


def test_a_column_for_each_option_and_a_string_are_answers() -> None:
    columns = dict(zip("ABCD", OPTIONS, strict=True))
    assert support(**columns) == Support([], OPTIONS, dict.fromkeys("ABCD", 1), [], [])
    assert support(options="\n".join(LETTERED))[:2] == ([], ["\n".join(LETTERED)])
    assert support(answer=True, count=0, dose=2.5, none=None, empty="")[:2] == ([], ["true", "0", "2.5"])


def test_an_answer_beside_options_is_one_anywhere(tmp_path: Path) -> None:
    item = {"question": QUESTION, "options": OPTIONS, "answer": OPTIONS[1], "why": "Malbin leaks early."}
    [row] = _rows(tmp_path, item, "question,options,answer,why")
    assert row.fields["answers"] == [{"text": OPTIONS[1]}, {"text": "Malbin leaks early."}]
    far = "\n".join([QUESTION, "nothing of it is here " * 400, OPTIONS[1]])
    assert judged(tmp_path / "a.json", [item], "question,options,answer,why", far) == [("exact", False)]


def _rows(folder: Path, item: dict[str, Any], fields: str) -> list[Row]:
    (folder / "a.json").write_text(json.dumps([item]), encoding="utf-8")
    return rows_of_file(folder / "a.json", fields.split(",")).rows


@pytest.mark.parametrize(
    "answer",
    ["B", "b", "(B)", "B.", "Ｂ", 2, "2", 0, "A, C", "ABD", "A、D", ["B"], ["A", "C"], {"label": "B"}],
)
def test_the_name_of_an_option_says_nothing(answer: Any, tmp_path: Path) -> None:
    found = support(options=OPTIONS, answer=answer)
    assert (found.options, found.answers, found.unsaid) == (OPTIONS, [], ["answer"])
    assert support(**dict(zip("ABCD", OPTIONS, strict=True)), answer=answer).answers == OPTIONS
    assert support(answer=answer).answers  # beside no options it may be the answer
    item = {"question": QUESTION, "options": OPTIONS, "answer": answer}
    only = f"{QUESTION}\nAnswer: B, b, 2, 0, A, C, ABD, D"
    assert judged(tmp_path / "a.json", [item], "question,options,answer", only) == [("exact", True)]


@pytest.mark.parametrize("names", [["A", "C"], [0, 2], ["(B)", "(D)"], {"a": 1, "b": 2}])
def test_a_list_of_names_is_none_of_options(names: Any) -> None:
    found = support(gold=names, options=OPTIONS)
    assert (found.options, found.answers, found.unsaid) == (OPTIONS, [], ["gold"])


def test_letters_alone_are_no_options_but_numbers_are() -> None:
    found = support(options=["A", "(B)", "C."])
    assert (found.options, found.answers, found.unsaid) == ([], [], ["options"])
    assert support(options=[10, 20, 30]).options == ["10", "20", "30"]
    assert support(options=["A", "肝"]).options == ["A", "肝"]


@pytest.mark.parametrize("answer", ["BD syndrome", "CAD", "AX", "12", "yes", True, "肝", "β", "B12", "-"])
def test_other_short_answers_are_answers(answer: Any) -> None:
    assert support(options=OPTIONS, answer=answer).unsaid == []
    assert support(options=OPTIONS, answer=answer).answers


def test_an_option_that_is_called_as_letters_is_no_name_of_options() -> None:
    assert support(options=["AD", "BC", "Neither", "Both"], answer="AD").answers == ["AD"]


@pytest.mark.parametrize("name", ["answer", "Answers", "ideal_answer", "correct_answers", "答案"])
def test_a_list_of_answers_is_none_of_options(name: str) -> None:
    assert support(**{name: OPTIONS[:2]})[:2] == ([], OPTIONS[:2])
    assert support(**{name: {"text": OPTIONS[:1], "answer_start": [12]}})[:2] == ([], OPTIONS[:1])


@pytest.mark.parametrize("name", ["choices", "answer_choices", "AnswerOptions", "选项"])
def test_lists_of_other_names_are_options(name: str) -> None:
    assert support(**{name: OPTIONS[:2]})[:2] == (OPTIONS[:2], [])


@pytest.mark.parametrize("value", [OPTIONS[:1], {"A": OPTIONS[0]}, [None, OPTIONS[0]], {"text": OPTIONS[0]}])
def test_one_option_is_no_choice(value: Any) -> None:
    found = support(options=value)
    assert (found.options, found.answers, found.single) == ([], OPTIONS[:1], ["options"])


def test_numbers_and_what_is_nested_are_not_lost() -> None:
    assert support(options=[5, 7.5, True, "none"]).options == ["5", "7.5", "true", "none"]
    assert support(options=[{"key": "A", "value": 5}, {"key": "B", "value": 7}]).options == ["5", "7"]
    parts = {"A": ["Serum level", "Smear"], "B": ["Titre", {"unit": "ferben"}]}
    assert support(options=parts).options == ["Serum level\nSmear", "Titre\nferben"]
    assert support(options=[{"dose": {"am": "one pill", "pm": "two"}}, "none"]).options == [
        "one pill\ntwo",
        "none",
    ]
    assert support(options=["half \ud83d", "B"]).options == ["half \ufffd", "B"]
    assert support(options=[], other={}, none=[None, {}])[:2] == ([], [])


def test_maps_and_structs_of_parquet(tmp_path: Path) -> None:
    shapes = {
        "map": pa.array([list(zip("ABCD", OPTIONS, strict=True))], pa.map_(pa.string(), pa.string())),
        "struct": pa.array([SHAPES["object"]]),
        "columns": pa.array([SHAPES["columns"]]),
    }
    pq.write_table(pa.table({"question": [QUESTION], **shapes}), tmp_path / "a.parquet")
    for shape in shapes:
        [row] = rows_of_file(tmp_path / "a.parquet", ["question", shape]).rows
        assert [option["text"] for option in row.fields["options"]] == OPTIONS


def test_what_may_be_meant_otherwise_is_told(here: Path, bioclue: Command) -> None:
    items = [
        {"q": QUESTION, "options": OPTIONS, "answer": "B"},
        {"q": QUESTION, "options": OPTIONS[:1], "answer": OPTIONS[0]},
        {"q": QUESTION, "options": None},
        {"q": QUESTION, "options": OPTIONS[2], "answer": OPTIONS[2:]},
        {"q": "?", "options": {}, "answer": 1},
    ]
    (here / "a.json").write_text(json.dumps(items))
    (here / "corpus/more.txt").write_text(RECORD)
    done = bioclue("leakage", "scan", "a.json", "--fields", "q,options,answer", "--corpus", "corpus")
    assert done.code == 0, done.err
    assert done.err.splitlines()[:4] == [
        "1 of 5 rows have no letters or digits in q: nothing to look for (first: row 4)",
        "2 of 5 rows have one text in options: it is an answer, not options (first: row 1)",
        "2 of 5 rows have no options in options (first: row 2)",
        "1 of 5 rows only name an option in answer: that supports nothing (first: row 0)",
    ]
    assert [(row["item_id"], row["low_confidence"]) for row in findings()] == [
        ("0", False), ("1", False), ("2", True), ("3", False),
    ]  # fmt: skip


def test_nothing_is_told_of_files_without_options(here: Path, bioclue: Command) -> None:
    (here / "a.json").write_text(json.dumps([{"q": QUESTION, "a": OPTIONS[0]}, {"q": QUESTION, "a": None}]))
    done = bioclue("leakage", "scan", "a.json", "--fields", "q,a", "--corpus", "corpus")
    assert (done.code, len(done.err.splitlines())) == (0, 1), done.err


def test_rows_may_be_shorter_than_the_header(here: Path, bioclue: Command) -> None:
    (here / "a.csv").write_text("q,o,z\n" + "".join(f'"{one["q"]}"\n' for one in ITEMS))
    done = bioclue("leakage", "scan", "a.csv", "--fields", "q,o", "--corpus", "corpus")
    assert done.code == 0, done.err
    assert exact() == ["0", "1"]


def test_cells_of_several_lines_are_whole(here: Path, bioclue: Command) -> None:
    (here / "a.csv").write_text(f'q,o\n"{QUESTIONS[0]}","one\ntwo"\n\n"{QUESTIONS[2]}","three"')
    done = bioclue("leakage", "scan", "a.csv", "--fields", "q,o", "--corpus", "corpus")
    assert done.code == 0, done.err
    assert exact() == ["0", "1"]
