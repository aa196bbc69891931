from __future__ import annotations

import re
from collections import Counter

import pytest

from bioclue_data.readers import medquad
from bioclue_data.readers.document import Sources
from tests.reader_files import documents, read, real, refused, refuses_unknown_options

USUAL = """<?xml version="1.0" encoding="UTF-8"?>
<Document id="0000007" source="TEA" url="http://sample.invalid/tea">
<!-- invented -->
<Focus>Teapot fever</Focus>
<FocusAnnotations><Category>Disease</Category>
<UMLS><CUIs><CUI>C01</CUI><CUI>C02</CUI></CUIs><SemanticGroup></SemanticGroup></UMLS>
<Synonyms><Synonym>Pot fever</Synonym></Synonyms></FocusAnnotations>
<QAPairs>
<QAPair pid="1"><Question qid="0000007-1" qtype="information">What is &lt;it&gt; ?</Question>
<Answer> A fever.
  Of pots. </Answer></QAPair>
<QAPair pid="2"><Question qid="0000007-2" qtype="treatment">What helps ?</Question><Answer></Answer></QAPair>
</QAPairs></Document>"""
LOWER = """<doc docid="8" corpus="POT" url="http://sample.invalid/pot"><doctitle-focus>Pot</doctitle-focus>
<umls><cui></cui></umls><qaPairs><pair pid="1"><question qid="8-1" qtype="information">what ?</question>
<answer>A pot.</answer></pair></qaPairs></doc>"""
THIRD = """<DiseaseFile fid="9" source="CUP" url=""><Focus></Focus><QAPairs></QAPairs></DiseaseFile>"""


def test_one_row_for_each_pair(tmp_path) -> None:
    first, second = read(medquad, tmp_path, {"3_Tea_QA/0000007.xml": USUAL})
    assert first.layers == {
        "question": "What is <it> ?",
        "question_type": "information",
        "topics": ["Teapot fever"],
        "answers": [{"text": " A fever.\n  Of pots. "}],
    }
    assert (first.source_id, first.document_id, first.group_id) == (
        "3_Tea_QA/0000007-1",
        "3_Tea_QA/0000007",
        "3_Tea_QA/0000007",
    )
    assert (first.subset, first.file) == ("3_Tea_QA", "3_Tea_QA/0000007.xml")
    assert second.locator == "line 12"


def test_an_empty_answer_is_null_and_not_lost(tmp_path) -> None:
    found = read(medquad, tmp_path, {"3_Tea_QA/0000007.xml": USUAL})
    assert found[1].layers["answers"] is None


def test_what_has_no_column_goes_to_extra(tmp_path) -> None:
    [first, _] = read(medquad, tmp_path, {"3_Tea_QA/0000007.xml": USUAL})
    assert first.extra == {
        "url": "http://sample.invalid/tea",
        "publisher": "TEA",
        "cuis": ["C01", "C02"],
        "synonyms": ["Pot fever"],
        "categories": ["Disease"],
    }


def test_the_other_dialects(tmp_path) -> None:
    [found] = read(medquad, tmp_path, {"6/8.xml": LOWER, "9/9.xml": THIRD})
    assert found.layers["answers"] == [{"text": "A pot."}]
    assert found.layers["topics"] == ["Pot"]
    assert found.extra == {"url": "http://sample.invalid/pot", "publisher": "POT"}


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ("<page/>", "not a file of MedQuAD"),
        ("<Document", "not well-formed"),
        (LOWER.replace("docid", "nr"), "no attribute id or fid or docid"),
        (LOWER.replace("qid", "nr"), "no attribute qid"),
        (LOWER.replace("</question>", "</question><question/>"), "2 elements 'question'"),
        (LOWER.replace("answer", "reply"), "0 elements 'answer'"),
        ('<!DOCTYPE doc [<!ENTITY a "x">]>' + LOWER, "declares entities"),
    ],
)
def test_files_of_another_shape_are_refused(tmp_path, content, what) -> None:
    error = refused(medquad, tmp_path, {"6/8.xml": content})
    assert re.search(what, error.what)
    assert error.where.startswith("6/8.xml")


def test_unknown_options_are_refused() -> None:
    refuses_unknown_options("medquad")


@pytest.mark.real
def test_real_counts(real_data) -> None:
    found = documents(medquad, Sources(real(real_data, "abachaa/MedQuAD/*/*_QA*/*.xml")))
    pairs = Counter(str(d.subset) for d in found)
    empty = Counter(str(d.subset) for d in found if d.layers["answers"] is None)
    assert dict(pairs) == {
        "10_MPlus_ADAM_QA": 70,
        "1_CancerGov_QA": 729,
        "2_GARD_QA": 5394,
        "3_GHR_QA": 5430,
        "4_MPlus_Health_Topics_QA": 981,
        "5_NIDDK_QA": 1192,
        "6_NINDS_QA": 1104,
        "7_SeniorHealth_QA": 769,
        "8_NHLBI_QA_XML": 559,
        "9_CDC_QA": 270,
    }
    assert dict(empty) == {"10_MPlus_ADAM_QA": 70, "2_GARD_QA": 5}
    assert len(found) - len({d.source_id for d in found}) == 34
