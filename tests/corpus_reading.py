"""Files of a corpus, and what reading them gives."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from bioclue_data.leakage import reading
from bioclue_data.matching.tokens import PADDING


def read(path: Path, **options: Any) -> tuple[list[str], list[str]]:
    """Texts of all records, and all problems; checks what every batch promises."""
    texts: list[str] = []
    problems: list[str] = []
    for batch in reading.read(str(path), **options):
        data, offsets = batch.texts
        assert batch.first == len(texts)
        assert len(data) >= offsets[-1] + PADDING
        assert data.dtype == np.uint8
        assert offsets.dtype == np.int64
        texts += [bytes(data[begin:end]).decode() for begin, end in pairwise(offsets.tolist())]
        problems += batch.problems
    return texts, problems


def lines_of(texts: list[str]) -> list[list[str]]:
    return [[line for line in text.split("\n") if line] for text in texts]


def put(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path
