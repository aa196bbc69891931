"""Invented rows as built tables give them, and strategies for their parts."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from bioclue_data.contracts.contract import load
from bioclue_data.contracts.rows import complete

Row = dict[str, Any]
# One code point or more each: Latin, CJK, astral, combining, joined, and a separator that is no line break.
PIECES = ["a", "B", "7", " ", "咳", "嗽", "𠮷", "😀", "e\u0301", "\u200d", "\u2028", "|", ",", ";", ":", "%"]
NAMES = st.sampled_from(["Drug", "疾病", "CPR-3", "a.b"])
VALUES = st.sampled_from(["true", "high", "very high", "否", "a:b;c"])


def texts(*more: str, least: int = 1) -> st.SearchStrategy[str]:
    """Texts of invented pieces."""
    return st.lists(st.sampled_from([*PIECES, *more]), min_size=least, max_size=20).map("".join)


def row(task: str, item: str = "d:train:1", **columns: Any) -> Row:
    """A labelled row of a task's table, with null in every column that is not given."""
    source = item.rsplit(":", 1)[-1]
    return {
        **complete(load(task))(columns),
        "item_id": item,
        "source_id": source,
        "document_id": None,
        "labelled": True,
    }


def content(task: str, layers: Row) -> Row:
    """The columns of a task alone, complete."""
    return complete(load(task))({name: layers[name] for name in layers if name in CONTENT[task]})


CONTENT = {
    task: frozenset(field.name for field in load(task).content)
    for task in ("ner", "nen", "re", "ee", "coref")
}


def spans(text: str, most: int) -> st.SearchStrategy[list[dict[str, int]]]:
    """Spans of one mention, sorted and apart."""
    ends = st.integers(1, most).flatmap(
        lambda count: st.lists(
            st.integers(0, len(text)),
            unique=True,
            min_size=2 * min(count, (len(text) + 1) // 2),
            max_size=2 * min(count, (len(text) + 1) // 2),
        )
    )
    return ends.map(sorted).map(
        lambda found: [{"start": a, "end": b} for a, b in zip(found[::2], found[1::2], strict=True)]
    )


def covered(text: str, places: list[dict[str, int]]) -> str:
    """The text of a mention."""
    return " ".join(text[place["start"] : place["end"]] for place in places)


@st.composite
def mentions(draw: st.DrawFn, text: str, most: int) -> list[Row]:
    """Mentions of a text: nested, overlapping, repeated; `most` spans each."""
    found = []
    for number in range(1, draw(st.integers(0, 4)) + 1):
        places = draw(spans(text, most))
        mention = {"id": f"T{number}", "type": draw(NAMES), "spans": places}
        found.append({**mention, "text": covered(text, places)})
    return found


def attributes() -> st.SearchStrategy[list[dict[str, str]] | None]:
    """Attributes of something, or none."""
    one = st.fixed_dictionaries({"name": NAMES, "value": VALUES})
    return st.none() | st.lists(one, min_size=1, max_size=2)
