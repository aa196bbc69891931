"""Addresses that fsspec knows: what its file systems raise is told, of whatever kind it is."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from bioclue_data.errors import BioclueError, SourceError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

T = TypeVar("T")
_HERE = ("file://", "local://")
# What file systems call that which changes with the content, or when it was changed: ETag of S3 and HTTP,
# blob_id of the Hub, md5Hash and generation of Google, LastModified, mtime …
_TELLING = re.compile(
    r"etag|md5|sha\d*$|crc|checksum|digest|blob_?id|oid$|hash|hex$|generation|version|mtime|modif|updated|write_time",
    re.IGNORECASE,
)


def local(uri: str) -> str:
    """The path of an address that is one of this machine; others as they are."""
    if not uri.startswith(_HERE):
        return uri
    import fsspec  # noqa: PLC0415 - a path needs none

    path: str = fsspec.core.url_to_fs(uri)[1]
    return path


def content_of(uri: str) -> str:
    """What the file system of an address tells of a file's content, as hashes and times; empty: nothing."""
    import fsspec  # noqa: PLC0415 - a path needs none

    try:
        with told(uri):
            system, path = fsspec.core.url_to_fs(uri)
            about = system.info(path)
    except SourceError:  # told when it is to be read
        return ""
    known = {name: str(value) for name, value in about.items() if value and _TELLING.search(name)}
    return repr([about.get("size"), *sorted(known.items())]) if known else ""


@contextmanager
def told(uri: str) -> Iterator[None]:
    """Around calls that only ask the file system of an address; a path raises what it raises.

    Raises:
        SourceError: whatever went wrong. Each file system has the exceptions of its own libraries.
    """
    try:
        yield
    except BioclueError:
        raise
    except Exception as error:
        if "://" not in uri:
            raise
        reason = str(error).split("\n", 1)[0]
        raise SourceError(f"{type(error).__name__}: {reason}".rstrip(": ")) from error


def each(uri: str, read: Iterable[T]) -> Iterator[T]:
    """What is read from an address, one after the other; see `told`."""
    with told(uri):
        yield from read
