"""Time and memory of audits: of a built folder, or of generated tables of the sizes given.

Every audit runs in a process of its own; its memory is the peak of the sum over it and its workers, in which
a page that several share counts once (PSS).
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pyarrow as pa
from bench_build import measured

from bioclue_data.audit.run import audit
from bioclue_data.building import folder as folders
from bioclue_data.building.tables import ROW_GROUP, TableWriter
from bioclue_data.contracts.contract import arrow_schema, load

WORDS = 20_000  # of the invented language
TEXT = 30  # words of a text
SKEW = 3  # the most frequent word is every 27th, as in prose; no run of five words recurs by chance
SPLITS = (("train", 0.8), ("validation", 0.1), ("test", 0.1))


def generate(rows: int, folder: Path, distinct: int | None = None) -> None:
    """A built folder with one `ner` dataset: invented words, one row of a hundred stands twice.

    With `distinct`, every row is one of so many texts: all are found by several checks.
    """
    chance = np.random.default_rng(rows)
    words = np.array(["".join(chance.choice(list("abcdeilmnorstu"), 7)) for _ in range(WORDS)])
    schema = arrow_schema(load("ner"))
    tables, first = [], 0
    for split, share in SPLITS:
        path = f"ner_en/invented/{split}-00000-of-00001.parquet"
        writer = TableWriter(folder / path, schema)
        last = first + round(rows * share)
        for start in range(first, last, ROW_GROUP):
            numbers = range(start, min(start + ROW_GROUP, last))
            texts = _texts(numbers, words) if distinct is None else _repeated(numbers, words, distinct)
            writer.write(_rows(numbers, split, texts, schema))
        facts = {"task": "ner", "split": split, "path": path, "configs": ["ner_en"]}
        tables.append(facts | asdict(writer.close()))
        first = last
    datasets = {"invented": {"tables": tables}}
    folders.write_manifest(folder, {"version": "0", "sample": True, "datasets": datasets, "missing": {}})


def _drawn(seed: int, number: int, words: np.ndarray) -> np.ndarray:
    chance = np.random.default_rng(seed)
    return words[(chance.random((number, TEXT)) ** SKEW * WORDS).astype(int)]


def _texts(numbers: range, words: np.ndarray) -> np.ndarray:
    texts = _drawn(numbers.start, len(numbers), words)
    texts[1::100] = texts[::100][: len(texts[1::100])]
    return texts


def _repeated(numbers: range, words: np.ndarray, distinct: int) -> np.ndarray:
    return _drawn(distinct, distinct, words)[np.array(numbers) % distinct]


def _rows(numbers: range, split: str, texts: np.ndarray, schema: pa.Schema) -> pa.Table:
    empty = {field.name: None for field in schema}
    made = [empty | _row(number, split, list(text)) for number, text in zip(numbers, texts, strict=True)]
    return pa.Table.from_pylist(made, schema=schema)


def _row(number: int, split: str, words: list[str]) -> dict[str, object]:
    text, start = " ".join(words), len(" ".join(words[:3])) + 1
    span = {"start": start, "end": start + len(words[3])}
    mention = {"id": "T1", "type": "AB"[len(words[4]) % 2], "spans": [span], "text": words[3]}
    return {
        "item_id": f"invented:{split}:{number}",
        "dataset": "invented",
        "split": split,
        "split_origin": "none",
        "language": "en",
        "source_id": str(number),
        "document_id": str(number // 4),
        "group_id": str(number // 4),
        "source": {"file": "invented", "locator": str(number), "revision": "0"},
        "licence": "CC0-1.0",
        "access": "open",
        "labelled": True,
        "content_hash": str(number),
        "quality": [],
        "text": text,
        "passages": [],
        "entities": [mention],
    }


def show(name: str, folder: Path, jobs: int) -> None:
    """Audit a folder and print one line."""
    before = os.times()
    with tempfile.TemporaryDirectory() as out:
        seconds, peak, said = measured(["audit", str(folder), "--out", out, "--json", "--jobs", str(jobs)])
    after = os.times()
    spent = sum(getattr(after, name) - getattr(before, name) for name in ("children_user", "children_system"))
    facts = json.loads(said)
    print(
        f"{name:24} {facts['rows']:9} rows {facts['findings']:8} findings {seconds:7.1f} s "
        f"({spent:.0f} s of processors) "
        f"{peak / 1e6:6.0f} MB peak",
        flush=True,
    )


def by_check(folder: Path) -> None:
    """Audit a folder in this process, and print the seconds of each check that takes time."""
    begin = time.perf_counter()
    done = audit(folder)
    for code, seconds in sorted(done.seconds.items(), key=lambda pair: -pair[1]):
        if seconds >= 0.1:
            print(f"{seconds:7.1f} s  {code}")
    print(f"{time.perf_counter() - begin:7.1f} s  in all")


def main() -> None:
    """Print a line for each audit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", help="a built folder")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--by-check", action="store_true", help="seconds of each check, in one process")
    parser.add_argument("--rows", type=int, nargs="+", default=[], help="generated tables of so many rows")
    parser.add_argument("--distinct", type=int, help="texts of generated tables; each stands many times")
    given = parser.parse_args()
    if given.folder and given.by_check:
        by_check(given.folder)
    elif given.folder:
        show(f"{given.folder.name}, {given.jobs} jobs", given.folder, given.jobs)
    for rows in given.rows:
        with tempfile.TemporaryDirectory() as folder:
            generate(rows, Path(folder), given.distinct)
            show(f"generated, {given.jobs} jobs", Path(folder), given.jobs)


if __name__ == "__main__":
    main()
