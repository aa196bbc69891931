from __future__ import annotations

import pytest

from bioclue_data.readers import mutation_finder
from tests.reader_files import read, refused, refuses_unknown_options

FILES = {"x_text.txt": "1\tTeapots\tT9P and T9P.\n2\tLids\n", "x_gold_std.txt": "2\n1\tT9P\tT9P\n"}


def test_the_mutations_of_an_abstract_are_a_record(tmp_path) -> None:
    first, second = read(mutation_finder, tmp_path, FILES)
    assert first.layers == {
        "text": "Teapots\tT9P and T9P.",
        "kind": "record",
        "output": '{"mutations":["T9P","T9P"]}',
    }
    assert second.layers["output"] == '{"mutations":[]}'
    assert (first.source_id, first.locator, second.locator) == ("1", "line 1", "line 2")


@pytest.mark.parametrize(
    ("name", "what"), [("x_text.txt", "3 is not in the gold"), ("x_gold_std.txt", "3 has no abstract")]
)
def test_both_files_hold_the_same_abstracts(tmp_path, name, what) -> None:
    assert what in refused(mutation_finder, tmp_path, {**FILES, name: FILES[name] + "3\tCup\n"}).what


def test_unknown_options_are_refused() -> None:
    refuses_unknown_options("mutation_finder")
