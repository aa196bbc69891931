"""Every exception of the package. Each says what is wrong, where, and what to do about it."""

from __future__ import annotations


class BioclueError(Exception):
    """Base of all errors that a user can act on.

    Args:
        what: One sentence: what is wrong.
        where: File, line, item, record key: as precise as it is known.
        remedy: What the user can do.
    """

    exit_code = 1

    def __init__(self, what: str, *, where: str = "", remedy: str = "") -> None:
        super().__init__(what)
        self.what, self.where, self.remedy = what, where, remedy

    def __str__(self) -> str:
        lines = [f"{self.where}: {self.what}" if self.where else self.what]
        return "\n  ".join([*lines, f"remedy: {self.remedy}"] if self.remedy else lines)

    def __reduce__(self) -> tuple[object, ...]:
        """Survive the way back from a worker process, keyword arguments included."""
        return _rebuild, (type(self), self.what, self.where, self.remedy)


def _rebuild(kind: type[BioclueError], what: str, where: str, remedy: str) -> BioclueError:
    return kind(what, where=where, remedy=remedy)


class SourceError(BioclueError):
    """A source file that is here cannot be read as its record says."""


class DamagedError(SourceError):
    """A source file differs in size or hash from what its record declares.

    `sha256` is that of the file, where it is known.
    """

    def __init__(self, what: str, *, where: str = "", remedy: str = "", sha256: str = "") -> None:
        super().__init__(what, where=where, remedy=remedy)
        self.sha256 = sha256

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild_damaged, (self.what, self.where, self.remedy, self.sha256)


def _rebuild_damaged(what: str, where: str, remedy: str, sha256: str) -> DamagedError:
    return DamagedError(what, where=where, remedy=remedy, sha256=sha256)


class InvalidDataError(BioclueError):
    """Rows break their contract, or a count differs from the declared one."""


class HeldBackError(BioclueError):
    """Rows that may not leave this machine were asked to."""


class RecordError(BioclueError):
    """A dataset record or a contract file is itself wrong."""


class UsageError(BioclueError):
    """A name, option or combination that does not exist."""

    exit_code = 2


class HubError(BioclueError):
    """The Hub refused, could not be reached, or is not as it was left."""

    exit_code = 2


class NotHereError(BioclueError):
    """A source that is not on this machine and cannot be fetched.

    `reason` is one of `gated`, `unreachable`, `no_source`, `declared`.
    """

    exit_code = 2

    def __init__(self, what: str, *, where: str = "", remedy: str = "", reason: str = "no_source") -> None:
        super().__init__(what, where=where, remedy=remedy)
        self.reason = reason

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild_not_here, (self.what, self.where, self.remedy, self.reason)


def _rebuild_not_here(what: str, where: str, remedy: str, reason: str) -> NotHereError:
    return NotHereError(what, where=where, remedy=remedy, reason=reason)
