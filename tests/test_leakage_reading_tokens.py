"""Tokens with tags, in columns: the sentences are text, and what the tags mark stands behind them."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from bioclue_data.leakage import run
from bioclue_data.leakage.reading import annotated
from bioclue_data.leakage.reading.annotated import END, Tagged, listed
from bioclue_data.leakage.rows import Row
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


def mentions(sentence: str) -> list[list[str]]:
    words = sentence.split()
    return [
        mention
        for at in range(0, len(words), 6)
        for mention in (words[at + 1 : at + 2], words[at + 4 : at + 6])
    ]


MENTIONS = [mention for sentence in SENTENCES for mention in mentions(sentence) if mention]


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("suffix", ["csv", "txt"])
def test_tokens_are_joined_to_sentences(tmp_path: Path, name: str, suffix: str) -> None:
    texts, problems = read(put(tmp_path, f"a.{suffix}", TABLES[name]))
    assert problems == []
    lines = [line.split() for line in "".join(texts).splitlines() if line.strip()]
    assert lines == [*map(str.split, SENTENCES), *MENTIONS]


@pytest.mark.parametrize(
    ("tags", "marked"),
    [
        ("B-x I-x O B-x I-x I-x", ["a b", "d e f"]),
        ("B-x B-x I-y I-y O O", ["a", "b", "c d"]),
        ("I-x I-x O I-y I-x O", ["a b", "d", "e"]),
        ("B_x M_x E_x S_x S_x O", ["a b c", "d", "e"]),
        ("B I I O B O", ["a b c", "e"]),
        ("U-x B-x L-x O O O", ["a", "b c"]),
        ("O O O O O O", []),
    ],
)
def test_mentions_of_every_scheme(tags: str, marked: list[str]) -> None:
    pairs = zip(b"a b c d e f".split(), tags.encode().split(), strict=True)
    tokens = [Tagged(token, tag) for token, tag in pairs]
    assert listed(tokens).decode().splitlines() == marked
    assert listed([*tokens, END, *tokens]).decode().splitlines() == marked * 2


def test_mentions_stand_near_their_sentences(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sentence = "".join(f"{word}\t{tag}\n" for word, tag in zip(SENTENCES[0].split(), TAGS * 2, strict=True))
    monkeypatch.setattr(annotated, "_BETWEEN", 100)
    (text,), _ = read(put(tmp_path, "a.conll", f"{sentence}\n" * 9))
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    assert lines[:11] == [SENTENCES[0]] * 3 + ["zorb", "left knee", "blue", "hurt ."] * 2
    document = f"-DOCSTART- -X- O O\n\n{sentence}\n"
    (text,), _ = read(put(tmp_path, "b.conll", document * 2))
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    assert lines == [SENTENCES[0], "zorb", "left knee", "blue", "hurt ."] * 2


def test_no_sentence_needs_to_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(annotated, "_BETWEEN", 100)
    tokens = [Tagged(b"zorb", b"O")] * 1000
    pieces = list(annotated.text(tokens))
    assert max(map(len, pieces)) < 300
    assert b"".join(pieces).split() == [b"zorb"] * 1000


def test_public_sentences_with_their_tags_are_a_leak(tmp_path: Path) -> None:
    text = f"{SENTENCES[0]} Nothing of the kind was in the elbow that day ."
    fields = {"text": text, "entities": [{"text": name} for name in ("zorb", "left knee", "elbow")]}
    row = Row("0", "0", "own", "test", "ner", True, fields)
    tags = {"zorb": "B-x", "left": "B-x", "knee": "I-x", "elbow": "B-x"}
    for marks, verdict in ((tags, "exact"), ({}, "source_overlap")):
        source = "".join(f"{word}\t{marks.get(word, 'O')}\n" for word in text.split())
        path = put(tmp_path, f"{verdict}.conll", source)
        table, _ = run.check([row], [run.Source("c", verdict, (str(path),))])
        assert table.column("verdict").to_pylist() == [verdict]


def test_characters(tmp_path: Path) -> None:
    text = "左膝没有疼痛，也没有发热。" * 5
    source = "字,标签\n" + "".join(f"{one},{'O' if i % 3 else 'B-部位'}\n" for i, one in enumerate(text))
    (found,), _ = read(put(tmp_path, "a.csv", source))
    assert found.splitlines() == [" ".join(text) + " ", *text[::3]]


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
