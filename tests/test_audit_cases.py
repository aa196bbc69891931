"""The audit's checks, case by case: what resembles a fault and is none, and findings of a whole split."""

from __future__ import annotations

import pytest

from tests.auditing import chinese, clean, findings, found, sentence, table, usual_mention
from tests.valid_items import Row


@pytest.mark.parametrize(
    "text",
    [
        "write to ada.example@clinic.example.org today",
        "MRN: 00123456",
        "Patient name: Ada",
        "姓名：甲乙丙",
        "住院号：A123456",
        "手机 13900001111",
        "证 11010519491231002X",
        "电话 010-62771234",
        "123-45-6789",
    ],
)
def test_personal_data_is_found_and_its_middle_left_out(text: str) -> None:
    rows = clean("tc")
    rows[7]["text"] = text
    seen = findings("tc", rows).filter(check="personal_data")
    assert seen["item_id"].to_list() == [rows[7]["item_id"]]
    assert text not in seen["detail"].item()


@pytest.mark.parametrize(
    "text",
    [
        "doi 10.1000/13912345678901",
        "grade 3-4, p < 0.001",
        "AT&T; R&D",
        "call 18005550147 or 1-800-555-0147",
        "a<b and c>d",
        "2019-10-11",
        "café",
    ],
)
def test_what_only_resembles_a_fault(text: str) -> None:
    rows = clean("tc")
    rows[7]["text"] = f"{sentence(7)} {text}"
    assert findings("tc", rows).is_empty()


@pytest.mark.parametrize(
    "text",
    [
        "| a | b |\n| --- | --- |\n| c \\| d | e |",
        "<table><tr><td>a<td>b</tr></table>",
        "P(a|b) and P(b|a)\nP(c|d) = 1",
        "| one line |",
    ],
)
def test_whole_tables_and_bars_that_are_none(text: str) -> None:
    rows = clean("tc")
    rows[7]["text"] = text
    assert found("tc", rows, "broken_table") == set()


@pytest.mark.parametrize("text", ["<table><tr><td>a</td></tr>", "| a | b |\n| c |"])
def test_tables_that_were_cut(text: str) -> None:
    rows = clean("tc")
    rows[7]["text"] = text
    assert found("tc", rows, "broken_table") == {rows[7]["item_id"]}


def test_a_form_inside_a_word_or_a_longer_mention_is_no_fault() -> None:
    rows = clean("ner")
    usual_mention(rows)
    rows[3]["text"] += " prezorplin quorvex and zorplin quorvexes"
    start = len(rows[5]["text"]) + 1
    rows[5]["text"] += " chronic zorplin quorvex"
    span = {"start": start, "end": start + 23}
    rows[5]["entities"].append(
        {"id": "T2", "type": "Drug", "spans": [span], "text": "chronic zorplin quorvex"}
    )
    assert found("ner", rows, "unmarked_form") == set()
    assert found("ner", rows, "other_boundary") == set()


def test_forms_are_found_behind_chinese_characters() -> None:
    rows = clean("ner")
    for i, row in enumerate(rows):
        row["text"] = f"患者{chinese(i)}用ABC治疗"
        start = row["text"].index("ABC")
        span = {"start": start, "end": start + 3}
        row["entities"] = [{"id": "T1", "type": "Drug", "spans": [span], "text": "ABC"}] if i != 7 else []
    (place,) = findings("ner", rows).filter(check="unmarked_form").select("item_id", "place").rows()
    start = rows[7]["text"].index("ABC")
    assert place == (rows[7]["item_id"], f"text[{start}:{start + 3}]")


def typed(rows: list[Row], forms: list[str], kinds: list[str]) -> None:
    """Every row says these words, which are a mention each, of these types."""
    for row in rows:
        row["entities"] = []
        for form, kind in zip(forms, kinds, strict=True):
            start = len(row["text"]) + 1
            row["text"] += f" {form}"
            span = {"start": start, "end": start + len(form)}
            row["entities"].append({"id": f"T{start}", "type": kind, "spans": [span], "text": form})


@pytest.mark.parametrize(("others", "slips"), [(4, 4), (5, 0)])
def test_a_type_that_a_form_has_five_times_is_a_second_use(others: int, slips: int) -> None:
    rows = clean("ner", 80)
    typed(rows[others:], ["zorplin"], ["Drug"])
    typed(rows[:others], ["zorplin"], ["Disease"])
    assert len(found("ner", rows, "unusual_type", 3)) == slips


@pytest.mark.parametrize(
    ("form", "beside", "slips"),
    [("zorplin", "quorvex", 0), ("zorplin", "far from it quorvex", 1), ("胸", "腹", 1)],
)
def test_in_scripts_with_words_a_form_has_the_type_of_its_list(form: str, beside: str, slips: int) -> None:
    rows = clean("ner")
    typed(rows, [form], ["Drug"])
    rows[3]["entities"] = []
    typed(rows[3:4], [form, beside], ["Disease", "Disease"])
    rows[3]["text"] = rows[3]["text"].replace(f" {form}", "-" * (len(form) + 1), 1)
    if "far" in beside:
        mention = rows[3]["entities"][1]
        mention["spans"][0]["start"] += len("far from it ")
        mention["text"] = "quorvex"
    assert len(found("ner", rows, "unusual_type")) == slips


@pytest.mark.parametrize(("places", "faults"), [(1, 1), (2, 0)])
def test_words_that_make_another_term_of_a_form_leave_it_unmarked(places: int, faults: int) -> None:
    rows = clean("ner")
    usual_mention(rows)
    for row in rows[:places]:
        row["text"] += " agonists"
        row["entities"] = []
    assert len(found("ner", rows, "unmarked_form", 5)) == faults


def near(rows: list[Row], old: str, new: str) -> set[str]:
    """What is found of a row of test that is one of train, but for some words."""
    rows[36]["text"] = rows[3]["text"].replace(old, new)
    return found("tc", rows, "near_duplicate_across_splits", 7)


@pytest.mark.parametrize(("signs", "copies"), [(16, 0), (60, 1)])
def test_short_texts_are_copies_only_if_numbers_or_signs_are_all_that_differs(
    signs: int, copies: int
) -> None:
    rows = clean("tc")
    rows[3]["text"] = f"(1) {chinese(3, signs)}"
    rows[3]["labels"] = rows[36]["labels"]
    assert near(rows, "(1)", "7.") == {rows[36]["item_id"]}
    assert len(near(rows, rows[3]["text"][-2:], "好。")) == copies


def test_a_text_with_another_label_is_a_contrast() -> None:
    rows = clean("tc")
    rows[3]["text"] = "dose 1 " + sentence(3, 40)
    rows[3]["labels"], rows[36]["labels"] = ["yes"], ["no"]
    assert near(rows, rows[3]["text"].split()[20], "xyzzy") == set()
    assert near(rows, "dose 1", "dose 2") == {rows[36]["item_id"]}


def test_another_question_about_the_same_case_is_no_copy() -> None:
    rows = clean("mcqa")
    case = sentence(3, 60)
    rows[3]["question"], rows[36]["question"] = f"{case} why", f"{case} how"
    assert found("mcqa", rows, "near_duplicate_across_splits", 2) == set()
    rows[36]["options"] = rows[3]["options"]
    assert found("mcqa", rows, "near_duplicate_across_splits", 2) == {rows[36]["item_id"]}


def test_signs_tell_short_texts_apart() -> None:
    rows = clean("tc")
    rows[3]["text"], rows[4]["text"], rows[5]["text"] = "CD4+", "CD4-", "cd4+ "
    assert found("tc", rows, "duplicate_in_split") == {rows[3]["item_id"], rows[5]["item_id"]}


def test_a_pair_of_similar_texts_is_the_same_in_either_order() -> None:
    rows = clean("sts")
    rows[4]["text_a"], rows[4]["text_b"] = rows[3]["text_b"], rows[3]["text_a"]
    assert found("sts", rows, "duplicate_in_split") == {rows[3]["item_id"], rows[4]["item_id"]}


def skewed(rows: list[Row]) -> list[Row]:
    for i, row in enumerate(rows):
        row["labels"] = ["yes" if i % 20 else "no"] if row["split"] == "test" else row["labels"]
    return rows


def test_labels_that_drift_and_classes_out_of_balance_are_findings_of_the_split() -> None:
    rows = skewed(clean("tc", 1200))
    assert found("tc", rows, "label_drift", 3) == {"test"}
    assert found("tc", rows, "class_balance", 3) == {"test"}


def test_answers_that_stand_at_one_place_are_a_finding_of_the_split() -> None:
    rows = clean("mcqa", 800)
    for i, row in enumerate(rows):
        if row["split"] == "test" and i % 2:
            row["answer_keys"] = ["C"]
    assert found("mcqa", rows, "answer_position", 5) == {"test"}


def test_long_answers_are_a_finding_of_the_split() -> None:
    rows = clean("mcqa", 800)
    for i, row in enumerate(rows):
        if row["split"] == "train" and i % 2:
            row["options"]["ABCD".index(row["answer_keys"][0])]["text"] += " " + sentence(i, 3)
    assert found("mcqa", rows, "answer_length", 5) == {"train"}


def test_a_table_has_each_text_with_its_place() -> None:
    (batch,) = table("mcqa", clean("mcqa", 4)).batches()
    texts = batch.texts
    assert set(texts["place"]) == {"question", *(f"options[{k}].text" for k in range(4))}


def test_marked_arguments_tell_sentences_apart() -> None:
    rows = clean("tc")
    rows[3]["text"] = "The <<zorplin>> and the [[quorvex]] of the mirbat are here."
    rows[4]["text"] = "The <<zorplin>> and the quorvex of the [[mirbat]] are here."
    rows[5]["text"] = "[[One]] <<zorplin>> is no other zorplin."
    rows[6]["text"] = "[[One]] zorplin is no other <<zorplin>>."
    assert found("tc", rows, "duplicate_in_split") == set()


def test_pairs_that_share_a_text_are_a_finding_of_the_split() -> None:
    rows = clean("sts", 400)
    for i in range(0, 200, 2):
        rows[i + 1]["text_a"] = rows[i]["text_a"]
    assert found("sts", rows, "shared_half") == {"train"}


def test_simplified_text_in_a_traditional_row() -> None:
    rows = clean("tc")
    for i, row in enumerate(rows):
        row["language"], row["text"] = (
            "zh-Hant",
            "臟腎腫頭熱陰陽經絡氣" + "一二三四五六七八九"[i % 9] * (i + 1),
        )
    rows[7]["text"] = "脏肾肿头热阴阳经络气"
    assert found("tc", rows, "other_script") == {rows[7]["item_id"]}
