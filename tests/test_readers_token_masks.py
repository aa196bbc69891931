from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from bioclue_data.errors import RecordError, SourceError
from bioclue_data.readers import token_masks
from bioclue_data.readers.document import Document, Sources
from tests.reader_files import documents, printed, refuses_unknown_options, slices, write

if TYPE_CHECKING:
    from pathlib import Path

SENTENCES = {"7:0": "Green tea in two pots ."}
MASKS = [[1, 1, 0, 0, 1, 0], [1, 1, 0, 1, 1, 0], [0, 1, 0, 1, 0, 0]]


def joined(
    folder: Path, masks: list[list[int]], sentences: Any = None, ids: tuple[str, ...] = ("7:0",)
) -> list[Document]:
    def file(name: str, value: Any) -> list[Any]:
        return write(folder, {name: json.dumps(value)})

    given = {"annotations": masks, "wids": list(range(len(masks)))}
    side = {"things": file("things.json", dict.fromkeys(ids, given))}
    files = file("sentences.json", SENTENCES if sentences is None else sentences)
    return documents(token_masks, Sources(files, side=side), types=["things"])


def test_the_majority_decides_token_by_token(tmp_path) -> None:
    [found] = joined(tmp_path, MASKS)
    assert printed(found) == slices(found) == ["Green tea", "two pots"]
    assert {entity["type"] for entity in found.layers["entities"]} == {"things"}
    assert (found.source_id, found.document_id, found.group_id) == ("7:0", "7", "7")


def test_what_each_annotator_marked_is_kept(tmp_path) -> None:
    [found] = joined(tmp_path, MASKS)
    assert found.extra == {"things": {"0": "110010", "1": "110110", "2": "010100"}}


def test_half_of_the_annotators_is_no_majority(tmp_path) -> None:
    [found] = joined(tmp_path, MASKS[:1] + MASKS[2:])
    assert printed(found) == ["tea"]


def test_every_mask_has_an_annotator_of_its_own(tmp_path) -> None:
    things = {"7:0": {"annotations": MASKS, "wids": [1, 2, 2]}}
    side = {"things": write(tmp_path, {"things.json": json.dumps(things)})}
    sources = Sources(write(tmp_path, {"sentences.json": json.dumps(SENTENCES)}), side=side)
    with pytest.raises(SourceError, match="3 masks of things"):
        documents(token_masks, sources, types=["things"])


@pytest.mark.parametrize(
    ("masks", "sentences", "ids", "message"),
    [
        ([[0, 1]], None, ("7:0",), "fit the 6 tokens"),
        (MASKS, None, ("7:0", "7:1"), "7:1 has no sentence"),
        (MASKS, {**SENTENCES, "8:0": "Tea"}, ("7:0",), "8:0 has no sentence, or no annotation of things"),
        (MASKS, {"7:0": 3}, ("7:0",), "Expected `str`"),
    ],
)
def test_what_does_not_fit_is_refused(tmp_path, masks, sentences, ids, message) -> None:
    with pytest.raises(SourceError, match=message):
        joined(tmp_path, masks, sentences, ids)


def test_the_side_source_is_needed(tmp_path) -> None:
    with pytest.raises(RecordError, match="no side source 'things'"):
        documents(token_masks, Sources(write(tmp_path, {"s.json": "{}"})), types=["things"])


def test_options() -> None:
    refuses_unknown_options("token_masks")
