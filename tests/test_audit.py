"""The audit's checks: nothing in clean rows; in rows with planted faults, exactly those."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bioclue_data.audit import check as checks
from bioclue_data.contracts.contract import tasks
from tests.auditing import Held, chinese, clean, findings, found, sentence, usual_mention
from tests.valid_items import Row
from tests.valid_rows import valid_table

Plant = Callable[[list[Row], list[int]], set[int]]
"""Puts a fault into the rows chosen; gives the rows that must then be found."""


@pytest.mark.parametrize("task", ["ner", "mcqa", "tc", "nli", "sts", "cqa"])
def test_nothing_is_found_in_clean_rows(task: str) -> None:
    assert findings(task, clean(task, 400)).is_empty()


@pytest.mark.parametrize("task", tasks())
def test_every_check_takes_valid_rows_of_every_task(task: str) -> None:
    from bioclue_data.audit.run import look
    from bioclue_data.audit.table import Table

    rows = valid_table(task)
    look(Table("invented", task, Held(rows, len(rows))))
    look(Table("invented", task, Held(rows, 2)))
    assert look(Table("invented", task, Held(rows.slice(0, 0), 1))).is_empty()


def put(column: str, make: Callable[[Row, int], object]) -> Plant:
    """Change one column of the rows chosen."""

    def plant(rows: list[Row], chosen: list[int]) -> set[int]:
        for i in chosen:
            rows[i][column] = make(rows[i], i)
        return set(chosen)

    return plant


def text_with(fault: str) -> Plant:
    return put("text", lambda row, _: f"{row['text']} here: {fault} there")


def copied(rows: list[Row], i: int, split: str, **changes: object) -> int:
    """A copy of a row at the end, with other case, width and blanks; its number."""
    copy = {**rows[i], "item_id": f"invented:{split}:{len(rows)}", "split": split, **changes}
    rows.append(copy)
    return len(rows) - 1


def other_writing(text: str) -> str:
    return "  " + text.upper().replace("A", "Ａ").replace(" ", "\t")


def twice(rows: list[Row], chosen: list[int]) -> set[int]:
    copies = {copied(rows, i, rows[i]["split"], text=other_writing(rows[i]["text"])) for i in chosen}
    return {*chosen, *copies}


def across(rows: list[Row], chosen: list[int]) -> set[int]:
    other = {"train": "test", "test": "validation"}
    copies = {copied(rows, i, other[rows[i]["split"]], text=other_writing(rows[i]["text"])) for i in chosen}
    return {*chosen, *copies}


def nearly(rows: list[Row], chosen: list[int]) -> set[int]:
    """The later split's row is the one to act on."""
    order = ["train", "validation", "test"]
    later = set()
    for i in chosen:
        long = sentence(10_000 + i, 40)
        rows[i]["text"] = long
        split = "test" if rows[i]["split"] == "train" else "validation"
        copy = copied(rows, i, split, text=long.replace(long.split()[20], "xyzzy"))
        later.add(max(i, copy, key=lambda k: order.index(rows[k]["split"])))
    return later


def straddling(rows: list[Row], chosen: list[int]) -> set[int]:
    one = {"train": 35, "test": 3}
    partners = {one[rows[i]["split"]] for i in chosen}
    for i in {*chosen, *partners}:
        rows[i]["group_id"] = "patient"
    return {*chosen, *partners}


def under_two_ids(rows: list[Row], chosen: list[int]) -> set[int]:
    """Documents of two rows, and the same rows once more under other ids."""
    same = set()
    for first in {i - i % 2 for i in chosen}:
        for k in (first, first + 1):
            rows[k]["document_id"] = f"d{first}"
            same |= {k, copied(rows, k, rows[k]["split"], document_id=f"e{first}")}
    return same


def disagreeing(rows: list[Row], chosen: list[int]) -> set[int]:
    copies = {copied(rows, i, rows[i]["split"], labels=["other"]) for i in chosen}
    return {*chosen, *copies}


def with_mention(change: Callable[[Row, Row], None]) -> Plant:
    def plant(rows: list[Row], chosen: list[int]) -> set[int]:
        for i in chosen:
            change(rows[i], rows[i]["entities"][0])
        return set(chosen)

    return plant


def blank_edge(row: Row, mention: Row) -> None:
    mention["spans"][0]["end"] += 1
    mention["text"] += " "


def cut(row: Row, mention: Row) -> None:
    mention["spans"][0]["end"] -= 1
    mention["text"] = mention["text"][:-1]


def often_typed(rows: list[Row], chosen: list[int]) -> set[int]:
    """Every row says one word; the chosen ones call it something else."""
    chosen = chosen[:3]
    for i, row in enumerate(rows):
        start = len(row["text"]) + 1
        row["text"] += " Zorplin"
        kind = "Disease" if i in chosen else "Drug"
        span = {"start": start, "end": start + 7}
        row["entities"] = [{"id": "T1", "type": kind, "spans": [span], "text": "Zorplin"}]
    return set(chosen)


def unmarked(rows: list[Row], chosen: list[int]) -> set[int]:
    usual_mention(rows)
    for i in chosen[:3]:
        rows[i]["entities"] = []
    return set(chosen[:3])


def marked_in_part(rows: list[Row], chosen: list[int]) -> set[int]:
    usual_mention(rows)
    for i in chosen[:3]:
        rows[i]["entities"][0]["spans"][0]["end"] -= 8
        rows[i]["entities"][0]["text"] = "zorplin"
    return set(chosen[:3])


def unseen(rows: list[Row], chosen: list[int]) -> set[int]:
    late = {i for i in chosen if rows[i]["split"] == "test"} or {39}
    for i in late:
        rows[i]["labels"] = ["never"]
    return late


def same_option(row: Row, i: int) -> object:
    return [*row["options"][:3], {"key": "D", "text": f" {row['options'][0]['text'].upper()}"}]


def says_answer(row: Row, i: int) -> object:
    right = "ABCD".index(row["answer_keys"][0])
    return f"{row['question']} {row['options'][right]['text']}"


def traditional(rows: list[Row], chosen: list[int]) -> set[int]:
    for i, row in enumerate(rows):
        row["language"] = "zh-Hans"
        row["text"] = chinese(i) + ("臟腎腫頭熱" if i in chosen else "")
    return set(chosen)


BROKEN = {"rule": "G5", "severity": "expected", "place": "text", "detail": "blank"}
GERMAN = (
    "Der erfundene Patient klagt seit gestern über Schmerzen in einem Körperteil, den es nicht gibt; die "
    "Untersuchung ergab keinen Befund, weil alles an dieser Geschichte frei erfunden ist und nur dazu dient, "
    "eine Sprache zu erkennen."
)
PLANTS: dict[str, tuple[str, Plant]] = {
    "duplicate_in_split": ("tc", twice),
    "duplicate_across_splits": ("tc", across),
    "near_duplicate_across_splits": ("tc", nearly),
    "group_across_splits": ("tc", straddling),
    "document_twice": ("tc", under_two_ids),
    "broken_rule": ("tc", put("quality", lambda *_: [BROKEN])),
    "conflicting_gold": ("tc", disagreeing),
    "unseen_label": ("tc", unseen),
    "unanswerable": ("cqa", put("answers", lambda *_: [])),
    "mention_edges": ("ner", with_mention(blank_edge)),
    "cut_word": ("ner", with_mention(cut)),
    "unusual_type": ("ner", often_typed),
    "unmarked_form": ("ner", unmarked),
    "other_boundary": ("ner", marked_in_part),
    "broken_table": ("tc", text_with("\n| a | b |\n| --- | --- |\n| c |\n")),
    "other_latin_language": ("tc", put("text", lambda _, i: f"{i}. {GERMAN}")),
    "blank_field": ("tc", put("context", lambda *_: " \u3000\n")),
    "duplicate_options": ("mcqa", put("options", same_option)),
    "answer_in_question": ("mcqa", put("question", says_answer)),
    "other_language": ("tc", put("text", lambda _, i: chinese(i))),
    "other_script": ("tc", traditional),
    "mojibake": ("tc", text_with("caf\u00c3\u00a9")),
    "control_character": ("tc", text_with("\x0b")),
    "private_use_character": ("tc", text_with("\ue313")),
    "markup": ("tc", text_with("<br/>")),
    "length_outlier": ("tc", put("text", lambda _, i: sentence(i, 600))),
    "image_reference": (
        "mcqa",
        put("question", lambda row, _: f"{row['question']} What is shown in the image?"),
    ),
    "personal_data": ("tc", text_with("Tel. 212-555-0147")),
}
OF_SPLITS = {
    "shared_half",
    "distribution_drift",
    "label_drift",
    "class_balance",
    "answer_position",
    "answer_length",
}


def test_every_check_is_tested() -> None:
    assert set(PLANTS) | OF_SPLITS == set(checks.load())


def test_every_check_says_how_often_it_is_wrong() -> None:
    for code, words in checks.words().items():
        assert 0 <= words.false_alarms.wrong <= words.false_alarms.looked <= 50, code
        assert words.false_alarms.wrong <= words.false_alarms.looked / 2, f"mend {code}"


@pytest.mark.parametrize("check", PLANTS)
@settings(max_examples=8, deadline=None)
@given(chosen=st.sets(st.integers(0, 39), min_size=1, max_size=5), order=st.integers(0, 9))
def test_the_planted_rows_are_found_and_no_others(check: str, chosen: set[int], order: int) -> None:
    task, plant = PLANTS[check]
    rows = clean(task, 40)
    if check == "length_outlier":  # a usual length needs more rows
        rows += [dict(row) for row in clean(task, 160)[40:150]]
    expected = {rows[i]["item_id"] for i in plant(rows, sorted(chosen))}
    assert found(task, rows, check, order) == expected


@settings(max_examples=5, deadline=None)
@given(order=st.integers())
def test_the_order_of_rows_does_not_matter(order: int) -> None:
    rows = clean("tc")
    for plant in (twice, across, disagreeing):
        plant(rows, [2, 3, 5, 7, 11, 13, 36])
    assert findings("tc", rows, order).equals(findings("tc", rows))


def test_portions_find_what_the_whole_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = clean("tc")
    for plant in (nearly, twice, across):
        plant(rows, [2, 3, 5, 7, 36])
    found_whole = findings("tc", rows, 1).select("check", "item_id")
    sizes = {
        "near.INDEXED": 2000,
        "near.TOGETHER": 1,
        "near.READ": 2,
        "alike.PAIRS": 1,
        "checks.copies.NAMED": 3,
    }
    for name, size in sizes.items():
        monkeypatch.setattr(f"bioclue_data.audit.{name}", size)
    assert findings("tc", rows, 1).select("check", "item_id").equals(found_whole)
    assert {"near_duplicate_across_splits", "duplicate_in_split"} <= set(found_whole["check"])
