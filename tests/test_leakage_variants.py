"""Items in other words or another language, looked for beside the items as they are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioclue_data.errors import UsageError
from bioclue_data.leakage import run
from bioclue_data.leakage.fields import FIELDS
from bioclue_data.leakage.rows import Row, Rows, changed, said_in, together
from bioclue_data.leakage.variants import Variants
from tests.leakage import QUESTIONS, SCAN, Command, corpus, exact, findings, lines, records, rows
from tests.own import Own
from tests.test_leakage_rows import TASKS, expected, listed, rows_of

pytest_plugins = ("tests.leakage_fixtures",)

CHINESE = "岛上的水手牙龈出血并且牙齿松动，首先应当给他补充哪一种维生素？"
REWORDED = "What vitamin ought a mariner whose gums bleed and whose teeth wobble to get before all others?"
PLAIN = "own:test:0", "own:test:1", "own:test:3"


def variants(folder: Path, *told: dict[str, Any], fields: tuple[str, ...] = ()) -> Variants:
    path = folder / "variants.jsonl"
    path.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in told), encoding="utf-8")
    return Variants(path, fields)


def put(here: Path, *texts: str) -> None:
    (here / "corpus/other.jsonl").write_text(lines([{"text": text} for text in texts]), encoding="utf-8")


# From the command line


def test_an_item_is_found_in_other_words_and_another_language(here: Path, bioclue: Command) -> None:
    put(here, CHINESE, CHINESE, REWORDED)
    (here / "corpus/good.jsonl").write_text(lines(records(2)), encoding="utf-8")
    assert bioclue(*SCAN, "corpus").code == 0
    assert exact() == ["1"]
    variants(
        here,
        {"item_id": 0, "variant": "translation", "q": CHINESE},
        {"item_id": "0", "variant": "paraphrase", "q": REWORDED},
        {"item_id": 2, "q": "There is nothing of these many words to be seen in any of the corpora here."},
    )
    done = bioclue(*SCAN, "corpus", "--variants", "variants.jsonl", "--json")
    assert done.code == 0, done.err
    found, other = findings()
    assert (found["item_id"], found["verdict"], found["variant"]) == ("0", "exact", "translation")
    assert (found["item_text"], found["records"], found["field"]) == (CHINESE, 2, "question")
    assert CHINESE in found["evidence"]
    assert (other["item_id"], other["variant"]) == ("1", "")
    assert all(row["method"].endswith("+variants") for row in (found, other))
    told = json.loads(done.out)
    assert told["variants"] == {"paraphrase": 1, "translation": 1, "variant": 1}
    assert told["datasets"][0]["rows"] == 3
    assert {row["variant"]: row["rows"] for row in told["findings"]} == {"translation": 1, "": 1}
    page = (here / "leakage/report.html").read_text(encoding="utf-8")
    assert '"variant":"translation"' in page
    assert "<bdi>paraphrase</bdi> 1" in page


def test_the_terminal_says_in_which_words(here: Path, bioclue: Command) -> None:
    put(here, CHINESE)
    variants(here, {"item_id": 0, "variant": "translation", "q": CHINESE, "by": "me"})
    (here / "corpus/good.jsonl").unlink()
    done = bioclue(*SCAN, "corpus", "--variants", "variants.jsonl")
    assert "exact (translation)" in done.out
    assert "3 rows and 1 variant checked against 1 records" in done.err
    assert "by: no column of the items, left out" in done.err


def test_papers_count_the_item_as_it_is(here: Path, bioclue: Command) -> None:
    put(here, CHINESE)
    variants(here, {"item_id": 0, "q": CHINESE}, {"item_id": 1, "q": QUESTIONS[2] + "请回答"})
    done = bioclue(*SCAN, "corpus", "--variants", "variants.jsonl", "--json")
    counted = {row["corpus"]: row["gpt3"] for row in json.loads(done.out)["views"]}
    assert counted == {"corpus": 2}  # items 0 and 1 stand there as they are
    (here / "corpus/good.jsonl").unlink()
    done = bioclue(*SCAN, "corpus", "--variants", "variants.jsonl", "--json")
    view = json.loads(done.out)["views"]
    assert [row["gpt3"] for row in view] == [0]
    assert findings()[0]["longest"] == 0


def test_options_are_those_of_the_item_unless_others_are_told(here: Path, bioclue: Command) -> None:
    short = "缺哪种维生素？"
    put(here, f"{short} A. 抗坏血酸 B. 硫胺素")
    asked = (
        "leakage",
        "scan",
        "items.jsonl",
        "--fields",
        "q,o",
        "--offline",
        "--corpus",
        "corpus/other.jsonl",
    )
    variants(here, {"item_id": 0, "q": short, "o": ["抗坏血酸", "硫胺素"]})
    assert bioclue(*asked, "--variants", "variants.jsonl").code == 0
    assert [(row["verdict"], row["low_confidence"]) for row in findings()] == [("exact", False)]
    variants(here, {"item_id": 0, "q": short})
    assert bioclue(*asked, "--variants", "variants.jsonl").code == 0
    assert [(row["verdict"], row["low_confidence"]) for row in findings()] == [("exact", True)]


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"variant": "translation", "q": CHINESE}, "record 1 has no item_id"),
        ({"item_id": 7, "q": CHINESE}, "no row that is checked is called 7"),
        ({"item_id": 1, "o": ["one", "two"]}, "fill q"),
        ({"item_id": 1, "q": "？！"}, "fill q"),
    ],
)
def test_a_variant_of_nothing_is_an_error(
    told: dict[str, Any], said: str, here: Path, bioclue: Command
) -> None:
    variants_of = [{"item_id": 0, "q": CHINESE}, told]
    (here / "variants.jsonl").write_text("".join(json.dumps(one) + "\n" for one in variants_of))
    done = bioclue(
        "leakage",
        "scan",
        "items.jsonl",
        "--fields",
        "q,o",
        "--corpus",
        "corpus",
        "--variants",
        "variants.jsonl",
    )
    assert done.code == 2
    assert said in done.err
    assert "variants.jsonl" in done.err
    assert "record 1" in done.err
    assert not (here / "leakage").exists()


def test_a_file_without_records_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no records"):
        variants(tmp_path)


def test_rows_of_a_folder_are_flagged_by_their_variants(own: Own, bioclue: Command) -> None:
    here = own.root
    path = next((here / "bioclue").rglob("train-*.parquet"))
    row = pq.read_table(path).to_pylist()[0]
    put(here, CHINESE)
    (here / "corpus/good.jsonl").unlink()
    variants(here, {"item_id": row["item_id"], "variant": "translation", "text": CHINESE})
    scan = (
        "leakage",
        "scan",
        "bioclue",
        "--corpus",
        "corpus",
        "--offline",
        "--records",
        "records",
        "--write",
    )
    done = bioclue(*scan, "--variants", "variants.jsonl")
    assert done.code == 0, done.err
    flagged = pq.read_table(path).to_pylist()
    assert [[leak["verdict"] for leak in one["leakage"]] for one in flagged] == [["exact"], [], []]
    assert all(one["leakage_checked"][0].endswith("+variants") for one in flagged)
    variants(here, {"item_id": "none", "text": CHINESE})
    done = bioclue(*scan, "--variants", "variants.jsonl")
    assert done.code == 2
    assert "as its table has it" in done.err


# What is looked for


def test_the_items_themselves_are_judged_as_without_variants(tmp_path: Path) -> None:
    some = rows()
    told = [{"item_id": f"own:test:{n}", "question": text + " 好吗"} for n, text in enumerate(QUESTIONS)]
    own = variants(tmp_path, *told, {"item_id": "own:test:0", "question": CHINESE})
    source = corpus(tmp_path / "corpus")
    plain, _ = run.check(some, [source])
    beside, summary = run.check(own.beside(some), [source])
    names = [name for name in plain.schema.names if name != "method"]
    assert beside.select(names).equals(plain.select(names))
    assert len(plain) == len(QUESTIONS)
    assert summary.datasets[0]["rows"] == len(QUESTIONS)
    assert summary.variants == {"variant": len(QUESTIONS) + 1}


def test_variants_stand_behind_their_table_those_of_a_name_together(tmp_path: Path) -> None:
    some = [*rows(4), *(row._replace(split="train", item_id=f"t{n}") for n, row in enumerate(rows(2)))]
    told = [
        {"item_id": item, "variant": name, "question": f"{name} of {item} in many words"}
        for item in (*PLAIN, "t1")
        for name in ("zh", "again")
    ]
    parts = list(variants(tmp_path, *told).beside(some))
    order = [(key.split, key.variant, key.item_id) for part in parts for key in part.keys]
    assert order == [
        *(("test", "", f"own:test:{n}") for n in range(4)),
        *(("test", name, item) for name in ("again", "zh") for item in PLAIN),
        *(("train", "", f"t{n}") for n in range(2)),
        *(("train", name, "t1") for name in ("again", "zh")),
    ]
    populations = [key.population for part in parts for key in part.keys]
    assert len(set(populations)) == 6


def test_another_text_of_a_variant_is_looked_for_again(here: Path, bioclue: Command) -> None:
    put(here, CHINESE)
    variants(here, {"item_id": 2, "q": REWORDED})
    assert bioclue(*SCAN, "corpus", "--variants", "variants.jsonl").code == 0
    assert exact() == ["0", "1"]
    variants(here, {"item_id": 2, "q": CHINESE})
    assert bioclue(*SCAN, "corpus", "--variants", "variants.jsonl").code == 0
    assert exact() == ["0", "1", "2"]
    assert bioclue(*SCAN, "corpus").code == 0
    assert exact() == ["0", "1"]


def test_half_of_a_pair_in_other_words(tmp_path: Path) -> None:
    pair = {"text_a": QUESTIONS[0], "text_b": QUESTIONS[1]}
    some = [Row("0" * 64, "own:0", "own", "test", "sts", False, pair)]
    own = variants(tmp_path, {"item_id": "own:0", "variant": "zh", "text_a": CHINESE, "text_b": ""})
    (tmp_path / "c.jsonl").write_text(lines([{"a": CHINESE, "b": QUESTIONS[1]}]), encoding="utf-8")
    source = run.Source("own", "0", (str(tmp_path / "c.jsonl"),))
    found, _ = run.check(own.beside(some), [source])
    assert found.select(["verdict", "variant"]).to_pylist() == [{"verdict": "exact", "variant": "zh"}]
    found, _ = run.check(some, [source])
    assert found["verdict"].to_pylist() == ["partial"]


def by_the_book(row: Row, other: Row) -> Row:
    """The row with the columns of the other one; of elements only the texts are others."""
    columns = dict(row.fields)
    for field in said_in(row.task, other.fields):
        name = field.path.removesuffix(".text")
        columns[name] = other.fields[name]
    return row._replace(fields=columns)


@given(rows_of(st.sampled_from([task for task in TASKS if task != "nen"])), st.data())
def test_what_is_said_otherwise_takes_the_place_of_what_the_row_has(
    some: list[Row], data: st.DataObject
) -> None:
    if not some:
        return
    whole = next(together(some))
    places = data.draw(st.lists(st.sampled_from(range(len(some))), min_size=1))
    others = []
    for place in places:
        task = some[place].task
        names = sorted({field.path.removesuffix(".text") for field in FIELDS[task]})
        drawn = data.draw(rows_of(st.just(task)).filter(bool))[0].fields
        chosen = data.draw(st.sets(st.sampled_from(names)))
        others.append(some[place]._replace(fields={name: drawn[name] for name in chosen}))
    made = changed(whole, places, others)
    assert made.keys == others
    books = [by_the_book(some[place], other) for place, other in zip(places, others, strict=True)]
    assert listed(made) == expected(books)


def test_ids_of_concepts_stay_where_mentions_are_in_other_words() -> None:
    entity = {"text": "blue knee", "norms": [{"name": "genu caeruleum", "id": "Z00123"}]}
    row = Row("", "own:0", "own", "test", "nen", False, {"text": "My blue knee hums.", "entities": [entity]})
    other = row._replace(fields={"text": "我的蓝膝在唱歌。", "entities": [{"text": "蓝膝"}]}, variant="zh")
    made: Rows = changed(next(together([row])), [0], [other])
    assert made.texts.to_pylist() == ["我的蓝膝在唱歌。", "蓝膝", "genu caeruleum", "Z00123"]
    assert np.array_equal(made.owners, [0, 0, 0, 0])
