"""What a task asks, in English and Chinese: `schemas/prompts.toml`."""

from __future__ import annotations

from functools import lru_cache

import msgspec

from bioclue_data import locations
from bioclue_data.records.catalogue import parse_toml


class Ask(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An instruction; its fields in braces are filled from the vocabulary and the row."""

    en: str
    zh: str


class Wording(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Instructions by task (`task*`: several answers, `task+`: a number); words as [English, Chinese]."""

    asks: dict[str, Ask]
    words: dict[str, tuple[str, str]]


@lru_cache(maxsize=1)
def wording() -> Wording:
    """The file, read once."""
    read: Wording = parse_toml(locations.content("schemas") / "prompts.toml", Wording)
    return read


def ask(name: str, chinese: bool) -> str:
    """The instruction of a task."""
    found = wording().asks[name]
    return found.zh if chinese else found.en


def said(key: str, chinese: bool) -> str:
    """A word in the language of the prompt; what is not in the file stays."""
    words = wording().words
    return words[key][chinese] if key in words else key
