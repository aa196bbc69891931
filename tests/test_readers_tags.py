from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioclue_data.readers.tags import ALLOWED, decode, split


def runs(text: str, scheme: str) -> list[tuple[int, int, str, bool]]:
    """Tags are `B-x`; a bare letter has the type of the empty name. Gives first, last, type, regular."""
    tags = [(tag[0], tag[2:]) for tag in text.split()]
    return [(run.first, run.last, run.kind, not run.irregular) for run in decode(tags, scheme)]


@pytest.mark.parametrize(
    ("scheme", "text", "expected"),
    [
        ("IOB2", "B-a I-a O B-a B-a", [(0, 1, "a", True), (3, 3, "a", True), (4, 4, "a", True)]),
        ("IOB2", "O I-a I-a", [(1, 2, "a", False)]),
        ("IOB2", "B-a I-b I-b", [(0, 0, "a", True), (1, 2, "b", False)]),
        ("IOB1", "I-a I-a B-a O I-b", [(0, 1, "a", True), (2, 2, "a", True), (4, 4, "b", True)]),
        ("IO", "I-a I-a I-b O I-b", [(0, 1, "a", True), (2, 2, "b", True), (4, 4, "b", True)]),
        ("IOBES", "S-a B-a I-a E-a B-b E-b", [(0, 0, "a", True), (1, 3, "a", True), (4, 5, "b", True)]),
        ("IOBES", "B-a I-a O", [(0, 1, "a", False)]),
        ("IOBES", "B-a", [(0, 0, "a", False)]),
        ("IOBES", "B-a S-a", [(0, 0, "a", False), (1, 1, "a", True)]),
        ("IOBES", "E-a I-a", [(0, 0, "a", False), (1, 1, "a", False)]),
        ("IOBE", "B-a O B-a E-a", [(0, 0, "a", True), (2, 3, "a", True)]),
        ("IOBE", "B-a I-a O", [(0, 1, "a", False)]),
    ],
)
def test_runs_of_each_scheme(scheme, text, expected) -> None:
    assert runs(text, scheme) == expected


@given(
    st.lists(st.tuples(st.sampled_from("BIESO"), st.sampled_from("ab")), max_size=12),
    st.sampled_from(list(ALLOWED)),
)
def test_every_token_but_o_belongs_to_exactly_one_run(tags, scheme) -> None:
    found = decode([(letter, "" if letter == "O" else kind) for letter, kind in tags], scheme)
    covered = [index for run in found for index in range(run.first, run.last + 1)]
    assert covered == [index for index, (letter, _) in enumerate(tags) if letter != "O"]


@given(st.lists(st.tuples(st.integers(1, 4), st.sampled_from("ab")), max_size=5))
def test_what_is_written_in_iobes_is_read_again(mentions) -> None:
    tags, expected = [], []
    for length, kind in mentions:
        expected.append((len(tags), len(tags) + length - 1, kind, ""))
        letters = "S" if length == 1 else "B" + "I" * (length - 2) + "E"
        tags += [(letter, kind) for letter in letters]
    assert [(run.first, run.last, run.kind, run.irregular) for run in decode(tags, "IOBES")] == expected


@pytest.mark.parametrize(
    ("tag", "scheme", "separator", "label", "expected"),
    [
        ("B-Multi-tissue", "IOB2", "-", "", ("B", "Multi-tissue")),
        ("O", "IOB2", "-", "", ("O", "")),
        ("B", "IOB2", "-", "Species", ("B", "Species")),
        ("B", "IOB2", "-", "", None),
        ("B_症状", "IOB2", "_", "", ("B", "症状")),
        ("B_x", "IOB2", "-", "", None),
        ("U-x", "IOBES", "-", "", ("S", "x")),
        ("M-x", "IOBES", "-", "", ("I", "x")),
        ("E-x", "IOB2", "-", "", None),
        ("B-x", "IO", "-", "", None),
        ("", "IOB2", "-", "x", None),
    ],
)
def test_tags_are_taken_apart(tag, scheme, separator, label, expected) -> None:
    assert split(tag, scheme, separator, label) == expected
