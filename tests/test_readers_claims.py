"""Statements about documents: SciFact, Evidence Inference."""

from __future__ import annotations

import json

import pytest

from bioclue_data.errors import RecordError, SourceError
from bioclue_data.readers import evidence_inference, scifact
from bioclue_data.readers.document import Document, Sources
from tests.reader_files import documents, real, refuses_unknown_options, write

CORPUS = [
    {"doc_id": 1, "title": "Tea", "abstract": ["Knees are blue.", "Tea did it."], "structured": False},
    {"doc_id": 2, "title": "Pots", "abstract": ["Pots are round."], "structured": False},
]
PROMPTS = "PromptID,PMCID,Outcome,Intervention,Comparator\r\n1,7,blueness,tea,water\r\n2,7,size,tea,water\r\n"
COLUMNS = "UserID,PromptID,PMCID,Valid Label,Valid Reasoning,Label,Annotations,Label Code,In Abstract,Evidence Start,Evidence End\n"  # noqa: E501
ARTICLE = "TITLE: Tea\n\nKnees were blue.\nNot red.\n"


def lines(values: list[dict]) -> str:
    return "".join(json.dumps(value) + "\n" for value in values)


def claims(folder, *values: dict) -> list[Document]:
    side = {"corpus": write(folder, {"corpus.jsonl": lines(CORPUS)})}
    return documents(scifact, Sources(write(folder, {"claims.jsonl": lines(list(values))}), side=side))


def claim(cited: list[int], **evidence: list[dict]) -> dict:
    return {"id": 5, "claim": "Tea is blue.", "cited_doc_ids": cited, "evidence": evidence}


def test_each_cited_abstract_is_an_item(tmp_path) -> None:
    support = [{"sentences": [1], "label": "SUPPORT"}, {"sentences": [0, 1], "label": "SUPPORT"}]
    first, second = claims(tmp_path, claim([1, 2], **{"1": support}))
    assert first.layers["text_a"] == "Tea\nKnees are blue. Tea did it."
    assert [e["text"] for e in first.layers["evidence"]] == ["Knees are blue.", "Tea did it."]
    for e in first.layers["evidence"]:
        assert first.layers["text_a"][e["start"] : e["end"]] == e["text"]
    assert first.extra == {"rationales": [[1], [0, 1]]}
    assert [d.layers["label"] for d in (first, second)] == ["SUPPORT", "NOT_ENOUGH_INFO"]
    assert second.layers["evidence"] == []
    assert [d.source_id for d in (first, second)] == ["5-1", "5-2"]


@pytest.mark.parametrize(
    ("value", "what"),
    [
        (claim([9]), "no abstract 9"),
        (claim([1], **{"1": [{"sentences": [7], "label": "SUPPORT"}]}), "no sentence 7"),
        (
            claim([1], **{"1": [{"sentences": [0], "label": "A"}, {"sentences": [1], "label": "B"}]}),
            "differ in label",
        ),
        ({"id": 5, "claim": "x"}, "cited_doc_ids"),
    ],
)
def test_claims_that_do_not_fit_are_refused(tmp_path, value, what) -> None:
    with pytest.raises(SourceError, match=what):
        claims(tmp_path, value)


def judged(folder, *rows: str) -> list[Document]:
    side = {
        "prompts": write(folder, {"prompts.csv": PROMPTS}),
        "annotations": write(folder, {"annotations.csv": COLUMNS + "".join(f"{row}\n" for row in rows)}),
    }
    return documents(evidence_inference, Sources(write(folder, {"t/PMC7.txt": ARTICLE}), side=side))


def row(user: int, code: int, accepted: str, start: int = 12, end: int = 28) -> str:
    return f'{user},1,7,{accepted},True,x,"y\nz",{code},UNK,{start},{end}'


def test_accepted_annotations_that_agree_give_the_label(tmp_path) -> None:
    [found] = judged(tmp_path, row(1, -1, "True"), row(2, -1, "True", 29, 37), row(3, 1, "False"))
    assert found.layers["label"] == "-1"
    assert [e["text"] for e in found.layers["evidence"]] == ["Knees were blue.", "Not red."]
    assert found.layers["text_b"].startswith("With respect to blueness, ")
    assert [a["user"] for a in found.extra["annotations"]] == ["1", "2", "3"]
    assert (found.source_id, found.document_id) == ("1", "PMC7")


@pytest.mark.parametrize("rows", [[row(1, 0, "False")], [row(1, 0, "True"), row(2, 1, "True")]])
def test_without_agreement_there_is_no_label(tmp_path, rows) -> None:
    [found] = judged(tmp_path, *rows)
    assert found.layers["label"] is None


def test_other_values_are_refused(tmp_path) -> None:
    with pytest.raises(SourceError, match="True or False"):
        judged(tmp_path, row(1, 0, "maybe"))
    with pytest.raises(SourceError, match="Evidence Start"):
        judged(tmp_path, row(1, 0, "True", -1))


@pytest.mark.parametrize("reader", [scifact, evidence_inference])
def test_side_sources_are_needed(tmp_path, reader) -> None:
    with pytest.raises(RecordError, match="no side source"):
        documents(reader, Sources(write(tmp_path, {"a": ""})))


@pytest.mark.parametrize("name", ["scifact", "evidence_inference"])
def test_unknown_options_are_refused(name) -> None:
    refuses_unknown_options(name)


@pytest.mark.real
def test_the_real_test_articles(real_data) -> None:
    root = "jayded/evidence-inference/*/annotations/"
    side = {
        "prompts": real(real_data, f"{root}prompts_merged.csv"),
        "annotations": real(real_data, f"{root}v2_annotations.csv"),
    }
    found = documents(evidence_inference, Sources(real(real_data, f"{root}txt_files/*"), side=side))
    labels = [d.layers["label"] for d in found]
    assert (len(found), labels.count(None)) == (257, 10)
    assert [labels.count(code) for code in ("-1", "0", "1")] == [76, 106, 65]
