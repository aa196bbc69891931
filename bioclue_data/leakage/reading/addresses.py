"""Addresses that fsspec knows: what its file systems raise is told, of whatever kind it is."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from bioclue_data.errors import BioclueError, SourceError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

T = TypeVar("T")
_HERE = ("file://", "local://")


def local(uri: str) -> str:
    """The path of an address that is one of this machine; others as they are."""
    if not uri.startswith(_HERE):
        return uri
    import fsspec  # noqa: PLC0415 - a path needs none

    path: str = fsspec.core.url_to_fs(uri)[1]
    return path


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
