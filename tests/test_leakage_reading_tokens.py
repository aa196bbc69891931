"""Tables with a token in each row: their sentences are texts."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from tests.corpus_reading import put, read

SENTENCES = [
    "The zorb of the left knee was blue , and hurt .",
    "No corata was seen in it , said the doctor .",
    "A third one has nothing in it at all today .",
] * 4
ONCE = "Sentence: {}"
TAGS = ["O", "B-Part", "O", "O", "B-Site", "I-Site"]


def table(
    header: list[str], delimiter: str = ",", *, sentence: str = "", blank: bool = False, end: str = "\n"
) -> str:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=delimiter, lineterminator=end)
    writer.writerow(header) if header else None
    for number, text in enumerate(SENTENCES):
        for place, token in enumerate(text.split()):
            row = [token, TAGS[place % len(TAGS)]]
            if sentence:
                first = sentence.format(number) if place == 0 or sentence != ONCE else ""
                row = [first, token, "NN", row[1]]
            writer.writerow(row)
        if blank:
            stream.write(end)
    return stream.getvalue()


TABLES = {
    "named": table(["word", "tag"], blank=True),
    "CoNLL": table([], "\t", blank=True),
    "CoNLL by document": table([], " ", sentence="doc{}", blank=True),
    "CoNLL with numbers": table([], "\t", sentence="{}", blank=True),
    "semicolons": table(["token", "label"], ";", blank=True, end="\r\n"),
    "numbered": table(["sentence", "word", "pos", "tag"], sentence="{}"),
    "once": table(["Sentence #", "Word", "POS", "Tag"], sentence=ONCE),
    "by document": table(["doc", "w", "pos", "tag"], ";", sentence="doc{}"),
}


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("suffix", ["csv", "txt"])
def test_tokens_are_joined_to_sentences(tmp_path: Path, name: str, suffix: str) -> None:
    texts, problems = read(put(tmp_path, f"a.{suffix}", TABLES[name]))
    assert problems == []
    assert [line.split() for line in "".join(texts).splitlines() if line.strip()] == [
        *map(str.split, SENTENCES)
    ]


def test_characters(tmp_path: Path) -> None:
    text = "左膝没有疼痛，也没有发热。" * 5
    source = "字,标签\n" + "".join(f"{one},{'O' if i % 3 else 'B-部位'}\n" for i, one in enumerate(text))
    assert read(put(tmp_path, "a.csv", source))[0] == [" ".join(text) + " "]


def test_other_tables_are_not_joined(tmp_path: Path) -> None:
    for source in (
        "".join(f"What is zorb {i}?,O\n" for i in range(40)),
        "".join(f"word{i},blood type {'ABO'[i % 3]}\n" for i in range(40)),
        "".join(f"{i},{i * 2},{'O' if i % 2 else 'B-x'}\n" for i in range(40)),
        "word,tag\n" + "a,O\nb,O\n" * 2,
    ):
        texts, _ = read(put(tmp_path, "a.csv", source))
        assert len(texts) > 3


def test_chosen_fields(tmp_path: Path) -> None:
    path = put(tmp_path, "a.csv", TABLES["named"])
    assert SENTENCES[0] in read(path, fields=("word",))[0][0]
    assert read(path, fields=("tag",))[0][:2] == ["O\n", "B-Part\n"]
