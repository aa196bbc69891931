"""From documents to rows: label maps, unified types, withheld gold, repeated ids."""

from __future__ import annotations

from pathlib import Path

import pytest

from bioclue_data.building import project
from bioclue_data.errors import SourceError
from bioclue_data.readers.document import Document, Layers
from bioclue_data.records import catalogue
from bioclue_data.records.record import Record
from tests.test_catalogue import own_record

TERMS = """
terms = { entities = { Dis = "disease", Odd = "" }, label = { Yes = "entailment" } }
"""


@pytest.fixture
def record(tmp_path: Path) -> Record:
    return catalogue.load(own_record(tmp_path, extra=TERMS)).find("own").record


def document(**layers: object) -> Document:
    return Document("d1", "a.json", "/0", dict(layers))


def mention(kind: str = "Dis") -> Layers:
    return {"id": "T1", "type": kind, "spans": [{"start": 0, "end": 4}], "text": "gout"}


def row(record: Record, task: str, doc: Document, withheld: tuple[str, ...] = ()) -> project.Row | None:
    project.prepare(record, withheld)(doc)
    return project.projection(record, task, "test", "official", withheld).row(doc, "abc")


def test_a_row_holds_common_columns_and_unified_types(record: Record) -> None:
    made = row(record, "ner", document(text="gout!", entities=[mention(), mention("Odd")]))
    assert made is not None
    assert made["item_id"] == "own:test:d1"
    assert made["labelled"] is True
    assert made["source"] == {"file": "a.json", "locator": "/0", "revision": "abc"}
    assert [m["unified"] for m in made["entities"]] == ["disease", None]
    assert made["passages"] is None
    assert made["leakage"] is None


def test_withheld_gold_is_null_and_never_empty(record: Record) -> None:
    for layers in ({"text": "gout"}, {"text": "gout", "entities": []}):
        made = row(record, "ner", document(**layers), withheld=("entities",))
        assert made is not None
        assert made["entities"] is None
        assert made["labelled"] is False


def test_withheld_norms_leave_the_mentions(record: Record) -> None:
    made = row(record, "nen", document(text="gout", entities=[mention()]), withheld=("entities.norms",))
    assert made is not None
    assert made["entities"][0]["norms"] is None
    assert made["labelled"] is False
    labelled = row(record, "ner", document(text="gout", entities=[mention()]), withheld=("entities.norms",))
    assert labelled is not None
    assert labelled["labelled"] is True


def test_gold_where_it_is_declared_as_withheld_is_an_error(record: Record) -> None:
    with pytest.raises(SourceError, match="withheld"):
        row(record, "ner", document(text="gout", entities=[mention()]), withheld=("entities",))


def test_labels_are_mapped_and_unknown_ones_left_for_the_rule(record: Record) -> None:
    for source, ours in (("Yes", "entailment"), ("Perhaps", "Perhaps")):
        made = row(record, "nli", document(text_a="a", text_b="b", label=source))
        assert made is not None
        assert made["label"] == ours


def test_a_document_feeds_the_tasks_that_it_has_layers_for(record: Record) -> None:
    assert row(record, "nli", document(text="gout", entities=[])) is None
    assert row(record, "re", document(text="gout", entities=[])) is None
    assert row(record, "ner", document(text="gout", entities=[])) is not None


def test_content_hash_depends_on_content_alone(record: Record) -> None:
    one = row(record, "ner", document(text="gout", entities=[mention()]))
    other = document(text="gout", entities=[mention()])
    other.source_id = "d2"
    again = row(record, "ner", other)
    changed = row(record, "ner", document(text="gout", entities=[mention("Odd")]))
    assert one is not None
    assert again is not None
    assert changed is not None
    assert one["content_hash"] == again["content_hash"] != changed["content_hash"]


def test_a_repeated_id_is_numbered_with_a_remark() -> None:
    doc = document(text="x")
    project.numbered(doc, 2)
    assert doc.source_id == "d1~2"
    assert [remark.rule for remark in doc.remarks] == ["R1"]
