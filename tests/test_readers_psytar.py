from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import openpyxl
import pytest

from bioclue_data.errors import SourceError
from bioclue_data.readers import psytar
from tests.reader_files import printed, read, refuses_unknown_options, slices

if TYPE_CHECKING:
    from pathlib import Path

    from bioclue_data.readers.document import Document

SENTENCES = [
    [
        "1",
        "1",
        "tea.1",
        "1",
        "My TEAPOTS  sang, teapots sang.",
        "1",
        None,
        None,
        None,
        None,
        "!",
        None,
        "0",
        "5",
        "s",
    ],
    ["2", "1", "tea.1", "2", "I slept.", None, None, "1", None, None, None, None, "1", "5", "s"],
    [None, None, None, None, None, "=SUM(F1:F2)"],
]
ADR = [["1", "tea.1", "1", "My TEAPOTS  sang, teapots sang.", "teapots sang", "teapots sang", "cups sang"]]
UMLS, SNOMED = "C9900001 / Pot song / Finding \n", "pot song (finding) [a990/snomedct_us/fn/99000001]"
MAPPED = [
    ["1", "tea.1", "1", "Teapots sang", UMLS, SNOMED, None, None, None, None, "very"]
    + [None] * 7
    + ["functional"],
    ["2", "tea.1", "1", "teapots sang", "No code", "No code "],
    ["3", "tea.1", "1", "cups sang", "cup song"],
]


def workbook(
    folder: Path, adr: list[list[str]] = ADR, mapped: list[list[str | None]] = MAPPED
) -> list[Document]:
    book = openpyxl.Workbook(write_only=True)
    sheets = {"Sentence_Labeling": SENTENCES, "ADR_Identified": adr, "ADR_Mapped": mapped}
    for kind in psytar.SHEETS.values():
        sheets |= {name: [] for name in kind if name not in sheets}
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in [["id", "…"], *rows]:
            sheet.append(row)
    content = BytesIO()
    book.save(content)
    return read(psytar, folder, {"a.xlsx": content.getvalue()})


def test_terms_are_found_in_their_sentence(tmp_path) -> None:
    first, second = workbook(tmp_path)
    assert printed(first) == slices(first) == ["TEAPOTS  sang", "teapots sang"]
    assert [e["type"] for e in first.layers["entities"]] == ["ADR", "ADR"]
    assert (second.layers["entities"], second.source_id, second.group_id) == ([], "tea.1/2", "tea.1")


def test_a_term_that_is_not_there_is_left_out_and_said(tmp_path) -> None:
    first, second = workbook(tmp_path)
    assert [(r.rule, r.detail) for r in first.remarks] == [
        ("R3", "ADR 'cups sang' does not stand in the sentence")
    ]
    assert second.remarks == []


def test_concepts_of_no_term_are_said(tmp_path) -> None:
    first, _ = workbook(tmp_path, [[*ADR[0][:4], "teapots sang"]])
    assert [r.detail for r in first.remarks] == [
        "concepts of ADR 'teapots sang', which is no term here",
        "concepts of ADR 'cups sang', which is no term here",
    ]


def test_concepts_are_taken_in_their_order(tmp_path) -> None:
    first, _ = workbook(tmp_path)
    one, two = first.layers["entities"]
    assert [(n["group"], n["db"], n["id"], n["name"]) for n in one["norms"]] == [
        (0, "UMLS", "C9900001", "Pot song"),
        (1, "SNOMEDCT", "99000001", "pot song (finding)"),
    ]
    assert [(n["db"], n["id"], n["relation"]) for n in two["norms"]] == [("UMLS", None, "nil")]
    assert [(a["name"], a["value"]) for a in one["attributes"]] == [
        ("severe", "very"),
        ("entity_type", "functional"),
    ]


def test_a_concept_may_be_a_name_only(tmp_path) -> None:
    first, _ = workbook(tmp_path, [[*ADR[0][:4], "teapots"]], [["1", "tea.1", "1", "teapots", "cup song"]])
    [norm] = first.layers["entities"][0]["norms"]
    assert (norm["id"], norm["name"], norm["relation"]) == (None, "cup song", "exact")


def test_labels_are_cells_with_1_and_the_total_is_no_sentence(tmp_path) -> None:
    first, second = workbook(tmp_path)
    assert [d.layers["labels"] for d in (first, second)] == [["ADR"], ["EF"]]
    assert first.extra is not None
    assert first.extra["marks"] == {"DI": "!"}


def test_terms_of_no_sentence_are_refused(tmp_path) -> None:
    with pytest.raises(SourceError, match=r"not there: tea\.7/1"):
        workbook(tmp_path, [["1", "tea.7", "1", "Tea.", "Tea"]], [])


def test_options() -> None:
    refuses_unknown_options("psytar")
