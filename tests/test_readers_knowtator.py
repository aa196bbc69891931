from __future__ import annotations

import pytest

from bioclue_data.readers import knowtator
from tests.reader_files import printed, read, refused, refuses_unknown_options, slices

XML = """<?xml version="1.0" encoding="UTF-8"?>
<annotations textSource="9.txt">
  <annotation>
    <mention id="I_1" /><annotator id="A">Nobody</annotator>
    <span start="0" end="5" /><span start="16" end="21" />
    <spannedText>Paper ... cells</spannedText>
  </annotation>
  <annotation>
    <mention id="I_2" /><span start="10" end="21" />
    <spannedText>glass cells</spannedText>
  </annotation>
  <classMention id="I_1"><mentionClass id="CL:9000001">paper cell</mentionClass></classMention>
  <classMention id="I_2"><mentionClass id="CL:9000002">glass cell</mentionClass></classMention>
</annotations>
"""
FILES = {
    "txt/9.txt": "Paper and glass cells.\n",
    "concepts/CL/CL/knowtator/9.txt.knowtator.xml": XML,
    "concepts/CL/CL+extensions/knowtator/9.txt.knowtator.xml": XML,
    "concepts/T/T/knowtator/9.txt.knowtator.xml": XML.replace("CL:", "T:"),
}
OPTIONS = {"folders": {"CL": "CL", "T": "TAXA"}, "bare": ["TAXA"]}


def one(folder, files=FILES):
    [found] = read(knowtator, folder, files, **OPTIONS)
    return found


def test_a_text_has_the_mentions_of_the_named_folders(tmp_path) -> None:
    found = one(tmp_path)
    assert (found.source_id, found.file) == ("9", "txt/9.txt")
    assert [entity["type"] for entity in found.layers["entities"]] == ["CL", "CL", "T", "T"]
    assert len({entity["id"] for entity in found.layers["entities"]}) == 4


def test_gaps_are_one_blank(tmp_path) -> None:
    found = one(tmp_path)
    assert slices(found) == printed(found) == ["Paper cells", "glass cells"] * 2


def test_the_class_is_the_concept(tmp_path) -> None:
    norms = [entity["norms"][0] for entity in one(tmp_path).layers["entities"]]
    assert [(norm["db"], norm["id"]) for norm in norms[1:3]] == [("CL", "CL:9000002"), ("TAXA", "9000001")]
    assert norms[0]["name"] == "paper cell"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('<classMention id="I_2">', '<classMention id="I_3">', "no class"),
        ('<span start="10" end="21" />', "", "no span"),
        ('start="10"', 'start="ten"', "should be a number"),
    ],
)
def test_what_does_not_fit_is_refused(tmp_path, old: str, new: str, message: str) -> None:
    files = FILES | {"concepts/CL/CL/knowtator/9.txt.knowtator.xml": XML.replace(old, new)}
    assert message in str(refused(knowtator, tmp_path, files, **OPTIONS))


def test_an_annotation_file_without_text_is_refused(tmp_path) -> None:
    files = {name: content for name, content in FILES.items() if not name.endswith("9.txt")}
    assert "no text" in str(refused(knowtator, tmp_path, files, **OPTIONS))


def test_unknown_options_are_refused() -> None:
    refuses_unknown_options("knowtator")
