"""`bioclue audit` and `bioclue compare`: files, exit codes, the page, accepted findings."""

from __future__ import annotations

import json
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner, Result

from bioclue_data import api
from bioclue_data.audit import tables
from bioclue_data.audit.compare import compare
from bioclue_data.audit.run import audit
from bioclue_data.audit.tables import Files
from bioclue_data.cli import group
from bioclue_data.errors import UsageError
from tests.own import Own, item

HOSTILE = "</div><script>alert(1)</script><b>患者</b>\u202e" + "长" * 500


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Own:
    monkeypatch.setenv("BIOCLUE_CACHE", str(tmp_path / "cache"))
    made = Own(tmp_path)
    made.record()
    long = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉有蓝膝病"
    made.put("train.json", [item(1, long, 21, 24), item(2, HOSTILE, 34, 36)])
    made.put("test.json", [{"id": "1", "text": long}])
    made.build()
    return made


def run(own: Own, *arguments: str) -> Result:
    folder, out = str(own.root / "bioclue"), str(own.root / "audit")
    return CliRunner().invoke(group, ["audit", folder, "--out", out, *arguments])


def accept(own: Own, **changes: object) -> str:
    facts = {"check": "duplicate_across_splits", "dataset": "own", "count": 2, "reason": "known"} | changes
    lines = "".join(f"{name} = {json.dumps(value)}\n" for name, value in facts.items())
    path = own.root / "baseline.toml"
    path.write_text(f"[[accept]]\n{lines}", encoding="utf-8")
    return str(path)


def test_findings_json_and_page_are_written(own: Own) -> None:
    result = run(own, "--json")
    assert result.exit_code == 0
    summary = json.loads((own.root / "audit" / "audit.json").read_text())
    assert json.loads(result.stdout) == summary
    found = pl.read_parquet(own.root / "audit" / "findings.parquet")
    assert summary["findings"] == len(found)
    assert summary["rows"] == 3
    assert set(found["check"]) == {"duplicate_across_splits", "markup"}


def test_the_page_needs_nothing_and_texts_cannot_act(own: Own) -> None:
    run(own)
    page = (own.root / "audit" / "audit.html").read_text(encoding="utf-8")
    tags: list[tuple[str, dict[str, str | None]]] = []

    class Seen(HTMLParser):
        def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
            tags.append((tag, dict(attributes)))

    Seen().feed(page)
    assert not [tag for tag, _ in tags if tag in {"script", "img", "iframe"}]
    assert all((a.get("href") or "#").startswith(("#", "data:")) for _, a in tags)
    assert "患者" in page
    assert "\u202e" not in page
    assert "<mark>&lt;/div&gt;</mark>" in page


def test_severity_decides_on_failure(own: Own) -> None:
    assert run(own, "--fail-on", "error").exit_code == 1
    assert run(own, "--fail-on", "error", "--baseline", accept(own)).exit_code == 0
    assert run(own, "--fail-on", "warning", "--baseline", accept(own)).exit_code == 1


@pytest.mark.parametrize("changes", [{"count": 3}, {"split": "validation"}, {"check": "mojibake"}])
def test_an_acceptance_that_does_not_fit_fails(own: Own, changes: dict[str, object]) -> None:
    result = run(own, "--baseline", accept(own, **changes))
    assert result.exit_code == 1
    assert "stale acceptance" in result.stderr


@pytest.mark.parametrize("changes", [{"reason": " "}, {"check": "nothing"}, {"because": "x"}])
def test_an_acceptance_is_of_a_check_and_has_a_reason(own: Own, changes: dict[str, object]) -> None:
    result = run(own, "--baseline", accept(own, **changes))
    assert result.exit_code == 1
    assert result.exception is not None


def test_an_unknown_dataset_is_an_error_of_usage(own: Own) -> None:
    command = [sys.executable, "-m", "bioclue_data", "audit", str(own.root / "bioclue"), "--dataset", "none"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=own.root)
    assert done.returncode == 2
    assert "not in this folder" in done.stderr


def test_two_builds_are_compared_by_item(own: Own) -> None:
    own.put("train.json", [item(2, "换了有蓝膝病", 3, 6), item(4)])
    own.build(out="later")
    assert compare(own.root / "bioclue", own.root / "bioclue") == []
    (entry,) = compare(own.root / "bioclue", own.root / "later")
    assert (entry["added"], entry["removed"], entry["changed"], entry["same"]) == (1, 1, 1, 1)
    assert set(entry["fields"]) >= {"text", "entities"}
    assert entry["examples"] == {
        "added": ["own:train:4"],
        "removed": ["own:train:1"],
        "changed": ["own:train:2"],
    }
    result = CliRunner().invoke(group, ["compare", str(own.root / "bioclue"), str(own.root / "later")])
    assert "+1 -1 ~1 =1" in result.stdout


def test_a_private_use_character_is_named_on_the_page(own: Own) -> None:
    own.put("train.json", [item(1, "有蓝膝病\ue313")])
    own.build()
    run(own)
    page = (own.root / "audit" / "audit.html").read_text(encoding="utf-8")
    assert "有蓝膝病<mark>[U+E313]</mark>" in page


def test_an_unknown_check_is_an_error_of_usage(own: Own) -> None:
    result = run(own, "--check", "nothing")
    assert isinstance(result.exception, UsageError)
    assert not (own.root / "audit").exists()


def test_one_check_alone_finds_what_it_finds_among_all(own: Own) -> None:
    assert run(own, "--check", "markup").exit_code == 0
    found = pl.read_parquet(own.root / "audit" / "findings.parquet")
    assert set(found["check"]) == {"markup"}


def test_several_jobs_find_what_one_finds(tmp_path: Path) -> None:
    api.build("bc5cdr", out=tmp_path / "bioclue", sample=True)
    one, two = (audit(tmp_path / "bioclue", jobs=jobs) for jobs in (1, 2))
    assert two.rows.equals(one.rows)
    assert two.findings.equals(one.findings)


def test_files_come_in_batches_of_some_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    api.build("bc5cdr", out=tmp_path / "bioclue", sample=True)
    paths = sorted((tmp_path / "bioclue" / "ner_en" / "bc5cdr").glob("*.parquet"))
    whole = [table.num_rows for table in Files(paths).batches()]
    monkeypatch.setattr(tables, "BATCH", 1)
    monkeypatch.setattr(tables, "PIECE", 1)
    assert [table.num_rows for table in Files(paths).batches()] == [1] * sum(whole)
    assert len(whole) == 1
