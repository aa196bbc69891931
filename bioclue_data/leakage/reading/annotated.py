"""Tokens with tags as text: the sentences, and behind them the mentions that the tags mark, a line each.

So a text that somebody annotated is told from the same text without annotations, which may be public.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_BETWEEN = 12_000  # bytes of sentences before their mentions are listed: near enough to belong to them
_BEGINS, _GOES_ON = b"BSU", b"IELM"  # first letters of tags
_DOCUMENT = b"-DOCSTART-"  # CoNLL 2003 has this before each


class Tagged(NamedTuple):
    """A token and its tag; both are empty where a sentence ends."""

    token: bytes
    tag: bytes


END = Tagged(b"", b"")


def text(tokens: Iterable[Tagged]) -> Iterator[bytes]:
    """The text in pieces: a blank between tokens, a blank line between sentences, and mentions."""
    held: list[Tagged] = []
    size = 0
    for one in tokens:
        is_document = one.token == _DOCUMENT
        if not is_document:
            held.append(one)
            size += len(one.token) + 1
        is_enough = size >= _BETWEEN and (one is END or size >= 2 * _BETWEEN)
        if is_enough or (is_document and held):
            yield _written(held)
            held, size = [], 0
    yield _written(held)


def _written(tokens: list[Tagged]) -> bytes:
    words = b"".join(b"\n\n" if one is END else one.token + b" " for one in tokens)
    return b"%b\n%b" % (words, listed(tokens))


def listed(tokens: Iterable[Tagged]) -> bytes:
    """The mentions, each in a line of its own."""
    return b"".join(b" ".join(mention) + b"\n" for mention in _mentions(tokens))


def _mentions(tokens: Iterable[Tagged]) -> Iterator[list[bytes]]:
    """Runs of tokens of which the first begins a mention; of schemes without a sign for that, of one kind."""
    mention: list[bytes] = []
    before = b""
    for token, tag in tokens:
        letter, kind = tag[:1], tag[1:]
        if mention and (letter not in _GOES_ON or not letter or kind != before):
            yield mention
            mention = []
        if letter and letter in _BEGINS + _GOES_ON:
            mention.append(token)
            before = kind
    if mention:
        yield mention
