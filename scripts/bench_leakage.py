"""Benchmark of the leakage scan over real files: kernel, whole scan, start, and recall under perturbation.

All figures of a run are ratios within it: against `wc -w` on the same bytes, a Python set of n-grams, the
reader alone. Corpora and items come from the real source files (BIOCLUE_REAL_DATA); nothing of them is kept.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import chain, cycle
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

import bench_perturb
import numpy as np
import pyarrow as pa
from table_rows import item_texts, rows_of_tables

from bioclue_data import api
from bioclue_data.leakage import run, scanning
from bioclue_data.leakage.reading import corpus_files, reader, templates
from bioclue_data.leakage.scanning import BATCH
from bioclue_data.leakage.search import Search, search_for
from bioclue_data.leakage.verdicts import Thresholds
from bioclue_data.matching import index as indexes
from bioclue_data.matching import reference
from bioclue_data.matching.scan import scan
from bioclue_data.matching.tokens import texts_of
from bioclue_data.matching.windows import SEED, SHORT_SEED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bioclue_data.leakage.rows import Row

CORPUS_FOLDERS = (
    "kbressem",
    "Kent0n-Li",
    "xionghonglin",
    "LasseRegin",
    "SCIR-HI",
    "SmartFlowAI",
    "WangRongsheng",
    "qiuhuachuan",
    "XZhang97666",
    "vgupta123",
    "shibing624",
    "FreedomIntelligence/HuatuoGPT-o1",
)  # fine: fine-tuning corpora and papers, no benchmark
CONFIGS = {
    "en": ("mcqa_en", "boolqa_en", "qa_en", "cqa_en", "sts_en", "nli_en"),
    "zh": ("mcqa_cn", "qa_cn", "cqa_cn", "sts_cn", "tc_cn"),
}
OF_A_CORPUS = {"bentsao"}  # its items are of the same source as a corpus here: no negatives
MEGABYTE = 1e6


def is_chinese(text: str) -> bool:
    """Is most of the beginning of a text Han?"""
    head = text[:500]
    return sum("一" <= character <= "鿿" for character in head) > 0.3 * len(head)


def corpus(real: Path) -> dict[str, list[str]]:
    """Records of the corpora by language, without repetitions, in a fixed order."""
    roots = [str(real / "mirror/raw.githubusercontent.com" / name) for name in CORPUS_FOLDERS]
    found: dict[str, dict[str, None]] = {"en": {}, "zh": {}}
    files = corpus_files.files([root for root in roots if Path(root).is_dir()])
    for file in files.files:
        for batch in reader.read(file):
            texts = templates.without(batch.texts, batch.templates)
            data = bytes(texts.data)
            for start, end in zip(texts.offsets[:-1], texts.offsets[1:], strict=True):
                text = data[start:end].decode("utf-8", "replace")
                if len(text) > 40:
                    found["zh" if is_chinese(text) else "en"][text[:20_000]] = None
    shuffled = {language: list(texts) for language, texts in found.items()}
    for texts in shuffled.values():
        random.Random(0).shuffle(texts)
    return shuffled


def of_size(texts: list[str], size: float) -> list[str]:
    """Texts, again and again, until they have that many bytes."""
    chosen, total = [], 0
    for text in cycle(texts):
        if total >= size:
            return chosen
        chosen.append(text)
        total += len(text.encode())
    return chosen


def split(texts: list[str], size: float) -> Iterator[list[str]]:
    """The texts in batches of about so many bytes."""
    batch: list[str] = []
    room = size
    for text in texts:
        batch.append(text)
        room -= len(text.encode())
        if room <= 0:
            yield batch
            batch, room = [], size
    if batch:
        yield batch


def best(*actions: Callable[[], Any], rounds: int = 8) -> list[float]:
    """Seconds of the fastest run of each action, after one that compiles.

    They take turns, so that what else the machine does slows all of them.
    """
    times: list[list[float]] = [[] for _ in actions]
    for _ in range(rounds + 1):
        for action, own in zip(actions, times, strict=True):
            started = time.perf_counter()
            action()
            own.append(time.perf_counter() - started)
    return [min(own[1:]) for own in times]


def index_of(texts: list[str]) -> indexes.Index:
    """An index with every text as one anchor."""
    kinds = np.full(len(texts), indexes.ANCHOR, np.uint8)
    return indexes.build(texts_of(texts), np.arange(len(texts), dtype=np.int32), kinds)


def anchors(rows: list[Row], wanted: int) -> indexes.Index:
    """An index of about so many windows: the items' own fields, then the same with their words shuffled.

    So a corpus has as many of the windows as it has of the items, whatever the size of the index.
    """
    own = list(dict.fromkeys(item_texts(rows)))
    chance = random.Random(0)
    source = chain(own, (shuffled(text, chance) for text in cycle(own)))
    texts: list[str] = []
    windows = 0
    while windows < wanted:
        texts.append(next(source))
        windows += max(0, len(texts[-1]) - 5 if is_chinese(texts[-1]) else len(texts[-1].split()) - 3)
    return index_of(texts)


def shuffled(text: str, chance: random.Random) -> str:
    """The words or characters of a text in another order."""
    words = list(text) if is_chinese(text) else text.split()
    chance.shuffle(words)
    return ("" if is_chinese(text) else " ").join(words)


def look_up_in_python(texts: list[str], grams: set[tuple[str, ...]], *, as_we_do: bool = False) -> int:
    """How many n-grams of words or characters a set of them has, in plain Python.

    Of eight, or of all that our kernel looks up at each token: two lengths, and the ends of short fields.
    """
    hits = 0
    for text in texts:
        words = list(text) if is_chinese(text) else text.lower().split()
        ours = (SEED.single, SHORT_SEED.single) if is_chinese(text) else (SEED.word, SHORT_SEED.word)
        for size in (*ours, 2, 1) if as_we_do else (8,):
            hits += sum(tuple(words[i : i + size]) in grams for i in range(len(words) - size + 1))
    return hits


def count_words(path: Path, processes: int) -> None:
    """`wc -w` in UTF-8, several times at once."""
    command, env = ["wc", "-w", str(path)], {**os.environ, "LC_ALL": "C.UTF-8"}
    started = [subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL) for _ in range(processes)]
    if [process.wait() for process in started] != [0] * processes:
        raise RuntimeError("wc failed")


def kernel(
    language: str, rows: list[Row], texts: list[str], megabytes: float, folder: Path
) -> dict[str, Any]:
    """Kernel at 1 and 10 million windows, one and two threads, against `wc -w` and a Python set.

    Two `wc -w` at once say how much use the second core is to anything at the time: 2 at best.
    """
    batches = [texts_of(batch) for batch in split(of_size(texts, megabytes * MEGABYTE), BATCH)]
    path = folder / "text"
    path.write_bytes(b"".join(bytes(batch.data[: batch.offsets[-1]]) for batch in batches))
    size, sample = path.stat().st_size / MEGABYTE, of_size(texts, 2 * MEGABYTE)
    grams = {tuple(reference.normalise(text).split()[i : i + 8]) for text in sample[:20] for i in range(20)}
    index, large = anchors(rows, 1_000_000), anchors(rows, 10_000_000)
    hits = sum(len(scan(batch, index)[0].texts) for batch in batches)
    with ThreadPoolExecutor(2) as pool:
        one, two, at_large, counted, two_counts, plain, alike = best(
            lambda: [scan(batch, index) for batch in batches],
            lambda: list(pool.map(lambda batch: scan(batch, index), batches)),
            lambda: [scan(batch, large) for batch in batches],
            lambda: count_words(path, 1),
            lambda: count_words(path, 2),
            lambda: look_up_in_python(sample, grams),
            lambda: look_up_in_python(sample, grams, as_we_do=True),
        )
    larger = size / (sum(len(text.encode()) for text in sample) / MEGABYTE)
    return {
        "language": language, "windows": index.windows, "MB": size, "MB/s": size / one,
        "hits per MB": hits / size, "x wc -w": counted / one, "wc -w MB/s": size / counted,
        "x Python set": larger * plain / one, "x Python sets of the same windows": larger * alike / one,
        "two threads x": one / two, "two wc -w x": 2 * counted / two_counts,
        "large windows": large.windows, "large MB/s": size / at_large, "large x": one / at_large,
    }  # fmt: skip


def whole(language: str, rows: list[Row], texts: list[str], megabytes: float, folder: Path) -> dict[str, Any]:
    """From a .jsonl.zst to findings with two threads, against the same reader alone."""
    path = folder / f"{language}.jsonl.zst"
    size = 0
    with pa.output_stream(str(path), compression="zstd") as out:
        for text in of_size(texts, megabytes * MEGABYTE):
            line = json.dumps({"instruction": "Answer.", "output": text}, ensure_ascii=False).encode() + b"\n"
            size += len(line)
            out.write(line)
    unit = run.Unit(0, run.Source("bench", "0", (str(path),)), (str(path),))
    started = time.perf_counter()
    search = search_for([row for row in rows if row.task != "nli"][:20_000], Thresholds())
    indexing = time.perf_counter() - started
    alone, together = best(
        lambda: sum(len(batch.texts) for batch in reader.read(str(path))),
        lambda: run.scan_unit(unit, search, threads=2),
    )
    return {
        "language": language, "MB": size / MEGABYTE, "reader MB/s": size / MEGABYTE / alone,
        "scan MB/s": size / MEGABYTE / together, "scan / reader": together / alone, "index s": indexing,
        "shares": shares_of_stages(unit, search),
    }  # fmt: skip


STAGES = {
    "scan": (scanning, "scan"),
    "candidates": (scanning, "candidates"),
    "first look": (scanning, "first_look"),
    "comparison": (scanning, "verify"),
    "verdicts": (scanning.verdicts, "judge"),
    "matches": (scanning, "best_of_each"),
}


def shares_of_stages(unit: run.Unit, search: Search) -> dict[str, float]:
    """Share of the time of one thread that each stage takes; what is left is between them."""
    spent = dict.fromkeys(STAGES, 0.0)

    def timed(stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def run_it(*arguments: Any) -> Any:
            started = time.perf_counter()
            result = function(*arguments)
            result = list(result) if isinstance(result, Generator) else result
            spent[stage] += time.perf_counter() - started
            return result

        return run_it

    with ExitStack() as patched:
        for stage, (module, name) in STAGES.items():
            own = timed(stage, getattr(module, name))
            patched.enter_context(mock.patch.object(module, name, own))
        started = time.perf_counter()
        run.scan_unit(unit, search, threads=1)
        total = time.perf_counter() - started
    started = time.perf_counter()
    deque(reader.read(unit.files[0]), maxlen=0)
    spent = {"reader": time.perf_counter() - started, **spent}
    return {stage: round(seconds / total, 3) for stage, seconds in spent.items()}


START = """
import time; started = time.perf_counter()
from bioclue_data.leakage import run
from bioclue_data.leakage.rows import Row
row = Row("0", "0", "d", "s", "qa", False, {"question": "which colour has the blue knee of the elbow", "detail": None, "answers": None})
run.check([row], [run.Source("c", "0", (%r,))])
print(time.perf_counter() - started)
"""  # noqa: E501


def start(folder: Path) -> dict[str, Any]:
    """Seconds to the first result: with an empty cache of compiled code, and with a warm one."""
    corpus_file = folder / "small.jsonl"
    corpus_file.write_text('{"text": "which colour has the blue knee of the elbow"}\n' * 3)
    env = {**os.environ, "NUMBA_CACHE_DIR": str(folder / "numba")}
    env.pop("PYTHONDONTWRITEBYTECODE", None)  # a warm start has the byte code of packages
    times = []
    for _ in range(3):
        done = subprocess.run(
            [sys.executable, "-c", START % str(corpus_file)],
            env=env,
            check=True,
            capture_output=True,
            text=True,
        )
        times.append(float(done.stdout))
    return {"cold s": times[0], "warm s": min(times[1:])}


def main() -> None:
    """Run the chosen parts and print a line of JSON for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", default=["kernel", "whole", "start", "perturb"])
    parser.add_argument("--mb", type=float, default=60, help="size of the generated corpora")
    parser.add_argument("--built", type=Path, help="a folder with the real data built; else it is built")
    arguments = parser.parse_args()
    real = Path(os.environ["BIOCLUE_REAL_DATA"])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        built = arguments.built or folder / "bioclue"
        if not arguments.built:
            names = [config for configs in CONFIGS.values() for config in configs]
            api.build(*names, out=built, mirror=str(real / "mirror"), manual=real / "manual", offline=True)
        texts = corpus(real)
        for language, configs in CONFIGS.items():
            rows = [row for row in rows_of_tables(built, configs) if row.dataset not in OF_A_CORPUS]
            random.Random(0).shuffle(rows)
            for part, measure in (("kernel", kernel), ("whole", whole)):
                if part in arguments.parts:
                    print(json.dumps({part: measure(language, rows, texts[language], arguments.mb, folder)}))
            if "perturb" in arguments.parts:
                print(bench_perturb.table(language, rows, texts[language]))
        if "start" in arguments.parts:
            print(json.dumps({"start": start(folder)}))
    print(json.dumps({"peak MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000}))


if __name__ == "__main__":
    main()
