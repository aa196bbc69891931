from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bioclue_data.errors import RecordError, SourceError
from bioclue_data.readers import knowtator
from bioclue_data.readers.document import Document, Sources
from tests.reader_files import documents, printed, refuses_unknown_options, slices, write

if TYPE_CHECKING:
    from pathlib import Path

TEXT = "Green tea and black pots."
FIRST = """<annotations textSource="7.txt">
  <annotation><mention id="m1"/><annotator id="a">Nobody</annotator>
    <span start="0" end="5"/><span start="20" end="24"/><spannedText>Green ... pots</spannedText></annotation>
  <classMention id="m1"><mentionClass id="TEA:0000001">green thing</mentionClass></classMention>
</annotations>"""
SECOND = """<knowtator-project><document id="7" text-file="7.txt">
  <annotation annotator="Default" id="7-1" type="identity">
    <class id="http://purl.obolibrary.org/obo/POT_0000002" label="pot"/>
    <span end="24" id="7-2" start="20">pots</span></annotation>
</document></knowtator-project>"""
FILES = {"x/TEA/7.txt.knowtator.xml": FIRST, "x/POT/7.xml": SECOND}


def joined(folder: Path, files: dict[str, str], **options: Any) -> list[Document]:
    sources = Sources(write(folder, {"7.txt": TEXT}), side={"annotations": write(folder, files)})
    return documents(knowtator, sources, **{"type_folder": 1, **options})


def test_both_dialects_make_one_document(tmp_path) -> None:
    [found] = joined(tmp_path, FILES)
    first, second = found.layers["entities"]
    assert found.layers["text"] == TEXT
    assert (printed(found), slices(found)) == (["Green ... pots", "pots"], ["Green pots", "pots"])
    assert [(e["id"], e["type"]) for e in (first, second)] == [("m1", "TEA"), ("7-1", "POT")]
    assert [(n["db"], n["id"], n["name"]) for e in (first, second) for n in e["norms"]] == [
        ("TEA", "TEA:0000001", "green thing"),
        ("POT", "POT:0000002", "pot"),
    ]
    assert (found.source_id, found.document_id, found.group_id) == ("7", "7", "7")


def test_ids_may_be_bare(tmp_path) -> None:
    [found] = joined(tmp_path, FILES, bare=["POT"])
    assert [n["id"] for e in found.layers["entities"] for n in e["norms"]] == ["TEA:0000001", "0000002"]


def test_a_file_may_have_no_annotation(tmp_path) -> None:
    [found] = joined(tmp_path, {"x/TEA/7.xml": '<annotations textSource="7.txt" />'})
    assert found.layers["entities"] == []


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"x/TEA/7.xml": FIRST.replace('classMention id="m1"', 'classMention id="m2"')}, "the id 'm1'"),
        ({"x/TEA/7.xml": FIRST.replace("spannedText", "text")}, "without <spannedText>"),
        ({"x/TEA/7.xml": FIRST.replace('start="0"', 'start="-1"')}, "found '-1'"),
        ({**FILES, "x/TEA/8.xml": FIRST}, "no file of text"),
        ({}, "no file of annotations"),
    ],
)
def test_what_does_not_fit_is_refused(tmp_path, files, message) -> None:
    with pytest.raises(SourceError, match=message):
        joined(tmp_path, files)


def test_the_side_source_is_needed(tmp_path) -> None:
    with pytest.raises(RecordError, match="no side source 'annotations'"):
        documents(knowtator, Sources(write(tmp_path, {"7.txt": TEXT})))


def test_options() -> None:
    refuses_unknown_options("knowtator")
