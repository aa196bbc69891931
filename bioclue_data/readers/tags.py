"""Tag sequences (IOB1, IOB2, IOBE, IOBES, IO) as typed runs of tokens, with what was irregular."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

Scheme = Literal["IO", "IOB1", "IOB2", "IOBE", "IOBES"]
# BILOU and BMES write the same scheme with other letters.
LETTERS = {"B": "B", "I": "I", "M": "I", "E": "E", "L": "E", "S": "S", "U": "S", "W": "S", "O": "O"}
ALLOWED: dict[Scheme, str] = {"IO": "IO", "IOB1": "IOB", "IOB2": "IOB", "IOBE": "IOBE", "IOBES": "IOBES"}


@dataclass
class Run:
    """Tokens `first` to `last` (inclusive) of one type.

    `irregular` says why the sequence is not what the scheme prescribes; empty if it is.
    """

    first: int
    last: int
    kind: str
    irregular: str = ""


@dataclass
class _Decoder:
    """Reads one tag after the other; a broken sequence is read as the CoNLL evaluation reads it.

    A tag that should continue a run where none of its type is open opens one.
    """

    scheme: Scheme
    runs: list[Run] = field(default_factory=list)
    open: Run | None = None

    def take(self, index: int, letter: str, kind: str) -> None:
        if letter == "O":
            self.close()
            return
        continues = self.open is not None and self.open.kind == kind and letter in "IE"
        if not continues:
            self.close()
            self.open = Run(index, index, kind, self._opening(letter))
            self.runs.append(self.open)
        if self.open:
            self.open.last = index
        if letter in "ES":
            self.close(ended=True)

    def _opening(self, letter: str) -> str:
        free = self.scheme in ("IO", "IOB1")
        return "" if letter in "BS" or (free and letter == "I") else f"opened by {letter}"

    def close(self, *, ended: bool = False) -> None:
        """End the open run; where the scheme marks ends, one of several tokens needs its mark."""
        run, self.open = self.open, None
        if run is None or ended or run.irregular:
            return
        if self.scheme == "IOBES" or (self.scheme == "IOBE" and run.last > run.first):
            run.irregular = "not closed"


def decode(tags: Sequence[tuple[str, str]], scheme: Scheme) -> list[Run]:
    """Turn (letter, type) pairs, one per token, into runs."""
    decoder = _Decoder(scheme)
    for index, (letter, kind) in enumerate(tags):
        decoder.take(index, letter, kind)
    decoder.close()
    return decoder.runs


def split(tag: str, scheme: Scheme, separator: str, label: str) -> tuple[str, str] | None:
    """Take a tag apart into our letter and its type; None if it is no tag of the scheme.

    Args:
        tag: `O`, `B-Type`, or a bare letter where `label` gives the type.
        scheme: The scheme.
        separator: What stands between letter and type.
        label: The type of tags that name none, else empty.
    """
    letter, _, kind = tag.partition(separator)
    ours = LETTERS.get(letter, "")
    kind = kind or label
    if not ours or ours not in ALLOWED[scheme] or (ours != "O" and not kind):
        return None
    return ours, "" if ours == "O" else kind
