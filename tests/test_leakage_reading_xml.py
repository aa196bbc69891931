"""Reading corpora: XML with faults, and what only looks like XML."""

from __future__ import annotations

from pathlib import Path

import pytest

from bioclue_data.leakage.reading import torn_xml
from tests.corpus_reading import lines_of, put, read

HEAD = "<?xml version='1.0'?>"
MANY = [f"text {i} of this file" for i in range(2000)]


def elements(texts: list[str]) -> str:
    return "".join(f"<q>{text}</q>\n" for text in texts)


@pytest.mark.parametrize(
    ("slip", "text"),
    [("a & b", "a  b"), ("a&nbsp;b", "a\xa0b"), ("a \x01 b", "a  b"), ("a &amp b", "a  b")],
)
def test_slips_are_read_over(slip: str, text: str, tmp_path: Path) -> None:
    source = HEAD + "<r>\n" + elements([*MANY, slip, *MANY]) + "</r>"
    texts, problems = read(put(tmp_path, "a.xml", source))
    assert texts == [*MANY, text, *MANY]
    (problem,) = problems
    assert "1 places are no well-formed XML and were read over (first: line 2002: " in problem


@pytest.mark.parametrize("fault", ["a < b", "a <i> b", "a </i> b", "a</q></r><r><q>b"])
def test_what_is_behind_a_fault_is_read_as_text(fault: str, tmp_path: Path) -> None:
    source = HEAD + "<r>\n" + elements([*MANY, fault, *MANY]) + "</r>"
    texts, problems = read(put(tmp_path, "a.xml", source))
    count = next(number for number, text in enumerate(texts) if "\n" in text)
    assert count > len(MANY) - 250
    assert texts[:count] == MANY[:count]
    rest = [line for text in texts[count:] for line in text.split("\n") if line.startswith("text")]
    assert rest == [*MANY[count:], *MANY]
    assert "read as plain text from there on: line 200" in problems[0]


@pytest.mark.parametrize(
    "source",
    [
        "<br>eins zwei\n<br>drei &amp; vier\n",
        HEAD + "<html><body><table><tr><td>eins zwei<td>drei & vier\n</table></body></html>",
        HEAD + "<p>eins zwei</p>\n<p>drei &#38; vier</p>\n",
    ],
)
def test_what_is_no_xml_from_the_start_is_text(source: str, tmp_path: Path) -> None:
    texts, problems = read(put(tmp_path, "a.html", source))
    assert lines_of(texts) == [["eins zwei", "drei & vier"]]
    assert "not well-formed XML, read as plain text from there on" in problems[0]


def test_xml_that_is_cut_inside_a_record(tmp_path: Path) -> None:
    texts, problems = read(put(tmp_path, "a.xml", "<r>" + elements(MANY) + "<q n='1'>never en"))
    assert lines_of(texts) == [*([text] for text in MANY), ["never en"]]
    assert "Premature end" in problems[0]


def test_elements_that_end_at_once_are_records_too(tmp_path: Path) -> None:
    source = "<r>" + "".join(f"<q a='{text}'/>" for text in MANY) + "<q a='the rest'"
    texts, _ = read(put(tmp_path, "a.xml", source))
    assert texts[: len(MANY)] == MANY


def test_short_entities_of_a_document_type_do_no_harm(tmp_path: Path) -> None:
    source = "<!DOCTYPE r [<!ENTITY nbsp '&#160;'>]><r><q>eins&nbsp;zwei</q><q>drei</q></r>"
    texts, problems = read(put(tmp_path, "a.xml", source))
    assert texts == ["eins\xa0zwei", "drei"]
    assert problems == ["the document type declares entities: they are not expanded, their names are read"]


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_tags_are_left_out_wherever_the_seams_are(size: int) -> None:
    source = "a<q class='x'>é</q> 1 < 2 3 > 2 & c<!-- d -->e"
    pieces = (source[at : at + size].encode() for at in range(0, len(source), size))
    assert b"".join(torn_xml.stripped(pieces)).decode() == "a\né\n 1 < 2 3 > 2 & c\ne"


# Fields


def test_only_some_elements_and_attributes(tmp_path: Path) -> None:
    second = "<x:p><x:q>drei <b>vier</b></x:q></x:p>"
    source = f"<x:r xmlns:x='urn:y'><x:p q='eins zwei'><o>no</o></x:p>{second}<x:p/></x:r>"
    path = put(tmp_path, "a.xml", source)
    assert read(path, fields=("q",)) == (["eins zwei", "drei vier", ""], [])
    assert read(path, fields=("q", "z", "o"))[1] == ["no field z here"]
    texts, problems = read(put(tmp_path, "a.xml", HEAD + source + "<q>"), fields=("q",))
    assert texts == []
    assert "left out from there on: line 1" in problems[0]


@pytest.mark.parametrize("source", ["A text, and no more.\n", "a O\nb B-X\n" * 20])
def test_a_text_has_no_fields(source: str, tmp_path: Path) -> None:
    texts, problems = read(put(tmp_path, "a.txt", source), fields=("q", "a"))
    assert texts == []
    assert problems == ["no field a, q here: this is text without fields", "holds no record"]
