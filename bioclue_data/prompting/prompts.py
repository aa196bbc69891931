"""From a row to a prompt. Gold columns, and those that reveal the gold, are never read here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bioclue_data.metrics.texts import reply_at
from bioclue_data.prompting.wording import ask, said

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bioclue_data.prompting.vocabulary import Vocabulary

Row = dict[str, Any]
MOST_CHOICES = 50  # more labels are named by the model, not chosen by likelihood
MOST_CONCEPTS = 50


def is_chinese(row: Row) -> bool:
    """Is the prompt Chinese?"""
    return str(row["language"]).startswith("zh")


def prompt(task: str, row: Row, vocabulary: Vocabulary) -> str:
    """What to ask of a row: task, input, and where the answer goes."""
    chinese = is_chinese(row)
    lines = [
        said("task", chinese) + asked(task, row, vocabulary),
        *_INPUTS[task](row, chinese),
        said("answer", chinese),
    ]
    return "\n".join(lines)


def asked(task: str, row: Row, vocabulary: Vocabulary) -> str:
    """The instruction, with the names that an answer may use."""
    chinese = is_chinese(row)
    names = [said(name, chinese) if task == "boolqa" else name for name in _names(task, row, vocabulary)]
    fields = {
        "names": said("join", chinese).join(names),
        "roles": said("join", chinese).join(vocabulary.roles),
        "kind": said(str(row.get("kind")), chinese),
        "least": f"{row.get('score_min', 0):g}",
        "most": f"{row.get('score_max', 0):g}",
    }
    return ask(task + _variant(task, row), chinese).format(**fields)


def _names(task: str, row: Row, vocabulary: Vocabulary) -> tuple[str, ...]:
    if task == "mt":
        spoken = {source["language"] for source in row["sources"]}
        return (
            said("en" if any(str(one).startswith("zh") for one in spoken) else "zh-Hans", is_chinese(row)),
        )
    return vocabulary.names


def _variant(task: str, row: Row) -> str:
    """Several answers `*`, or a number `+`."""
    if task == "tc":
        return {"single": "", "multi": "*", "ordinal": "+"}[row["mode"]]
    several = (task == "mcqa" and row["multiple"]) or (task == "t2s" and row["kind"] == "codes")
    return "*" if several else ""


def choices(task: str, row: Row, vocabulary: Vocabulary) -> list[str] | None:
    """The answers that there are, where one of them is right; else None."""
    if task == "mcqa":
        return None if row["multiple"] else [option["key"] for option in row["options"]]
    if task == "tc" and (row["mode"] != "single" or len(vocabulary.names) > MOST_CHOICES):
        return None
    if task in {"boolqa", "nli", "tc"}:
        return [said(name, is_chinese(row)) if task == "boolqa" else name for name in vocabulary.names]
    return None


def _line(key: str, value: str | None, chinese: bool) -> list[str]:
    return [f"{said(key, chinese)}{value}"] if value else []


def _fields(*columns: tuple[str, str]) -> Callable[[Row, bool], list[str]]:
    """A line for each column that is filled: (word, column)."""
    return lambda row, chinese: [
        line for word, column in columns for line in _line(word, row[column], chinese)
    ]


def _contexts(row: Row, chinese: bool) -> list[str]:
    texts = [context["text"] for context in row["contexts"] or ()]
    return [*(line for text in texts for line in _line("context", text, chinese)), *_question(row, chinese)]


def _question(row: Row, chinese: bool) -> list[str]:
    return [*_line("question", row["question"], chinese), *_line("context", row.get("detail"), chinese)]


def _options(row: Row, chinese: bool) -> list[str]:
    head = [*_line("context", row["context"], chinese), *_line("question", row["question"], chinese)]
    return [*head, *(f"{option['key']}. {option['text']}" for option in row["options"])]


def _numbered(row: Row, chinese: bool) -> list[str]:
    """The text, and its mentions by number, without their concepts."""
    mentions = [
        f"{number}. {flat(mention['text'])}" for number, mention in enumerate(row["entities"] or (), 1)
    ]
    closed = [concept["id"] or concept["name"] or "" for concept in row["concepts"] or ()]
    shown = closed if len(closed) <= MOST_CONCEPTS else []
    head = _line("text", row["text"], chinese)
    return [
        *head,
        *_line("mentions", "\n".join(mentions), chinese),
        *_line("concepts", ", ".join(shown), chinese),
    ]


def _with_mentions(row: Row, chinese: bool) -> list[str]:
    """The text, and the mentions by id, with the concepts that relations may hold between."""
    mentions = "\n".join(map(_mention, row["entities"] or ()))
    return [*_line("text", row["text"], chinese), *_line("mentions", mentions, chinese)]


def _mention(mention: Row) -> str:
    ids = dict.fromkeys(f"{norm['db']}:{norm['id']}" for norm in mention["norms"] or () if norm["id"])
    return " ".join([mention["id"], mention["type"], flat(mention["text"]), *ids])


def _marked(row: Row, chinese: bool) -> list[str]:
    target = row["target"]["text"] if row["target"] else None
    return [
        *_fields(("context", "context"), ("text", "text"))(row, chinese),
        *_line("target", target, chinese),
    ]


def _segments(row: Row, chinese: bool) -> list[str]:
    texts = [said("text", chinese) + source["text"] for source in row["sources"]]
    return [*texts, *_line("query", row.get("query"), chinese)]


def _candidates(row: Row, chinese: bool) -> list[str]:
    numbered = (f"{number}. {one['text']}" for number, one in enumerate(row["candidates"], 1))
    return [*_line("query", row["query"], chinese), *numbered]


def _turns(row: Row, chinese: bool) -> list[str]:
    """The conversation up to the turn to be produced."""
    at = reply_at(row)
    before: Iterable[Row] = row["turns"][:at]
    head = [*_line("scenario", row["scenario"], chinese)]
    knowledge = [line for fact in row["knowledge"] or () for line in _line("context", fact, chinese)]
    return [*head, *knowledge, *(said(turn["role"], chinese) + turn["text"] for turn in before)]


def flat(text: str) -> str:
    """A text without line ends and tabs, which part the fields of an answer."""
    return " ".join(text.split())


_TEXT = _fields(("text", "text"))
_PAIR = _fields(("first", "text_a"), ("second", "text_b"))
_INPUTS: dict[str, Callable[[Row, bool], list[str]]] = {
    "boolqa": _contexts,
    "coref": _with_mentions,
    "cqa": _contexts,
    "dialogue": _turns,
    "ee": _with_mentions,
    "mcqa": _options,
    "mt": _segments,
    "nen": _numbered,
    "ner": _TEXT,
    "nli": _PAIR,
    "qa": _question,
    "rank": _candidates,
    "re": _with_mentions,
    "sts": _PAIR,
    "sum": _segments,
    "t2s": _fields(("context", "context"), ("text", "text")),
    "tc": _marked,
}
