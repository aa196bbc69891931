from __future__ import annotations

import pytest

from bioclue_data.readers import shareclef
from tests.reader_files import printed, read, refused, refuses_unknown_options

UMLS = {"prefixes": {"": "UMLS"}, "nil": "CUI-less"}
FILES = {
    "notes/7.txt": "Knee is blue.\nLid too.\n",
    "notes/8.txt": "None.",
    "gold/7.pipe.txt": "7.txt||Disorder||C1||8||12||0||4\n7.txt||Disorder||CUI-less||14||17\n",
}


def test_pairs_of_offsets_are_pieces(tmp_path) -> None:
    first, second = sorted(read(shareclef, tmp_path, FILES, concepts=UMLS), key=lambda d: d.source_id)
    assert printed(first) == ["Knee blue", "Lid"]
    assert first.layers["entities"][0]["spans"] == [{"start": 0, "end": 4}, {"start": 8, "end": 12}]
    assert [e["norms"][0]["relation"] for e in first.layers["entities"]] == ["exact", "nil"]
    assert (second.source_id, second.layers["entities"]) == ("8", [])


def test_without_files_of_mentions_nothing_is_annotated(tmp_path) -> None:
    [found] = read(shareclef, tmp_path, {"7.txt": "Knee"}, concepts=UMLS)
    assert found.layers == {"text": "Knee"}


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("7.txt||Disorder||C1||8\n", "4 columns"),
        ("9.txt||Disorder||C1||0||4\n", "no note 9.txt"),
        ("7.txt||Disorder||C1||x||4\n", "'x'"),
    ],
)
def test_what_does_not_fit_is_refused(tmp_path, line, what) -> None:
    assert what in refused(shareclef, tmp_path, {**FILES, "gold/7.pipe.txt": line}, concepts=UMLS).what


def test_unknown_options_are_refused() -> None:
    refuses_unknown_options("shareclef")
