from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bioclue_data.errors import UsageError
from bioclue_data.export import pubtator
from bioclue_data.readers import pubtator as reader
from bioclue_data.readers.document import Sources
from bioclue_data.sources.files import SourceFile
from tests.exporting import NAMES, Row, content, mentions, row, texts
from tests.reader_files import documents

PREFIXES = {"MESH:": "MESH", "OMIM:": "OMIM", "": "MESH"}
CONCEPTS = {"prefixes": PREFIXES, "composite": ["|"], "alternative": [","], "nil": "-"}
# Ids differ between the vocabularies: the reader asks which one a bare id is of.
IDS = st.sampled_from([("MESH", "D1"), ("MESH", "甲 2"), ("OMIM", "10:2")])
ROLES = ["chemical", "disease"]
T, A = {"id": "t", "type": "title"}, {"id": "a", "type": "abstract"}
PASSAGES = [{**T, "start": 0, "end": 3}, {**A, "start": 4, "end": 10}]
TEA = {"id": "T1", "type": "Drink", "spans": [{"start": 0, "end": 3}], "text": "Tea"}


def there_and_back(task: str, rows: list[Row], joiner: str = "\n") -> list[Row]:
    options: dict[str, Any] = {"joiner": joiner, "concepts": CONCEPTS}
    if task == "re":
        options["relations"] = {"roles": ROLES}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "out.pubtator"
        pubtator.write(rows, path, task)
        found = documents(reader, Sources([SourceFile(path.name, path, "0" * 12)]), **options)
    return [{"name": document.source_id, **content(task, document.layers)} for document in found]


@st.composite
def norms(draw: st.DrawFn) -> list[Row] | None:
    groups = draw(st.none() | st.lists(st.lists(IDS | st.none(), min_size=1, max_size=2), max_size=2))
    if groups is None:
        return None
    parts = [(group, part) for group, found in enumerate(groups) for part in found]
    return [
        {"group": group, "db": part[0], "id": part[1], "relation": "exact"}
        if part
        else {"group": group, "db": "MESH", "id": None, "relation": "nil"}
        for group, part in parts
    ]


@st.composite
def layers(draw: st.DrawFn, task: str, joiner: str) -> Row:
    title, abstract = draw(st.tuples(texts(least=0), texts(least=0)).filter(any))
    text = f"{title}{joiner}{abstract}" if abstract else title
    passages = [{**T, "start": 0, "end": len(title)}, {**A, "start": len(title) + 1, "end": len(text)}]
    entities = draw(mentions(text, 1))
    kept = [entity for entity in entities if "\n" not in entity["text"]]
    for number, entity in enumerate(kept, 1):
        entity.update(id=f"T{number}", norms=draw(norms()))
    found = {"text": text, "passages": [p for p in passages if p["end"] > p["start"]], "entities": kept}
    if task == "re":
        pairs = draw(st.lists(st.tuples(NAMES, IDS, IDS), max_size=3))
        found["relations"] = [
            {
                "id": f"R{number}",
                "type": kind,
                "args": [_argument(*pair) for pair in zip(ROLES, ids, strict=True)],
            }
            for number, (kind, *ids) in enumerate(pairs, 1)
        ]
    return found


def _argument(role: str, concept: tuple[str, str]) -> Row:
    return {"role": role, "kind": "concept", "ref": ":".join(concept)}


@pytest.mark.parametrize("joiner", ["\n", " "])
@pytest.mark.parametrize("task", ["ner", "nen", "re"])
def test_what_pubtator_holds_comes_back(task: str, joiner: str) -> None:
    @settings(max_examples=50, deadline=None)
    @given(st.lists(layers(task, joiner), max_size=3))
    def check(items: list[Row]) -> None:
        rows = [row(task, f"d:train:{number}", **found) for number, found in enumerate(items)]
        expected = [{"name": str(n), **content(task, found)} for n, found in enumerate(items)]
        assert there_and_back(task, rows, joiner) == expected

    check()


def refused(tmp_path: Path, task: str, *, text: str = "Tea\nhelps.", **columns: Any) -> str:
    found = row(task, "d:train:x9", text=text, **{"passages": PASSAGES, **columns})
    with pytest.raises(UsageError) as caught:
        pubtator.write([found], tmp_path / "out", task)
    assert caught.value.where == "d:train:x9"
    return caught.value.what


def test_the_file_as_it_is_written(tmp_path) -> None:
    given_norms = [
        {"group": 0, "db": "MESH", "id": "D1", "relation": "exact"},
        {"group": 0, "db": "OMIM", "id": "7", "relation": "exact"},
        {"group": 1, "db": "MESH", "id": "D2", "relation": "exact"},
    ]
    args = [_argument("chemical", ("MESH", "D1")), _argument("disease", ("OMIM", "7"))]
    columns = {
        "entities": [{**TEA, "norms": given_norms}],
        "relations": [{"id": "r", "type": "CID", "args": args}],
    }
    one = {**row("re", text="Tea\nhelps.", passages=PASSAGES, **columns), "document_id": "77"}
    pubtator.write([one], tmp_path / "out", "re")
    lines = [
        "77|t|Tea",
        "77|a|helps.",
        "77\t0\t3\tTea\tDrink\tMESH:D1|OMIM:7,MESH:D2",
        "77\tCID\tMESH:D1\tOMIM:7",
    ]
    assert (tmp_path / "out").read_bytes().decode() == "\n".join([*lines, "", ""])


@pytest.mark.parametrize(
    ("passages", "text", "what"),
    [
        (None, "Tea\nhelps.", "found none"),
        ([{**T, "type": "Methods", "start": 0, "end": 3}], "Tea", "found Methods"),
        (PASSAGES, "Tea\thelps.", "not title and abstract"),
        (PASSAGES, "Tea\nhelps. More", "not title and abstract"),
        (PASSAGES, "Tea\nhel\rs.", "line break"),
        (PASSAGES, "T\na helps.", "line break"),
    ],
)
def test_texts_that_are_no_title_and_abstract(tmp_path, passages, text, what) -> None:
    assert what in refused(tmp_path, "ner", text=text, passages=passages, entities=[])


@pytest.mark.parametrize(
    ("mention", "what"),
    [
        ({"spans": [{"start": 0, "end": 1}, {"start": 2, "end": 3}]}, "2 spans"),
        ({"text": "a\tb"}, "a tab"),
        ({"type": "a\nb"}, "a tab"),
        ({"norms": [{"group": 0, "db": "A", "id": "1,2", "relation": "exact"}]}, "concept"),
        ({"norms": [{"group": 0, "db": "A:B", "id": "1", "relation": "exact"}]}, "vocabulary"),
        ({"norms": [{"group": 0, "db": "A", "id": "1", "relation": "related"}]}, "related"),
        ({"norms": [{"group": 0, "db": "A", "name": "b", "relation": "exact"}]}, "no id"),
    ],
)
def test_mentions_that_pubtator_cannot_hold(tmp_path, mention, what) -> None:
    assert what in refused(tmp_path, "nen", entities=[{**TEA, **mention}])


def relation(kind: str, *args: Row) -> Row:
    return {"id": "R1", "type": kind, "args": list(args)}


ONE, OTHER = _argument("a", ("MESH", "D1")), _argument("b", ("MESH", "D2"))


@pytest.mark.parametrize(
    ("relations", "what"),
    [
        ([relation("CID", ONE)], "two concepts"),
        ([relation("CID", ONE, {**OTHER, "kind": "entity", "ref": "T1"})], "two concepts"),
        ([relation("7", ONE, OTHER)], "offset"),
        ([relation("CID", ONE, OTHER), relation("CID", OTHER, ONE)], "the roles are b, a"),
    ],
)
def test_relations_that_pubtator_cannot_hold(tmp_path, relations, what) -> None:
    assert what in refused(tmp_path, "re", entities=[], relations=relations)


def test_withheld_gold_and_a_document_in_two_rows_are_refused(tmp_path) -> None:
    assert "withheld" in refused(tmp_path, "ner")
    one = row("ner", text="Tea\nhelps.", passages=PASSAGES, entities=[])
    with pytest.raises(UsageError, match="another row"):
        pubtator.write([one, one], tmp_path / "out", "ner")
