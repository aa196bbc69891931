from __future__ import annotations

import re

import pytest

from bioclue_data.errors import RecordError, SourceError
from bioclue_data.readers import hallmarks
from bioclue_data.readers.document import Document, Sources
from tests.reader_files import documents, real, refuses_unknown_options, write


def read(folder, texts: dict[str, str], labels: dict[str, str], **options) -> list[Document]:
    sources = Sources(write(folder / "t", texts), side={"labels": write(folder / "l", labels)})
    return documents(hallmarks, sources, **options)


def test_each_mark_opens_a_sentence(tmp_path) -> None:
    labels = "< <Tea and time--Hot ANDPots--< NULL<  Cups "
    found = read(tmp_path, {"text/7.txt": "One .\nTwo .\nThree .\nFour .\n"}, {"labels/7.txt": labels})
    assert [d.layers for d in found] == [
        {"text": "One .", "mode": "multi", "labels": []},
        {"text": "Two .", "mode": "multi", "labels": ["Tea and time--Hot", "Pots--"]},
        {"text": "Three .", "mode": "multi", "labels": []},
        {"text": "Four .", "mode": "multi", "labels": ["Cups"]},
    ]
    assert [(d.source_id, d.document_id, d.group_id, d.locator) for d in found][1] == (
        "7-1",
        "7",
        "7",
        "line 2",
    )
    assert {d.file for d in found} == {"text/7.txt"}


def test_a_repeated_label_is_kept_once_and_remarked(tmp_path) -> None:
    [found] = read(tmp_path, {"7.txt": "One ."}, {"7.txt": "<Tea ANDPot AND Tea ANDTea"})
    assert found.layers["labels"] == ["Tea", "Pot"]
    assert [(r.rule, r.place) for r in found.remarks] == [("R2", "labels"), ("R2", "labels")]


@pytest.mark.parametrize(
    ("texts", "labels", "what", "where"),
    [
        ({"7.txt": "One .\n"}, {"7.txt": "<Tea< "}, "2 sentences, but 7.txt has 1", "7.txt"),
        ({"7.txt": "One .\n"}, {"7.txt": "Tea<"}, "not a line of labels", "7.txt"),
        ({"7.txt": "One .\n"}, {"7.txt": "<Tea\n<Pot\n"}, "not a line of labels", "7.txt"),
        ({"7.txt": "One .\n", "8.txt": ""}, {"7.txt": "<Tea"}, "no label file", "8.txt"),
        ({"7.txt": "One .\n"}, {"7.txt": "<", "9.txt": "<"}, "no text", "9.txt"),
    ],
)
def test_files_that_do_not_fit_are_refused(tmp_path, texts, labels, what, where) -> None:
    with pytest.raises(SourceError) as caught:
        read(tmp_path, texts, labels)
    assert re.search(what, caught.value.what)
    assert caught.value.where == where
    assert caught.value.remedy


def test_the_label_files_may_have_another_name(tmp_path) -> None:
    files = write(tmp_path, {"7.txt": "One ."})
    with pytest.raises(RecordError, match="'gold'"):
        documents(hallmarks, Sources(files, side={"labels": files}), labels="gold")


def test_unknown_options_are_refused() -> None:
    refuses_unknown_options("hallmarks")


@pytest.mark.real
def test_real_counts(real_data) -> None:
    texts, labels = (real(real_data, f"sb895/Hallmarks-of-Cancer/*/{name}/*") for name in ("text", "labels"))
    found = documents(hallmarks, Sources(texts, side={"labels": labels}))
    given = [label for d in found for label in d.layers["labels"]]
    assert len(found) == 17464
    assert sum(bool(d.layers["labels"]) for d in found) == 4443
    assert (len(given), len(set(given)), sum(len(d.remarks) for d in found)) == (5494, 36, 16)
