"""Corpora and items of the tests' own: questions, and records in which some of them stand."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow.parquet as pq

from bioclue_data.leakage import revisions, run
from bioclue_data.leakage.items import Items
from bioclue_data.leakage.rows import Row
from bioclue_data.leakage.search import search_for
from bioclue_data.leakage.verdicts import Thresholds
from bioclue_data.matching.index import Index

QUESTIONS = [
    "Which vitamin should a sailor with bleeding gums and loose teeth be given first on the island?",
    "A child swallowed eleven blue marbles yesterday evening; what is the most sensible next step now?",
    "患者夜间咳嗽三周并且痰中带有血丝，首先应当安排下列哪一项检查？",
    "Why does the green lamp in the third ward blink twice whenever the old lift stops at the cellar?",
    "老年男性晨起时右膝发出蓝色微光并伴有歌声，最可能的原因是什么？",
    "How many paper boats does a careful surgeon fold before the first storm of every second autumn?",
]
FILLER = "Nothing in this line is about any of the questions that are asked, number {}."

ITEMS = [{"q": QUESTIONS[0], "o": ["ascorbic acid", "thiamine"]}, {"q": QUESTIONS[2]}, {"q": QUESTIONS[3]}]
SCAN = ("leakage", "scan", "items.jsonl", "--fields", "q", "--offline", "--corpus")


class Done(NamedTuple):
    code: int
    out: str
    err: str


Command = Callable[..., Done]


def rows(count: int = len(QUESTIONS)) -> list[Row]:
    return [
        Row(f"{number:064x}", f"own:test:{number}", "own", "test", "qa", False, fields(question))
        for number, question in enumerate(QUESTIONS[:count])
    ]


def indexed(some: list[Row]) -> tuple[Items, Index]:
    """The items of some rows, and their index."""
    search = search_for(some, Thresholds())
    return search.items, search.index


def fields(question: str) -> dict[str, Any]:
    return {"question": question, "detail": None, "answers": []}


def records(*questions: int, filler: int = 20) -> list[dict[str, str]]:
    return [{"text": QUESTIONS[number]} for number in questions] + [
        {"text": FILLER.format(number)} for number in range(filler)
    ]


def lines(content: list[dict[str, str]]) -> str:
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in content)


def corpus(folder: Path, count: int = 6) -> run.Source:
    """A corpus of some files; the i-th holds the i-th question, and half of the next."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        question = QUESTIONS[number % len(QUESTIONS)]
        half = QUESTIONS[(number + 1) % len(QUESTIONS)]
        content = [
            *records(number % len(QUESTIONS)),
            {"text": half[: len(half) * 2 // 3]},
            {"text": question},
        ]
        (folder / f"{number:03}.jsonl").write_text(lines(content), encoding="utf-8")
    return source(folder)


def source(folder: Path, corpus: str = "own_corpus") -> run.Source:
    files = tuple(str(path) for path in sorted(folder.rglob("*")) if path.is_file())
    return run.Source(corpus, revisions.of(files), files)


def findings(out: str = "leakage") -> list[dict[str, Any]]:
    return pq.read_table(f"{out}/findings.parquet").to_pylist()


def exact(out: str = "leakage") -> list[str]:
    return [row["item_id"] for row in findings(out) if row["verdict"] == "exact"]
