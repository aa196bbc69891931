"""The report: what it counts, that hostile texts are harmless in it, and that it needs no other file."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from typing import TYPE_CHECKING, Any

import lxml.html
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bioclue_data.leakage import report
from bioclue_data.leakage.findings import SCHEMA, SNIPPET, table
from bioclue_data.leakage.marking import marked
from bioclue_data.leakage.report import ROWS, TEXT, render, shown, write_report

if TYPE_CHECKING:
    from pathlib import Path

HOSTILE = [
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "]]> --> <img src=x onerror=alert(1)>",
    "\"' onmouseover=alert(1) x='",
    "{{ 7*7 }} {% raw %} ${1+1} `",
    "&lt;b&gt; &amp; &#60;",
    "javascript:alert(1)//http://example.invalid/x.js",
    "<style>@import url(https://example.invalid/a.css)</style><link rel=stylesheet href=//example.org>",
    "<base href='https://example.invalid/'><meta http-equiv=refresh content='0;url=https://example.invalid'>",
    "__proto__",
    "a\\u003c/script>\\",
]


def row(**changes: Any) -> dict[str, Any]:
    return {
        "content_hash": "0" * 64, "item_id": "own:test:1", "dataset": "own", "split": "test", "task": "mcqa",
        "corpus": "some_corpus", "revision": "r1", "method": "m", "verdict": "exact", "low_confidence": False,
        "score": 1.0, "field": "question", "variant": "", "file": "a.jsonl", "record": 3, "start": 0,
        "end": 20, "records": 1, "covered": 1.0, "longest": 9.0,
        "item_text": "What does the spleen of a mouse weigh in spring?",
        "evidence": "Q: What does the SPLEEN of a mouse weigh in spring? A: little",
    } | changes  # fmt: skip


def scan(**changes: Any) -> dict[str, Any]:
    return {
        "corpora": [
            {
                "corpus": "some_corpus",
                "revision": "r1",
                "files": 2,
                "records": 10,
                "bytes": 12345,
                "problems": [],
            }
        ],
        "datasets": [{"dataset": "own", "task": "mcqa", "split": "test", "rows": 8}],
        "variants": {},
        "thresholds": {"short": 8.0},
        "method": "m",
    } | changes


def parse(page: str) -> Any:
    return lxml.html.document_fromstring(page)


def evidence(page: str) -> list[dict[str, Any]]:
    (data,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    found: list[dict[str, Any]] = json.loads(data)["rows"]
    assert data == parse(page).get_element_by_id("data").text
    return found


def left_out(page: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(parse(page).get_element_by_id("data").text)["left"]
    return found


def text_of(side: dict[str, Any]) -> str:
    return "".join(side["parts"])


def harmless(page: str) -> None:
    """No element, attribute or address is there that is not ours."""
    tree = parse(page)
    scripts = tree.xpath("//script")
    ours = (report.PAGE / "report.js").read_text(encoding="utf-8")
    assert [script.get("type") for script in scripts] == ["application/json", None]
    assert scripts[1].text == ours
    assert {name for element in tree.iter("*") for name in element.attrib} <= {
        "lang", "charset", "http-equiv", "content", "name", "rel", "href", "aria-labelledby", "aria-label",
        "role", "id", "class", "tabindex", "scope", "style", "type", "title",
        "data-dataset", "data-split", "data-corpus", "aria-hidden", "autocomplete", "value",
        "placeholder", "hidden",
    }  # fmt: skip
    assert not tree.xpath("//img | //iframe | //object | //embed | //base | //a | //svg | //video | //audio")
    assert [link.get("href") for link in tree.xpath("//link")] == ["data:,"]
    assert all(re.fullmatch(r"(--depth|width):[0-9.]+%?", style) for style in tree.xpath("//@style"))
    assert len(tree.xpath("//style")) == 1
    assert not re.search(r"url\(|@import|//", tree.xpath("//style")[0].text)
    assert not re.search(r"https?:|fetch|import|XMLHttp|innerHTML|eval", ours)
    policy = tree.xpath("//meta[@http-equiv]/@content")
    digest = base64.b64encode(hashlib.sha256(ours.encode()).digest()).decode()
    assert len(policy) == 1
    assert policy[0].startswith("default-src 'none'; ")
    assert f"script-src 'sha256-{digest}'" in policy[0]


def test_a_page_without_hostile_texts_has_no_address_at_all(tmp_path: Path) -> None:
    write_report(table([row()]), scan(), tmp_path / "new" / "report.html")
    page = (tmp_path / "new" / "report.html").read_text(encoding="utf-8")
    harmless(page)
    assert not re.search(r"https?:|//[a-z]", page)
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["report.html"]


FIELDS = [
    "item_text",
    "evidence",
    "dataset",
    "split",
    "corpus",
    "file",
    "item_id",
    "verdict",
    "field",
    "variant",
]


@pytest.mark.parametrize("field", FIELDS)
def test_hostile_texts_are_harmless_and_intact(field: str) -> None:
    rows = [row(item_id=str(number)) | {field: text} for number, text in enumerate(HOSTILE)]
    page = render(table(rows), scan())
    harmless(page)
    side = {"item_text": "item", "evidence": "found"}.get(field)
    found = {text_of(one[side]) if side else one[field] for one in evidence(page)}
    assert found == set(HOSTILE)
    if field in {"dataset", "corpus"}:
        heat = parse(page).xpath("string(//table[@id='heat'])")
        assert [text for text in HOSTILE if text not in heat] == []


def test_hostile_facts_of_the_scan_are_harmless_and_intact() -> None:
    facts = scan(
        corpora=[
            {"corpus": text, "revision": text, "files": 1, "records": 1, "bytes": 1, "problems": [text]}
            for text in HOSTILE
        ],
        datasets=[{"dataset": text, "task": text, "split": text, "rows": 1} for text in HOSTILE],
        thresholds={text: text for text in HOSTILE},
        variants=dict.fromkeys(HOSTILE, 1),
        method="".join(HOSTILE),
    )
    page = render(table([row()]), facts)
    harmless(page)
    text = parse(page).xpath("string(//main)")
    assert [hostile for hostile in HOSTILE if text.count(hostile) < 11] == []


@settings(max_examples=40, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_comes_back(text: str) -> None:
    page = render(table([row(item_text=text, evidence=text, dataset=text)]), scan())
    harmless(page)
    (found,) = evidence(page)
    assert text_of(found["item"]) == text_of(found["found"]) == shown(text, TEXT)


def test_what_acts_unseen_is_written_out() -> None:
    text = "abc\u202edef\u2066 \0\x1b[0m \u200fx\U000e0041"
    page = render(table([row(item_text=text, evidence=text, dataset=text, corpus=text)]), scan())
    assert not re.search("[\0\x1b\u202e\u2066\u200f\U000e0041]", page)
    assert (
        text_of(evidence(page)[0]["item"]) == "abc[U+202E]def[U+2066] [U+0000][U+001B][0m [U+200F]x[U+E0041]"
    )
    assert shown("ab\ncd\tef 👩\u200d🔬 e\u0301") == "ab\ncd\tef 👩\u200d🔬 e\u0301"
    assert shown("\udc80name") == "[U+DC80]name"


def test_a_huge_cell_is_cut_with_a_note() -> None:
    page = render(
        table([row(item_text="肝" * 1_000_000, evidence="a b " * 250_000, file="f" * 1_000_000)]), scan()
    )
    assert len(page.encode()) < 100_000
    (found,) = evidence(page)
    assert len(text_of(found["item"])) == TEXT
    assert found["item"]["cut"] == 1_000_000 - TEXT
    assert found["found"]["cut"] == 1_000_000 - TEXT
    assert found["file"].endswith("… (999,800 more characters)")


def test_the_page_is_bounded_and_says_what_it_leaves_out() -> None:
    rows = [row(item_id=f"own:test:{n}", verdict="partial", score=n / 9000) for n in range(ROWS + 500)]
    rows += [row(item_id="rare", dataset="rare", verdict="source_overlap", score=0.5)]
    page = render(table(rows), scan())
    found = evidence(page)
    assert len(found) == ROWS
    assert found[-1]["item_id"] == "rare"
    assert {f"own:test:{ROWS + 499}", f"own:test:{501}"} <= {one["item_id"] for one in found}
    assert "own:test:500" not in {one["item_id"] for one in found}
    assert "This page holds 3,000 of 3,501 findings" in page
    assert "501 were left out" in page
    kind = {"dataset": "own", "split": "test", "corpus": "some_corpus", "verdict": "partial", "low": False}
    assert left_out(page) == [kind | {"count": 501}]


def test_long_evidence_is_bounded_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "EVIDENCE_BYTES", 1 << 20)
    text = "".join(chr(0x4E00 + n % 5000) for n in range(TEXT))
    rows = [row(item_id=f"own:test:{n}", item_text=text, evidence=text) for n in range(120)]
    page = render(table(rows), scan())
    assert 0.9 * (1 << 20) < len(page.encode()) < 1.1 * (1 << 20)
    assert f"This page holds {len(evidence(page))} of 120 findings" in page


def test_no_findings() -> None:
    for facts in (scan(), scan(corpora=[], datasets=[], thresholds={})):
        page = render(SCHEMA.empty_table(), facts)
        harmless(page)
        assert evidence(page) == []
        assert "left out" not in page
        assert "0 findings" in parse(page).xpath("string(//p[@class='lead'])")


def test_shares_and_verdicts() -> None:
    verdicts = ["exact", "near_duplicate", "suspected", "ngram", "partial"]
    rows = [row(item_id=str(n), verdict=verdict) for n, verdict in enumerate(verdicts)]
    rows += [
        row(item_id="3", corpus="other", verdict="exact", low_confidence=True),
        row(item_id="1", split="dev"),
    ]
    datasets = [
        {"dataset": name, "task": "mcqa", "split": split, "rows": size}
        for name, split, size in (("own", "test", 8), ("own", "dev", 2), ("clean", "test", 5))
    ]
    tree = parse(render(table(rows), scan(datasets=datasets)))
    cells = [
        [cell.text_content().strip() for cell in line.xpath("./th | ./td")]
        for line in tree.xpath("//table[@id='heat']//tr")
    ]
    assert cells == [
        ["Dataset", "Items", "some_corpus", "other"],
        ["clean", "5", "·", "·"],
        ["test", "5", "·", "·"],
        ["own", "10", "40", "10"],
        ["dev", "2", "50", "·"],
        ["test", "8", "37.5", "12.5"],
    ]
    line = tree.xpath("//table[@class='breakdown']//tr[th[.='own']]/td")
    assert [cell.text_content().strip() for cell in line] == ["10", "", "3", "1", "1", "0", "1", "0", "1"]
    assert len(line[1].xpath(".//i")) == 4


def test_a_corpus_that_could_not_be_read_is_no_clean_one() -> None:
    facts = scan()
    broken = facts["corpora"][0] | {
        "corpus": "broken",
        "records": 1,
        "bytes": 0,
        "problems": ["a.xls: no text"],
    }
    facts["corpora"].append(broken)
    tree = parse(render(table([row()]), facts))
    line = tree.xpath("//table[@id='heat']//tr[th[.='own']]/td")
    assert [cell.text_content().strip() for cell in line] == ["8", "12.5", "unread"]
    assert "unread: no record" in tree.xpath("string(//main)")


def test_a_text_as_long_as_findings_keep_is_marked_as_cut() -> None:
    rows = [row(item_id=str(size), item_text="肝" * size) for size in (SNIPPET - 1, SNIPPET)]
    found = {one["item_id"]: one["item"]["more"] for one in evidence(render(table(rows), scan()))}
    assert found == {"599": False, "600": True}


def test_a_dataset_that_the_scan_does_not_name_has_no_share() -> None:
    tree = parse(render(table([row(dataset="unnamed", verdict="declared")]), scan()))
    (button,) = tree.xpath("//table[@id='heat']//tr[th[.='unnamed']]//button")
    assert button.text == "0"
    assert "declared" in tree.xpath("string(//dl[@class='legend'])")


def test_problems_are_listed_up_to_a_bound() -> None:
    facts = scan()
    facts["corpora"][0]["problems"] = [f"file {n}: cut in the middle" for n in range(250)]
    text = parse(render(SCHEMA.empty_table(), facts)).xpath("string(//main)")
    assert "250 problems in some_corpus" in text
    assert "file 199: cut" in text
    assert "file 200: cut" not in text
    assert "50 more" in text


def test_nulls_and_numbers_that_are_none() -> None:
    bare = dict.fromkeys(SCHEMA.names, None) | {"dataset": "own", "corpus": "model", "verdict": "declared"}
    (found,) = evidence(render(table([bare]), scan()))
    assert (found["score"], found["record"], found["file"], found["low"]) == (0, 0, "", False)
    assert found["item"]["parts"] == [""]
    page = render(pa.Table.from_pylist([row(score=float("nan"))], schema=SCHEMA), scan())
    assert "NaN" not in json.dumps(evidence(page))


@pytest.mark.parametrize(
    ("one", "other", "pieces"),
    [
        ("the liver of mice", "A LIVER, of mice!", ["the ", "liver of mice", ""]),
        ("肝炎的治疗方法", "問：肝炎的治療。", ["", "肝炎的治疗", "方法"]),
        ("p53", "is P53 a gene", ["", "p53", ""]),
        ("nothing in common here", "all of it is other", ["nothing in common here"]),
        ("a b c x d e f", "d e f y a b c", ["", "a b c", " x ", "d e f", ""]),
        ("", "some words", [""]),
    ],
)
def test_common_runs_are_marked(one: str, other: str, pieces: list[str]) -> None:
    ours, theirs = marked(one, other)
    assert ours == pieces
    assert "".join(theirs) == other


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60), st.text(max_size=60))
def test_marking_loses_nothing(one: str, other: str) -> None:
    one, other = (text.encode("utf-8", "ignore").decode() for text in (one, other + one[:20]))
    ours, theirs = marked(one, other)
    assert ("".join(ours), "".join(theirs)) == (one, other)
    assert len(ours) % 2 == len(theirs) % 2 == 1
