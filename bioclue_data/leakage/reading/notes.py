"""What went wrong while a file was read: said, counted, never raised."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Notes:
    """Problems of one file, until a batch takes them along.

    Attributes:
        cut: The file ended too early or could not be read on: what is missing at its end is said already.
    """

    cut: bool = False
    _problems: list[str] = field(default_factory=list)
    _counts: dict[str, tuple[int, list[str]]] = field(default_factory=dict)

    def add(self, problem: str) -> None:
        """Say something once."""
        self._problems.append(problem)

    def count(self, what: str, places: list[str], number: int | None = None) -> None:
        """Count something that may happen often; the first places are named at the end of the file."""
        before, known = self._counts.get(what, (0, []))
        self._counts[what] = before + (len(places) if number is None else number), (known + places)[:3]

    def take(self) -> list[str]:
        """The problems said since the last call."""
        taken, self._problems = self._problems, []
        return taken

    def close(self) -> None:
        """The file is at its end: say what was counted."""
        for what, (number, places) in self._counts.items():
            self.add(f"{number:,} {what} (first: {', '.join(places)})")
        self._counts.clear()
