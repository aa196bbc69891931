"""Machine code that the package carries: it does what numba's does, and stands back where it does not fit."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from unittest import mock

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bioclue_data.leakage.least import least
from bioclue_data.leakage.reading.json_strings import LINES, extract
from bioclue_data.leakage.rows import Row
from bioclue_data.leakage.verdicts import Thresholds, judge
from bioclue_data.matching import shipped
from bioclue_data.matching.bounds import first_look
from bioclue_data.matching.candidates import candidates, scratch
from bioclue_data.matching.compiled import Kernel
from bioclue_data.matching.scan import scan
from bioclue_data.matching.tokens import PADDING, texts_of, tokenise_all
from bioclue_data.matching.verify import verify
from bioclue_data.matching.windows import whole_texts
from tests.leakage import QUESTIONS, corpus, indexed
from tests.matching import few, nasty

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

WHOLE_TEXTS = "bioclue_data.matching.windows.whole_texts"
NOTHING = "no Linux on x86-64 with AVX2"
needs_level = pytest.mark.skipif(shipped.best_level() is None, reason=NOTHING)


@lru_cache
def routines(level: str) -> dict[str, shipped.Routine]:
    with mock.patch.object(shipped, "best_level", return_value=level):
        return shipped.routines.__wrapped__()


def levels() -> list[str]:
    """Those that this machine has: the best and all below it."""
    best = shipped.best_level()
    names = list(shipped.LEVELS)
    return names[names.index(best) :] if best else []


def using(chosen: dict[str, shipped.Routine]) -> Any:
    """While this is open, kernels run these routines, and numba's code where there is none."""
    return mock.patch.object(shipped, "routines", return_value=chosen)


def compiling_nothing() -> Any:
    """While this is open, a kernel that does not run shipped code fails."""
    return mock.patch.object(
        Kernel, "made", property(lambda kernel: pytest.fail(f"{kernel.name} is compiled"))
    )


def same(one: Sequence[Any], other: Sequence[Any]) -> bool:
    return all(np.array_equal(a, b) and a.dtype == b.dtype for a, b in zip(one, other, strict=True))


def rows_of(fields: list[tuple[str, str, bool]]) -> list[Row]:
    """Questions with two options, or pairs."""
    return [
        Row(str(i), str(i), "own", "test", "sts", False, {"text_a": one, "text_b": other})
        if is_pair
        else Row(str(i), str(i), "own", "test", "mcqa", False, question(one, other))
        for i, (one, other, is_pair) in enumerate(fields)
    ]


def question(text: str, option: str) -> dict[str, Any]:
    return {
        "question": text,
        "context": None,
        "options": [{"text": option}, {"text": "liver"}],
        "rationale": "",
    }


def found(rows: list[Row], records: list[str]) -> list[Any]:
    """All arrays from the index to the evidence."""
    items, index = indexed(rows)
    texts = texts_of(records)
    hits, prints = scan(texts, index)
    some = candidates(hits, index, scratch(index))
    kept, bounds = first_look(prints, index, some, least(items, index, Thresholds()))
    scores = verify(texts, index, kept)
    judged = [judge(part, items, index, Thresholds()) for part in (bounds, scores)]
    printed = [array[: prints.offsets[-1]] for array in (prints.tokens, prints.pairs)]
    return [*index, *hits, *printed, prints.offsets, *some, *kept, *bounds, *scores, *judged[0], *judged[1]]


@needs_level
@pytest.mark.parametrize("level", levels())
def test_there_is_a_routine_for_every_level(level: str) -> None:
    assert set(routines(level)) == set(routines(levels()[0]))
    assert WHOLE_TEXTS in routines(level)


TEXTS = st.one_of(
    few(4, 30), nasty(["naïve ", "ＷＡＲＤ", "\U00020001", "療", "p53 ", ". ", "①", "x" * 9, "\n"])
)


@needs_level
@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(TEXTS, TEXTS, st.booleans()), min_size=1, max_size=8),
    st.lists(TEXTS, min_size=1, max_size=5),
    st.sampled_from(levels() or [""]),
)
def test_it_finds_what_numbas_code_finds(
    fields: list[tuple[str, str, bool]], others: list[str], level: str
) -> None:
    rows = rows_of(fields)
    records = [*others, *(f"{one} {other}" for one, other, _ in fields), "".join(one for one, _, _ in fields)]
    with using(routines(level)), compiling_nothing():
        by_shipped = found(rows, records)
    with using({}):
        assert same(by_shipped, found(rows, records))


STRINGS = [
    "[",
    "]",
    "{",
    "}",
    '"',
    '"a"',
    ":",
    ",",
    "\n",
    "\\",
    "\\u00e9",
    "\\ud83d\\ude00",
    "肝",
    " ",
    "word",
    "null",
    "1e",
]


@needs_level
@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.sampled_from(STRINGS), max_size=60).map("".join),
    st.sampled_from([LINES, 0, 1, 2]),
    st.tuples(st.booleans(), st.booleans(), st.booleans()),
    st.sampled_from(levels() or [""]),
)
def test_it_reads_what_numbas_code_reads(
    text: str, depth: int, flags: tuple[bool, bool, bool], level: str
) -> None:
    block = np.frombuffer(text.encode() + bytes(PADDING), np.uint8)
    block = block.copy() if flags[2] else block
    extracts = []
    for chosen, checked in ((routines(level), compiling_nothing()), ({}, nullcontext())):
        with using(chosen), checked:
            made = extract(block, depth, inside=flags[0], last=flags[1])
        size = made.offsets[-1]
        extracts.append((bytes(made.data[:size]), made.offsets.tolist(), *made[2:]))
    assert extracts[0] == extracts[1]
    assert [type(value) for value in extracts[0]] == [type(value) for value in extracts[1]]


@needs_level
def test_threads_run_it_at_once() -> None:
    rows = rows_of([(text, QUESTIONS[0], False) for text in QUESTIONS])
    batches = [[f"{i} {text}" for text in QUESTIONS for i in range(40 + number)] for number in range(4)]
    alone = [found(rows, batch) for batch in batches]
    assert all(len(one[-1]) >= len(QUESTIONS) for one in alone)  # evidence of as many candidates
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda batch: found(rows, batch), batches * 5))
    assert all(same(one, alone[number % 4]) for number, one in enumerate(together))


WHOLE = """
import sys
from dataclasses import replace
from pathlib import Path
from bioclue_data.leakage import run, targets
from tests.leakage import rows, source
for fields in (), ("text",):
    found, _ = run.check(rows(), [replace(source(Path(sys.argv[1])), fields=fields)])
    print(len(found))
    targets.GROUP_TOKENS = targets.PORTION = 20
print("numba" in sys.modules)
"""


@needs_level
def test_a_whole_check_does_not_import_numba(tmp_path: Path) -> None:
    """Not for files of any kind, of which some come as memory that is read only; nor if they are kept."""
    folder = tmp_path / "corpus"
    prompted = [f"If you are a doctor, answer this question:\n{text}" for text in QUESTIONS * 8]
    corpus(folder)
    (folder / "table.csv").write_text(
        "number,text\n" + "".join(f'{number},"{text}"\n' for number, text in enumerate(QUESTIONS * 4)),
        "utf-8",
    )
    (folder / "prose.txt").write_text("\n\n".join(QUESTIONS), "utf-8")
    (folder / "array.json").write_text(json.dumps([{"text": text} for text in prompted], indent=1), "utf-8")
    (folder / "pairs.xml").write_text(
        f"<all>{''.join(f'<q><text>{text}</text></q>' for text in QUESTIONS)}</all>", "utf-8"
    )
    pq.write_table(pa.table({"text": prompted}), folder / "table.parquet")
    for files in (folder, *sorted(folder.iterdir())[-5:]):
        only = tmp_path / f"only {files.name}"
        shutil.copytree(files, only) if files.is_dir() else (only.mkdir(), shutil.copy(files, only))
        done = subprocess.run(
            [sys.executable, "-c", WHOLE, str(only)], capture_output=True, text=True, check=True
        )
        assert done.stdout.split()[0::2] == ["6", "False"], files.name


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the machine code, which is the one that is used."""
    copy = tmp_path / "machine_code"
    shutil.copytree(shipped.FOLDER, copy)
    monkeypatch.setattr(shipped, "FOLDER", copy)
    return copy


def usable() -> bool:
    return bool(shipped.routines.__wrapped__())


def changed(folder: Path, **values: Any) -> None:
    path = folder / shipped.DESCRIPTION
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | values), "utf-8")


@needs_level
def test_a_copy_is_as_good(folder: Path) -> None:
    assert usable()


@needs_level
@pytest.mark.parametrize("fault", ["stale", "no source", "no levels", "cut", "no description"])
def test_another_description_is_not_used(folder: Path, fault: str) -> None:
    path = folder / shipped.DESCRIPTION
    if fault == "stale":
        changed(folder, digest="0" * 64)
    elif fault == "no source":
        changed(folder, sources=["matching/not_there.py"])
    elif fault == "no levels":
        changed(folder, levels={})
    elif fault == "cut":
        path.write_bytes(path.read_bytes()[:-100])
    else:
        path.unlink()
    assert not usable()


@needs_level
@pytest.mark.parametrize("fault", ["damaged", "cut", "missing"])
def test_a_damaged_library_is_not_loaded(folder: Path, fault: str) -> None:
    for level in shipped.LEVELS:
        path = shipped.library_of(level)
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content if fault == "damaged" else content[: len(content) // 2])
        if fault == "missing":
            path.unlink()
    assert not usable()


@needs_level
def test_an_edited_source_is_compiled(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    sources = json.loads((shipped.FOLDER / shipped.DESCRIPTION).read_text("utf-8"))["sources"]
    for name in sources:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(shipped.PACKAGE / name, tmp_path / name)
    monkeypatch.setattr(shipped, "PACKAGE", tmp_path)
    assert usable()
    for name in sources:
        original = (tmp_path / name).read_bytes()
        (tmp_path / name).write_bytes(original + b"\n")
        assert not usable(), name
        (tmp_path / name).write_bytes(original)


@pytest.mark.parametrize(
    ("system", "machine"), [("darwin", "x86_64"), ("win32", "AMD64"), ("linux", "aarch64")]
)
def test_other_platforms_compile(monkeypatch: pytest.MonkeyPatch, system: str, machine: str) -> None:
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(os, "uname", lambda: mock.Mock(machine=machine))
    assert shipped.best_level() is None
    assert not usable()


V3 = "fpu sse4_2 avx avx2 bmi1 bmi2 f16c fma abm movbe"
V4 = f"{V3} avx512f avx512bw avx512cd avx512dq avx512vl"


@needs_level
@pytest.mark.parametrize(
    ("flags", "level"),
    [
        ("fpu sse4_2", None),
        (V3.replace(" avx2", ""), None),
        (V3, "x86-64-v3"),
        (f"{V3} avx512f", "x86-64-v3"),
        (V4, "x86-64-v4"),
        (f"{V4} avx512vbmi", "x86-64-v4"),
        (f"{V4} avx512vbmi avx512_vbmi2", "x86-64-v4-vbmi2"),
    ],
)
def test_the_level_of_a_processor(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, flags: str, level: str | None
) -> None:
    (tmp_path / "cpuinfo").write_text(f"processor\t: 0\nflags\t\t: {flags}\nbugs\t\t:\n\nprocessor\t: 1\n")
    monkeypatch.setattr(shipped, "CPU", tmp_path / "cpuinfo")
    assert shipped.best_level() == level
    assert level or not usable()


@needs_level
def test_it_can_be_turned_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(shipped.SWITCH, "numba")
    assert not usable()


@needs_level
def test_other_arguments_go_to_numba() -> None:
    tokens = tokenise_all(texts_of(["one two three", "four five"]))
    chosen, out = np.array([0, 1]), np.zeros((2, 2), np.uint64)
    arguments = tokens.hashes, tokens.offsets, chosen, out[0], out[1]
    routine = routines(levels()[0])[WHOLE_TEXTS]
    assert routine.slots(arguments) is not None
    read_only = out[0].copy()
    read_only.setflags(write=False)
    unaligned = np.frombuffer(bytearray(17), np.uint8)[1:].view(np.uint64)
    others: list[tuple[int, Any]] = [
        (2, chosen.astype(np.int32)),
        (2, chosen[::-1]),
        (2, chosen.reshape(1, 2)),
        (2, [0, 1]),
        (2, 1),
        (3, read_only),
        (3, unaligned),
    ]
    for place, other in others:
        given = (*arguments[:place], other, *arguments[place + 1 :])
        assert routine.slots(given) is None, (place, other)
    assert routine.slots(arguments[:-1]) is None
    assert routine.slots((*arguments[:-1], tuple(arguments[-1]))) is None
    with using(routines(levels()[0])):
        whole_texts(*arguments)
        backwards = np.zeros((2, 2), np.uint64)
        whole_texts(tokens.hashes, tokens.offsets, chosen[::-1], backwards[0], backwards[1])
    assert out.all()
    assert np.array_equal(out, backwards[:, ::-1])


@needs_level
def test_numbers_are_of_the_types_that_numba_would_take_them_for() -> None:
    routine = routines(levels()[0])["bioclue_data.matching.candidates._candidates"]
    kinds = shipped.NumberOf
    stride = next(place for place, one in enumerate(routine._arguments) if isinstance(one, kinds))
    takes = routine._arguments[stride].of
    assert takes(4)
    assert takes(np.int64(4))
    assert not any(map(takes, (True, 4.0, np.int32(4), np.uint64(4), None)))
