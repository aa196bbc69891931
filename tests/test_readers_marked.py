"""Sentences whose mentions are masked or marked: GAD and MIMICause; one marked word: MeDAL."""

from __future__ import annotations

import pytest

from bioclue_data.readers import gad, medal, mimicause
from bioclue_data.readers.document import Sources
from tests.reader_files import documents, printed, read, real, refused, refuses_unknown_options, slices

SENTENCES = "A @GENE$ makes @DISEASE$ blue .\t1\nNo @DISEASE$ by @GENE$ .\t0\n"
NUMBERED = "index\tsentence\tlabel\n0\tA @GENE$ makes @DISEASE$ .\t1\n"
HEAD = "E1,E2,Text,Label\n"


def test_masks_are_mentions_and_label_1_is_a_relation(tmp_path) -> None:
    first, second = read(gad, tmp_path, {"train.tsv": SENTENCES})
    assert slices(first) == printed(first) == ["@GENE$", "@DISEASE$"]
    assert slices(second) == ["@GENE$", "@DISEASE$"]
    assert (first.layers["labels"], second.layers["labels"]) == (["1"], ["0"])
    assert [a["ref"] for a in first.layers["relations"][0]["args"]] == ["gene", "disease"]
    assert second.layers["relations"] == []


def test_a_header_tells_of_three_columns(tmp_path) -> None:
    [found] = read(gad, tmp_path, {"test.tsv": NUMBERED})
    assert (found.layers["text"], found.source_id, found.locator) == (
        "A @GENE$ makes @DISEASE$ .",
        "0",
        "line 2",
    )
    assert read(gad, tmp_path, {"dev.tsv": ""}) == []


def test_other_tables_are_refused(tmp_path) -> None:
    assert "3 cells under 2" in refused(gad, tmp_path, {"a.tsv": "0\tx\t1\n"}).what
    assert "'yes' is no label" in refused(gad, tmp_path, {"a.tsv": "x\tyes\n"}).what


def cause(text: str, label: str) -> str:
    return f'{HEAD}tea,knee,"{text}","{label}"\n'


@pytest.mark.parametrize(
    ("label", "kind", "refs"),
    [
        ("Cause(E1,E2)", "Cause", ["E1", "E2"]),
        ("Cause(E2,E1)", "Cause", ["E2", "E1"]),
        ("Other", "Other", ["E1", "E2"]),
    ],
)
def test_marks_are_taken_out_and_labels_have_a_direction(tmp_path, label, kind, refs) -> None:
    text = "A <e2>knee</e2> after <e1>tea</e1>, <b>."
    [found] = read(mimicause, tmp_path, {"a.csv": cause(text, label)})
    assert found.layers["text"] == "A knee after tea, <b>."
    assert slices(found) == printed(found) == ["tea", "knee"]
    [relation] = found.layers["relations"]
    assert (relation["type"], [a["ref"] for a in relation["args"]]) == (kind, refs)


@pytest.mark.parametrize(
    ("text", "label", "what"),
    [
        ("<e1>tea</e1> knee", "Other", "does not mark both"),
        ("<e1>tea <e2>knee</e2>", "Other", "does not mark both"),
        ("<e1>tea</e1> <e1>x</e1> <e2>knee</e2>", "Other", "stands twice"),
        ("<e1>tea</e1> <e2>knee</e2>", "Cause", "'Cause' is no label"),
    ],
)
def test_other_marks_are_refused(tmp_path, text, label, what) -> None:
    assert what in refused(mimicause, tmp_path, {"a.csv": cause(text, label)}).what


def test_a_word_is_counted_between_blanks(tmp_path) -> None:
    table = "ABSTRACT_ID,TEXT,LOCATION,LABEL\n9,the BK of tea,1,blue knee\n"
    [found] = read(medal, tmp_path, {"a.csv": table}, db="MeDAL")
    assert slices(found) == printed(found) == ["BK"]
    assert found.layers["target"] == {"start": 4, "end": 6, "text": "BK"}
    assert found.layers["labels"] == ["blue knee"]
    assert found.layers["entities"][0]["norms"][0]["name"] == "blue knee"
    assert (found.source_id, found.document_id) == ("0", "9")
    broken = {"a.csv": table.replace(",1,", ",4,")}
    assert "no word 4" in refused(medal, tmp_path, broken, db="MeDAL").what


@pytest.mark.parametrize("name", ["gad", "mimicause", "medal"])
def test_unknown_options_are_refused(name) -> None:
    refuses_unknown_options(name)


@pytest.mark.real
def test_the_real_sample_of_medal(real_data) -> None:
    found = documents(medal, Sources(real(real_data, "McGill-NLP/medal/*/toy_data/sample.csv")), db="MeDAL")
    assert (len(found), len({d.document_id for d in found})) == (268, 76)
