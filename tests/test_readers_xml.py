"""XML: elements as items, paths over elements and attributes, streaming, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from bioclue_data.errors import RecordError, SourceError
from bioclue_data.readers import xml_items
from bioclue_data.readers.document import Document
from tests.reading import found, read_files, source

QUESTIONS = """<?xml version="1.0" encoding="UTF-8"?>
<Set xmlns:q="urn:q" name="s1">
  <!-- a remark -->
  <Topic id="t1"><Title>Knee</Title>
    <q:Question q:id="1" type="info">
      <Text>What   is <b>this</b><!-- no --> thing?</Text>
      <List><Answer rank="2" score="1.5">词&#x4e00; &lt;x&gt;</Answer>
            <Answer rank="1" score="3">b</Answer></List>
      <Empty/>
    </q:Question>
    <q:Question q:id="2"><Text>
  Two
</Text><List/></q:Question>
  </Topic>
  <Topic id="t2"><Title>Hip</Title><Other><q:Question q:id="3"><Text>Three</Text></q:Question></Other></Topic>
</Set>
"""
READ = """
format = "xml"
items = "Question"
id = "@id"
"""


def _read(tmp_path: Path, read: str, content: str | bytes = QUESTIONS) -> list[Document]:
    return read_files(read, source(tmp_path, "a.xml", content))


def test_elements_attributes_and_mixed_text(tmp_path: Path) -> None:
    read = (
        READ
        + """
extra = { form = "@type" }
[columns]
query = "Text"
candidates = { each = "List.Answer", id = { path = "#" }, text = ".", relevance = "@score", rank = "@rank" }
"""
    )
    (first,) = _read(tmp_path, read, ONE)
    assert (first.source_id, first.locator, first.extra) == ("1", "line 5", {"form": "info"})
    assert first.layers == {
        "query": "What   is this thing?",
        "candidates": [
            {"id": "0", "text": "词一 <x>", "relevance": 1.5, "rank": 2},
            {"id": "1", "text": "b", "relevance": 3.0, "rank": 1},
        ],
    }


ONE = QUESTIONS.split('    <q:Question q:id="2">', maxsplit=1)[0] + "  </Topic></Set>"


def test_what_is_around_an_item(tmp_path: Path) -> None:
    read = (
        READ
        + """
document_id = "^.@id"
group_id = "^^.@name"
[columns]
question = { path = "Text", strip = true }
topics = "^.Title"
"""
    )
    first, second, third = _read(tmp_path, read)
    assert [d.document_id for d in (first, second, third)] == ["t1", "t1", None]
    assert [d.group_id for d in (first, second, third)] == ["s1", "s1", None]
    assert [d.layers.get("topics") for d in (first, second, third)] == [["Knee"], ["Knee"], None]
    assert second.layers["question"] == "Two"


def test_what_must_be_around_an_item(tmp_path: Path) -> None:
    for items, ids in (
        ("Topic.Question", ["1", "2"]),
        ("Set.Topic.Other.Question", ["3"]),
        ("Set.Question", []),
    ):
        read = f'format = "xml"\nitems = "{items}"\nid = "@id"\n[columns]\nquestion = "Text"\n'
        assert [document.source_id for document in _read(tmp_path, read)] == ids


def test_text_is_kept_as_the_parser_gives_it(tmp_path: Path) -> None:
    _, second, _ = _read(tmp_path, READ + '[columns]\nquestion = "Text"\n')
    assert second.layers["question"] == "\n  Two\n"


def test_empty_elements_are_null_where_null_is_allowed(tmp_path: Path) -> None:
    read = READ + '[columns]\nquestion = "Empty"\nrationale = "Empty"\ntopics = "Empty"\n'
    (document,) = _read(tmp_path, read, ONE)
    assert document.layers == {"question": ""}


def test_several_where_one_is_wanted(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"'List\.Answer' stands 2 times") as caught:
        _read(tmp_path, READ + '[columns]\nquestion = "List.Answer"\n')
    assert caught.value.where == "a.xml, line 5"
    with pytest.raises(SourceError, match=r"meets a list of 2"):
        _read(tmp_path, READ + '[columns]\nquestion = "List.Answer.b"\n')


def test_what_is_missing_lists_what_is_there(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="nothing stands at 'Txt'") as caught:
        _read(tmp_path, READ + '[columns]\nquestion = "Txt"\n')
    assert "@id, @type, Text, List, Empty" in caught.value.remedy


def test_stars_splits_and_names(tmp_path: Path) -> None:
    read = (
        READ
        + """
[columns]
question = "Text"
options = { each = "*", key = "@key", text = "." }
topics = { path = "@type", split = "n" }
"""
    )
    (document,) = _read(tmp_path, read, ONE)
    assert [option["key"] for option in document.layers["options"]] == ["Text", "List", "Empty"]
    assert document.layers["topics"] == ["i", "fo"]


def test_encodings_are_those_that_the_file_declares(tmp_path: Path) -> None:
    content = '<?xml version="1.0" encoding="GB18030"?><a><i id="1">血压</i></a>'
    read = 'format = "xml"\nitems = "i"\nid = "@id"\n[columns]\nquestion = "."\n'
    (document,) = _read(tmp_path, read, content.encode("gb18030"))
    assert document.layers["question"] == "血压"
    with pytest.raises(SourceError, match="not well-formed"):
        _read(tmp_path, read, '<a><i id="1">中医</i></a>'.encode("gb18030"))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("<a>\n<i id='1'>x</i>\n<i id='2'>y", "not well-formed XML"),
        ("<a>\n<i id='1'>x</i>\n<i id='2'>y</j></a>", "not well-formed XML"),
        ("", "not well-formed XML"),
        ("<a>\n<i id='1'>&nbsp;</i></a>", "not well-formed XML"),
        ('<!DOCTYPE a [<!ENTITY e "x">]>\n<a><i id="1">&e;</i></a>', "declares entities"),
        (
            '<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/hostname">]>\n<a><i id="1">&e;</i></a>',
            "declares entities",
        ),
        ('<!DOCTYPE a SYSTEM "http://localhost/a.dtd">\n<a><i id="1">&e;</i></a>', "uses entities"),
        ("<a>" * 300 + "<i id='1'>x</i>" + "</a>" * 300, "not well-formed XML"),
    ],
)
def test_what_is_refused(tmp_path: Path, content: str, message: str) -> None:
    with pytest.raises(SourceError, match=message) as caught:
        _read(tmp_path, 'format = "xml"\nitems = "i"\nid = "@id"\n[columns]\nquestion = "."\n', content)
    assert caught.value.where.startswith("a.xml")


def test_a_billion_laughs(tmp_path: Path) -> None:
    levels = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
    for use in ("<i id='1'>&l9;</i>", "<i id='&l9;'>x</i>"):
        content = f'<!DOCTYPE a [<!ENTITY l0 "ha">{levels}]><a>{use}</a>'
        with pytest.raises(SourceError, match=r"declares entities|not well-formed"):
            _read(tmp_path, 'format = "xml"\nitems = "i"\nid = "@id"\n[columns]\nquestion = "."\n', content)


@pytest.mark.parametrize("items", ["", "@id", "^.a", "#"])
def test_items_must_be_elements(tmp_path: Path, items: str) -> None:
    with pytest.raises(RecordError, match="items"):
        _read(tmp_path, f'format = "xml"\nitems = "{items}"\n[columns]\nquestion = "Text"\n')


def test_items_that_were_read_leave_the_tree(tmp_path: Path) -> None:
    topics = "".join(f"<d><h>{i}</h><i>x</i><i>y</i></d>" for i in range(20_000))
    file = source(tmp_path, "a.xml", f"<a>{topics}</a>")
    sizes = [len(node.value.getroottree().getroot()) for node in xml_items._items(file, ("i",))]
    assert len(sizes) == 40_000
    assert max(sizes) < 4_000  # those of the chunk that the parser is in


def test_a_parser_is_told_to_fetch_nothing(tmp_path: Path) -> None:
    content = '<?xml version="1.0"?><!DOCTYPE a SYSTEM "missing.dtd"><a><i id="1">x</i></a>'
    (document,) = _read(
        tmp_path, 'format = "xml"\nitems = "i"\nid = "@id"\n[columns]\nquestion = "."\n', content
    )
    assert document.layers["question"] == "x"
    assert etree.LIBXML_VERSION


# Real files


@pytest.mark.real
@pytest.mark.parametrize(
    ("name", "questions", "answers"),
    [
        ("TrainingSet1-LiveQAMed", 104, 839),
        ("TrainingSet2-Alexa", 104, 862),
        ("ValidationSet", 25, 234),
        ("TestSet-wLabels", 150, 1107),
    ],
)
def test_mediqa_qa(real_data: Path, name: str, questions: int, answers: int) -> None:
    read = """
format = "xml"
items = "Question"
id = "@QID"
[columns]
query = "QuestionText"
[columns.candidates]
each = "AnswerList.Answer"
id = "@AID"
text = "AnswerText"
relevance = "@ReferenceScore"
rank = "@ReferenceRank"
system = "@SystemRank"
"""
    documents = read_files(read, found(real_data, f"mirror/**/MEDIQA2019-Task3-QA-{name}.xml"))
    candidates = [candidate for d in documents for candidate in d.layers["candidates"]]
    assert (len(documents), len(candidates)) == (questions, answers)
    assert all(sorted(c["rank"] for c in d.layers["candidates"])[0] == 1 for d in documents)


@pytest.mark.real
def test_rqe(real_data: Path) -> None:
    read = """
format = "xml"
items = "pair"
id = "@pid"
[columns]
text_a = "chq"
text_b = "faq"
label = "@value"
"""
    documents = read_files(read, found(real_data, "mirror/**/RQE_Test_302_pairs_AMIA2016.xml"))
    assert len(documents) == 302
    assert {document.layers["label"] for document in documents} == {"true", "false"}


@pytest.mark.real
def test_liveqa(real_data: Path) -> None:
    read = """
format = "xml"
items = "NLM-QUESTION"
id = "@qid"
[columns]
question = { path = ["Original-Question.SUBJECT", "Original-Question.MESSAGE"], join = "\\n" }
answers = [
  { each = "ReferenceAnswers.RefAnswer", text = { path = "ANSWER", strip = true } },
  { each = "ReferenceAnswers.ReferenceAnswer", text = { path = "ANSWER", strip = true } },
]
"""
    documents = read_files(read, found(real_data, "mirror/**/TREC-2017-LiveQA-Medical-Test.xml"))
    assert (len(documents), sum(len(d.layers["answers"]) for d in documents)) == (104, 167)
