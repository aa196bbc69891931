"""Scanning a corpus: the best record of each item, however the corpus is cut, with any number of threads."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bioclue_data.leakage import scanning
from bioclue_data.leakage.findings import SCHEMA, findings, holds, table
from bioclue_data.leakage.items import Items
from bioclue_data.leakage.matches import EVIDENCE, Seen
from bioclue_data.leakage.rows import Row
from bioclue_data.leakage.scanning import OVERLAP, PIECE, Records, scan_records
from bioclue_data.leakage.search import Search, search_for
from bioclue_data.leakage.verdicts import VERDICTS, Judged, Thresholds
from bioclue_data.matching.tokens import PADDING, Texts, texts_of

if TYPE_CHECKING:
    from collections.abc import Iterator

QUESTIONS = [
    "Which vitamin should a sailor with bleeding gums and loose teeth be given first on the island?",
    "A child swallowed eleven blue marbles yesterday evening; what is the most sensible next step now?",
    "患者夜间咳嗽三周并且痰中带有血丝，首先应当安排下列哪一项检查？",
    "what is p53",
]
OPTIONS = ["ascorbic acid", "thiamine", "retinol"]
FILLER = "Nothing in this line is about any of the questions that are asked. "


def search_of(questions: list[str]) -> Search:
    rows = []
    for number, question in enumerate(questions):
        fields = {"question": question, "options": [{"text": text} for text in OPTIONS]}
        row = Row(f"{number:064x}", f"own:test:{number}", "own", "test", "mcqa", False, fields)
        rows.append(row)
    return search_for(rows, Thresholds())


def cut(records: list[str], sizes: list[int]) -> list[Records]:
    """Batches of these sizes; the last size holds on."""
    batches, first, steps = [], 0, iter(sizes)
    size = 1
    while first < len(records):
        size = next(steps, size)
        batches.append(Records(texts_of(records[first : first + size]), "corpus.jsonl", first))
        first += size
    return batches


def scan(questions: list[str], batches: list[Records], threads: int = 2) -> tuple[dict[int, Seen], Items]:
    search = search_of(questions)
    return scan_records(batches, search, threads), search.items


def pieces_of(question: str) -> list[str]:
    words = question.split() if " " in question else list(question)
    blank = " " if " " in question else ""
    return [blank.join(words[: len(words) * share // 8]) for share in range(3, 9)]


RECORD = st.lists(
    st.sampled_from([piece for question in QUESTIONS for piece in pieces_of(question)] + OPTIONS + [FILLER]),
    max_size=5,
).map(" ".join)


@settings(max_examples=60, deadline=None)
@given(st.lists(RECORD, max_size=14), st.lists(st.integers(1, 5), max_size=5), st.sampled_from([1, 2, 4]))
def test_the_result_depends_on_neither_threads_nor_batches(
    records: list[str], sizes: list[int], threads: int
) -> None:
    whole, _ = scan(QUESTIONS, cut(records, [len(records) or 1]), threads=1)
    parts, _ = scan(QUESTIONS, cut(records, sizes), threads=threads)
    assert parts == whole


def test_the_best_record_is_kept_and_the_others_counted() -> None:
    records = [
        FILLER,
        f"{pieces_of(QUESTIONS[0])[4]}: {', '.join(OPTIONS)}",
        FILLER + QUESTIONS[0],
        QUESTIONS[0],
        pieces_of(QUESTIONS[0])[1],
    ]
    seen, items = scan(QUESTIONS, cut(records, [2]))
    assert set(seen) == {0}
    best = seen[0].best
    assert (VERDICTS[best.verdict], best.file, best.record, best.score) == ("exact", "corpus.jsonl", 2, 1.0)
    assert seen[0].records == 3
    assert items.text(best.field) == QUESTIONS[0]
    assert records[2].encode()[best.start : best.end].decode() == QUESTIONS[0].rstrip("?")
    assert best.evidence.endswith(QUESTIONS[0])
    assert best.evidence.startswith(FILLER[-60:])
    assert best.run == QUESTIONS[0].rstrip("?")


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize(
    "at", [0, PIECE - OVERLAP - 40, PIECE - 60, PIECE - 7, PIECE, 2 * PIECE + 3, 700_001]
)
def test_records_longer_than_a_piece(question: str, at: int) -> None:
    filler = ("空 " + FILLER) * (at // 40 + 10)
    before = filler.encode()[:at].decode("utf-8", "ignore") + " "
    record = f"{before}{question} {', '.join(OPTIONS)}. {FILLER * 2000}"
    seen, _ = scan([question], cut([FILLER, record, FILLER], [3]))
    best = seen[0].best
    assert (VERDICTS[best.verdict], best.record, seen[0].records) == ("exact", 1, 1)
    start = len(before.encode())
    found = record.encode()[best.start : best.end].decode()
    assert (best.start, found) == (start, question.rstrip("?？"))
    assert question in best.evidence


@pytest.mark.parametrize("filler", ["空", "ab空", "😀", "é"])
def test_pieces_are_whole_characters_and_overlap(filler: str) -> None:
    records = ["", filler * 200_000, "short", filler * (PIECE // len(filler.encode())) + "tail"]
    pieces = scanning._pieces(texts_of(records))
    ends = [0] * len(records)
    for number in range(len(pieces.texts)):
        start, end = pieces.texts.offsets[number : number + 2]
        text = bytes(pieces.texts.data[start:end]).decode()
        owner, begin = int(pieces.owners[number]), int(pieces.begins[number])
        record = records[owner].encode()
        assert record[begin : begin + end - start].decode() == text
        assert end - start <= PIECE + 3
        assert begin == 0 or ends[owner] - begin >= OVERLAP - 3
        ends[owner] = begin + int(end - start)
    assert ends == [len(record.encode()) for record in records]


def test_a_long_record_counts_once() -> None:
    record = f"{QUESTIONS[0]} {FILLER * 8000} {QUESTIONS[0]}"
    seen, _ = scan(QUESTIONS[:1], cut([record], [1]))
    assert seen[0].records == 1
    assert seen[0].best.start == 0


def test_evidence_is_bounded_and_whole_characters() -> None:
    question = QUESTIONS[2] * 40
    seen, _ = scan([question], cut([f"前文在此{question}后文在此" * 2], [1]))
    best = seen[0].best
    assert len(best.evidence.encode()) <= EVIDENCE
    assert "\ufffd" not in best.evidence
    assert question.startswith(best.evidence.removeprefix("前文在此"))


def test_bytes_that_are_no_text_do_not_stop_a_scan() -> None:
    raw = b"\xff\xfe\x00 " + QUESTIONS[0].encode() + b" \xc3\x28 \xf0\x9f" + b"\xe8"
    texts = Texts(
        np.frombuffer(raw + raw[:3] + bytes(PADDING), np.uint8),
        np.array([0, len(raw), len(raw) + 3], np.int64),
    )
    search = search_of(QUESTIONS)
    seen = scan_records([Records(texts, "broken.txt", 0)], search)
    assert VERDICTS[seen[0].best.verdict] == "exact"


def test_no_corpus_no_items_no_hits() -> None:
    assert scan(QUESTIONS, [])[0] == {}
    assert scan(QUESTIONS, cut([FILLER, ""], [1]))[0] == {}
    assert scan([], cut([FILLER, QUESTIONS[0]], [1]))[0] == {}


def test_an_error_of_a_reader_is_not_swallowed() -> None:
    def broken() -> object:
        yield from cut([FILLER], [1])
        raise OSError("the file went away")

    search = search_of(QUESTIONS)
    with pytest.raises(OSError, match="went away"):
        scan_records(broken(), search)  # type: ignore[arg-type]


def test_findings() -> None:
    search = search_of(QUESTIONS)
    seen = scan_records(cut([FILLER, QUESTIONS[0], QUESTIONS[2], "what is p53"], [3]), search)
    rows = list(findings(seen, search, "own_corpus", "r1"))
    made = table(rows)
    assert made.schema == SCHEMA
    assert made["item_id"].to_pylist() == ["own:test:0", "own:test:2", "own:test:3"]
    assert made["verdict"].to_pylist() == ["exact"] * 3
    assert made["record"].to_pylist() == [1, 2, 3]
    assert set(made["corpus"].to_pylist()) == {"own_corpus"}
    assert made["item_text"].to_pylist() == [QUESTIONS[0], *QUESTIONS[2:]]
    assert table([]).schema == SCHEMA


def test_each_field_says_how_much_of_it_stands_in_the_record() -> None:
    search = search_of(QUESTIONS)
    told = f"{QUESTIONS[0]} A: retinol B: ascorbic acid"
    half = " ".join(QUESTIONS[1].split()[:8])
    seen = scan_records(cut([told, QUESTIONS[2], half], [3]), search)
    whole, part, bare = findings(seen, search, "own_corpus", "r1")
    question = {"field": "question", "parts": 1, "found": 1, "score": 1.0}
    options = {"field": "options", "parts": 3, "found": 2, "score": 0.75}  # three of four words
    assert whole["fields"] == [question, options]
    assert bare["fields"] == [question, options | {"found": 0, "score": 0.0}]
    assert (part["verdict"], part["fields"]) == ("partial", None)
    assert table([whole, part, bare]).schema == SCHEMA


def test_the_span_of_an_exact_match_is_the_item() -> None:
    before = "Yesterday the sailor with bleeding gums was given tea on the island. "
    (found,) = scan(QUESTIONS, cut([f"{before}{QUESTIONS[0]} And that was all."], [1]))[0].values()
    assert (found.best.start, found.best.end) == (len(before), len(before) + len(QUESTIONS[0]) - 1)
    assert before[-20:] in found.best.evidence


def test_an_answer_that_is_mostly_the_question_supports_nothing() -> None:
    asked = "green lantern husk film coated tablets"
    told = f"Yesterday the porter said that {asked} had made the old lift sing."
    for answer, is_doubtful in ((f"{asked} wiki", True), ("old lift", False)):
        columns = {"question": asked, "detail": None, "answers": [{"text": answer}]}
        search = search_for([Row("0" * 64, "own:0", "own", "test", "qa", False, columns)], Thresholds())
        (found,) = findings(scan_records(cut([told], [1]), search), search, "c", "r")
        assert (found["verdict"], found["low_confidence"]) == ("exact", is_doubtful)


def test_a_match_of_hashes_alone_is_no_finding() -> None:
    search = search_of(QUESTIONS)
    seen = scan_records(cut([QUESTIONS[0]], [1]), search)
    assert len(list(findings(seen, search, "c", "r"))) == 1
    seen[0].best = replace(seen[0].best, run="something else")
    assert list(findings(seen, search, "c", "r")) == []
    assert holds("The Liver, of mice", "LIVER of")
    assert not holds("The Liver, of mice", "of liver")
    assert not holds("the livers", "liver")
    assert not holds("anything", "")


def test_scores_that_differ_less_than_is_stored_are_equal(monkeypatch: pytest.MonkeyPatch) -> None:
    judge = scanning.verdicts.judge

    def rising(*arguments: object) -> Judged:
        judged = judge(*arguments)  # type: ignore[arg-type]
        return judged._replace(scores=judged.scores - 1e-5 / (1 + np.arange(len(judged.scores))))

    monkeypatch.setattr(scanning.verdicts, "judge", rising)
    for sizes in ([1], [2], [3]):
        seen, _ = scan(QUESTIONS, cut([QUESTIONS[0]] * 3, sizes))
        assert (seen[0].best.record, seen[0].records) == (0, 3)


@pytest.mark.parametrize(
    ("record", "is_found"),
    [
        ("a exanthema of the elbow, and the inflammation that came with it", False),
        ("exanthema\tinflammation\t3.5", True),
        ("exanthema | inflammation", True),
        ("Term 1: exanthema\nTerm 2: inflammation", True),
        ("Term 1: exanthema\nThere was an inflammation", False),
        ("exanthema", False),
    ],
)
def test_a_pair_of_words_counts_where_both_stand_by_themselves(record: str, is_found: bool) -> None:
    pair = {"text_a": "inflammation", "text_b": "exanthema"}
    search = search_for([Row("0", "0", "d", "train", "sts", False, pair)], Thresholds())
    seen = scan_records(cut([record], [1]), search)
    assert [VERDICTS[found.best.verdict] for found in seen.values()] == ["exact"] * is_found
    assert not any(found.best.confident for found in seen.values())


def test_when_one_thread_fails_the_others_end(monkeypatch: pytest.MonkeyPatch) -> None:
    def without_end() -> Iterator[Records]:
        while True:
            yield from cut([FILLER], [1])

    def failing(*_: Any) -> None:
        raise ValueError("a fault")

    monkeypatch.setattr(scanning, "_scan_batch", failing)
    with pytest.raises(ValueError, match="a fault"):
        scan_records(without_end(), search_of(QUESTIONS), threads=3)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.integers(0, 600), min_size=1, max_size=6), min_size=1, max_size=4))
def test_parts_of_a_batch_have_its_records_and_their_places(files: list[list[int]]) -> None:
    batches = [
        Records(
            texts_of([f"{number}{i}" * size for i, size in enumerate(sizes)]), f"file {number}", 10 * number
        )
        for number, sizes in enumerate(files)
    ]
    with mock.patch.object(scanning, "LAST", 700):
        whole = scanning._join(batches)
        parts = list(scanning._parts(whole))
    places = [part.place(i) for part in parts for i in range(len(part.texts))]
    assert places == [whole.place(i) for i in range(len(whole.texts))]
    texts = [text for part in parts for text in strings(part.texts)]
    assert texts == strings(whole.texts)
    assert all(len("".join(strings(part.texts)[:-1])) < 700 for part in parts)


def test_texts_behind_a_header_are_joined_as_they_are() -> None:
    header, rows = "question,answer\n", ["first question", "second one", "三"]
    texts = texts_of([header, *rows])
    table = Texts(texts.data, texts.offsets[1:])
    whole = scanning._join([Records(table, f"{number}.csv", 0) for number in range(3)])
    assert strings(whole.texts) == rows * 3
    assert whole.place(5) == ("1.csv", 2)


def strings(texts: Texts) -> list[str]:
    return [
        texts.data[begin:end].tobytes().decode()
        for begin, end in zip(texts.offsets[:-1].tolist(), texts.offsets[1:].tolist(), strict=True)
    ]
