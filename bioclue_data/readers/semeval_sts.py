"""Sentence pairs as SemEval's similarity tasks print them: a pair a line, with tabs between.

    first sentence<TAB>second sentence<TAB>4.5

Where the score is missing, the gold standard is a file beside it with a score a line, in the same order.
Nothing is quoted. An id is the position in the file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from bioclue_data.errors import SourceError
from bioclue_data.readers import standoff
from bioclue_data.readers.document import Document, Layers, Sources

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bioclue_data.sources.files import SourceFile

Row = tuple[str, list[str]]


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a record may say about these files."""

    # The lowest and the highest score.
    scale: tuple[float, float]
    # Side source with the scores of files that have none.
    scores: str = "scores"


def read(sources: Sources, options: Options) -> Iterator[Document]:
    """Read pair after pair.

    Raises:
        RecordError: a file has no scores, and there is no side source of them.
        SourceError: a line has neither two nor three columns, or a score is no number; or a file and its
            scores differ in length.
    """
    for file in sources.files:
        rows = [(standoff.place(file, number), line.split("\t")) for number, line in standoff.lines(file)]
        scores = _printed(rows) or _beside(sources.beside(options.scores), len(rows), file)
        for position, ((_, cells), score) in enumerate(zip(rows, scores, strict=True)):
            yield Document(str(position), file.name, f"line {position + 1}", _layers(cells, score, options))


def _printed(rows: Sequence[Row]) -> list[float]:
    """The scores in the third column; [] if there is none."""
    widths = {len(cells) for _, cells in rows}
    if widths == {2}:
        return []
    for place, cells in rows:
        if len(cells) != 3:
            what = f"a line of {len(cells)} columns: two sentences and a score are expected"
            raise SourceError(what, where=place, remedy="get the file again")
    return [_number(cells[2], place) for place, cells in rows]


def _beside(files: Sequence[SourceFile], count: int, file: SourceFile) -> list[float]:
    found = [
        _number(line, standoff.place(one, number)) for one in files for number, line in standoff.lines(one)
    ]
    if len(found) != count:
        what = f"{count} pairs, but {len(found)} scores beside them"
        raise SourceError(what, where=file.name, remedy="get both files of the same release")
    return found


def _number(text: str, place: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise SourceError(f"{text!r} is no score", where=place, remedy="get the file again") from error


def _layers(cells: Sequence[str], score: float, options: Options) -> Layers:
    low, high = options.scale
    return {
        "text_a": cells[0],
        "text_b": cells[1],
        "kind": "similarity",
        "score": score,
        "score_min": low,
        "score_max": high,
    }
