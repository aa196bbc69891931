"""CSV, TSV and workbooks: cells as they are, rows that fit their header, places of errors."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from bioclue_data import readers
from bioclue_data.errors import SourceError
from bioclue_data.readers import table
from bioclue_data.readers.document import Document
from bioclue_data.sources.files import SourceFile
from tests.reading import found, read_files, source

READ = 'format = "table"\n'
TEXT = '[columns]\ntext = "t"\n'


def _read(
    tmp_path: Path, content: str | bytes, read: str = READ + TEXT, name: str = "a.csv"
) -> list[Document]:
    return read_files(read, source(tmp_path, name, content))


def _texts(documents: list[Document]) -> list[str]:
    return [document.layers["text"] for document in documents]


def _workbook(rows: list[list[Any]], *more: tuple[str, list[list[Any]]]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    for title, others in more:
        page = book.create_sheet(title)
        for row in others:
            page.append(row)
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


# Text tables


def test_cells_are_content(tmp_path: Path) -> None:
    cell = 'a\r\nb\nc\rd "x", \u2028\ufeff词\ue313 '
    content = f't,u\r\n"{cell.replace(chr(34), chr(34) * 2)}",1\r\n plain ,2\r\n'
    documents = _read(tmp_path, content)
    assert _texts(documents) == [cell, " plain "]
    assert [document.locator for document in documents] == ["line 2", "line 5"]
    assert [document.source_id for document in documents] == ["0", "1"]


def test_delimiters(tmp_path: Path) -> None:
    assert _texts(_read(tmp_path, "t\tu\na,b\t1\n", name="a.tsv")) == ["a,b"]
    assert _texts(_read(tmp_path, "t;u\na,b;1\n", READ + 'delimiter = ";"\n' + TEXT)) == ["a,b"]
    several = READ + 'delimiter = [",", ";"]\n' + TEXT
    assert _texts(_read(tmp_path, "t;u;v\na,b;1;2\n", several)) == ["a,b"]
    assert _texts(_read(tmp_path, "t,u,v\na;b,1,2\n", several)) == ["a;b"]


def test_quotation_marks_can_be_content(tmp_path: Path) -> None:
    read = READ + "quoting = false\n" + TEXT
    assert _texts(_read(tmp_path, 't\tu\n"so\tx\nit" is\ty\n', read, "a.tsv")) == ['"so', 'it" is']


def test_headers(tmp_path: Path) -> None:
    numbered = READ + 'header = false\n[columns]\ntext = "1"\n'
    assert _texts(_read(tmp_path, "x,a\ny,b\n", numbered)) == ["a", "b"]
    named = READ + 'header = ["i", "t"]\n' + TEXT
    assert _texts(_read(tmp_path, "x,a\ny,b\n", named)) == ["a", "b"]
    nameless = READ + 'id = "0"\n' + TEXT
    documents = _read(tmp_path, ",t,\n7,a,\n8,b,\n", nameless)
    assert ([d.source_id for d in documents], _texts(documents)) == (["7", "8"], ["a", "b"])
    skipped = _read(tmp_path, "made on Monday\n\nt,u\na,b\n", READ + "skip = 2\n" + TEXT)
    assert (_texts(skipped), skipped[0].locator) == (["a"], "line 4")


def test_two_columns_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="two columns are called 't'"):
        _read(tmp_path, "t,t\na,b\n")


def test_columns_that_are_not_there(tmp_path: Path) -> None:
    read = READ + '[columns]\ntext = "text"\nlabels = "label"\n'
    with pytest.raises(SourceError, match="there is no column 'label'") as caught:
        _read(tmp_path, "id,text\n1,a\n", read)
    assert "id, text" in caught.value.remedy
    (document,) = _read(tmp_path, "id,text\n1,a\n", 'optional = ["label"]\n' + read)
    assert document.layers == {"text": "a"}


def test_names_inside_an_each_are_no_columns(tmp_path: Path) -> None:
    read = READ + '[columns]\noptions = { each = "o", parse = "python", key = "k", text = "v" }\n'
    (document,) = _read(tmp_path, "o\n\"[{'k': 'A', 'v': 'x'}]\"\n", read)
    assert document.layers["options"] == [{"key": "A", "text": "x"}]


@pytest.mark.parametrize(
    ("content", "message", "place"),
    [
        ("t,u\na,b\nc\n", "1 cells under 2 columns", "line 3"),
        ('t,u\n"a\nx",b\nc,d,e\n', "3 cells under 2 columns", "line 4"),
        ('t,u\na,b\n"c\nd,e\n', "the row that begins here is broken: unexpected end of data", "line 3"),
        ('t,u\na,b\n"c"d,e\n', "the row that begins here is broken", "line 3"),
        ("t,u\na,b\nc\rd,e\n", "the row that begins here is broken", "line 3"),
    ],
)
def test_broken_rows_are_named(tmp_path: Path, content: str, message: str, place: str) -> None:
    with pytest.raises(SourceError, match=message) as caught:
        _read(tmp_path, content)
    assert caught.value.where == f"a.csv, {place}"


def test_short_rows_and_loose_marks_may_be_provided_for(tmp_path: Path) -> None:
    read = READ + 'quoting = "loose"\nragged = true\n[columns]\ntext = "t"\nlabels = "u"\n'
    content = 't,u\na\n"c ""d"" e"f,g\n'
    assert [d.layers for d in _read(tmp_path, content, read)] == [
        {"text": "a"},
        {"text": 'c "d" ef', "labels": ["g"]},
    ]
    with pytest.raises(SourceError, match="3 cells under 2 columns"):
        _read(tmp_path, "t,u\na,b,c\n", read)


def test_lines_are_counted_from_the_top_of_the_file(tmp_path: Path) -> None:
    with pytest.raises(SourceError) as caught:
        _read(tmp_path, "x\ny\nt,u\na,b\nc\n", READ + "skip = 2\n" + TEXT)
    assert caught.value.where == "a.csv, line 5"


def test_rows_without_content_are_passed_over(tmp_path: Path) -> None:
    assert _texts(_read(tmp_path, "t,u\na,1\n,\n\nb,2\n,\n,\n")) == ["a", "b"]


def test_an_empty_table_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="the table is empty"):
        _read(tmp_path, "")
    assert _read(tmp_path, "t,u\n") == []


def test_empty_cells_are_null_where_null_is_allowed(tmp_path: Path) -> None:
    read = READ + '[columns]\ntext = "t"\nrationale = "r"\nlabels = { path = "l", split = ";" }\n'
    with_nothing, kept = _read(tmp_path, 't,r,l\n"",,x;\nb," ",\n', read)
    assert with_nothing.layers == {"text": "", "labels": ["x"]}
    assert kept.layers == {"text": "b", "rationale": " "}
    (document,) = _read(tmp_path, "t,r,l\nb,,\n", "null = []\n" + read)
    assert document.layers == {"text": "b", "rationale": "", "labels": []}


def test_encodings(tmp_path: Path) -> None:
    content = "t,u\n血压高、㖞斜,1\n"
    for encoding in ("gb18030", "utf-8-sig"):
        read = READ + f'encoding = "{encoding}"\n' + TEXT
        assert _texts(_read(tmp_path, content.encode(encoding), read)) == ["血压高、㖞斜"]
    with pytest.raises(SourceError):
        _read(tmp_path, content.encode("gb18030"))
    with pytest.raises(SourceError):
        _read(tmp_path, content.encode("utf-8-sig"))


def test_long_cells(tmp_path: Path) -> None:
    assert _texts(_read(tmp_path, "t\n" + "词" * 300_000 + "\n")) == ["词" * 300_000]


# Workbooks


def test_cells_of_a_workbook_become_texts(tmp_path: Path) -> None:
    rows = [["t", "n", None, "d"], ["左\n膝", 3, None, date(2020, 1, 2)], [1.0, 0.1, None, True]]
    read = READ + 'extra = ["n", "d"]\n' + TEXT
    documents = _read(tmp_path, _workbook(rows), read, "a.xlsx")
    assert _texts(documents) == ["左\n膝", "1"]
    assert [document.extra for document in documents] == [
        {"n": "3", "d": "2020-01-02"},
        {"n": "0.1", "d": "TRUE"},
    ]
    assert [document.locator for document in documents] == ["row 2", "row 3"]


def test_escapes_of_a_workbook_are_read(tmp_path: Path) -> None:
    content = _rewritten(_workbook([["t"], ["左MARK膝"]]), lambda part: part.replace(b"MARK", b"_x0009_"))
    assert _texts(_read(tmp_path, content, READ + TEXT, "a.xlsx")) == ["左\t膝"]


def test_empty_and_short_rows_of_a_workbook(tmp_path: Path) -> None:
    rows = [["t", "u", None], [], ["a"], ["b", "c", None, None], []]
    read = READ + '[columns]\ntext = "t"\nrationale = "u"\n'
    documents = _read(tmp_path, _workbook(rows), read, "a.xlsx")
    assert [document.layers for document in documents] == [{"text": "a"}, {"text": "b", "rationale": "c"}]
    assert [document.locator for document in documents] == ["row 3", "row 4"]
    with pytest.raises(SourceError, match="3 cells under 2 columns") as caught:
        _read(tmp_path, _workbook([["t", "u"], ["a", "b", "c"]]), read, "a.xlsx")
    assert caught.value.where == "a.xlsx, row 2"


def test_sheets(tmp_path: Path) -> None:
    content = _workbook([["x"], ["1"]], ("Mapped ", [["note"], ["t"], ["a"]]))
    for sheet in ('"Mapped "', "1"):
        read = READ + f"sheet = {sheet}\nskip = 1\n" + TEXT
        assert _texts(_read(tmp_path, content, read, "a.xlsx")) == ["a"]
    for sheet in ('"Mapped"', "2"):
        with pytest.raises(SourceError, match="there is no sheet") as caught:
            _read(tmp_path, content, READ + f"sheet = {sheet}\n" + TEXT, "a.xlsx")
        assert "'Mapped '" in caught.value.remedy


def test_a_wrong_extent_hides_no_row(tmp_path: Path) -> None:
    content = _workbook([["t"], ["a"], ["b"]])
    changed = _rewritten(
        content, lambda part: part.replace(b'<dimension ref="A1:A3"', b'<dimension ref="A1:A1"')
    )
    assert changed != content
    assert _texts(_read(tmp_path, changed, READ + TEXT, "a.xlsx")) == ["a", "b"]


def test_strict_workbooks(tmp_path: Path) -> None:
    def strict(part: bytes) -> bytes:
        usual = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        part = part.replace(usual, b"http://purl.oclc.org/ooxml/spreadsheetml/main")
        usual = b"http://schemas.openxmlformats.org/officeDocument/2006/"
        return part.replace(usual, b"http://purl.oclc.org/ooxml/officeDocument/")

    cell = "见 http://purl.oclc.org/ooxml/officeDocument/x"
    content = _rewritten(_workbook([["t"], [cell]]), strict)
    assert _texts(_read(tmp_path, content, READ + TEXT, "a.xlsx")) == [cell]


def _rewritten(content: bytes, change: Any) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(packed, "w") as new:
        for info in old.infolist():
            new.writestr(info, change(old.read(info)))
    return packed.getvalue()


@pytest.mark.parametrize("content", [b"", b"t,u\n", b"PK\x03\x04 cut short", b"\xd0\xcf\x11\xe0 old Excel"])
def test_what_is_no_workbook(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(SourceError, match="not a workbook"):
        _read(tmp_path, content, READ + TEXT, "a.xlsx")


def test_a_zip_that_is_no_workbook(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.txt", "x")
    with pytest.raises(SourceError, match="not a workbook"):
        _read(tmp_path, packed.getvalue(), READ + TEXT, "a.xlsx")


def test_a_web_page_is_no_workbook(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="HTML"):
        _read(tmp_path, "<html><body>x</body></html>", READ + TEXT, "a.xlsx")


# Real files


@pytest.mark.real
def test_biosses(real_data: Path) -> None:
    read = """
format = "table"
id = "sentence_id"
[columns]
text_a = "sentence_1"
text_b = "sentence_2"
score = { mean = ["annotator_a", "annotator_b", "annotator_c", "annotator_d", "annotator_e"] }
ratings = [{ id = "=a", score = "annotator_a" }]
"""
    documents = read_files(read, found(real_data, "mirror/**/biosses/annotation_pairs_scores.tsv"))
    assert len(documents) == 100
    assert all(0 <= document.layers["score"] <= 4 for document in documents)


@pytest.mark.real
def test_ceval(real_data: Path) -> None:
    (archive,) = sorted(real_data.glob("mirror/**/ceval/ceval.zip"))
    read = """
format = "table"
optional = ["answer", "explanation"]
id = ["@subset", "id"]
[columns]
question = "question"
options = [
  { key = "=A", text = "A" },
  { key = "=B", text = "B" },
  { key = "=C", text = "C" },
  { key = "=D", text = "D" },
]
answer_keys = "answer"
rationale = "explanation"
multiple = false
"""
    counts = {}
    for split in ("dev", "val", "test"):
        name = f"{split}/physician_{split}.csv"
        documents = read_files(read, SourceFile(name, archive, "0" * 12, member=name, subset="physician"))
        answered = sum("answer_keys" in d.layers for d in documents)
        counts[split] = (len(documents), answered, sum("rationale" in d.layers for d in documents))
    assert counts == {"dev": (5, 5, 5), "val": (49, 49, 0), "test": (443, 0, 0)}


@pytest.mark.real
def test_cmd_toyhom(real_data: Path) -> None:
    read = """
format = "table"
encoding = "gb18030"
[columns]
question = "title"
detail = "ask"
answers = [{ text = "answer" }]
topics = "department"
"""
    documents = read_files(read, found(real_data, "mirror/**/样例_内科5000-6000.csv"))
    assert len(documents) == 7644
    assert documents[-1].locator == "line 7691"


@pytest.mark.real
def test_meqsum(real_data: Path) -> None:
    read = """
format = "table"
id = "File"
[columns]
sources = [{ role = "=question", text = "CHQ" }]
targets = [{ role = "=question", text = "Summary" }]
kind = "=question_summary"
"""
    documents = read_files(read, found(real_data, "mirror/**/MeQSum_*.xlsx"))
    assert len(documents) == 1000
    assert sum("\n" in document.layers["sources"][0]["text"] for document in documents) == 817


@pytest.mark.real
def test_aci_bench(real_data: Path) -> None:
    read = """
format = "table"
id = "encounter_id"
[columns.turns]
each = "dialogue"
split = "\\n"
prefixes = { "[doctor] " = "doctor", "[patient] " = "patient", "[patient_guest] " = "other" }
"""
    documents = read_files(read, found(real_data, "mirror/**/challenge_data/clef_taskC_test3.csv"))
    assert (len(documents), sum(len(d.layers["turns"]) for d in documents)) == (40, 2335)


@pytest.mark.real
def test_a_strict_workbook(real_data: Path) -> None:
    file = found(real_data, "mirror/**/MEDIQA2021_Task2_ValidationSet_Answers.xlsx")
    options = readers.options("table", {"columns": {}}, "")
    rows = list(table.records(file, options, {"QuestionID", "AnswerID", "Answer"}))
    assert len(rows) == 192


# Rows that belong together

GROUPED = (
    READ
    + """group = "review"
id = "review"
[columns]
sources = { each = "rows", id = "study", text = "t" }
targets = [{ id = "=t", text = { path = "review", lookup = "targets" } }]
kind = "=summary"
"""
)


def test_rows_with_one_value_are_one_item_wherever_they_stand(tmp_path: Path) -> None:
    file = source(tmp_path, "a.csv", "review,study,t\n7,a,Lamps\n8,b,Tea\n7,c,Oil\n")
    first, second = read_files(GROUPED, file, lookups={"targets": {"7": "Light"}})
    assert (first.source_id, first.locator) == ("7", "line 2")
    assert [s["text"] for s in first.layers["sources"]] == ["Lamps", "Oil"]
    assert [s["text"] for s in first.layers["targets"]] == ["Light"]
    assert (second.source_id, "targets" in second.layers) == ("8", False)


def test_a_table_without_the_column_that_groups_is_refused(tmp_path: Path) -> None:
    file = source(tmp_path, "a.csv", "study,t\na,Lamps\n")
    with pytest.raises(SourceError, match="no column 'review'"):
        read_files(GROUPED, file, lookups={"targets": {"7": "Light"}})
