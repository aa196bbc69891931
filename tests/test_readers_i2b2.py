from __future__ import annotations

import pytest

from bioclue_data.errors import SourceError
from bioclue_data.readers import i2b2
from bioclue_data.readers.document import Document, Sources
from tests.reader_files import documents, printed, refuses_unknown_options, slices, write

TEXT = "NOTE\nMr. Pot has  a Blue Knee .\nTeapotin cured it , twice on monday and\nfriday .\n"
CON = (
    'c="a blue knee" 2:3 2:5||t="problem"\n'
    'c="teapotin" 3:0 3:0||t="treatment"\n'
    'c="mr. pot" 2:0 2:1||t="person"\n'
    'c="it" 3:2 3:2||t="pronoun"\n'
)


def read(folder, files: dict[str, str], side: dict[str, str] | None = None, **options) -> list[Document]:
    sources = Sources(write(folder, files), side={"texts": write(folder / "side", side or {})})
    return documents(i2b2, sources, **options)


def one(folder, files: dict[str, str], **options) -> Document:
    [found] = read(folder, {"x/txt/7.txt": TEXT, **files}, **options)
    return found


def test_words_are_counted_in_lines_and_case_is_the_texts(tmp_path) -> None:
    found = one(tmp_path, {"x/concept/7.con": CON})
    assert slices(found) == printed(found) == ["a Blue Knee", "Teapotin", "Mr. Pot", "it"]
    assert [e["type"] for e in found.layers["entities"]] == ["problem", "treatment", "person", "pronoun"]
    assert found.layers["text"] == TEXT
    assert found.layers.keys() == {"text", "entities"}


def test_a_text_that_differs_is_kept_as_printed(tmp_path) -> None:
    found = one(tmp_path, {"7.con": 'c="a red knee" 2:3 2:5||t="problem"\n'})
    assert printed(found) == ["a red knee"]
    assert slices(found) == ["a Blue Knee"]


def test_assertions_are_attributes_and_relations_point_to_mentions(tmp_path) -> None:
    ast = 'c="a blue knee" 2:3 2:5||t="problem"||a="absent"\n'
    rel = 'c="teapotin" 3:0 3:0||r="TrIP"||c="a blue knee" 2:3 2:5\n'
    found = one(tmp_path, {"c/7.con": CON, "a/7.ast": ast, "r/7.rel": rel})
    assert found.layers["entities"][0]["attributes"] == [{"name": "assertion", "value": "absent"}]
    assert found.layers["relations"] == [
        {
            "id": "R1",
            "type": "TrIP",
            "args": [
                {"role": "Arg1", "kind": "entity", "ref": "T2"},
                {"role": "Arg2", "kind": "entity", "ref": "T1"},
            ],
        }
    ]


def test_a_mention_behind_the_end_of_its_line_ends_there(tmp_path) -> None:
    found = one(tmp_path, {"7.m": 'm="monday and gladly" 3:6 3:8||do="nm"\n'})
    assert (slices(found), printed(found)) == (["monday and"], ["monday and gladly"])
    assert [(r.rule, r.place) for r in found.remarks] == [("R2", "7.m, line 1")]


@pytest.mark.parametrize("places", ["9:0 9:0", "3:99 3:99", "0:0 0:0", "3:2 9:0"])
def test_what_points_at_no_word_is_left_out_and_remarked(tmp_path, places) -> None:
    files = {"7.con": f'c="it" {places}||t="pronoun"\n' + CON, "7.chains": f'c="it" {places}||t="x"\n'}
    found = one(tmp_path, files)
    assert printed(found) == ["a Blue Knee", "Teapotin", "Mr. Pot", "it"]
    assert found.layers["corefs"] == []
    assert {r.rule for r in found.remarks} == {"R3"}
    [entry] = one(tmp_path / "m", {"7.m": f'm="teapotin" 3:0 3:0||do="x" {places}\n'}).layers["relations"]
    assert [argument["role"] for argument in entry["args"]] == ["m"]


def test_a_file_without_lines_says_that_there_is_nothing(tmp_path) -> None:
    found = one(tmp_path, {"7.con": "", "7.rel": ""})
    assert (found.layers["entities"], found.layers["relations"]) == ([], [])


def test_what_refers_to_no_mention_is_left_out_and_remarked(tmp_path) -> None:
    rel = 'c="friday" 4:0 4:0||r="TrIP"||c="a blue knee" 2:3 2:5\n'
    ast = 'c="friday" 4:0 4:0||t="problem"||a="absent"\n'
    chains = 'c="friday" 4:0 4:0||c="it" 3:2 3:2||t="coref problem"\n'
    found = one(tmp_path, {"7.con": CON, "7.rel": rel, "7.ast": ast, "7.chains": chains})
    assert (found.layers["relations"], found.layers["corefs"]) == ([], [])
    assert [r.rule for r in found.remarks] == ["R3", "R3", "R3"]


def test_chains_are_sets_of_mentions(tmp_path) -> None:
    chains = 'c="a blue knee" 2:3 2:5||c="it" 3:2 3:2||c="it" 3:2 3:2||t="coref problem"\n'
    found = one(tmp_path, {"7.txt.con": CON, "7.txt.chains": chains})
    assert found.layers["corefs"] == [{"id": "C1", "type": "coref problem", "members": ["T1", "T4"]}]
    alone = one(tmp_path, {"7.con": CON, "7.chains": 'c="it" 3:2 3:2||t="coref problem"\n'})
    assert [r.rule for r in alone.remarks] == ["R3"]


@pytest.mark.parametrize("places", ["3:4 3:6,4:0 4:0", "3:4 3:6 4:0 4:0"])
def test_an_entry_is_one_relation_with_its_notes(tmp_path, places) -> None:
    first = f'm="teapotin" 3:0 3:0||do="nm"||f="twice on monday...friday" {places}||ln="list"\n'
    second = 'm="teapotin" 3:0 3:0|| |r="knee" 2:5 2:5||du="nm"\n'.replace("|| |", "|||")
    found = one(tmp_path, {"7_gold.entries": first + second})
    assert [e["type"] for e in found.layers["entities"]] == ["m", "f", "r"]
    assert found.layers["entities"][0]["text"] == "Teapotin"
    entries = [[(a["role"], a["ref"]) for a in r["args"]] for r in found.layers["relations"]]
    assert entries == [[("m", "T1"), ("f", "T2")], [("m", "T1"), ("r", "T3")]]
    assert [r["attributes"] for r in found.layers["relations"]] == [[{"name": "ln", "value": "list"}], []]


def test_pieces_that_the_source_joins_by_dots_are_spans(tmp_path) -> None:
    entry = 'm="teapotin" 3:0 3:0||f="twice on...friday" 3:4 3:5,4:0 4:0\n'
    found = one(tmp_path, {"7.m": entry})
    assert printed(found) == slices(found) == ["Teapotin", "twice on friday"]
    assert len(found.layers["entities"][1]["spans"]) == 2


def test_texts_may_come_from_the_side_source(tmp_path) -> None:
    side = {"texts/7": TEXT, "texts/8": TEXT, "texts/7.con": CON}
    [found] = read(tmp_path, {"gold/7.chains": ""}, side)
    assert (found.source_id, found.file) == ("7", "gold/7.chains")
    assert len(found.layers["entities"]) == 4


def test_a_text_without_annotations_has_no_layers(tmp_path) -> None:
    assert one(tmp_path, {}).layers == {"text": TEXT}


def test_hidden_and_ignored_files_are_passed_over(tmp_path) -> None:
    found = read(tmp_path, {"7.txt": TEXT, "._7.txt": "x", "7.pairs": "x"}, ignore=[".pairs"])
    assert [d.layers["text"] for d in found] == [TEXT]


@pytest.mark.parametrize(
    ("name", "line", "what"),
    [
        ("7.con", 'c="it" 3:2||t="x"', "without an end"),
        ("7.con", 'c="it"||t="x"', "c has no position"),
        ("7.con", 'c="it" 3:2 3:2', "no field t"),
        ("7.con", "it 3:2", "is no field"),
        ("7.m", 'do="it" 3:2 3:2', "no field m"),
    ],
)
def test_broken_lines_are_refused(tmp_path, name, line, what) -> None:
    with pytest.raises(SourceError) as caught:
        one(tmp_path, {name: f"{line}\n"})
    assert what in caught.value.what
    assert caught.value.where == f"{name}, line 1"


def test_annotations_without_a_text_are_refused(tmp_path) -> None:
    with pytest.raises(SourceError, match="no text '7'"):
        read(tmp_path, {"7.con": CON})


def test_unknown_options_are_refused() -> None:
    refuses_unknown_options("i2b2")
