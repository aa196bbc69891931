"""Findings become flags: in built tables, in what ships, and in what `clean=True` leaves out."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bioclue_data import api, locations
from bioclue_data.building import flags as built
from bioclue_data.contracts.contract import arrow_schema, load
from bioclue_data.errors import UsageError
from bioclue_data.leakage import corpora, exposure, findings, flags, revisions, run, targets
from tests.leakage import FILLER, QUESTIONS
from tests.own import Own, digest, item

TRAIN = "ner_cn/own/train-00000-of-00001.parquet"
TEST = "ner_cn/own/test-00000-of-00001.parquet"


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Own:
    monkeypatch.setenv("BIOCLUE_CACHE", str(tmp_path / "cache"))
    made = Own(tmp_path)
    made.record()
    made.put("train.json", [item(number, text) for number, text in enumerate(QUESTIONS[:3])])
    made.put("test.json", [{"id": "0", "text": QUESTIONS[3]}, {"id": "1", "text": QUESTIONS[4]}])
    made.build()
    return made


def scanned(own: Own, *texts: str, splits: tuple[str, ...] = ()) -> built.Flags:
    """Flags of a corpus with these texts."""
    corpus = own.root / "corpus.jsonl"
    records = [*texts, *(FILLER.format(number) for number in range(5))]
    corpus.write_text("".join(json.dumps({"text": text}) + "\n" for text in records), encoding="utf-8")
    source = run.Source("some_corpus", revisions.of([str(corpus)]), (str(corpus),))
    rows = targets.rows_of_folder(own.root / "bioclue", targets.Choice(splits=splits), set())
    table, summary = run.check(rows, [source])
    checks = {(d["dataset"], d["split"]): summary.checks for d in summary.datasets}
    return flags.counted(own.root / "bioclue", flags.of_findings(table, checks))


def rows(folder: Path, path: str) -> list[dict[str, Any]]:
    return pq.read_table(folder / path).to_pylist()


def verdicts(rows: list[dict[str, Any]]) -> list[list[str] | None]:
    return [row["leakage"] and [leak["verdict"] for leak in row["leakage"]] for row in rows]


def write(own: Own, found: built.Flags, **options: Any) -> int:
    return flags.write_into(own.root / "bioclue", found, own.root / "records", **options)


def test_never_checked_is_null_and_checked_and_clean_is_empty(own: Own) -> None:
    folder = own.root / "bioclue"
    before = rows(folder, TRAIN)
    assert [row["leakage"] for row in before] == [None] * 3
    found = scanned(own, QUESTIONS[0], QUESTIONS[2][:-12], splits=("train",))
    assert write(own, found) == 1
    after = rows(folder, TRAIN)
    assert verdicts(after)[0] == ["exact"]
    assert verdicts(after)[1] == []
    (leak,) = after[0]["leakage"]
    check = found.checked["own", "train"][0]
    assert f"{leak['corpus']}@{leak['revision']}#{leak['method']}" == check
    assert leak["matched"] == "corpus.jsonl#0"
    assert {tuple(row["leakage_checked"]) for row in after} == {(check,)}
    assert [row["leakage_checked"] for row in rows(folder, TEST)] == [None] * 2
    for old, new in zip(before, after, strict=True):
        kept = old.keys() - {"leakage", "leakage_checked"}
        assert {name: old[name] for name in kept} == {name: new[name] for name in kept}
    assert api.validate(folder, records=own.root / "records") == []


def test_manifest_and_readme_know_the_new_files(own: Own) -> None:
    folder = own.root / "bioclue"
    before = digest(folder)
    write(own, scanned(own, QUESTIONS[0]))
    after = digest(folder)
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {TRAIN, TEST, "README.md", "manifest.json", "croissant.json"}
    tables = json.loads((folder / "manifest.json").read_text("utf-8"))["datasets"]["own"]["tables"]
    found = {table["split"]: (table["rows"], table["checked"], table["leaked"]) for table in tables}
    assert found == {"train": (3, 3, 1), "test": (2, 2, 0)}
    write(own, scanned(own, QUESTIONS[0]))
    assert digest(folder) == after


def test_the_card_names_the_corpora_of_the_users_scan(own: Own) -> None:
    write(own, scanned(own, QUESTIONS[0], QUESTIONS[3], splits=("train",)))
    card = (own.root / "bioclue/README.md").read_text("utf-8")
    assert "3 of\n5 rows were looked for" in card
    (line,) = (line for line in card.splitlines() if line.startswith("| `some_corpus` |"))
    cells = [cell.strip(" `") for cell in line.strip("|").split("|")]
    assert (cells[0], *cells[2:]) == ("some_corpus", findings.method(), "1", "1", "0")


def test_a_second_scan_replaces_its_own_flags_and_keeps_others(own: Own) -> None:
    found = scanned(own, QUESTIONS[0])
    write(own, found)
    other = built.Flags({}, {("own", "train"): ["other@1#m"]})
    write(own, other)
    (row, *_) = rows(own.root / "bioclue", TRAIN)
    assert (verdicts([row]), len(row["leakage_checked"])) == ([["exact"]], 2)
    write(own, built.Flags({}, {("own", "train"): found.checked["own", "train"]}))
    (row, *_) = rows(own.root / "bioclue", TRAIN)
    assert (row["leakage"], len(row["leakage_checked"])) == ([], 2)


def test_only_the_tables_that_were_checked_are_flagged(own: Own) -> None:
    found = scanned(own, QUESTIONS[0])
    assert write(own, found, only={("own", "re", "train")}) == 0
    assert write(own, found, only={("own", "ner", "train")}) == 1


def test_rows_of_the_same_content_have_one_flag_each(own: Own) -> None:
    own.put("train.json", [item(1, QUESTIONS[0]), item(2, QUESTIONS[0])])
    own.build()
    write(own, scanned(own, QUESTIONS[0]))
    train = rows(own.root / "bioclue", TRAIN)
    assert verdicts(train) == [["exact"], ["exact"]]


KILLED = """
import os, signal, sys
from pathlib import Path
from bioclue_data.building import flags as built
from bioclue_data.errors import UsageError
from bioclue_data.leakage import flags
target, name = {"table": (flags, "_rewrite"), "readme": (flags.describe.readme, "readme"),
                "swap": (flags.folders, "_take_place")}[sys.argv[2]]
before = getattr(target, name)
def dying(*arguments):
    before(*arguments)
    os.kill(os.getpid(), signal.SIGKILL)
setattr(target, name, dying)
flags.write_into(Path("bioclue"), built.Flags({}, {("own", "train"): ["c@1#m"]}), Path("records"))
"""


@pytest.mark.parametrize(("moment", "done"), [("table", False), ("readme", False), ("swap", True)])
def test_killed_while_it_writes_the_folder_is_the_old_or_the_new_one(
    own: Own, moment: str, done: bool
) -> None:
    folder = own.root / "bioclue"
    old = digest(folder)
    found = built.Flags({}, {("own", "train"): ["c@1#m"]})
    command = [sys.executable, "-c", KILLED, "-", moment]
    killed = subprocess.run(command, cwd=own.root, capture_output=True, text=True, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert (digest(folder) != old) is done
    assert api.validate(folder, records=own.root / "records") == []
    write(own, found)
    new = digest(folder)
    assert [row["leakage_checked"] for row in rows(folder, TRAIN)] == [["c@1#m"]] * 3
    assert new != old
    assert not list(own.root.glob(".bioclue.building-*"))


@pytest.fixture
def shipped(own: Own, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with flags that ship, as those of the package."""
    folder = own.root / "shipped"
    folder.mkdir()
    for path in locations.content("corpora").glob("*.t*"):
        (folder / path.name).symlink_to(path)
    found = scanned(own, QUESTIONS[0], QUESTIONS[3], splits=("train", "test"))
    flags.write_shipped(folder, found, {("own", "test"): ["taiyi_final@declared"]})
    before = locations.content
    monkeypatch.setattr(locations, "content", lambda name: folder if name == "corpora" else before(name))
    built.shipped.cache_clear()
    corpora.load.cache_clear()
    yield folder
    built.shipped.cache_clear()
    corpora.load.cache_clear()


def test_what_ships_comes_back_without_text(own: Own, shipped: Path) -> None:
    found = built.shipped()
    expected = scanned(own, QUESTIONS[0], QUESTIONS[3])
    assert found.checked == expected.checked
    assert found.leaks.keys() == expected.leaks.keys()
    assert found.counts == expected.counts
    assert {leak["matched"] for leaks in found.leaks.values() for leak in leaks} == {None}
    stored = b"".join((shipped / name).read_bytes() for name in (built.FINDINGS, built.CHECKED))
    assert b"corpus.jsonl" not in stored
    assert QUESTIONS[0][:20].encode() not in stored


def test_a_rebuild_applies_what_ships_again(own: Own, shipped: Path) -> None:
    folder = own.build().folder
    assert verdicts(rows(folder, TRAIN)) == [["exact"], [], []]
    assert verdicts(rows(folder, TEST)) == [["exact", "declared"], ["declared"]]
    assert all(row["leakage_checked"] for row in rows(folder, TEST))
    assert api.validate(folder, records=own.root / "records") == []
    before = digest(folder)
    own.build()
    assert digest(folder) == before
    own.put("train.json", [item(7, QUESTIONS[1]), item(8, QUESTIONS[0])])
    assert verdicts(rows(own.build().folder, TRAIN)) == [[], ["exact"]]


def test_a_rebuild_keeps_the_flags_of_rows_that_are_the_same(own: Own) -> None:
    write(own, scanned(own, QUESTIONS[0]))
    own.put("train.json", [item(7, QUESTIONS[1]), item(8, QUESTIONS[0]), item(9, QUESTIONS[5])])
    folder = own.build().folder
    found = rows(folder, TRAIN)
    assert verdicts(found) == [[], ["exact"], None]
    assert [row["leakage_checked"] is None for row in found] == [False, False, True]
    assert found[1]["leakage"][0]["matched"]
    assert api.validate(folder, records=own.root / "records") == []
    before = digest(folder)
    own.build()
    assert digest(folder) == before


def test_a_rebuild_takes_what_ships_for_what_it_shipped_before(own: Own, shipped: Path) -> None:
    own.build()
    stored = json.loads((shipped / built.CHECKED).read_text(encoding="utf-8"))
    stored["checks"] = [[f"{check}-newer" for check in checks] for checks in stored["checks"]]
    (shipped / built.CHECKED).write_text(json.dumps(stored), encoding="utf-8")
    built.shipped.cache_clear()
    found = rows(own.build().folder, TRAIN)
    assert {check.endswith("-newer") for row in found for check in row["leakage_checked"]} == {True}


def test_measured_exposure_is_what_ships(own: Own, shipped: Path) -> None:
    stored = json.loads((shipped / built.CHECKED).read_text(encoding="utf-8"))
    text = json.dumps(stored).replace("some_corpus", "medquad")
    (shipped / built.CHECKED).write_text(text, encoding="utf-8")
    found = exposure.measured(["medquad"])
    assert [(one.dataset, one.split, one.claim, one.kind) for one in found] == [
        ("own", "test", "1 exact", "measured"),
        ("own", "train", "1 exact", "measured"),
    ]
    assert found[0].source.startswith("medquad@")
    assert exposure.measured(["taiyi_final"]) == []
    (shipped / built.CHECKED).unlink()
    assert exposure.measured(["medquad"]) == []


LOADING = """
from bioclue_data import load_dataset
rows = load_dataset({path!r}, "own_ner", clean=True, **{options!r})
for part in rows if isinstance(rows, list) else [rows]:
    print([row["source_id"] for row in part], *list(part.features) if "columns" in {options!r} else [])
"""


def loaded(own: Own, path: str, options: dict[str, Any]) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "HF_HUB_OFFLINE": "1", "HF_DATASETS_CACHE": str(own.root / "hf")}
    command = [sys.executable, "-c", LOADING.format(path=path, options=options)]
    return subprocess.run(command, cwd=own.root, env=env, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("path", "options", "expected"),
    [
        ("bioclue", {"split": "train"}, "['3', '4']"),
        ("bioclue", {"split": "train", "streaming": True}, "['3', '4']"),
        ("./bioclue", {"split": "train"}, "['3', '4']"),
        ("./bioclue", {"split": "train", "streaming": True}, "['3', '4']"),
        ("./bioclue", {"split": ["train", "test"]}, "['3', '4']\n['0', '1']"),
        ("bioclue", {"split": "train", "columns": ["source_id"]}, "['3', '4'] source_id"),
        (
            "./bioclue",
            {"split": "train", "columns": ["source_id"], "streaming": True},
            "['3', '4'] source_id",
        ),
    ],
)
def test_clean_leaves_out_what_leaked(own: Own, path: str, options: dict[str, Any], expected: str) -> None:
    texts = [*QUESTIONS[:3], QUESTIONS[5], "An abstract that everybody can read " * 3]
    own.put("train.json", [item(number, text) for number, text in enumerate(texts)])
    folder = own.build().folder
    keys = [built.key_of(row["content_hash"]) for row in rows(folder, TRAIN)]
    verdict = ("exact", "near_duplicate", "suspected", "source_overlap")
    facts = {"corpus": "c", "revision": "1", "method": "m", "low_confidence": False, "score": 1.0}
    leaks = {
        key: [facts | {"verdict": name, "field": "text", "matched": None}]
        for key, name in zip(keys, verdict, strict=False)
    }
    write(own, built.Flags(leaks, {("own", "train"): ["c@1#m"]}))
    done = loaded(own, path, options)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == expected


@pytest.mark.parametrize(
    ("path", "options", "what"),
    [
        ("bioclue", {"clean": "no"}, "clean='no' is neither True nor False"),
        ("./bioclue", {"clean": None}, "clean=None is neither"),
        ("json", {"clean": True, "data_files": "manual/own/train.json"}, "no column `leakage`"),
        ("./bioclue", {"clean": True, "manual": "manual"}, "manual: of a build"),
    ],
)
def test_what_cannot_be_clean_is_refused(
    own: Own, path: str, options: dict[str, Any], what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(own.root)
    with pytest.raises(UsageError, match=re.escape(what)):
        api.load_dataset(path, "own_ner", cache_dir=str(own.root / "hf"), **options)


def test_weak_findings_are_no_flags() -> None:
    facts = (
        dict.fromkeys(findings.SCHEMA.names, 0)
        | {"fields": None}
        | {
            "content_hash": "ab" * 32,
            "dataset": "d",
            "split": "s",
        }
    )
    made = [
        facts | {"verdict": verdict, "corpus": corpus, "low_confidence": False}
        for verdict, corpus in [("partial", "a"), ("ngram", "b"), ("suspected", "c"), ("exact", "c")]
    ]
    table = findings.table([{k: str(v) if k in TEXTS else v for k, v in row.items()} for row in made])
    found = flags.of_findings(table, {})
    assert [leak["verdict"] for leak in found.leaks[built.key_of("ab" * 32)]] == ["exact"]


TEXTS = {name for name in findings.SCHEMA.names if findings.SCHEMA.field(name).type == "string"}


def checked_words(own: Own, *options: str) -> tuple[list[str], list[str], list[str]]:
    """What `scan --write` leaves in the first row: words behind the method, in checks, leaks and findings."""
    command = [
        "leakage",
        "scan",
        "bioclue",
        "--corpus",
        "corpus",
        "--records",
        "records",
        "--write",
        *options,
    ]
    done = subprocess.run(
        [sys.executable, "-m", "bioclue_data", *command], cwd=own.root, capture_output=True, check=False
    )
    assert done.returncode in (0, 1), done.stderr
    first = rows(own.root / "bioclue", TRAIN)[0]
    methods = pq.read_table(own.root / "leakage/findings.parquet")["method"].to_pylist()
    named = (
        [check.split("#")[1] for check in first["leakage_checked"]],
        [leak["method"] for leak in first["leakage"]],
    )
    return tuple(
        sorted(name.removeprefix(findings.method()) for name in names) for names in (*named, methods[:1])
    )


@pytest.mark.parametrize(
    ("options", "damaged", "word"),
    [
        ([], False, ""),
        (["--threshold", "near_long=0.71"], False, "+thresholds"),
        (["--threshold", "near_long=0.7"], False, ""),
        (["--corpus-fields", "text"], False, "+fields"),
        ([], True, "+partial"),
        (
            ["--threshold", "near_long=0.71", "--corpus-fields", "text"],
            True,
            "+thresholds+fields+partial",
        ),
    ],
)
def test_a_check_that_was_not_as_usual_says_so(
    own: Own, options: list[str], damaged: bool, word: str
) -> None:
    (own.root / "corpus").mkdir()
    (own.root / "corpus/a.jsonl").write_text(json.dumps({"text": QUESTIONS[0]}) + "\n", encoding="utf-8")
    if damaged:
        (own.root / "corpus/b.jsonl.gz").write_bytes(b"\x1f\x8b\x08\x00 no gzip")
    assert checked_words(own, *options) == ([word], [word], [word])


def test_a_corpus_of_which_no_record_was_read_is_not_checked(own: Own) -> None:
    (own.root / "corpus.jsonl.gz").write_bytes(b"\x1f\x8b\x08\x00 no gzip")
    source = run.Source("some_corpus", "1", (str(own.root / "corpus.jsonl.gz"),))
    choice = targets.Choice()
    _, summary = run.check(targets.rows_of_folder(own.root / "bioclue", choice, set()), [source])
    assert (summary.checks, bool(summary.problems)) == ([], True)


def test_a_check_that_read_all_replaces_one_that_did_not() -> None:
    leak = {"corpus": "c", "revision": "1", "verdict": "exact", "low_confidence": False, "score": 1.0}
    part, whole = (leak | {"method": name, "field": "", "matched": None} for name in ("m+partial", "m"))
    schema = pa.schema([arrow_schema(load("ner")).field(name) for name in built.COLUMNS])
    content = "ab" * 32
    table = pa.Table.from_pylist(
        [{"content_hash": content, "leakage": [part], "leakage_checked": ["c@1#m+partial", "d@1#m"]}], schema
    )
    key = built.key_of(content)
    (row,) = built.Flags({key: [whole]}, {("d", "s"): ["c@1#m"]}).apply(table, "d", "s").to_pylist()
    assert (row["leakage"], row["leakage_checked"]) == ([whole], ["c@1#m", "d@1#m"])
    again = table.set_column(2, schema[2], pa.array([["c@1#m"]], schema[2].type))
    (row,) = built.Flags({key: [part]}, {("d", "s"): ["c@1#m+partial"]}).apply(again, "d", "s").to_pylist()
    assert row["leakage_checked"] == ["c@1#m", "c@1#m+partial"]


def test_counts_are_of_the_rows_that_get_a_flag(own: Own) -> None:
    own.put("test.json", [{"id": "0", "text": QUESTIONS[0]}, {"id": "1", "text": QUESTIONS[0]}])
    folder = own.build().folder
    contents = {row["text"]: row["content_hash"] for row in rows(folder, TEST)}
    leaks = [
        {"corpus": "c", "verdict": "exact", "low_confidence": False},
        {"corpus": "d", "verdict": "exact", "low_confidence": True},
    ]
    checks = {("own", "test"): ["c@1#m"]}
    found = flags.counted(folder, built.Flags({built.key_of(contents[QUESTIONS[0]]): leaks}, checks))
    assert found.counts == {("own", "test"): {"c": {"exact": 2}, "d": {"exact?": 2}}}
