from __future__ import annotations

import re

import pytest

from bioclue_data.readers import ade_corpus_v2
from tests.reader_files import printed, read, refused, refuses_unknown_options, slices

SENTENCE = "Tea gave tea fever after tea."
EFFECTS = f"7|{SENTENCE}|tea fever|109|118|tea|125|128\n"
DOSES = "8|A cup of pot.|cup|2|5|pot|9|12\n"
FILES = {
    "x/DRUG-AE.rel": EFFECTS,
    "x/DRUG-DOSE.rel": DOSES,
    "x/ADE-NEG.txt": "7 NEG Kettles are round.\n",
}


def test_the_distance_of_the_offsets_decides_between_occurrences(tmp_path) -> None:
    effect, dose, none = read(ade_corpus_v2, tmp_path, FILES)
    assert slices(effect) == printed(effect) == ["tea fever", "tea"]
    assert effect.layers["entities"][1]["spans"] == [{"start": 25, "end": 28}]
    assert [(a["role"], a["ref"]) for a in effect.layers["relations"][0]["args"]] == [
        ("drug", "T2"),
        ("effect", "T1"),
    ]
    assert dose.layers["relations"][0]["type"] == "Drug-Dose"
    assert [d.layers["labels"] for d in (effect, dose, none)] == [["positive"], ["positive"], ["NEG"]]
    assert "entities" not in none.layers
    assert [(d.source_id, d.group_id, d.locator) for d in (effect, none)] == [
        ("7-0", "7", "line 1"),
        ("7-1", "7", "line 1"),
    ]


def test_relations_of_one_sentence_share_mentions(tmp_path) -> None:
    more = EFFECTS + f"7|{SENTENCE}|fever|113|118|tea|125|128\n"
    [found] = read(ade_corpus_v2, tmp_path, {"DRUG-AE.rel": more})
    assert printed(found) == ["tea fever", "fever", "tea"]
    assert len(found.layers["relations"]) == 2


@pytest.mark.parametrize(
    ("name", "line", "what"),
    [
        ("x/DRUG-AE.rel", "7|Tea.|Tea|1|2\n", "5 columns instead of 8"),
        ("x/DRUG-AE.rel", "7|Tea pot.|Tea|100|103|pot|200|203\n", "fit no place"),
        ("x/DRUG-AE.rel", "7|Tea pot.|Tea|x|103|pot|200|203\n", "'x'"),
        ("x/ADE-NEG.txt", "7 POS Tea.\n", "'POS'"),
    ],
)
def test_what_does_not_fit_is_refused(tmp_path, name, line, what) -> None:
    error = refused(ade_corpus_v2, tmp_path, {**FILES, name: line})
    assert re.search(what, error.what)
    assert error.where == f"{name}, line 1"


def test_unknown_options_are_refused() -> None:
    refuses_unknown_options("ade_corpus_v2")
