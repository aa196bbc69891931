from __future__ import annotations

import re

import pytest

from bioclue_data.readers import abstracts_tsv
from tests.reader_files import printed, read, refused, refuses_unknown_options, slices

ABSTRACTS = "7\tTeapot fever\tTea heals.\n8\t茶\t\n"
ENTITIES = "7\tT1\tDISEASE\t0\t12\tTeapot fever\n7\tT2\tDRUG\t13\t16\tTea\n"
RELATIONS = "7\tHEALS\tArg1:T2\tArg2:T1\n"
FILES = {"x_abstracts.tsv": ABSTRACTS, "x_entities.tsv": ENTITIES, "x_relations.tsv": RELATIONS}


def test_the_three_files_become_documents(tmp_path) -> None:
    first, second = read(abstracts_tsv, tmp_path, FILES)
    assert first.layers["text"] == "Teapot fever\nTea heals."
    assert [(p["type"], p["start"], p["end"]) for p in first.layers["passages"]] == [
        ("title", 0, 12),
        ("abstract", 13, 23),
    ]
    assert slices(first) == printed(first) == ["Teapot fever", "Tea"]
    assert first.layers["relations"] == [
        {
            "id": "R1",
            "type": "HEALS",
            "args": [
                {"role": "Arg1", "kind": "entity", "ref": "T2"},
                {"role": "Arg2", "kind": "entity", "ref": "T1"},
            ],
        }
    ]
    assert (first.source_id, first.file, first.locator) == ("7", "x_abstracts.tsv", "line 1")
    assert (second.layers["text"], second.layers["entities"], second.layers["relations"]) == ("茶", [], [])


def test_a_split_without_relations_has_no_such_layer(tmp_path) -> None:
    first, _ = read(abstracts_tsv, tmp_path, {k: v for k, v in FILES.items() if "relations" not in k})
    assert "relations" not in first.layers
    assert len(first.layers["entities"]) == 2


def test_offsets_of_a_passage_and_other_columns(tmp_path) -> None:
    files = {"abstracts.txt": ABSTRACTS, "annotations.txt": "7\tA\t0\t3\tTea\tDRUG\tsure\n"}
    columns = ["document", "passage", "start", "end", "text", "type", "how"]
    first, _ = read(abstracts_tsv, tmp_path, files, entities="annotations", entity_columns=columns)
    assert slices(first) == ["Tea"]
    assert first.layers["entities"][0]["id"] == "T1"
    assert first.layers["entities"][0]["attributes"] == [{"name": "how", "value": "sure"}]


def test_inclusive_ends_and_attributes_of_relations(tmp_path) -> None:
    files = {**FILES, "x_entities.tsv": "7\tT2\tDRUG\t13\t15\tTea\n"}
    files["x_relations.tsv"] = "7\tG:1\tY \tHEALS\tArg1:T2\tArg2:T2\n"
    columns = ["document", "group", "evaluated", "type", "arg1", "arg2"]
    first, _ = read(abstracts_tsv, tmp_path, files, end_inclusive=True, relation_columns=columns)
    assert slices(first) == ["Tea"]
    assert first.layers["relations"][0]["attributes"] == [
        {"name": "group", "value": "G:1"},
        {"name": "evaluated", "value": "Y "},
    ]


@pytest.mark.parametrize(
    ("name", "line", "what"),
    [
        ("x_abstracts.tsv", "9\tTea\n", "2 columns instead of 3"),
        ("x_entities.tsv", "7\tT9\tDRUG\t0\t3\n", "5 columns instead of 6"),
        ("x_entities.tsv", "9\tT9\tDRUG\t0\t3\tTea\n", "document 9 has no abstract"),
        ("x_entities.tsv", "7\tT9\tDRUG\tx\t3\tTea\n", "'x'"),
        ("x_relations.tsv", "7\tHEALS\tT1\tArg2:T2\n", "'T1' is no argument"),
    ],
)
def test_what_does_not_fit_is_refused(tmp_path, name, line, what) -> None:
    error = refused(abstracts_tsv, tmp_path, {**FILES, name: line + FILES[name]})
    assert re.search(what, error.what)
    assert error.where == f"{name}, line 1"


def test_an_unknown_passage_is_refused(tmp_path) -> None:
    columns = ["document", "passage", "start", "end", "text", "type"]
    files = {"abstracts.txt": ABSTRACTS, "entities.txt": "7\tB\t0\t3\tTea\tDRUG\n"}
    assert "'B'" in refused(abstracts_tsv, tmp_path, files, entity_columns=columns).what


def test_unknown_options_are_refused() -> None:
    refuses_unknown_options("abstracts_tsv")
