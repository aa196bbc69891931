"""What a release is called, and what its note says."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioclue_data.contracts import contract as contracts
from bioclue_data.errors import UsageError
from bioclue_data.publish import release

VERSIONS = st.tuples(*[st.integers(0, 99)] * 3).map(lambda numbers: ".".join(map(str, numbers)))


def manifest(**datasets: dict[str, tuple[str, int]]) -> dict[str, Any]:
    """dataset -> path -> (sha256, rows)."""
    built = {
        name: {
            "tables": [{"path": path, "sha256": sha, "rows": rows} for path, (sha, rows) in tables.items()]
        }
        for name, tables in datasets.items()
    }
    return {"datasets": built, "contracts": {"ner": "1.0+a"}}


OLD = manifest(one={"one/test": ("a", 1)}, two={"two/test": ("b", 2)})


@pytest.mark.parametrize(
    ("new", "kind"),
    [
        (OLD | {"contracts": {"ner": "2.0+a"}}, "major"),
        (OLD | {"contracts": {"ner": "1.0+b"}}, "major"),
        (OLD | {"contracts": {"ner": "1.0+a", "re": "1.0+c"}}, "patch"),
        (manifest(one={"one/test": ("a", 1)}), "minor"),
        (manifest(one={"one/test": ("a", 1), "one/train": ("c", 9)}, two={"two/test": ("b", 2)}), "minor"),
        (manifest(one={"one/test": ("changed", 1)}, two={"two/test": ("b", 2)}), "patch"),
    ],
)
def test_contracts_datasets_and_fixes_count_apart(new: dict[str, Any], kind: str) -> None:
    assert release.compare(OLD, new).kind == kind


@given(VERSIONS, st.sampled_from(release.PLACES))
def test_a_following_version_is_above_and_starts_again_below(version: str, kind: release.Kind) -> None:
    after = release.numbers(release.following(version, kind))
    before, place = release.numbers(version), release.PLACES.index(kind)
    assert after[:place] == before[:place]
    assert after[place] == before[place] + 1
    assert set(after[place + 1 :]) <= {0}


@given(VERSIONS, VERSIONS)
def test_a_version_asked_for_says_at_least_what_changed(asked: str, least: str) -> None:
    if release.numbers(asked) >= release.numbers(least):
        assert release.chosen(asked, least, "0.0.0") == asked
    else:
        with pytest.raises(UsageError):
            release.chosen(asked, least, "0.0.0")


@pytest.mark.parametrize(
    "wrong", ["", "1", "1.2", "1.2.3.4", "one", "1.2.x", "vv1.2.3", "1.2.3-rc1", "１.2.a"]
)
def test_a_version_has_three_numbers(wrong: str) -> None:
    with pytest.raises(UsageError, match="no version"):
        release.numbers(wrong)


def test_the_note_names_what_changed() -> None:
    new = manifest(one={"one/test": ("changed", 3)}, three={"three/test": ("d", 4)})
    text = release.note("0.2.0", "0.1.0", release.compare(OLD, new))
    assert "- Datasets added: `three`" in text
    assert "- Datasets removed: `two`" in text
    assert "| `one/test` | 1 | 3 |" in text
    assert "| `three/test` | – | 4 |" in text
    assert "| `two/test` | 2 | – |" in text
    assert "Contracts" not in text


def test_the_changelog_grows_from_the_top() -> None:
    first = release.changelog(release.note("0.1.0", None, release.compare(OLD, OLD)), None)
    second = release.changelog("## 0.1.1\n\nFixed.\n", first)
    assert second.startswith(release.TITLE)
    assert second.count(release.TITLE) == 1
    assert second.index("## 0.1.1") < second.index("## 0.1.0")
    assert second.endswith("First release.\n")


def test_marks_of_contracts_are_of_their_columns() -> None:
    marks = release.contract_marks(contracts.tasks())
    assert marks.keys() == set(contracts.tasks())
    assert len({mark.split("+")[1] for mark in marks.values()}) == len(marks)
