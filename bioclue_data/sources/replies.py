"""What status and headers of an HTTP reply say about a file, and the ways in which a transfer ends."""

from __future__ import annotations

import re
import time
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

_CONTENT_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)$")
_AGAIN_LATER = frozenset({408, 425, 429, *range(500, 600)})


class CutError(Exception):
    """An attempt failed in a way that another may not; `pause`: seconds that the server asks to wait."""

    def __init__(self, reason: str, pause: float | None = None) -> None:
        super().__init__(reason)
        self.pause = pause


class RefusalError(Exception):
    """An address will not give the file: it is `missing`, or the content is `wrong`, or another reason."""

    def __init__(self, reason: str, *, missing: bool = False, wrong: bool = False) -> None:
        super().__init__(reason)
        self.missing, self.wrong = missing, wrong


class StoppedError(Exception):
    """Another file has failed, or the user has interrupted."""


def check_status(status: int, phrase: str, headers: Mapping[str, str]) -> None:
    """Let 200 and 206 pass.

    Raises:
        CutError: a status that may be gone later.
        RefusalError: any other.
    """
    words = f"HTTP {status} {phrase}".rstrip()
    if status in (200, 206):
        return
    if status in _AGAIN_LATER:
        raise CutError(words, retry_after(headers))
    raise RefusalError(words, missing=status in (404, 410))


def check_redirect(address: str) -> None:
    """Let https pass, and http to this machine.

    Raises:
        RefusalError: another scheme, or credentials in the address.
    """
    parts = urlsplit(address)
    if "@" in parts.netloc:
        raise RefusalError(f"redirects to an address with credentials at {parts.hostname}")
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(parts.hostname or "")):
        raise RefusalError(f"redirects to {address}, which is not https")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that the server asks to wait, given as such or as a date; None if it does not ask."""
    value = headers.get("Retry-After", "")
    if value.isdecimal():
        return float(value)
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except (TypeError, ValueError):
        return None


def validator(headers: Mapping[str, str]) -> str | None:
    """What tells one content from another byte by byte; a weak entity tag does not."""
    tag = headers.get("ETag", "")
    return tag if tag.startswith('"') else headers.get("Last-Modified")


def content_range(headers: Mapping[str, str]) -> tuple[int | None, int | None]:
    """First byte and size of the whole, as in `bytes 100-199/200`; None for what is not said."""
    found = _CONTENT_RANGE.match(headers.get("Content-Range", ""))
    if found is None:
        return None, None
    return int(found[1]), None if found[2] == "*" else int(found[2])


def total_size(status: int, headers: Mapping[str, str]) -> int | None:
    """Size of the whole file in bytes, None if the server does not say it."""
    if status == 206:
        return content_range(headers)[1]
    length = headers.get("Content-Length", "")
    return int(length) if length.isdecimal() else None


def marks_its_end(headers: Mapping[str, str]) -> bool:
    """Is the end of the body told by something else than the end of the connection?"""
    return "Content-Length" in headers or "chunked" in headers.get("Transfer-Encoding", "")
