from __future__ import annotations

import json

import msgspec
import pytest

from bioclue_data.errors import SourceError
from bioclue_data.readers import token_spans
from tests.reader_files import printed, read, refused, refuses_unknown_options, slices

ITEM = {
    "doc_key": "77",
    "sentences": [["Green", "tea", "cools", "."], [], ["Pots", "break"]],
    "ner": [[[0, 1, "DRINK"], [0, 1, "LEAF"]], [], [[4, 4, "POT"]]],
    "relations": [[[0, 1, 4, 4, "IN"]], [], []],
}


ROLES = {"what": [], "where": []}


def lines(*items) -> str:
    return "".join(json.dumps(item) + "\n" for item in items)


def test_tokens_become_a_text_and_inclusive_spans_offsets(tmp_path) -> None:
    [found] = read(token_spans, tmp_path, {"a.json": lines(ITEM)}, arguments=ROLES)
    assert found.layers["text"] == "Green tea cools .\n\nPots break"
    assert printed(found) == slices(found) == ["Green tea", "Green tea", "Pots"]
    assert [(p["id"], p["start"], p["end"]) for p in found.layers["passages"]] == [
        ("0", 0, 17),
        ("2", 19, 29),
    ]
    assert (found.source_id, found.document_id, found.group_id, found.locator) == ("77", "77", "77", "line 1")


@pytest.mark.parametrize(("types", "first"), [((), "T1"), (("LEAF",), "T2")])
def test_a_role_takes_the_mention_of_its_type(tmp_path, types, first) -> None:
    [found] = read(
        token_spans, tmp_path, {"a.json": lines(ITEM)}, arguments={"what": types, "where": ["POT"]}
    )
    [relation] = found.layers["relations"]
    assert relation["type"] == "IN"
    assert [(a["role"], a["ref"]) for a in relation["args"]] == [("what", first), ("where", "T3")]


def test_a_relation_without_its_mention_is_refused(tmp_path) -> None:
    options = {"arguments": {"what": ["CUP"], "where": []}}
    assert "0-1, where no CUP stands" in str(
        refused(token_spans, tmp_path, {"a.json": lines(ITEM)}, **options)
    )


@pytest.mark.parametrize("span", [[3, 6, "X"], [2, 1, "X"]])
def test_spans_outside_of_the_document_are_refused(tmp_path, span) -> None:
    item = {**ITEM, "ner": [[span]], "relations": []}
    error = refused(token_spans, tmp_path, {"a.json": lines(item)}, arguments=ROLES)
    assert "leaves the 6 tokens of 77" in str(error)


def test_another_shape_is_refused_with_its_line(tmp_path) -> None:
    with pytest.raises(SourceError, match="line 2"):
        read(token_spans, tmp_path, {"a.json": lines(ITEM, {"doc_key": "78"})}, arguments=ROLES)


def test_options() -> None:
    with pytest.raises(msgspec.ValidationError, match="2 roles"):
        msgspec.convert({"arguments": {"what": []}}, token_spans.Options)
    refuses_unknown_options("token_spans")
