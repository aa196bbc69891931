"""Gold as the text that a model should write, and what it writes as a prediction.

`answer` and `parse` are each other's reverse as far as a text can say what a row holds: repeated words are
taken in the order of the text, so that a mention whose words stand there before without being annotated is
found at the wrong place. What cannot be read is left out: the prediction is then short of it, never an error.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from bioclue_data.metrics.linking import concepts
from bioclue_data.metrics.ranking import ordered
from bioclue_data.metrics.registry import nothing
from bioclue_data.metrics.texts import reply_at
from bioclue_data.prompting import marks
from bioclue_data.prompting.prompts import choices, flat, is_chinese
from bioclue_data.prompting.wording import said

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bioclue_data.prompting.prompts import Row
    from bioclue_data.prompting.vocabulary import Vocabulary

PARTS = " | "  # ids hold bars without blanks
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def answer(task: str, row: Row) -> str:
    """The gold of a labelled row as text."""
    text = _ANSWERS[task](row)
    return text or said("none", is_chinese(row))


def parse(task: str, row: Row, text: str, vocabulary: Vocabulary) -> Row:
    """The row with a model's answer in the place of the gold."""
    empty = nothing(task, row)
    kept = text.strip()
    if kept.lower().rstrip(".。") in {"", said("none", False), said("none", True)}:
        return empty
    return empty | _PARSERS[task](row, kept, vocabulary)


def chosen(text: str, names: Sequence[str]) -> str | None:
    """The name that an answer begins with, or else holds alone; as written, else in any case."""
    for flags in (re.UNICODE, re.IGNORECASE):
        patterns = {name: f"{marks.EDGE[0]}{re.escape(name)}{marks.EDGE[1]}" for name in names}
        first = [name for name, pattern in patterns.items() if re.match(rf"\W*{pattern}", text, flags)]
        held = [name for name, pattern in patterns.items() if re.search(pattern, text, flags)]
        if first or len(held) == 1:
            return max(first or held, key=len)
    return None


def _choice(task: str, row: Row, text: str, vocabulary: Vocabulary) -> str | None:
    return chosen(text, choices(task, row, vocabulary) or list(vocabulary.names))


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _number(text: str) -> float | None:
    found = NUMBER.search(text)
    return float(found[0]) if found else None


def _keys(row: Row, text: str, _: Vocabulary) -> Row:
    """Keys of options: one, or several parted by commas, blanks, or nothing at all."""
    keys = [option["key"] for option in row["options"]]
    if not row["multiple"]:
        key = chosen(text, keys)
        return {"answer_keys": [key] if key else []}
    parts = re.split(r"[\s,，、;；]+", _lines(text)[0].strip(" .。"))
    named = [key for key in keys if key in parts]
    return {"answer_keys": named or [key for key in keys if len(parts) == 1 and key in parts[0]]}


def _labels(row: Row, text: str, vocabulary: Vocabulary) -> Row:
    if row["mode"] == "ordinal":
        return {"value": _number(text)}
    if row["mode"] == "single":
        label = _choice("tc", row, text, vocabulary)
        return {"labels": [label] if label else []}
    known = {flat(name).lower(): name for name in vocabulary.names}
    named = (known.get(flat(line.lstrip("-*• ")).lower()) for line in _lines(text))
    return {"labels": list(dict.fromkeys(name for name in named if name))}


def _label_text(row: Row) -> str:
    return f"{row['value']:g}" if row["mode"] == "ordinal" else "\n".join(map(flat, row["labels"]))


def _bool(row: Row, text: str, vocabulary: Vocabulary) -> Row:
    spoken = {said(name, is_chinese(row)): name for name in vocabulary.names}
    name = chosen(text, list(spoken))
    return {"answer": spoken[name] if name else None}


def _norm_text(row: Row) -> str:
    best = [(number, concepts(mention)) for number, mention in enumerate(row["entities"], 1)]
    return "\n".join(f"{number}\t{PARTS.join(sorted(groups[0]))}" for number, groups in best if groups)


def _norms(row: Row, text: str, vocabulary: Vocabulary) -> Row:
    """Concepts by number of the mention; lines of one number are candidates, the best first."""
    found: dict[int, list[Row]] = {}
    db = vocabulary.names[0] if vocabulary.names else ""
    for line in _lines(text):
        number, _, names = line.replace("：", "\t", 1).partition("\t")
        if not (place := NUMBER.match(number)) or not names.strip():
            continue
        norms = found.setdefault(int(float(place[0])), [])
        group = norms[-1]["group"] + 1 if norms else 0
        norms += [_norm(db, name.strip(), group) for name in names.split(PARTS) if name.strip()]
    return {"entities": [m | {"norms": found.get(n, [])} for n, m in enumerate(row["entities"] or (), 1)]}


def _norm(db: str, name: str, group: int) -> Row:
    nil = name == "nil"
    known = {"id": None if nil else name, "name": None, "relation": "nil" if nil else "exact"}
    return {"group": group, "db": db, **known}


def _rank_text(row: Row) -> str:
    number = {one["id"]: at for at, one in enumerate(row["candidates"], 1)}
    return ", ".join(str(number[name]) for name in ordered(row["candidates"]))


def _ranks(row: Row, text: str, _: Vocabulary) -> Row:
    named = dict.fromkeys(int(float(number)) for number in NUMBER.findall(text))
    rank = {place: at for at, place in enumerate(named, 1)}
    given = enumerate(row["candidates"], 1)
    return {"candidates": [one | {"relevance": None, "rank": rank.get(place)} for place, one in given]}


def _structure_text(row: Row) -> str:
    if row["kind"] == "codes":
        return "\n".join(f"{code['system']}\t{code['code']}" for code in row["codes"])
    return str(row["output"])


def _structure(row: Row, text: str, _: Vocabulary) -> Row:
    if row["kind"] == "codes":
        pairs = [line.partition("\t")[::2] for line in _lines(text)]
        blank = {"version": None, "name": None}
        return {"codes": [{"system": a.strip(), "code": b.strip(), **blank} for a, b in pairs if b.strip()]}
    fenced = re.search(r"```(?:json)?\s*(.*?)```", text, re.DOTALL)
    body = fenced[1] if fenced else text
    try:
        return {"output": json.dumps(json.loads(body), ensure_ascii=False)}
    except ValueError:
        return {"output": None}


def _reply_text(row: Row) -> str:
    at = reply_at(row)
    return next(str(turn["text"]) for turn in row["turns"] if turn["index"] == at)


def _reply(row: Row, text: str, _: Vocabulary) -> Row:
    at = reply_at(row)
    turns = row["turns"]
    return {"turns": [turn | {"text": text} if turn["index"] == at else turn for turn in turns]}


def _target(row: Row, text: str, _: Vocabulary) -> Row:
    language = row["targets"][0]["language"] if row["targets"] else None
    return {"targets": [{"id": "1", "role": None, "language": language, "text": text}]}


def _first(column: str) -> Callable[[Row], str]:
    return lambda row: next((str(one["text"]) for one in row[column] or ()), "")


_ANSWERS: dict[str, Callable[[Row], str]] = {
    "boolqa": lambda row: said(row["answer"], is_chinese(row)),
    "coref": marks.set_text,
    "cqa": _first("answers"),
    "dialogue": _reply_text,
    "ee": lambda row: marks.link_text(row, "events"),
    "mcqa": lambda row: ",".join(row["answer_keys"]),
    "mt": _first("targets"),
    "nen": _norm_text,
    "ner": marks.mention_text,
    "nli": lambda row: str(row["label"]),
    "qa": _first("answers"),
    "rank": _rank_text,
    "re": lambda row: marks.link_text(row, "relations"),
    "sts": lambda row: f"{row['score']:g}",
    "sum": _first("targets"),
    "t2s": _structure_text,
    "tc": _label_text,
}
_PARSERS: dict[str, Callable[[Row, str, Vocabulary], Row]] = {
    "boolqa": _bool,
    "coref": lambda row, text, _: {"corefs": marks.sets(row, _lines(text))},
    "cqa": lambda _row, text, _: {"answers": [{"text": text}]},
    "dialogue": _reply,
    "ee": lambda row, text, _: {"events": marks.links(row, _lines(text), events=True)},
    "mcqa": _keys,
    "mt": _target,
    "nen": _norms,
    "ner": lambda row, text, _: {"entities": marks.mentions(row, _lines(text))},
    "nli": lambda row, text, vocabulary: {"label": _choice("nli", row, text, vocabulary)},
    "qa": lambda _row, text, _: {"answers": [{"text": text}]},
    "rank": _ranks,
    "re": lambda row, text, _: {"relations": marks.links(row, _lines(text), events=False)},
    "sts": lambda _row, text, _: {"score": _number(text)},
    "sum": _target,
    "t2s": _structure,
    "tc": _labels,
}
