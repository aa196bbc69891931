"""Pairs of sentences with scores: in the line, or in a file beside it."""

from __future__ import annotations

import pytest

from bioclue_data.errors import RecordError, SourceError
from bioclue_data.readers import semeval_sts
from bioclue_data.readers.document import Document, Sources
from tests.reader_files import documents, refuses_unknown_options, write

PAIRS = 'He has "no" spoons.\tNo spoons.\nBlue knee.\tThe kettle sings.\n'
SCALE = (0.0, 5.0)


def read(folder, pairs: str, scores: str | None = None) -> list[Document]:
    side = {} if scores is None else {"scores": write(folder / "gold", {"gs.txt": scores})}
    return documents(semeval_sts, Sources(write(folder, {"a.txt": pairs}), side=side), scale=SCALE)


@pytest.mark.parametrize("packed", [True, False])
def test_scores_stand_in_the_line_or_beside_it(tmp_path, packed) -> None:
    scores = ["4.5", "0"]
    lines = [f"{line}\t{score}\n" for line, score in zip(PAIRS.splitlines(), scores, strict=True)]
    found = read(tmp_path, "".join(lines)) if packed else read(tmp_path, PAIRS, "\n".join(scores) + "\n")
    assert [(d.source_id, d.layers["score"]) for d in found] == [("0", 4.5), ("1", 0.0)]
    assert found[0].layers == {
        "text_a": 'He has "no" spoons.',
        "text_b": "No spoons.",
        "kind": "similarity",
        "score": 4.5,
        "score_min": 0.0,
        "score_max": 5.0,
    }


@pytest.mark.parametrize(
    ("pairs", "scores", "what"),
    [
        (PAIRS, "4.5\n", "2 pairs, but 1 scores"),
        (PAIRS, "4.5\nhigh\n", "'high' is no score"),
        ("a\tb\t1\nc\td\n", None, "a line of 2 columns"),
        ("a\n", None, "a line of 1 columns"),
        ("a\tb\tc\n", None, "'c' is no score"),
    ],
)
def test_other_files_are_refused(tmp_path, pairs, scores, what) -> None:
    with pytest.raises(SourceError, match=what):
        read(tmp_path, pairs, scores)


def test_pairs_without_scores_need_a_side_source(tmp_path) -> None:
    with pytest.raises(RecordError, match="scores"):
        read(tmp_path, PAIRS)


def test_unknown_options_are_refused() -> None:
    refuses_unknown_options("semeval_sts")
