from __future__ import annotations

import pytest

from bioclue_data.readers import cadec
from tests.reader_files import printed, read, refused, refuses_unknown_options, slices

FILES = {
    "c/text/PAPEROL.1.txt": "My knee sang and turned blue.\n",
    "c/original/PAPEROL.1.ann": (
        "T1\tADR 3 12\tknee sang\n#1\tAnnotatorNotes T1\tOdd\nT2\tADR 3 7;24 28\tknee blue\n"
    ),
    "c/meddra/PAPEROL.1.ann": (
        "TT1\t90000001/90000002 3 12\tknee sang\nTT2\tCONCEPT_LESS 3 7;24 28\tknee blue\n"
    ),
    "c/sct/PAPEROL.1.ann": (
        "TT1\t900000001 | Singing | + 900000002|Knee| or 900000003 | Song | 3 12\tknee sang\n"
        "TT2\tCONCEPT_LESS 3 7;24 28\tknee blue\n"
    ),
}


def one(folder, files):
    [found] = read(cadec, folder, files)
    return found


def norms(mention) -> list[tuple[int, str, str | None, str | None]]:
    return [(norm["group"], norm["db"], norm["id"], norm.get("name")) for norm in mention["norms"]]


def test_a_post_is_made_of_four_files(tmp_path) -> None:
    found = one(tmp_path, FILES)
    assert (found.source_id, found.file) == ("PAPEROL.1", "c/text/PAPEROL.1.txt")
    assert slices(found) == printed(found) == ["knee sang", "knee blue"]
    assert found.extra == {"notes": [{"id": "#1", "about": "AnnotatorNotes T1", "text": "Odd"}]}


def test_parts_share_a_group_and_alternatives_do_not(tmp_path) -> None:
    first, _ = one(tmp_path, FILES).layers["entities"]
    assert norms(first) == [
        (0, "MedDRA", "90000001", None),
        (1, "MedDRA", "90000002", None),
        (2, "SNOMEDCT", "900000001", "Singing"),
        (2, "SNOMEDCT", "900000002", "Knee"),
        (3, "SNOMEDCT", "900000003", "Song"),
    ]


def test_no_concept_is_nil(tmp_path) -> None:
    _, second = one(tmp_path, FILES).layers["entities"]
    assert {(norm["id"], norm["relation"]) for norm in second["norms"]} == {(None, "nil")}


def test_a_concept_of_no_mention_is_remarked(tmp_path) -> None:
    files = FILES | {"c/sct/PAPEROL.1.ann": "TT7\tCONCEPT_LESS 3 7\tknee\n"}
    assert [(remark.rule, remark.place) for remark in one(tmp_path, files).remarks] == [("R3", "TT7")]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("TT1\tabc 3 12\tknee sang\n", "no concept"),
        ("X\n", "TT1, tab"),
        ("TT1\t900000001\tknee\n", "TT1, tab"),
    ],
)
def test_other_lines_are_refused(tmp_path, line: str, message: str) -> None:
    assert message in str(refused(cadec, tmp_path, FILES | {"c/sct/PAPEROL.1.ann": line}))


def test_a_missing_file_is_refused(tmp_path) -> None:
    files = {name: content for name, content in FILES.items() if "/sct/" not in name}
    assert "folder sct" in str(refused(cadec, tmp_path, files))


def test_unknown_options_are_refused() -> None:
    refuses_unknown_options("cadec")
