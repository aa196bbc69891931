"""Bytes become valid UTF-8, cut between characters, as the kernels need it; wrong ones are replaced."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bioclue_data.leakage.reading.notes import Notes

_MARKS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
REPLACEMENT = "\ufffd".encode()
_HIGH = re.compile(rb"[\x80-\xff]+")
_COMMON_CHINESE = re.compile(
    rb"[\xa1-\xf7][\xa1-\xfe]"
)  # GB 2312, the part of GB 18030 that texts are made of
_PAIR = re.compile(rb"[\x81-\xfe][\x40-\x7e\x80-\xfe]")  # a character of Big5 or of GB 18030
_LOOKED_AT = 2**16  # bytes
WRONG, NULS = "bytes are no UTF-8 and were replaced", "NUL bytes, read as separators"


def is_valid(data: bytes) -> bool:
    """Is this UTF-8, all of it?"""
    offsets = np.array([0, len(data)], np.int64)
    array = pa.LargeStringArray.from_buffers(1, pa.py_buffer(offsets), pa.py_buffer(data))
    try:
        array.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def text(pieces: Iterator[bytes], notes: Notes) -> Iterator[bytes]:
    """The pieces in UTF-8: a byte order mark is undone, GB 18030, Big5 and UTF-16 are told by evidence."""
    encoding, carried, offset = "", b"", 0
    for number, raw in enumerate(pieces):
        piece = raw
        if number == 0:
            mark = next((mark for mark in _MARKS if piece.startswith(mark)), b"")
            encoding, piece, offset = _MARKS.get(mark, ""), piece[len(mark) :], len(mark)
        piece = carried + piece
        if not encoding and not piece.isascii():
            encoding = _guess(piece)
        whole = len(piece) - _unfinished(piece, encoding)
        carried = piece[whole:]
        if whole:
            yield _clean(piece[:whole], encoding, offset, notes)
        offset += whole
    if carried:
        yield _clean(carried, encoding, offset, notes)


def _guess(piece: bytes) -> str:
    """UTF-8 unless most of what is not ASCII is wrong as UTF-8 and common Chinese as Big5 or GB 18030."""
    whole = piece[: len(piece) - _unfinished(piece, "utf-8")]
    if is_valid(whole):
        return "utf-8"
    high = b" ".join(_HIGH.findall(piece))
    wrong = high.decode("utf-8", "replace").count("\ufffd")
    if wrong <= 0.1 * len(high):
        return "utf-8"
    if _is_common_big5(piece) and _decodes(piece, "cp950"):
        return "cp950"
    chinese = 2 * len(_COMMON_CHINESE.findall(high))
    return "gb18030" if chinese > 0.6 * len(high) and _decodes(piece, "gb18030") else "utf-8"


def _is_common_big5(piece: bytes) -> bool:
    """Second bytes that are ASCII: common characters of GB 18030 have none, Big5 some, Latin-1 only such."""
    pairs: list[bytes] = _PAIR.findall(piece[:_LOOKED_AT])
    low = sum(pair[1] < 0x80 for pair in pairs)
    common = sum(pair[0] == 0xA1 or 0xA4 <= pair[0] <= 0xC6 for pair in pairs)
    return 0.2 * len(pairs) < low < 0.8 * len(pairs) and common > 0.9 * len(pairs)


def _decodes(piece: bytes, encoding: str) -> bool:
    try:
        codecs.getincrementaldecoder(encoding)().decode(piece)
    except UnicodeDecodeError:
        return False
    return True


def _unfinished(piece: bytes, encoding: str) -> int:
    """How many bytes at the end belong to a character that goes on in the next piece."""
    if encoding in {"", "utf-8"}:
        for back in range(1, min(3, len(piece)) + 1):
            byte = piece[-back]
            if byte >= 0xC0:
                needed = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
                return back if back < needed else 0
            if byte < 0x80:
                return 0
        return 0
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    decoder.decode(piece)
    return len(decoder.getstate()[0])


def _clean(piece: bytes, encoding: str, offset: int, notes: Notes) -> bytes:
    if encoding not in {"", "utf-8"}:
        decoded = piece.decode(encoding, "replace")
        if wrong := decoded.count("\ufffd"):
            notes.count(f"characters are no {encoding} and were replaced", [f"byte {offset:,}"], wrong)
        piece = decoded.encode()
    elif not is_valid(piece):
        piece = replaced(piece, offset, notes)
    if b"\0" in piece:  # far quicker than to count none
        notes.count(NULS, [f"byte {offset + piece.find(0):,}"], piece.count(b"\0"))
    return piece


def replaced(data: bytes, offset: int, notes: Notes) -> bytes:
    """The same with replacement characters for wrong bytes."""
    try:
        data.decode()
    except UnicodeDecodeError as error:
        made = data.decode("utf-8", "replace").encode()
        wrong = made.count(REPLACEMENT) - data.count(REPLACEMENT)
        notes.count(WRONG, [f"byte {offset + error.start:,}"], wrong)
        return made
    return data
