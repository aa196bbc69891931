from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bioclue_data.errors import RecordError, SourceError
from bioclue_data.readers import mention_table
from bioclue_data.readers.document import Document, Sources
from tests.reader_files import documents, printed, refuses_unknown_options, slices, write

if TYPE_CHECKING:
    from pathlib import Path

TEXTS = 'id,text\n7,"Green tea, NA pots"\n8,Nothing\n'
MENTIONS = "id,type,start,end,string\n7,Pot,14,17,pots\n7,Drink,0,8,Green tea\n7,Odd,11,12,\n"


def joined(folder: Path, texts: str = TEXTS, mentions: str = MENTIONS, **options: Any) -> list[Document]:
    sources = Sources(
        write(folder, {"texts.csv": texts}), side={"mentions": write(folder, {"mentions.csv": mentions})}
    )
    return documents(mention_table, sources, **{"end_inclusive": True, **options})


def test_mentions_are_joined_to_their_text(tmp_path) -> None:
    first, second = joined(tmp_path)
    assert printed(first) == slices(first) == ["pots", "Green tea", "NA"]
    assert [(e["id"], e["type"]) for e in first.layers["entities"]] == [
        ("T1", "Pot"),
        ("T2", "Drink"),
        ("T3", "Odd"),
    ]
    assert second.layers["entities"] == []
    assert (first.source_id, first.document_id, first.group_id) == ("7", "7", "7")


def test_the_printed_string_is_kept_where_it_differs(tmp_path) -> None:
    [found, _] = joined(
        tmp_path, mentions="id,type,start,end,string\n7,Drink,0,5,Blue\n", end_inclusive=False
    )
    assert (printed(found), slices(found)) == (["Blue"], ["Green"])


def test_columns_have_the_names_of_the_source(tmp_path) -> None:
    [found] = joined(
        tmp_path, "no;t\n7;tea\n", "no;t;b;e;c\n7;D;0;3;tea\n", end_inclusive=False, delimiter=";",
        id="no", text="t", type="t", start="b", end="e", string="c",
    )  # fmt: skip
    assert printed(found) == slices(found) == ["tea"]


@pytest.mark.parametrize(
    ("mentions", "message"),
    [
        (MENTIONS + "9,Drink,0,3,tea\n", "the text '9'"),
        (MENTIONS + "8,Drink,x,3,tea\n", "found 'x'"),
        ("id,type,start,end\n", "no column 'string'"),
    ],
)
def test_what_does_not_fit_is_refused(tmp_path, mentions, message) -> None:
    with pytest.raises(SourceError, match=message):
        joined(tmp_path, mentions=mentions)


def test_the_side_source_is_needed(tmp_path) -> None:
    with pytest.raises(RecordError, match="no side source 'mentions'"):
        documents(mention_table, Sources(write(tmp_path, {"texts.csv": TEXTS})))


def test_options() -> None:
    refuses_unknown_options("mention_table")
