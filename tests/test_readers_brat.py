from __future__ import annotations

import re

import pytest

from bioclue_data.readers import brat
from bioclue_data.readers.document import Sources
from tests.reader_files import (
    documents,
    printed,
    read,
    real,
    refused,
    refuses_unknown_options,
    slices,
    write,
)

TEXT = "Tea blocks cough. It blocks sneezes.\n"
A1 = "T1\tDrink 0 3\tTea\nT2\tSymptom 11 16\tcough\nT3\tSymptom 28 35\tsneezes\n"
A2 = (
    "T4\tBlock 4 10\tblocks\n"
    "T5\tPlace 18 20\tIt\n"
    "E1\tBlock:T4 Theme:T2 Theme2:T3 Cause:T1\n"
    "E2\tBlock:T4 \n"
    "E3\tBlock:T4 Theme:E1\n"
    "M1\tNegation E2\n"
    "A1\tCertainty E1 high\n"
    "*\tEquiv T1 T5\n"
)
TASK = {"entities": [".a1"], "events": [".a2"], "equiv": "coref", "ignore": ["LICENSE", "*.conf"]}
FILES = {"train/d1.txt": TEXT, "train/d1.a1": A1, "train/d1.a2": A2}


def only(folder, files, **options):
    [found] = read(brat, folder, files, **options)
    return found


def one(folder, text: str, ann: str, **options):
    return only(folder, {"d.txt": text, "d.ann": ann}, **options)


def test_one_document_from_three_files(tmp_path) -> None:
    found = only(tmp_path, FILES, **TASK)
    assert (found.source_id, found.file, found.document_id) == ("d1", "train/d1.txt", "d1")
    assert found.layers["text"] == TEXT
    assert slices(found) == printed(found)


def test_a_withheld_split_may_lack_the_second_file_of_mentions(tmp_path) -> None:
    files = {"d.txt": TEXT, "d.a1": A1}
    found = only(tmp_path, files, entities=[".a1", ".rel"], relations=[".rel"])
    assert [entity["id"] for entity in found.layers["entities"]] == ["T1", "T2", "T3"]
    assert "relations" not in found.layers


def test_a_relation_may_name_the_trigger_in_place_of_the_event(tmp_path) -> None:
    files = {**FILES, "train/d1.a2": A2 + "R1\tIn Arg1:E3 Arg2:T1\n"}
    options = TASK | {"relations": [".a2"], "relation_events": "trigger"}
    found = only(tmp_path, files, **options)
    assert [entity["id"] for entity in found.layers["entities"]] == ["T1", "T2", "T3", "T4", "T5"]
    [relation] = found.layers["relations"]
    assert [(arg["kind"], arg["ref"]) for arg in relation["args"]] == [("entity", "T4"), ("entity", "T1")]
    assert relation["attributes"] == [{"name": "Arg1", "value": "E3"}]
    assert len(found.layers["events"]) == 3


def test_types_of_passages_are_no_mentions(tmp_path) -> None:
    ann = "T1\tBody 18 36\tIt blocks sneezes.\nT2\tTitle 0 17\tTea blocks cough.\nT3\tDrink 0 3\tTea\n"
    found = one(tmp_path, TEXT, ann, passages=["Title", "Body"])
    assert found.layers["passages"] == [
        {"id": "T2", "type": "Title", "start": 0, "end": 17},
        {"id": "T1", "type": "Body", "start": 18, "end": 36},
    ]
    assert printed(found) == ["Tea"]


def test_vocabularies_bear_our_names(tmp_path) -> None:
    ann = "T1\tDrink 0 3\tTea\nN1\tPlants Annotation:T1 Referent:P:7\nN2\tTeas Annotation:T1 Referent:8\n"
    [tea] = one(tmp_path, TEXT, ann, norms=[".ann"], vocabularies={"Plants": "FLORA"}).layers["entities"]
    assert [(norm["db"], norm["id"]) for norm in tea["norms"]] == [("FLORA", "P:7"), ("Teas", "8")]


def test_triggers_are_no_mentions_but_other_late_spans_are(tmp_path) -> None:
    found = only(tmp_path, FILES, **TASK)
    assert [entity["id"] for entity in found.layers["entities"]] == ["T1", "T2", "T3", "T5"]


def test_events_share_a_trigger_and_refer_to_events(tmp_path) -> None:
    first, second, third = only(tmp_path, FILES, role_digits="strip", **TASK).layers["events"]
    assert {event["trigger_text"] for event in (first, second, third)} == {"blocks"}
    assert first["trigger"] == [{"start": 4, "end": 10}]
    assert [(arg["role"], arg["kind"], arg["ref"]) for arg in first["args"]] == [
        ("Theme", "entity", "T2"),
        ("Theme", "entity", "T3"),
        ("Cause", "entity", "T1"),
    ]
    assert second["args"] == []
    assert third["args"] == [{"role": "Theme", "kind": "event", "ref": "E1"}]


def test_role_digits_may_stay_and_roles_be_renamed(tmp_path) -> None:
    [first, *_] = only(tmp_path, FILES, roles={"Theme2": "Second"}, **TASK).layers["events"]
    assert [arg["role"] for arg in first["args"]] == ["Theme", "Second", "Cause"]


def test_attributes_belong_to_events_and_mentions(tmp_path) -> None:
    events = only(tmp_path, FILES, **TASK).layers["events"]
    assert events[0]["attributes"] == [{"name": "Certainty", "value": "high"}]
    assert events[1]["attributes"] == [{"name": "Negation", "value": "true"}]
    found = one(tmp_path, "Tea", "T1\tX 0 3\tTea\nA1\tOptional T1\n")
    assert found.layers["entities"][0]["attributes"] == [{"name": "Optional", "value": "true"}]


def test_equivalences_are_coreference_sets(tmp_path) -> None:
    found = only(tmp_path, FILES, **TASK)
    assert found.layers["corefs"] == [{"id": "*1", "type": "Equiv", "members": ["T1", "T5"]}]


def test_or_relations_of_any_size(tmp_path) -> None:
    ann = "T1\tX 0 3\tTea\nT2\tX 4 7\tmug\nT3\tX 8 11\tpot\n*\tOR T1 T2 T3\nR1\tIn Arg1:T1 Arg2:T2\t\n"
    found = one(
        tmp_path,
        "Tea mug pot",
        ann,
        equiv="relation",
        relations=[".ann"],
        roles={"Arg1": "what", "Arg2": "where"},
    )
    assert [(r["id"], r["type"], [a["role"] for a in r["args"]]) for r in found.layers["relations"]] == [
        ("R1", "In", ["what", "where"]),
        ("*1", "OR", ["Arg", "Arg", "Arg"]),
    ]


def test_a_split_without_gold_files_lacks_the_layers(tmp_path) -> None:
    found = only(tmp_path, {"d1.txt": TEXT, "d1.a1": A1, "LICENSE": "free", "x.conf": ""}, **TASK)
    assert found.layers.keys() == {"text", "entities"}
    empty = only(tmp_path, {"e/d1.txt": TEXT, "e/d1.a1": A1, "e/d1.a2": ""}, **TASK)
    assert (empty.layers["events"], empty.layers["corefs"]) == ([], [])


def test_discontinuous_mentions_are_sorted(tmp_path) -> None:
    ann = "T1\tX 0 3;8 13\thot drink\nT2\tX 8 13;4 7\tdrink tea\n"
    found = one(tmp_path, "hot tea drink", ann)
    assert [len(entity["spans"]) for entity in found.layers["entities"]] == [2, 2]
    assert slices(found) == ["hot drink", "tea drink"]
    assert printed(found) == ["hot drink", "drink tea"]  # rule I3 reports the second


def test_carriage_returns_count(tmp_path) -> None:
    found = one(tmp_path, "茶。\r\n𝛼壶。\r\n", "T1\tX 0 1\t茶\r\nT2\tX 4 6\t𝛼壶\r\n")
    assert found.layers["text"] == "茶。\r\n𝛼壶。\r\n"
    assert slices(found) == printed(found) == ["茶", "𝛼壶"]


def test_ids_need_not_be_numbers(tmp_path) -> None:
    ann = "T2_cup\tX 0 3\tTea\nT3_merge\tX 4 7\tpot\nR1_m\tIn Arg1:T2_cup Arg2:T3_merge\n"
    found = one(tmp_path, "Tea pot", ann, relations=[".ann"])
    assert [arg["ref"] for arg in found.layers["relations"][0]["args"]] == ["T2_cup", "T3_merge"]


def test_a_trigger_that_a_relation_names_is_a_mention_too(tmp_path) -> None:
    ann = "T1\tX 0 3\tTea\nT2\tRun 4 8\truns\nE1\tRun:T2 Agent:T1\n"
    ann += "R1\tRefers Arg1:T1 Arg2:T2\nR2\tSays Arg1:E1 Arg2:R1\n"
    found = one(tmp_path, "Tea runs", ann, events=[".ann"], relations=[".ann"])
    assert [entity["id"] for entity in found.layers["entities"]] == ["T1", "T2"]
    assert [arg["kind"] for arg in found.layers["relations"][1]["args"]] == ["event", "relation"]


@pytest.mark.parametrize(
    "line", ["N1\tReference T1 Plants:77\tCamellia", "N1\tPlants Annotation:T1 Referent:77"]
)
def test_concepts_in_both_dialects(tmp_path, line) -> None:
    ann = f"T1\tX 0 3\tTea\nT2\tX 4 7\tpot\n{line}\n{line.replace('77', 'OBT:8')}\n"
    tea, pot = one(tmp_path, "Tea pot", ann, norms=[".ann"]).layers["entities"]
    assert [(n["group"], n["db"], n["id"]) for n in tea["norms"]] == [
        (0, "Plants", "77"),
        (1, "Plants", "OBT:8"),
    ]
    assert tea["norms"][0].get("name") == ("Camellia" if "Reference" in line else None)
    assert pot["norms"] == []


def test_notes_go_to_extra_or_are_dropped(tmp_path) -> None:
    ann = "T1\tX 0 3\tTea\n#1\tAnnotatorNotes T1\tis it?\n"
    notes = [{"id": "#1", "about": "AnnotatorNotes T1", "text": "is it?"}]
    assert one(tmp_path, "Tea", ann).extra == {"notes": notes}
    assert one(tmp_path, "Tea", ann, drop=["#"]).extra is None


def test_kinds_of_lines_may_be_dropped(tmp_path) -> None:
    ann = "T1\tX 0 3\tTea\nE1\tX:T\n*\tEquiv T1 T1\n\n"
    assert one(tmp_path, "Tea", ann, drop=["E", "*"]).layers.keys() == {"text", "entities"}


def test_wrapped_texts(tmp_path) -> None:
    ann = "T1\tX 0 8\tTea\n\npot\n\nT2\tX 5 8\tpot\n"
    found = one(tmp_path, "Tea\n\npot", ann, wrapped=True)
    assert slices(found) == printed(found) == ["Tea\n\npot", "pot"]


def test_folders_keep_equal_names_apart(tmp_path) -> None:
    files = {"a/d.txt": "Tea", "a/d.ann": "", "b/d.txt": "Pot", "b/d.ann": ""}
    assert [d.layers["text"] for d in read(brat, tmp_path, files)] == ["Tea", "Pot"]


def test_texts_and_annotations_may_lie_in_different_folders(tmp_path) -> None:
    files = {"ann/9-1-intro.ann": "T1\tX 0 3\tTea\n", "txt/9-1-intro.txt": "Tea"}
    part = {"separator": "-", "keep": 1}
    found = only(tmp_path, files, match="name", document=part)
    assert (found.source_id, found.document_id, found.group_id) == ("9-1-intro", "9", "9")
    assert found.file == "txt/9-1-intro.txt"


def test_texts_may_come_from_a_lookup(tmp_path) -> None:
    files = write(tmp_path, {"ann/7.ann": "T1\tX 0 3\tTea\n"})
    sources = Sources(files, lookups={"texts": {"7": "Tea"}})
    [found] = documents(brat, sources, text_lookup="texts")
    assert (found.layers["text"], found.file) == ("Tea", "ann/7.ann")


def test_a_lookup_must_fit(tmp_path) -> None:
    files = write(tmp_path, {"ann/7.ann": ""})
    with pytest.raises(brat.SourceError, match="'8'"):
        documents(brat, Sources(files, lookups={"texts": {"7": "Tea", "8": "Pot"}}), text_lookup="texts")
    with pytest.raises(brat.SourceError, match="no text for 7"):
        documents(brat, Sources(files, lookups={"texts": {}}), text_lookup="texts")


def test_another_encoding(tmp_path) -> None:
    files = {"d.txt": "茶".encode("gb18030"), "d.ann": "T1\tX 0 1\t茶\n".encode("gb18030")}
    assert slices(only(tmp_path, files, encoding="gb18030")) == ["茶"]


@pytest.mark.parametrize(
    ("files", "options", "what", "where"),
    [
        ({**FILES, "train/notes.doc": ""}, TASK, "nobody reads", "train/notes.doc"),
        ({"d.txt": "x"}, {}, "no file d.ann", "d.txt"),
        ({"d.ann": ""}, {}, "no file d.txt", "d.ann"),
        ({**FILES, "e.txt": "", "e.a1": ""}, TASK, "no file e.a2", "e.txt"),
        ({"a/d.ann": "", "b/d.ann": "", "d.txt": ""}, {"match": "name"}, "the other is a/d.ann", "b/d.ann"),
        ({"d.txt": "", "d.ann": "Tea\n"}, {}, "no annotation", "d.ann, line 1"),
        ({"d.txt": "", "d.ann": "Tea\nT1\tX 0 1\tx\n"}, {"wrapped": True}, "no annotation", "d.ann, line 1"),
        ({"d.txt": "", "d.ann": "\nR1\tIn Arg1:T1 Arg2:T2\n"}, {}, "kind R in a file .ann", "d.ann, line 2"),
        ({"d.txt": "", "d.ann": "E1\tX:T1\n"}, {}, "kind E", "d.ann, line 1"),
        ({"d.txt": "", "d.ann": "N1\tReference T1 a:b\n"}, {}, "kind N", "d.ann, line 1"),
        ({"d.txt": "", "d.ann": "*\tEquiv T1 T2\n"}, {}, r"kind \*", "d.ann, line 1"),
        ({"d.txt": "", "d.ann": "T1\tX 0\tTea\n"}, {}, "two offsets", "d.ann, line 1"),
        ({"d.txt": "", "d.ann": "T1\tX a 3\tTea\n"}, {}, "'a'", "d.ann, line 1"),
        ({"d.txt": "", "d.ann": "T1\t\tTea\n"}, {}, "incomplete", "d.ann, line 1"),
        ({"d.txt": "", "d.ann": "R1\tIn Arg1 T2\n"}, {"relations": [".ann"]}, "Role:id", "d.ann, line 1"),
        ({"d.txt": "", "d.ann": "E1\tX:T9\n"}, {"events": [".ann"]}, "T9", "d.ann, line 1"),
        ({"d.txt": "", "d.ann": "A1\tNo T9\n"}, {}, "T9", "d.ann, line 1"),
        ({"d.txt": "", "d.ann": "N1\tReference T9 a:b\n"}, {"norms": [".ann"]}, "T9", "d.ann, line 1"),
    ],
)
def test_what_the_options_do_not_provide_for_is_refused(tmp_path, files, options, what, where) -> None:
    error = refused(brat, tmp_path, files, **options)
    assert re.search(what, error.what)
    assert error.where == where


def test_unknown_options_are_refused() -> None:
    refuses_unknown_options("brat")


ST = {**TASK, "role_digits": "strip", "ignore": ["LICENSE", "README"]}
CG = "openbiocorpora/bionlp-st-2013-cg/*/original-data/"
GRO = {**ST, "relations": [".a2"], "equiv": None}
REL = {"entities": [".a1", ".rel"], "relations": [".rel"], "equiv": "coref", "ignore": ["LICENSE", "README"]}


@pytest.mark.real
@pytest.mark.parametrize(
    ("pattern", "options", "counts"),  # documents, mentions, spans that differ, events, relations, sets
    [
        (CG + "train/*", ST, (300, 11034, 0, 8803, 0, 466)),
        (CG + "devel/*", ST, (100, 3665, 0, 2915, 0, 176)),
        (CG + "test/*", ST, (200, 6955, 0, 0, 0, 0)),
        ("openbiocorpora/bionlp-st-2013-gro/*/original-data/test/*", GRO, (100, 4007, 2, 0, 0, 0)),
        ("openbiocorpora/bionlp-st-2013-gro/*/original-data/devel/*", GRO, (50, 1910, 0, 747, 581, 0)),
        ("openbiocorpora/bionlp-st-2011-rel/*/original-data/devel/*", REL, (150, 3743, 0, 0, 480, 110)),
        ("openbiocorpora/anatem/*/original-data/standoff/devel/*", {}, (202, 2139, 0, 0, 0, 0)),
    ],
)
def test_real_counts(real_data, pattern, options, counts) -> None:
    assert tally(documents(brat, Sources(real(real_data, pattern)), **options)) == counts


@pytest.mark.real
def test_real_texts_and_annotations_in_different_folders(real_data) -> None:
    folder = "rockt/SETH/*/resources/Verspoor2013/"
    files = [*real(real_data, folder + "annotations/*"), *real(real_data, folder + "corpus/*")]
    found = documents(brat, Sources(files), relations=[".ann"], match="name")
    assert tally(found) == (120, 6991, 0, 0, 4650, 0)


def tally(found) -> tuple[int, ...]:
    differing = sum(a != b for d in found for a, b in zip(slices(d), printed(d), strict=True))
    layers = [sum(len(d.layers.get(name, [])) for d in found) for name in ("events", "relations", "corefs")]
    return (len(found), sum(len(d.layers["entities"]) for d in found), differing, *layers)
