"""Distributions against what is expected: an older build, or the counts of a record."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bioclue_data.audit.checks.drift import drift
from bioclue_data.audit.expected import Expected, of_record, of_table
from bioclue_data.audit.table import Table
from bioclue_data.cli import group
from bioclue_data.errors import UsageError
from bioclue_data.records import catalogue
from tests.auditing import clean, sentence, table
from tests.own import Own, item
from tests.valid_items import Row


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Own:
    monkeypatch.setenv("BIOCLUE_CACHE", str(tmp_path / "cache"))
    made = Own(tmp_path)
    made.record()
    made.put("train.json", [item(1), item(2), item(3)])
    made.build()
    return made


def places(rows: list[Row], expected: dict[str, Expected], task: str = "tc") -> set[tuple[str, str]]:
    looked = table(task, rows)
    looked.expected = expected
    return set(drift(looked).select("split", "place").iter_rows())


@pytest.mark.parametrize("task", ["tc", "ner", "mcqa", "sts"])
def test_a_table_is_as_it_is_expected_from_itself(task: str) -> None:
    rows = clean(task, 200)
    assert places(rows, of_table(table(task, rows)), task) == set()


def test_rows_labels_and_lengths_that_drift() -> None:
    rows = clean("tc", 200)
    expected = of_table(table("tc", rows))
    assert places(rows[:140] + rows[150:], expected) == {("train", "rows")}
    relabelled = [row | {"labels": ["yes"]} if row["split"] == "test" else row for row in rows]
    assert places(relabelled, expected) == {("test", "label")}
    longer = [row | {"text": sentence(i, 20)} for i, row in enumerate(rows)]
    assert places(longer, expected) == {("train", "rows"), ("test", "rows")}


def test_a_label_that_nobody_expects() -> None:
    rows = clean("tc", 200)
    expected = of_table(table("tc", rows))
    new = [row | {"labels": ["new"]} if i < 15 else row for i, row in enumerate(rows)]
    assert places(new, expected) == {("train", "label")}


def test_a_record_gives_rows_and_labels() -> None:
    entries = catalogue.load().entries
    assert of_record(entries["mqp"].record, "sts") == {"train": Expected(3048, {}, None)}
    labels = of_record(entries["pubmed_qa"].record, "boolqa")["test"].labels
    assert labels == {"maybe": 55, "no": 169, "yes": 276}


def test_nothing_is_compared_where_nothing_is_expected() -> None:
    looked: Table = table("tc", clean("tc"))
    assert drift(looked).is_empty()


class Addresses(HTMLParser):
    """Tags of a page, and what they point to."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.addresses: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.addresses += [value or "" for name, value in attributes if name in {"src", "href", "action"}]
        assert not [name for name, _ in attributes if name.startswith("on")]


def docs(own: Own, *arguments: str) -> Result:
    out = str(own.root / "docs")
    command = ["audit", str(own.root / "bioclue"), "--out", str(own.root / "audit"), "--data-docs", out]
    return CliRunner().invoke(group, [*command, *arguments])


def test_data_docs_need_no_network(own: Own) -> None:
    assert docs(own, "--expected", str(own.root / "bioclue")).exit_code == 0
    pages = {path.name: path.read_text(encoding="utf-8") for path in (own.root / "docs").glob("*.html")}
    assert set(pages) == {"index.html", "own-ner-train-rows.html", "own-ner-train-label.html"}
    for name, page in pages.items():
        seen = Addresses(page)
        assert not seen.tags & {"script", "img", "link", "iframe"}
        assert name == "index.html" or not seen.addresses
        assert not [address for address in seen.addresses if address not in pages]
    assert "Successful Expectations" in pages["own-ner-train-rows.html"]


def test_data_docs_say_what_is_not_as_expected(own: Own) -> None:
    older = own.build(out="older")
    own.put("train.json", [item(i) for i in range(1, 9)])
    own.build()
    assert docs(own, "--expected", str(own.root / "older")).exit_code == 0, older
    assert "not as expected" in (own.root / "docs" / "index.html").read_text(encoding="utf-8")


def test_data_docs_without_an_expectation_are_a_mistake(own: Own) -> None:
    result = docs(own)
    assert isinstance(result.exception, UsageError)
    assert not (own.root / "docs").exists()
