"""Lines of prompt templates: left out of a scan, but for those that are what is looked for."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bioclue_data.leakage import prompts, reading, run
from bioclue_data.leakage.reading import templates
from bioclue_data.leakage.reading.batches import packed
from bioclue_data.leakage.rows import Row
from bioclue_data.leakage.scanning import Records, joined
from bioclue_data.leakage.search import search_for
from bioclue_data.leakage.verdicts import Thresholds
from bioclue_data.matching.tokens import Texts, texts_of
from tests.corpus_reading import put, read

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PROMPT = "If you are a doctor, answer the question of the patient in full sentences."
CLOSING = "以上灯语只给守夜的水手看，请先问过船长"
QUESTION = "Which vitamin should a sailor with bleeding gums and loose teeth be given first?"
PREMISE = "The eleven lamps of the third ward were lit before the sailors came ashore."
CLAIMS = [f"Somebody lit {n} lamps before any of the sailors had left the ship." for n in range(30)]
PIECES = [
    "Four words are enough",
    "but not three",
    "sixteen bytes---",
    "一二三四五六七",
    "一二三四五",
    "x" * 70,
    "",
]


def rows(task: str, *fields: dict[str, Any]) -> list[Row]:
    return [Row(f"{n:064x}", f"own:{n}", "own", "test", task, False, row) for n, row in enumerate(fields)]


def verdicts(items: list[Row], path: Path) -> Counter[str]:
    table, _ = run.check(items, [run.Source("own", "r", (str(path),))])
    return Counter(table["verdict"].to_pylist())


def source(folder: Path, text: str) -> run.Source:
    return run.Source("own", "r", (str(put(folder, "prompts.jsonl", text)),))


def lines(records: list[dict[str, str]]) -> str:
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


# Which lines


def test_the_lines_that_records_share_are_told(tmp_path: Path) -> None:
    records = [
        {"instruction": PROMPT, "input": f"question {i}", "output": f"answer {i}\n{CLOSING}"}
        for i in range(3000)
    ]
    path = put(tmp_path, "a.json", json.dumps(records))
    assert {batch.templates for batch in reading.read(str(path))} == {(PROMPT.encode(), CLOSING.encode())}
    assert read(path)[0][0] == f"{PROMPT}\nquestion 0\nanswer 0\n{CLOSING}\n"  # nothing is cut yet


def test_few_records_have_no_template(tmp_path: Path) -> None:
    path = put(tmp_path, "a.json", json.dumps([{"instruction": PROMPT}] * 19))
    assert {batch.templates for batch in reading.read(str(path))} == {()}


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.lists(st.lists(st.sampled_from(PIECES), max_size=5).map("\n".join), max_size=5), max_size=4)
)
def test_frequent_lines_are_those_of_many_records(parts: list[list[str]]) -> None:
    seen = Counter(line for part in parts for text in part for line in {*text.split("\n")})
    count = sum(map(len, parts))
    with mock.patch.object(templates, "TIMES", 2):
        found = templates.frequent_lines(packed([text.encode() for text in part]) for part in parts)
    wanted = {line.encode() for line, times in seen.items() if times >= max(2, 0.2 * count)}
    assert sorted(found) == sorted(wanted & {PIECES[0].encode(), PIECES[3].encode()})


def test_only_the_first_records_and_bytes_are_looked_at() -> None:
    line = b"a line of a template"
    late = [b"no template %d" % i for i in range(templates.RECORDS)] + [line] * 900
    assert templates.frequent_lines([packed(late[:700]), packed(late[700:])]) == []
    early = [line] * 200 + late
    assert templates.frequent_lines([packed(early[:100]), packed(early[100:])]) == [line]
    far = [b"%d" % (i % 10) * 2**18 + b"\n" + line for i in range(30)]
    assert templates.frequent_lines([packed(far)]) == []
    assert templates.frequent_lines([]) == []


def test_what_was_read_before_a_fault_is_kept() -> None:
    def batches() -> Iterator[Texts]:
        yield texts_of([PROMPT] * 30)
        raise OSError("the disk is gone")

    found = templates.with_templates(batches())
    texts, shared = next(found)
    assert (len(texts), shared) == (30, (PROMPT.encode(),))
    with pytest.raises(OSError, match="the disk is gone"):
        next(found)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.lists(st.sampled_from([*PIECES, "é灯", "a"]), max_size=6).map("\n".join), max_size=5))
def test_without_them_and_where_that_stands_in_the_whole(values: list[str]) -> None:
    left_out = [PIECES[0].encode(), PIECES[3].encode()]
    texts = texts_of(["a header that is no text", *values])
    cut = templates.without(Texts(texts.data, texts.offsets[1:]), left_out)
    for number, value in enumerate(values):
        text = cut.data[cut.offsets[number] : cut.offsets[number + 1]].tobytes()
        kept = [line for line in value.encode().split(b"\n") if line and line not in left_out]
        assert text.rstrip(b"\n") == b"\n".join(kept)
        places = [templates.place_in_whole(value.encode(), left_out, at) for at in range(len(text) + 1)]
        assert places == sorted(places)
        there = [value.encode()[place] for place in places[:-1] if place < len(value.encode())]
        assert bytes(there).rstrip(b"\n") == text.rstrip(b"\n")


# Which of them say something of the items


@pytest.mark.parametrize(
    ("line", "is_left_out"),
    [
        (PROMPT, True),
        (QUESTION, False),
        (f"### Question: {QUESTION.upper()} Answer in one word.", False),
        ("Which vitamin should a sailor with bleeding gums and loose teeth not be given?", False),
        ("Which vitamin should a passenger be given first? Answer in full sentences.", True),
        ("what is p53", False),
        ("say what is p53, please", False),
        ("say what p53 is, please", True),
    ],
)
def test_lines_that_tell_of_an_item_stay(line: str, is_left_out: bool) -> None:
    items = rows("qa", {"question": QUESTION}, {"question": "what is p53"}, {"question": "右膝发出蓝色微光"})
    (cut,) = search_for(items, Thresholds()).cuts((line.encode(),))
    assert cut == prompts.Cut((line.encode(),) * is_left_out, None)


def test_each_table_is_read_as_if_it_were_alone(tmp_path: Path) -> None:
    asked = rows("qa", {"question": QUESTION}, {"question": f"{PREMISE} Why do they say so?"})
    text = f"{QUESTION} Somebody lit the lamps."
    others = [one._replace(dataset="other") for one in rows("tc", {"text": text}, {"text": CLAIMS[0]})]
    records = [{"text": f"{QUESTION}\n{PREMISE}\n{claim}"} for claim in CLAIMS]
    path = put(tmp_path, "a.jsonl", lines(records))
    source = [run.Source("own", "r", (str(path),))]
    names = ("dataset", "item_id", "verdict", "score", "records", "start", "end", "evidence")
    apart = [row for some in (asked, others) for row in run.check(some, source)[0].to_pylist()]
    together = run.check([*asked, *others], source)[0].to_pylist()
    assert [[row[name] for name in names] for row in together] == sorted(
        ([row[name] for name in names] for row in apart), key=lambda row: (row[0] != "other", row[1])
    )
    assert {row["dataset"]: row["evidence"].count(PREMISE) for row in apart} == {"own": 1, "other": 0}
    lines_of_each = {QUESTION.encode(), PREMISE.encode()}
    cuts = search_for([*asked, *others], Thresholds()).cuts(tuple(sorted(lines_of_each)))
    assert {(cut.left_out, tuple(cut.apart)) for cut in cuts} == {
        ((), (False, False, True, True)),
        ((PREMISE.encode(),), (True, True, False, False)),
    }


def test_items_that_many_records_have_are_found(tmp_path: Path) -> None:
    sampled = [{"prompt": QUESTION, "completion": f"vitamin number {n}"} for n in range(40)]
    assert verdicts(rows("qa", {"question": QUESTION}), put(tmp_path, "a.jsonl", lines(sampled))) == {
        "exact": 1
    }
    examples = [{"prompt": f"{QUESTION}\nascorbic acid\nand now lamp {n}"} for n in range(300)]
    answers = [{"text": "ascorbic acid"}]
    items = rows("qa", {"question": QUESTION, "answers": answers})
    assert verdicts(items, put(tmp_path, "b.jsonl", lines(examples))) == {"exact": 1}


TURNS = [
    "Patient: I have had a blue cough since the ferry left on Monday morning.",
    "Doctor: Does the cough get louder when you stand near the lighthouse?",
    "Patient: Yes, and it hums a little when the moon is out at night.",
    "Doctor: Then rest for three days and keep away from the orchestra.",
]
CASE = [
    "A sailor of forty years comes to the ward with a green tongue and cold knees.",
    "He has slept in a barrel for the last eleven nights and eats only pickled roots.",
    "His father had the same green tongue when the old harbour was built.",
]
ASKED = "What is the most likely diagnosis?"
OPTIONS = ["lack of copper sunlight", "barrel fever of the north", "ticking disease of the knee"]
CHINESE = [
    "老人在灯塔下站了整整三个夜晚，膝盖发出绿色的光。",
    "医生让他把银色浆果放进木桶里，再听一遍潮声。",
    "第二天清晨他的膝盖恢复了原来的颜色，也不再歌唱。",
]


@pytest.mark.parametrize(
    ("task", "columns", "told"),
    [
        ("dialogue", {"turns": [{"text": turn} for turn in TURNS]}, TURNS),
        ("dialogue", {"turns": [{"text": turn.partition(": ")[2]} for turn in TURNS]}, TURNS),
        ("tc", {"text": " ".join(CASE)}, CASE),
        ("tc", {"text": "".join(CHINESE)}, CHINESE),
        (
            "mcqa",
            {"question": ASKED, "context": " ".join(CASE), "options": [{"text": one} for one in OPTIONS]},
            [*CASE, ASKED, *(f"{letter}. {one}" for letter, one in zip("ABC", OPTIONS, strict=True))],
        ),
        ("sum", {"sources": [{"text": " ".join(CASE)}], "targets": [{"text": TURNS[3]}]}, [*CASE, TURNS[3]]),
    ],
)
def test_an_example_of_several_lines_in_each_prompt_is_no_template(
    task: str, columns: dict[str, Any], told: list[str], tmp_path: Path
) -> None:
    def records(count: int) -> str:
        example = "\n".join(told)
        return lines([{"input": f"{PROMPT}\n{example}\nand now lamp {n}"} for n in range(count)])

    items = rows(task, columns)
    once, each = (run.check(items, [source(tmp_path, records(count))])[0].to_pylist() for count in (1, 100))
    names = ("verdict", "low_confidence", "score", "fields")
    assert [[row[name] for name in names] for row in each] == [[row[name] for name in names] for row in once]
    assert once[0]["verdict"] in {"exact", "near_duplicate"}
    assert not once[0]["low_confidence"]


def test_pairs_that_share_a_half_are_found(tmp_path: Path) -> None:
    pairs = rows("nli", *({"text_a": PREMISE, "text_b": claim} for claim in CLAIMS))
    records = [{"instruction": PROMPT, "input": f"{PREMISE}\n{claim}"} for claim in CLAIMS]
    assert verdicts(pairs, put(tmp_path, "a.jsonl", lines(records))) == {"exact": 30}


def test_prompts_are_no_items(tmp_path: Path) -> None:
    asked = "If you are a doctor, answer the question of the captain: may he sail again after scurvy?"
    records = [{"instruction": PROMPT, "output": f"lamp {n}"} for n in range(40)]
    assert verdicts(rows("qa", {"question": asked}), put(tmp_path, "a.jsonl", lines(records))) == {}
    few = put(tmp_path, "b.jsonl", lines(records[:19]))
    assert verdicts(rows("qa", {"question": asked}), few) == {"ngram": 1}


def test_files_with_other_templates_are_not_joined() -> None:
    shared = (PROMPT.encode(),)
    batches = [Records(texts_of([PROMPT]), f"{n}.json", 0, (), (shared, shared, (), ())[n]) for n in range(4)]
    found = [([batch.place(n)[0] for n in range(2)], batch.templates) for batch in joined(batches)]
    assert found == [(["0.json", "1.json"], shared), (["2.json", "3.json"], ())]


def test_spans_are_those_of_the_whole_record_and_templates_are_counted(tmp_path: Path) -> None:
    records = [{"system": PROMPT, "input": f"lamp {n}", "output": CLOSING} for n in range(40)]
    records[7]["input"] = f"青灯\n{QUESTION}"
    path = put(tmp_path, "a.jsonl", lines(records))
    source = run.Source("own", "r", (str(path),))
    table, summary = run.check(rows("qa", {"question": QUESTION}), [source])
    (found,) = table.to_pylist()
    (batch,) = reading.read(str(path))
    record = batch.texts.data[batch.texts.offsets[7] : batch.texts.offsets[8]].tobytes()
    assert record[found["start"] : found["end"]].decode() == QUESTION.rstrip("?")
    assert PROMPT not in found["evidence"]
    assert summary.corpora[0]["templates"] == 2
