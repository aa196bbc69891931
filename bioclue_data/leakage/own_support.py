"""What supports the question in a row of a file of the user's: options to choose from, or answers.

A string is an answer. A list, or an object, holds options: its elements, or its values. In a field called
after answers they are answers, each of them right.
"""

from __future__ import annotations

import json
import re
import unicodedata
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_OF_ANSWERS = re.compile(r"(?i)^(?!.*(?:option|choice|candidate|选项)).*(?:answer|答案)")
_TEXTS = ("text", "value", "content", "label")  # what files call the text of an option, the first one first
_NAME = re.compile(r"[\W_]*(?:[A-Za-z]|[0-9]+)[\W_]*")  # of an option
_NAMES = re.compile(r"[\W_]*[A-Z](?:[\W_]*[A-Z])*[\W_]*")
_BESIDE = re.compile(rf"{_NAME.pattern}|true|false|")  # a text, what files say of an option


class Support(NamedTuple):
    """What supports a question.

    Attributes:
        options, answers: Their texts.
        counts: How many texts each field has.
        single: Fields that could have options, and have a list or an object of one text: an answer.
        unsaid: Fields whose answers only name an option, as "B" and 2 do: they are left out.
    """

    options: list[str]
    answers: list[str]
    counts: dict[str, int]
    single: list[str]
    unsaid: list[str]


def support_of(record: dict[str, Any], fields: Sequence[str]) -> Support:
    """What the fields of a record hold."""
    texts = {field: texts_in(record.get(field)) for field in fields}
    lists = [field for field in fields if len(texts[field]) > 1 and not is_of_answers(field)]
    chosen = _with_options({field: texts[field] for field in lists})
    options = [text for field in chosen for text in texts[field]]
    answers = [(field, text) for field in fields if field not in chosen for text in texts[field]]
    said: list[str] = []
    unsaid: dict[str, None] = {}
    for field, text in answers:
        beside = len(answers) - 1 if is_of_answers(field) else 0
        count = len(options) or (len(texts[field]) if field in lists else beside)
        if count > 1 and _only_names(text, count, options):
            unsaid[field] = None
        else:
            said.append(text)
    counts = {field: len(found) for field, found in texts.items()}
    ones = [field for field in fields if counts[field] == 1 and not is_of_answers(field)]
    single = [field for field in ones if isinstance(record[field], (dict, list))]
    return Support(options, said, counts, single, list(unsaid))


def _with_options(lists: dict[str, list[str]]) -> list[str]:
    """The fields whose lists are options; others only name some: numbers beside options, and letters."""
    worded = [field for field, texts in lists.items() if not all(map(_NAME.fullmatch, texts))]
    numbers = [field for field, texts in lists.items() if any(map(str.isdigit, "".join(texts)))]
    return worded or numbers


def is_of_answers(field: str) -> bool:
    """Is a list in a field of this name one of answers, and not of options?"""
    return bool(_OF_ANSWERS.search(field))


def text_of(value: Any) -> str:
    """All text of a value. Half of a surrogate pair is no character: corpora have it replaced as well."""
    return _LONE_SURROGATE.sub("\ufffd", "\n".join(_strings(value)))


def texts_in(value: Any) -> list[str]:
    """The texts of a value: of each element of a list, of each value of an object, or its own."""
    return [text for element in _elements(value) if (text := _text(element)).strip()]


def _elements(value: Any) -> list[Any]:
    """What a list or an object holds; anything else, and the object of a single option, is one element."""
    if isinstance(value, list):
        return value
    if not isinstance(value, dict) or any(isinstance(value.get(name), (str, int, float)) for name in _TEXTS):
        return [value]
    columns = list(value.values())
    sizes = {len(column) if isinstance(column, list) else -1 for column in columns}
    if len(sizes) == 1 and -1 not in sizes and not any(map(_NAME.fullmatch, value)):
        return [dict(zip(value, row, strict=True)) for row in zip(*columns, strict=True)]
    return columns


def _text(element: Any) -> str:
    """Text of an option or answer: of the key that files have for it, else all that does not only name it."""
    if not isinstance(element, (dict, list, tuple)):
        return text_of(element)
    if isinstance(element, dict):
        known = [text for name in _TEXTS if (text := text_of(element.get(name)))]
        if known:
            return next((text for text in known if not _BESIDE.fullmatch(text)), known[0])
    texts = list(map(text_of, element.values() if isinstance(element, dict) else element))
    return "\n".join([text for text in texts if not _BESIDE.fullmatch(text)] or texts)


def _only_names(text: str, count: int, options: Sequence[str]) -> bool:
    """Does an answer only say which of so many options is right, by letter or number?"""
    plain = unicodedata.normalize("NFKC", text)
    signs = "".join(filter(str.isalnum, plain))
    if _NAME.fullmatch(plain):
        return signs.isalpha() or int(signs) <= count
    letters = list(map(ord, signs))
    is_rising = letters == sorted(set(letters)) and letters[-1:] < [ord("A") + count]
    return bool(_NAMES.fullmatch(plain)) and is_rising and text not in options


def _strings(value: Any) -> Iterator[str]:
    left = [value]
    while left:
        inner = left.pop()
        if isinstance(inner, str):
            yield inner
        elif isinstance(inner, (dict, list, tuple)):
            left += reversed(inner.values() if isinstance(inner, dict) else inner)
        elif isinstance(inner, bytes):
            yield inner.decode("utf-8", "replace")
        elif inner is not None:
            yield json.dumps(inner, default=str)
