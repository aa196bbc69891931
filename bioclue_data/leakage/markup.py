r"""Texts without what web pages and printed ones leave in them.

That is tags, character references, escapes (of JSON in JSON), where links of Markdown lead to, and hyphens at
the end of a line that break a word. Items and corpora are read alike: `<b>`, `&nbsp;` or `\u7532` are no
words of either.
"""
# mypy: disable-error-code="no-untyped-def, misc"

from __future__ import annotations

import html
import re
from functools import cache
from typing import Any

import numpy as np

from bioclue_data.matching.compiled import inlined, kernel
from bioclue_data.matching.machine import load64, markup_mask, trailing_zeros
from bioclue_data.matching.tokens import ALL, GOLDEN, PADDING, Texts, U

_INLINE = (
    "a|abbr|acronym|b|big|cite|code|del|em|font|i|ins|kbd|label|mark|q|s|small|span|strike|strong|sub|sup|"
    "tt|u|var"
)
_BLOCK = (
    "article|aside|blockquote|body|br|button|caption|center|col|colgroup|dd|div|dl|dt|figcaption|figure|"
    "footer|form|h1|h2|h3|h4|h5|h6|head|header|hr|html|iframe|img|input|li|link|main|meta|nav|ol|option|p|pre|script|"
    "section|select|style|table|tbody|td|textarea|tfoot|th|thead|title|tr|ul|video"
)
_TARGET = (
    r"(?:(?:[a-z]{3,6}:|www\.|[/#.])[^()\s]*(?:\([^()\s]*\)[^()\s]*)*"
    r"|[^()\s]+\.(?:gif|html?|jpe?g|md|pdf|png|svg|webp))"
)
_COMMANDS = (  # of LaTeX, that begin as an escape does
    "nabla|natural|ne|nearrow|neg|neq|newcommand|newline|newpage|ni|nolimits|nonumber|normalsize|not|notin|nu|"
    "nwarrow|rangle|rbrace|rbrack|rceil|ref|rfloor|rho|right|rightarrow|rightleftharpoons|rm|root|rtimes|rule|"
    "tabular|tan|tanh|tau|text|textbf|textit|textrm|textstyle|texttt|tfrac|theta|thickspace|thinspace|tilde|"
    "times|tiny|to|top|triangle|triangleq|tt"
)
_MARKUP = re.compile(
    rf"(?P<inline></?(?:{_INLINE})(?:\s+[^<>=]*=[^<>]*|\s*/?)>)"
    rf"|(?P<block></?(?:{_BLOCK})(?:\s+[^<>=]*=[^<>]*|\s*/?)>|<!--[^<>]*-->)"
    r"|(?P<reference>&(?:\#[0-9]{1,7}|\#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});)"
    r"|(?P<escape>(?:\\u[0-9a-fA-F]{4})+)"
    rf"|(?P<line>\\(?-i:[nrt](?![a-z])|(?!(?:{_COMMANDS})(?![a-z]))[nrt](?=[a-z])))"
    rf"|(?P<target>\]\({_TARGET}(?:\s+\"[^\"\n]*\")?\))"
    r"|(?P<hyphen>(?-i:(?<=[a-z])-\r?\n[ \t]*(?=[a-z]))|\xc2\xad\r?\n[ \t]*)".encode("latin-1"),
    re.IGNORECASE,
)
_TWICE = 2  # what is escaped may be a tag
_NAME = 8  # letters of a tag's name that are looked at
_BITS = 12  # of the hash of a name
_LOWER = 0x2020202020202020


def without_markup(texts: Texts) -> Texts:
    """The same texts; the very same object if they have no markup."""
    for _ in range(_TWICE):
        found = _found(texts)
        if not found:
            return texts
        texts = replaced(texts, found)
    return texts


def _found(texts: Texts) -> list[tuple[int, int, bytes]]:
    """First byte, one past the last, and replacement of all markup; none across the end of a text."""
    data = texts.data.data
    begins = _places(texts)
    ends = texts.offsets[np.searchsorted(texts.offsets, begins, "right")].tolist()
    found: list[tuple[int, int, bytes]] = []
    last = 0
    for begin, end in zip(begins.tolist(), ends, strict=True):
        if begin < last:
            continue
        match = _MARKUP.match(data, begin, end)
        if match and (new := _replacement(match)) is not None:
            last = match.end()
            found.append((begin, last, new))
    return found


def _replacement(match: re.Match[bytes]) -> bytes | None:
    """What stands for some markup; None: it is none."""
    if match.lastgroup in {"inline", "hyphen"}:
        return b""
    if match.lastgroup == "target":
        return b"]"
    if match.lastgroup in {"block", "line"}:
        return b"\n"
    if match.lastgroup == "reference":
        old = match[0].decode()
        new = html.unescape(old)
        return new.encode() if new != old else None
    units = match[0].decode("unicode_escape")
    return units.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()


def replaced(texts: Texts, found: list[tuple[int, int, bytes]]) -> Texts:
    """Texts with other bytes in some places: where each begins and ends, and what it becomes, in order."""
    data, offsets = texts.data.data, texts.offsets
    parts: list[Any] = []
    at = int(offsets[0])
    for begin, end, new in found:
        parts += [data[at:begin], new]
        at = end
    parts += [data[at : int(offsets[-1])], bytes(PADDING)]
    ends = np.array([end for _, end, _ in found], np.int64)
    shorter = np.cumsum([0, *(end - begin - len(new) for begin, end, new in found)])
    moved = offsets - offsets[0] - shorter[np.searchsorted(ends, offsets, "right")]
    return Texts(np.frombuffer(b"".join(parts), np.uint8), moved)


def _places(texts: Texts) -> Any:
    """int64: where markup may begin."""
    room = 1024
    while True:
        places = np.empty(room, np.int64)
        count = _mark(texts.base, texts.offsets[0], texts.offsets[-1], _names(), places)
        if count <= room:
            return places[:count]
        room = count


@cache
def _names() -> Any:
    """uint64: bitmap of the hashes of the names of tags."""
    heads = [name.encode()[:_NAME].ljust(_NAME, b"\0") for name in f"{_INLINE}|{_BLOCK}".split("|")]
    bits = np.frombuffer(b"".join(heads), "<u8") * U(GOLDEN) >> U(64 - _BITS)
    bitmap = np.zeros(1 << (_BITS - 6), U)
    np.bitwise_or.at(bitmap, (bits >> U(6)).astype(np.int64), U(1) << (bits & U(63)))
    return bitmap


@inlined
def _may_be_tag(address, names):
    """Can a tag begin at the `<` at an address? Those of dialogues, such as `<patient>`, are no markup."""
    first = (load64(address) >> U(8)) & U(0xFF)
    if first == U(0x21):
        return True
    address += U(1) + U(first == U(0x2F))
    word = load64(address) | U(_LOWER)
    size = U(0)
    while size < U(_NAME) and _is_of_name((word >> (U(8) * size)) & U(0xFF)):
        size += U(1)
    if size == U(0):
        return False
    value = (word & (U(ALL) >> (U(64) - U(8) * size))) * U(GOLDEN)
    place = value >> U(64 - _BITS)
    return (names[place >> U(6)] >> (place & U(63))) & U(1) != U(0)


@inlined
def _is_of_name(byte):
    return U(97) <= byte <= U(122) or U(48) <= byte <= U(57)


@kernel
def _mark(base, begin, end, names, places):
    """Note where markup may begin, as far as there is room -> how many such places there are."""
    count = 0
    for at in range(begin, end, 64):
        marks = markup_mask(base + U(at))
        if end - at < 64:
            marks &= U(ALL) >> U(64 - (end - at))
        while marks != U(0):
            place = U(at) + trailing_zeros(marks)
            marks &= marks - U(1)
            if load64(base + place) & U(0xFF) == U(0x3C) and not _may_be_tag(base + place, names):
                continue
            if count < places.size:
                places[count] = place
            count += 1
    return count
