"""The whole way: record and source files to a folder that `datasets` loads."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import sys
import tarfile
import time
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from bioclue_data import api
from bioclue_data.building.build import Outcome
from bioclue_data.errors import BioclueError, InvalidDataError, NotHereError, UsageError
from bioclue_data.records import catalogue, hub
from tests.built_sample import disagreements
from tests.own import Own, digest, item

pytest_plugins = ("tests.shared_fixtures",)
TRAIN = [item(1), item(2, "无", 0, 1)]
TEST = [{"id": "1", "text": "测试句"}]


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIOCLUE_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def own(tmp_path: Path) -> Own:
    made = Own(tmp_path)
    made.record()
    made.put("train.json", TRAIN)
    made.put("test.json", TEST)
    return made


def table(
    folder: Path, split: str = "train", config: str = "ner_cn", dataset: str = "own"
) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pq.read_table(
        folder / config / dataset / f"{split}-00000-of-00001.parquet"
    ).to_pylist()
    return rows


def test_source_to_rows(own: Own) -> None:
    outcome = own.build()
    rows = table(outcome.folder)
    assert [row["item_id"] for row in rows] == ["own:train:1", "own:train:2"]
    assert rows[0]["entities"][0]["unified"] == "disease"
    assert outcome.rows == 3
    assert not outcome.missing


def test_hidden_gold_is_null_and_unlabelled(own: Own) -> None:
    own.put("test.json", [{**TEST[0], "entities": []}])
    row = table(own.build().folder, "test")[0]
    assert row["entities"] is None
    assert row["labelled"] is False


PACKED = """
[source]
archives.a = { file = "a.tar.gz" }
archives.b = { file = "b.tar.gz" }
[splits]
origin = "official"
train = { archive = ["a", "b"], members = ["*/docs/*.json"] }
[read]
format = "json"
items = "."
id = "@stem"
[read.columns]
text = "text"
entities = { each = "entities", start = "start", end = "end", type = "type", text = "text" }
[terms]
entities = { dis = "disease" }
"""


def packed(name: str) -> bytes:
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w:gz") as archive:
        data = json.dumps(item(0), ensure_ascii=False).encode()
        info = tarfile.TarInfo(name)
        info.size = len(data)
        archive.addfile(info, io.BytesIO(data))
    return whole.getvalue()


def test_a_split_may_be_packed_in_several_archives(tmp_path: Path) -> None:
    own = Own(tmp_path, body=PACKED)
    own.record()
    own.put("a.tar.gz", packed("one/docs/7.x.json"))
    own.put("b.tar.gz", packed("two/docs/8.json"))
    assert [row["source_id"] for row in table(own.build().folder)] == ["7.x", "8"]
    own.put("b.tar.gz", packed("two/notes/8.json"))
    with pytest.raises(BioclueError, match="the archive has no member"):
        own.build()


def test_the_same_sources_give_the_same_bytes(own: Own) -> None:
    assert digest(own.build(out="one").folder) == digest(own.build(out="two").folder)


def test_a_split_that_is_not_here_is_listed_and_the_rest_built(own: Own) -> None:
    (own.root / "manual/own/train.json").unlink()
    outcome = own.build()
    assert list(outcome.missing["own"]) == ["train"]
    assert outcome.rows == 1
    assert any("own train" in line for line in api.missing_lines(outcome))
    readme = (outcome.folder / "README.md").read_text("utf-8")
    assert "own train" in readme
    with pytest.raises(NotHereError, match="train"):
        own.build(require="all", out="other")


def test_a_dataset_asked_for_by_name_that_is_not_here_is_an_error(own: Own) -> None:
    for name in ("train.json", "test.json"):
        (own.root / "manual/own" / name).unlink()
    with pytest.raises(NotHereError) as caught:
        own.build()
    assert caught.value.exit_code == 2
    assert not (own.root / "bioclue").exists()


def test_gated_and_not_here_names_the_page(tmp_path: Path) -> None:
    own = Own(tmp_path, access="credentialed")
    own.record()
    (tmp_path / "manual").mkdir()
    with pytest.raises(NotHereError, match=r"https://sample\.invalid/ask"):
        own.build()


def test_a_file_of_another_version_is_named(own: Own) -> None:
    texts = ("有蓝膝病", "得蓝膝病")
    first, second = (json.dumps([item(1, text=text)], ensure_ascii=False).encode() for text in texts)
    for name, content in (("v1", first), ("v2", second)):
        known = f'bytes = {len(content)}, sha256 = "{sha256(content).hexdigest()}"'
        body = own.body.replace('file = "train.json"', f'file = "train.json", {known}')
        version = Own(own.root, id=name, body=body)
        version.record()
        version.put("train.json", first)
        version.put("test.json", [{"id": "9", "text": "x"}])
    with pytest.raises(InvalidDataError, match=r"found .* another release, .*; it is a file of v1\n"):
        version.build()


def test_every_failure_of_a_build_is_in_one_report_and_nothing_is_written(own: Own) -> None:
    own.build()
    before = digest(own.root / "bioclue")
    own.put("train.json", [item(1, start=3, end=9), item(2, surface="别的"), item(3, start=2, end=2)])
    with pytest.raises(InvalidDataError) as caught:
        own.build()
    message = str(caught.value)
    for expected in ("I1", "I3", "own:train:1", "own:train:2", "own:train:3", "remedy"):
        assert expected in message
    assert digest(own.root / "bioclue") == before


FAULT = '\n[[known_faults]]\nrule = "I3"\ntrain = {count}\nreason = "invented"\n'


def test_a_declared_fault_is_kept_and_marked(own: Own) -> None:
    own.record(FAULT.format(count=1))
    own.put("train.json", [item(1), item(2, surface="别的")])
    rows = table(own.build().folder)
    assert rows[0]["quality"] == []
    assert [(q["rule"], q["severity"]) for q in rows[1]["quality"]] == [("I3", "expected")]
    assert rows[1]["entities"][0]["text"] == "别的"


@pytest.mark.parametrize("declared", [0, 1, 3])
def test_a_fault_count_that_changed_in_either_direction_fails(own: Own, declared: int) -> None:
    if declared:
        own.record(FAULT.format(count=declared))
    own.put("train.json", [item(1, surface="别的"), item(2, surface="别的")])
    with pytest.raises(InvalidDataError, match=f"declared {declared}, found 2"):
        own.build()


def test_a_count_that_differs_from_the_observed_one_fails(own: Own) -> None:
    own.record("\n[expected.observed]\ntrain = { documents = 3, entities = 2 }\n")
    with pytest.raises(InvalidDataError, match="documents: declared 3, found 2"):
        own.build()


def test_repeated_source_ids_are_numbered_and_must_be_declared(own: Own) -> None:
    own.put("train.json", [item(1), item(1), item(1)])
    with pytest.raises(InvalidDataError, match="R1"):
        own.build()
    own.record(FAULT.format(count=2).replace("I3", "R1"))
    rows = table(own.build().folder)
    assert [row["source_id"] for row in rows] == ["1", "1~2", "1~3"]


def test_documents_that_feed_no_task_are_an_error(own: Own) -> None:
    own.put("train.json", [item(1), {"id": "2", "text": "无标注的句子"}])
    with pytest.raises(InvalidDataError, match="1 documents feed no task, the first is 2"):
        own.build()


def test_zero_rows_are_an_error(own: Own) -> None:
    own.put("train.json", [])
    with pytest.raises(InvalidDataError, match="no item at all"):
        own.build()


def test_tables_of_earlier_builds_are_kept(own: Own) -> None:
    other = Own(own.root, id="other", language="en")
    other.record()
    other.put("train.json", [item(1, "a blue knee", 2, 11)])
    other.put("test.json", TEST)
    own.build("own")
    outcome = own.build("other")
    assert {"own", "other"} == set(outcome.manifest["datasets"])
    assert table(outcome.folder)
    assert table(outcome.folder, config="ner_en", dataset="other")
    assert not api.validate(outcome.folder, records=own.root / "records")


def test_samples_and_real_data_are_not_mixed(own: Own) -> None:
    own.build()
    with pytest.raises(UsageError, match="real data"):
        api.build("cmeee", sample=True, out=own.root / "bioclue")


def test_an_unknown_name_suggests_near_ones(own: Own) -> None:
    with pytest.raises(UsageError, match="ner_cn"):
        own.build("ner_nc")


BAD = {
    "truncated.json": (b'[{"id": "1", "text": "a', "train.json"),
    "wrong encoding": (json.dumps(TRAIN, ensure_ascii=False).encode("gb18030"), "encoding"),
    "bom": (b"\xef\xbb\xbf" + json.dumps(TRAIN).encode(), "BOM|utf-8-sig"),
    "html": (b"<!DOCTYPE html><html><body>Sign in</body></html>", "HTML"),
    "missing column": (b'[{"id": "1", "words": "a"}]', "text"),
    "not a list": (b'"text"', "train.json"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_one_clear_error(own: Own, case: str) -> None:
    content, expected = BAD[case]
    own.put("train.json", content)
    with pytest.raises(BioclueError, match=expected) as caught:
        own.build()
    assert caught.value.exit_code == 1
    assert "remedy" in str(caught.value)
    assert "train.json" in str(caught.value)
    assert not (own.root / "bioclue").exists()


def test_every_sample_builds_the_same_with_one_job_and_with_two(
    every_sample: Outcome, tmp_path: Path
) -> None:
    one = api.build(sample=True, out=tmp_path / "one")
    assert digest(one.folder) == digest(every_sample.folder)
    loaders = {entry.record.id for entry in catalogue.load().entries.values() if entry.record.read}
    assert set(one.manifest["datasets"]) == loaders
    tasks = {
        (e.record.id, task)
        for e in catalogue.load().entries.values()
        if e.record.read
        for task in e.record.tasks
    }
    built = {(d, t["task"]) for d, made in one.manifest["datasets"].items() for t in made["tables"]}
    assert built == tasks
    assert not api.validate(one.folder)
    assert hub.card_faults((one.folder / "README.md").read_text("utf-8")) == []
    assert disagreements(one.folder) == []


def test_killed_at_any_moment_the_folder_is_the_old_or_the_new_one(own: Own) -> None:
    own.build()
    old = digest(own.root / "bioclue")
    own.put("train.json", [item(number) for number in range(3, 9)])
    new = digest(own.build(out="new").folder)
    command = [sys.executable, "-m", "bioclue_data", "build", "own", "--offline", "--out", "bioclue"]
    command += ["--records", "records", "--manual", "manual"]
    for moment in (0.2, 0.8, 1.4, 2.0, 2.6, 3.2):
        process = subprocess.Popen(
            command, cwd=own.root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(moment)
        process.kill()
        process.wait()
        assert digest(own.root / "bioclue") in (old, new), moment
    subprocess.run(command, cwd=own.root, check=True, capture_output=True)
    assert digest(own.root / "bioclue") == new
    assert not list(own.root.glob(".bioclue.building-*"))


def test_validate_sees_a_table_too_many_and_leaves_files_of_the_user_alone(own: Own) -> None:
    folder = own.build().folder
    table = folder / "ner_cn/own/train-00000-of-00001.parquet"
    for name in ("leakage/findings.parquet", "leakage/parts/some_corpus/0.parquet", "mine.parquet"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(table, folder / name)
    assert api.validate(folder, records=own.root / "records") == []
    own.build()
    assert (folder / "leakage/findings.parquet").is_file()
    assert api.validate(folder, records=own.root / "records") == []
    shutil.copyfile(table, table.with_name("validation-00000-of-00001.parquet"))
    (fault,) = api.validate(folder, records=own.root / "records")
    assert (fault.rule, fault.detail) == ("F1", "the manifest does not list this file")


def test_validate_sees_a_changed_file(own: Own) -> None:
    folder = own.build().folder
    path = folder / "ner_cn/own/train-00000-of-00001.parquet"
    path.write_bytes(path.read_bytes() + b"x")
    assert [fault.rule for fault in api.validate(folder, records=own.root / "records")] == ["F1"]
    path.unlink()
    assert [fault.rule for fault in api.validate(folder, records=own.root / "records")] == ["F1"]
