"""Which columns of a task are texts, which of them a model is asked, and which hold the gold."""

from __future__ import annotations

_TEXT = ("text",)
_PAIR = ("text_a", "text_b")

INPUT: dict[str, tuple[str, ...]] = {
    "ner": _TEXT,
    "nen": _TEXT,
    "re": _TEXT,
    "ee": _TEXT,
    "coref": _TEXT,
    "tc": ("text", "context"),
    "t2s": ("text", "context"),
    "nli": _PAIR,
    "sts": _PAIR,
    "mcqa": ("question", "context", "options.text"),
    "boolqa": ("question", "contexts.text"),
    "cqa": ("question", "contexts.text"),
    "qa": ("question", "detail"),
    "rank": ("query",),
    "sum": ("sources.text", "query"),
    "mt": ("sources.text",),
    "dialogue": ("turns.text",),
}
"""What a model is given; a path is a column, or a list column and a member of its elements."""

_MORE: dict[str, tuple[str, ...]] = {
    "mcqa": ("rationale",),
    "boolqa": ("rationale",),
    "cqa": ("answers.text",),
    "qa": ("answers.text",),
    "rank": ("candidates.text",),
    "sum": ("targets.text",),
    "mt": ("targets.text",),
    "dialogue": ("scenario", "summary"),
}
TEXTS = {task: paths + _MORE.get(task, ()) for task, paths in INPUT.items()}
"""All texts of a row."""

GOLD = {
    "tc": "labels",
    "nli": "label",
    "sts": "score",
    "boolqa": "answer",
    "mcqa": "answer_keys",
    "ner": "entities",
}
"""Tasks in which one input has one right answer, and its column."""


def columns_in(paths: tuple[str, ...]) -> set[str]:
    """The columns that paths lead into."""
    return {path.partition(".")[0] for path in paths}
