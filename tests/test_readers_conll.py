from __future__ import annotations

import re

import pytest

from bioclue_data.readers import conll
from bioclue_data.readers.document import Sources
from tests.reader_files import documents, printed, read, real, refused, refuses_unknown_options, slices

TWO = "Green\tB-Drink\ntea\tI-Drink\ncools\tO\n\nPots\tB-Thing\nbreak\tO\n"


def test_tokens_are_joined_and_offsets_rebuilt(tmp_path) -> None:
    first, second = read(conll, tmp_path, {"a.tsv": TWO})
    assert first.layers["text"] == "Green tea cools"
    assert slices(first) == printed(first) == ["Green tea"]
    assert [(d.source_id, d.locator, d.file) for d in (first, second)] == [
        ("0", "line 1", "a.tsv"),
        ("1", "line 5", "a.tsv"),
    ]
    assert "passages" not in first.layers
    assert (first.document_id, first.group_id) == (None, None)


def test_types_get_the_names_of_the_source(tmp_path) -> None:
    [first, second] = read(conll, tmp_path, {"a.tsv": TWO}, types={"Drink": "Beverage"})
    assert [d.layers["entities"][0]["type"] for d in (first, second)] == ["Beverage", "Thing"]


def test_tags_may_mark_triggers(tmp_path) -> None:
    [first] = read(conll, tmp_path, {"a.tsv": "Tea\tO\ncools\tI-Change\n"}, layer="events")
    [event] = first.layers["events"]
    assert event == {
        "id": "E1",
        "type": "Change",
        "trigger": [{"start": 4, "end": 9}],
        "trigger_text": "cools",
        "args": [],
    }
    assert "entities" not in first.layers
    assert [remark.place for remark in first.remarks] == ["events[0]"]


def test_positions_run_on_over_the_files_of_a_split(tmp_path) -> None:
    found = read(conll, tmp_path, {"a.tsv": TWO, "b.tsv": TWO})
    assert [d.source_id for d in found] == ["0", "1", "2", "3"]


def test_characters_are_joined_by_nothing(tmp_path) -> None:
    text = "绿\tB-饮\r\n茶\tE-饮\r\n \tO\r\n好\tB-评\r\n"
    [found] = read(conll, tmp_path, {"a.txt": text}, joiner="", scheme="IOBE")
    assert found.layers["text"] == "绿茶 好"
    assert [(e["type"], e["text"]) for e in found.layers["entities"]] == [("饮", "绿茶"), ("评", "好")]
    assert found.remarks == []


def test_a_blank_may_be_a_token_where_blanks_separate(tmp_path) -> None:
    [found] = read(
        conll, tmp_path, {"a.txt": "茶 B_x\n  I_x\n壶 I_x\n"}, joiner="", separator="blank", tag_separator="_"
    )
    assert printed(found) == ["茶 壶"]


def test_documents_with_ids(tmp_path) -> None:
    text = "-DOCSTART- (77)\n\nTea N I-D\n\nPot N I-T\n\n-DOCSTART- (78)\n\nCup N O\n"
    options = {
        "separator": "blank",
        "columns": 3,
        "scheme": "IO",
        "document": "-DOCSTART-",
        "document_ids": True,
    }
    first, second = read(conll, tmp_path, {"a.txt": text}, unit="document", sentence_joiner=" ", **options)
    assert (first.source_id, first.document_id, first.group_id) == ("77", "77", "77")
    assert first.layers["text"] == "Tea Pot"
    assert [(p["id"], p["type"], p["start"], p["end"]) for p in first.layers["passages"]] == [
        ("0", "sentence", 0, 3),
        ("1", "sentence", 4, 7),
    ]
    assert slices(first) == printed(first) == ["Tea", "Pot"]
    assert second.source_id == "78"
    sentences = read(conll, tmp_path, {"a.txt": text}, **options)
    assert [(d.source_id, d.document_id) for d in sentences] == [
        ("77-0", "77"),
        ("77-1", "77"),
        ("78-0", "78"),
    ]


def test_documents_without_ids_still_keep_sentences_together(tmp_path) -> None:
    text = "-DOCSTART-\tO\n\nTea\tO\n\nPot\tO\n\n-DOCSTART-\tO\n\nCup\tO\n"
    found = read(conll, tmp_path, {"dev.tsv": text}, document="-DOCSTART-")
    assert [(d.source_id, d.document_id, d.group_id) for d in found] == [
        ("0", None, "dev.tsv#0"),
        ("1", None, "dev.tsv#0"),
        ("2", None, "dev.tsv#1"),
    ]
    whole = read(conll, tmp_path, {"dev.tsv": text}, document="-DOCSTART-", unit="document")
    assert [(d.source_id, d.layers["text"]) for d in whole] == [("0", "Tea\nPot"), ("1", "Cup")]


def test_a_file_may_be_the_item(tmp_path) -> None:
    found = read(conll, tmp_path, {"x/7.bio": TWO, "x/9.bio": "Tea\tO"}, unit="file")
    assert [(d.source_id, d.layers["text"]) for d in found] == [
        ("7", "Green tea cools\nPots break"),
        ("9", "Tea"),
    ]
    assert [d.group_id for d in found] == [None, None]


def test_several_tag_columns_overlap_in_one_layer(tmp_path) -> None:
    text = "Green\tB-a\tO\ntea\tI-a\tB-b\n"
    [found] = read(conll, tmp_path, {"a.tsv": text}, columns=3, tags=[1, 2])
    assert [(e["id"], e["type"], e["text"]) for e in found.layers["entities"]] == [
        ("T1", "a", "Green tea"),
        ("T2", "b", "tea"),
    ]


def test_bare_tags_other_columns_and_comments(tmp_path) -> None:
    text = "# made up\n1\tTea\tB\n2\tpot\tI\n"
    [found] = read(conll, tmp_path, {"a.tsv": text}, columns=3, token=1, label="Species", comment="# ")
    assert [(e["type"], e["text"]) for e in found.layers["entities"]] == [("Species", "Tea pot")]


def test_a_broken_sequence_is_repaired_and_remarked(tmp_path) -> None:
    [found] = read(conll, tmp_path, {"a.tsv": "Tea\tB-a\nis\tO\nhot\tI-a\nnow\tI-b\n"})
    assert printed(found) == ["Tea", "hot", "now"]
    assert [(r.rule, r.place) for r in found.remarks] == [("R2", "entities[1]"), ("R2", "entities[2]")]
    assert "opened by I" in found.remarks[0].detail


def test_unannotated_sentences_have_an_empty_layer(tmp_path) -> None:
    [found] = read(conll, tmp_path, {"a.tsv": "Tea\tO\n\n\n\n"})
    assert found.layers["entities"] == []
    assert read(conll, tmp_path, {"b.tsv": ""}) == []


def test_a_byte_order_mark_and_other_encodings(tmp_path) -> None:
    [found] = read(conll, tmp_path, {"a.tsv": "\ufeff茶\tO\n"}, encoding="utf-8-sig")
    assert found.layers["text"] == "茶"
    [found] = read(conll, tmp_path, {"b.tsv": "茶\tO\n".encode("gb18030")}, encoding="gb18030")
    assert found.layers["text"] == "茶"


@pytest.mark.parametrize(
    ("text", "options", "what", "line"),
    [
        ("Tea\tO\nPot\n", {}, "2 columns", 2),
        ("Tea\tN\tO\n", {}, "2 columns", 1),
        ("\tO\n", {}, "2 columns", 1),
        ("Tea pot O\n", {"separator": "blank"}, "2 columns", 1),
        ("Tea\tX-a\n", {}, "'X-a' is no tag of the scheme IOB2", 1),
        ("Tea\tB\n", {}, "'B'", 1),
        ("Tea\tE-a\n", {}, "'E-a'", 1),
    ],
)
def test_what_the_options_do_not_provide_for_is_refused(tmp_path, text, options, what, line) -> None:
    error = refused(conll, tmp_path, {"a.tsv": text}, **options)
    assert re.search(what, error.what)
    assert error.where == f"a.tsv, line {line}"


def test_unknown_options_are_refused() -> None:
    refuses_unknown_options("conll")


MTL = "cambridgeltl/MTL-Bioinformatics-2016/*/data/"
CASES = "BIDS-Xu-Lab/Clinical_Entity_Recognition_Using_GPT_models/*/data/"
PICO = {"document": "-DOCSTART-", "document_ids": True, "unit": "document", "scheme": "IO", "columns": 4}
BLUE = "alibaba-research/ChineseBLUE/*/data/"


@pytest.mark.real
@pytest.mark.parametrize(
    ("pattern", "options", "counts"),  # items, mentions, broken sequences
    [
        (MTL + "JNLPBA/test.tsv", {"document": "-DOCSTART-"}, (3856, 8662, 0)),
        (MTL + "JNLPBA/test.tsv", {"document": "-DOCSTART-", "unit": "document"}, (404, 8662, 0)),
        (MTL + "BC5CDR-IOB/test.tsv", {}, (4797, 9809, 0)),
        ("allenai/scibert/*/data/pico/ebmnlp/test.txt", {**PICO, "separator": "blank"}, (191, 3545, 0)),
        (CASES + "MTSamples/test/*.bio", {"unit": "file"}, (201, 285, 1)),
        (
            CASES + "Vaccine-AE-recognition/train/*.bio",
            {"unit": "file", "separator": "blank"},
            (603, 1193, 0),
        ),
        ("fangwater/*/*/LSTM*/data/test.txt", {"columns": 3, "scheme": "IOBE", "joiner": ""}, (223, 5531, 0)),
        (BLUE + "cEHRNER/test.txt", {"separator": "blank", "tag_separator": "_", "joiner": ""}, (41, 632, 0)),
    ],
)
def test_real_counts(real_data, pattern, options, counts) -> None:
    assert tally(documents(conll, Sources(real(real_data, pattern)), **options)) == counts


@pytest.mark.real
@pytest.mark.parametrize(
    ("path", "options", "counts"),
    [
        ("yidu_s4k_bio/data/yidu.test", {"encoding": "utf-8-sig"}, (2035, 6002, 0)),
        ("ccks2020_cner/bert_ner/mydata/dev.txt", {}, (185, 854, 23)),
        ("tcm_ner_instructions/data/test.txt", {"separator": "blank"}, (500, 14345, 0)),
    ],
)
def test_real_counts_of_gated_sources(real_data, path, options, counts) -> None:
    sources = Sources(real(real_data, path, prefix="manual/"))
    assert tally(documents(conll, sources, joiner="", **options)) == counts


def tally(found) -> tuple[int, int, int]:
    assert all(slices(d) == printed(d) for d in found)
    return len(found), sum(len(d.layers["entities"]) for d in found), sum(len(d.remarks) for d in found)
