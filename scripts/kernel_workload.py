"""A little of all work that kernels do, on invented texts: which types each of them is given.

`generate_kernels.py` starts it, with numba told to compile for this machine: here the code is run.
"""

from __future__ import annotations

import csv
import io
import json
import pickle
import sys
import tempfile
from importlib import import_module
from pathlib import Path

import numpy as np
import polars as pl
from kernel_sources import kernel_modules

from bioclue_data.audit import hashes
from bioclue_data.leakage import run
from bioclue_data.leakage.reading.json_strings import LINES, extract
from bioclue_data.leakage.rows import Row
from bioclue_data.matching import index as indexes
from bioclue_data.matching.bounds import first_look, least_of_all
from bioclue_data.matching.candidates import candidates, scratch
from bioclue_data.matching.compiled import Kernel
from bioclue_data.matching.scan import scan
from bioclue_data.matching.tokens import PADDING, Texts, texts_of
from bioclue_data.matching.verify import verify

QUESTIONS = [
    "Which lamp of the third ward blinks twice when the lift stops at the cellar?",
    "青蓝色的灯笼在第三病房里闪烁两次之后，应当首先敲响哪一口钟？",
]
TEMPLATE = "Answer the question of the lamp keeper in one word."


def main(target: str) -> None:
    """Write the types of the arguments of every kernel, by its name; one or several lists for each."""
    work()
    found = {
        value.name: list(value.made.overloads)
        for module in kernel_modules()
        for value in vars(import_module(module)).values()
        if isinstance(value, Kernel)
    }
    Path(target).write_bytes(pickle.dumps(found))


def work() -> None:
    """Do it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _write(folder)
        files = tuple(str(path) for path in sorted(folder.iterdir()))
        for fields in ((), ("text",)):
            run.check(_rows(), [run.Source("invented", "0", files, fields)])
    hashes.hashes_of(pl.Series(QUESTIONS))
    _scan(texts_of(QUESTIONS))
    block = np.frombuffer(b'["one", "two"]' + bytes(PADDING), np.uint8)  # read only
    for depth in (LINES, 1):
        extract(block, depth, inside=False, last=True)


def _scan(texts: Texts) -> None:
    """Texts that are read only, as the audit has them."""
    index = indexes.build(texts, np.arange(2, dtype=np.int32), np.zeros(2, np.uint8))
    hits, prints = scan(texts, index)
    found = candidates(hits, index, scratch(index))
    found, _ = first_look(prints, index, found, least_of_all(index))
    verify(texts, index, found)


def _rows() -> list[Row]:
    nothing = {"detail": None, "answers": []}
    questions = [
        Row(str(i), str(i), "invented", "test", "qa", False, {"question": text, **nothing})
        for i, text in enumerate(QUESTIONS)
    ]
    pair = {"text_a": QUESTIONS[0], "text_b": QUESTIONS[0].lower()}
    return [*questions, Row("2", "2", "invented", "test", "sts", False, pair)]


def _write(folder: Path) -> None:
    """Files of every kind that a kernel reads: lines, arrays, tables, records with a template."""
    records = [{"text": f"{TEMPLATE}\n{text}\n{i}"} for i, text in enumerate(QUESTIONS * 20)]
    (folder / "lines.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")
    (folder / "array.json").write_text(json.dumps(records, indent=1), "utf-8")
    (folder / "text.txt").write_text("\n\n".join(record["text"] for record in records), "utf-8")
    table = io.StringIO()
    csv.writer(table).writerows([["number", "text"], *([i, text] for i, text in enumerate(QUESTIONS * 20))])
    (folder / "table.csv").write_text(table.getvalue(), "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
