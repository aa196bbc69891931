"""Labels that a line or a folder gives: PubMed RCT, folders of classes."""

from __future__ import annotations

import pytest

from bioclue_data.readers import class_folders, pubmed_rct
from tests.reader_files import read, refused, refuses_unknown_options


def test_sentences_are_numbered_in_their_abstract(tmp_path) -> None:
    text = "###7\nMETHODS\tTea was boiled .\nRESULTS\tIt\twas hot .\n\n###8\r\nMETHODS\tNone .\r\n\r\n"
    found = read(pubmed_rct, tmp_path, {"train.txt": text})
    assert [(d.source_id, d.group_id, d.layers["labels"], d.layers["text"]) for d in found] == [
        ("7-0", "7", ["METHODS"], "Tea was boiled ."),
        ("7-1", "7", ["RESULTS"], "It\twas hot ."),
        ("8-0", "8", ["METHODS"], "None ."),
    ]


@pytest.mark.parametrize("text", ["METHODS\tTea .\n", "###7\nTea .\n"])
def test_other_lines_are_refused(tmp_path, text) -> None:
    assert "not a label" in refused(pubmed_rct, tmp_path, {"train.txt": text}).what


def test_a_document_of_several_folders_is_one_item(tmp_path) -> None:
    files = {"train/C1/7": "Tea.\n", "train/C2/7": "Tea.\n", "train/C2/8": "Pots.\n"}
    found = read(class_folders, tmp_path, files)
    assert [(d.source_id, d.layers["labels"], d.layers["text"]) for d in found] == [
        ("7", ["C1", "C2"], "Tea.\n"),
        ("8", ["C2"], "Pots.\n"),
    ]


def test_copies_that_differ_and_files_without_a_folder_are_refused(tmp_path) -> None:
    error = refused(class_folders, tmp_path, {"C1/7": "Tea.", "C2/7": "Pots."})
    assert (error.where, "differs from C1/7" in error.what) == ("C2/7", True)
    assert "no folder" in refused(class_folders, tmp_path, {"7": "Tea."}).what


@pytest.mark.parametrize("name", ["pubmed_rct", "class_folders"])
def test_unknown_options_are_refused(name) -> None:
    refuses_unknown_options(name)
