"""Spreadsheets as corpora and as items."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path
from types import ModuleType

import openpyxl
import pytest

from bioclue_data import spreadsheets
from bioclue_data.errors import UsageError
from bioclue_data.leakage.own_files import rows_of_file
from bioclue_data.leakage.reading import corpus_files, workbooks
from tests.corpus_reading import put, read
from tests.leakage import QUESTIONS, Command, exact

pytest_plugins = ("tests.leakage_fixtures", "tests.shared_fixtures")

Rows = list[list[str]]
ROWS = [[f"q{i}", f'What, in "row" {i},\nis this?', "左膝"] for i in range(3)]
TABLE = [["id", "question", "answer"], *ROWS]


def workbook(*sheets: Rows) -> bytes:
    book = openpyxl.Workbook(write_only=True)
    for rows in sheets:
        sheet = book.create_sheet()
        for row in rows:
            sheet.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def archive(**members: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as written:
        for name, text in members.items():
            written.writestr(name, text)
    return content.getvalue()


def open_document(rows: Rows) -> bytes:
    lines = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>'
            for cell in row
        )
        + "</table:table-row>"
        for row in rows
    )
    names = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    body = f'<table:table table:name="A">{lines}</table:table>'
    content = f"<office:document-content{names}><office:body><office:spreadsheet>{body}</office:spreadsheet>"
    return archive(
        **{
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": f"{content}</office:body></office:document-content>",
            "META-INF/manifest.xml": (
                '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
            ),
        }
    )


def rows_read(path: Path, **options: tuple[str, ...]) -> Rows:
    texts, problems = read(path, **options)
    assert problems == []
    return [text.strip("\n").split("\n") for text in texts]


def cells(row: list[str]) -> list[str]:
    return "\n".join(row).split("\n")


def test_a_row_is_a_record_and_the_header_is_none(tmp_path: Path) -> None:
    path = put(tmp_path, "a.xlsx", workbook(TABLE))
    assert rows_read(path) == [cells(row) for row in ROWS]
    assert rows_read(put(tmp_path, "a.xlsx.gz", gzip.compress(path.read_bytes()))) == rows_read(path)
    assert rows_read(put(tmp_path, "called otherwise", path.read_bytes())) == rows_read(path)


def test_open_document(tmp_path: Path) -> None:
    rows = [["id", "text"], ["1", "左膝 &amp; hip"], ["2", "elbow"]]
    assert rows_read(put(tmp_path, "a.ods", open_document(rows))) == [["1", "左膝 & hip"], ["2", "elbow"]]


def test_all_sheets_with_and_without_a_header(tmp_path: Path) -> None:
    notes = [["Read me: this is how it was made."], [], ["", "It was long."]]
    path = put(tmp_path, "a.xlsx", workbook(notes, [], TABLE))
    told = [["Read me: this is how it was made."], ["It was long."]]
    assert rows_read(path) == [*told, *(cells(row) for row in ROWS)]


def test_fields_are_those_of_the_sheets_that_have_them(tmp_path: Path) -> None:
    path = put(tmp_path, "a.xlsx", workbook([["read", "me"], ["a", "b"]], TABLE))
    assert rows_read(path, fields=("question",)) == [cells([row[1]]) for row in ROWS]
    texts, problems = read(path, fields=("nothing",))
    assert not "".join(texts).strip()
    assert any("no column nothing" in problem for problem in problems)


def test_numbers_and_dates_are_texts(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in [["n", "d"], [3, True], [2.0, 0.5], ["", None]]:
        book.active.append(row)
    content = io.BytesIO()
    book.save(content)
    assert rows_read(put(tmp_path, "a.xlsx", content.getvalue())) == [["3", "TRUE"], ["2", "0.5"]]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (archive(**{"word/document.xml": "x"}), "is a zip archive, or a document that is one: not read"),
        (spreadsheets.OLE + bytes(2000), "is an old Office document: not read"),
        (workbook(TABLE)[:-200], "cannot be read on behind record 0: File is not a zip file"),
        (
            workbook(TABLE).replace(b"xl/workbook.xml", b"xl/workbook.xmX"),
            "cannot be read as a spreadsheet: it has no sheet",
        ),
    ],
)
def test_what_is_no_spreadsheet_is_told(tmp_path: Path, content: bytes, problem: str) -> None:
    assert read(put(tmp_path, "a.xlsx", content)) == ([], [problem, "holds no record"])


@pytest.mark.parametrize("module", [spreadsheets, workbooks])
def test_one_that_takes_too_much_memory_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: ModuleType
) -> None:
    monkeypatch.setattr(module, "LARGEST", 1000)
    texts, problems = read(put(tmp_path, "a.xlsx", workbook(TABLE)))
    assert texts == []
    assert "save it as CSV" in problems[0]


def test_a_folder_with_one_is_read(tmp_path: Path) -> None:
    path = put(tmp_path, "a.xlsx", workbook(TABLE))
    assert corpus_files.files([str(tmp_path)]).files == [str(path)]


def test_items_and_corpus(bioclue: Command, here: Path) -> None:
    items = [["Frage", "Antwort"], *([question, "left"] for question in QUESTIONS)]
    put(here, "items.xlsx", workbook([["about"], ["x"]], items))
    (here / "corpus/good.jsonl").unlink()
    put(
        here / "corpus", "a.xlsx", workbook([["id", "text"], *([str(i), q] for i, q in enumerate(QUESTIONS))])
    )
    code, _, _ = bioclue("leakage", "scan", "items.xlsx", "--fields", "Frage,Antwort", "--corpus", "corpus")
    assert code == 0
    assert exact() == [str(number) for number in range(len(QUESTIONS))]


def test_items_as_a_table_have_one_name_for_a_column(tmp_path: Path) -> None:
    rows = rows_of_file(put(tmp_path, "a.xlsx", workbook([], TABLE)), ["question", "answer"]).rows
    assert [row.fields["question"] for row in rows] == [row[1] for row in ROWS]
    for sheet, message in (
        ([["q", "q"], ["a", "b"]], "two columns are called q"),
        ([["q"], ["a", "b"]], "row 2: 2 cells, but the header has 1"),
    ):
        with pytest.raises(UsageError, match=message):
            rows_of_file(put(tmp_path, "b.xlsx", workbook(sheet)), ["q"])
    with pytest.raises(UsageError, match="no spreadsheet is in it"):
        rows_of_file(put(tmp_path, "c.zip", archive(a="x")), ["q"])


@pytest.mark.real
def test_a_real_one_of_excel_97(real_data: Path) -> None:
    (path,) = real_data.glob("mirror/**/ShenNong-TCM-LLM - test examples.xls")
    texts, problems = read(path)
    assert (len(texts), problems) == (201, [])
