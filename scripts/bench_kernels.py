"""The kernel of this tree against that of others, in one process, on the same arrays, taking turns.

The same code in two processes differs by 5 to 10 %: by which pages its memory lies on. Here a change of 1 %
can be seen. Every few rounds the index is copied to other pages.

    git worktree add /tmp/before HEAD~1
    python scripts/bench_kernels.py /tmp/before --built BUILT
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import bench_leakage
import numpy as np
from table_rows import rows_of_tables

if TYPE_CHECKING:
    from types import ModuleType

HERE = Path(__file__).resolve().parents[1]
PAGES, ROUNDS = 4, 10
PACKAGE = "bioclue_data"


class Tree(NamedTuple):
    """The modules of a tree."""

    folder: Path
    index: ModuleType
    tokens: ModuleType
    scan: ModuleType


def loaded(folder: Path) -> Tree:
    """The package of a tree, beside those that were loaded before."""
    for name in [name for name in sys.modules if name.split(".")[0] == PACKAGE]:
        del sys.modules[name]
    sys.path.insert(0, str(folder))
    try:
        from bioclue_data.matching import index, scan, shipped, tokens  # noqa: PLC0415
    finally:
        sys.path.pop(0)
    if not Path(str(index.__file__)).is_relative_to(folder):
        raise SystemExit(f"{folder}: no tree of {PACKAGE}")
    if not shipped.routines():
        raise SystemExit(f"{folder}: its machine code is of other sources, run scripts/generate_kernels.py")
    return Tree(folder, index, tokens, scan)


def measured(trees: list[Tree], texts: list[str], index: Any) -> dict[str, Any]:
    """Megabytes a second of each tree, and how many times as fast as the first it is, in the median."""
    batches = list(bench_leakage.split(texts, bench_leakage.BATCH))
    size = sum(len(text.encode()) for text in texts) / bench_leakage.MEGABYTE
    packed = [[tree.tokens.texts_of(batch) for batch in batches] for tree in trees]
    seconds: list[list[float]] = [[] for _ in trees]
    for turn in range(PAGES * ROUNDS):
        if turn % ROUNDS == 0:
            arrays = {name: np.array(array) for name, array in index._asdict().items()}
            for array in arrays.values():
                array.setflags(write=False)
            indexes = [tree.index.Index(**arrays) for tree in trees]
        for k in range(len(trees))[:: -1 if turn % 2 else 1]:
            started = time.perf_counter()
            for batch in packed[k]:
                trees[k].scan.scan(batch, indexes[k])
            seconds[k].append(time.perf_counter() - started)
    return {
        str(tree.folder): {
            "MB/s": round(size / statistics.median(own), 1),
            "x the first": round(statistics.median(a / b for a, b in zip(seconds[0], own, strict=True)), 3),
        }
        for tree, own in zip(trees, seconds, strict=True)
    }


def main() -> None:
    """Print a line of JSON for each language."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("trees", nargs="+", type=Path, help="other trees; the first one is what counts as 1")
    parser.add_argument("--built", type=Path, required=True, help="a folder with the real data built")
    parser.add_argument("--mb", type=float, default=60)
    arguments = parser.parse_args()
    texts = bench_leakage.corpus(Path(os.environ["BIOCLUE_REAL_DATA"]))
    for language, configs in bench_leakage.CONFIGS.items():
        rows = rows_of_tables(arguments.built, configs)
        rows = [row for row in rows if row.dataset not in bench_leakage.OF_A_CORPUS]
        random.Random(0).shuffle(rows)
        index = bench_leakage.anchors(rows, 1_000_000)
        chosen = bench_leakage.of_size(texts[language], arguments.mb * bench_leakage.MEGABYTE)
        trees = [loaded(folder.resolve()) for folder in [*arguments.trees, HERE]]
        print(json.dumps({language: measured(trees, chosen, index)}), flush=True)


if __name__ == "__main__":
    main()
