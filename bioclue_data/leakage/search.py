"""What is looked for in corpora, with all that is made once for all of them."""

from __future__ import annotations

from collections import deque
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from bioclue_data import memory
from bioclue_data.leakage import prompts
from bioclue_data.leakage.items import index_rows
from bioclue_data.leakage.least import least
from bioclue_data.leakage.rows import joined, together
from bioclue_data.matching import candidates

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bioclue_data.leakage.items import Items
    from bioclue_data.leakage.prompts import Cut
    from bioclue_data.leakage.rows import Row, Rows
    from bioclue_data.leakage.verdicts import Thresholds
    from bioclue_data.matching.bounds import Least
    from bioclue_data.matching.candidates import Scratch
    from bioclue_data.matching.index import Index


class Search:
    """Items and their index, and what is enough for a verdict. Threads share it.

    Attributes:
        items, index, thresholds: What it was made of.
        least: What any verdict needs.
    """

    def __init__(self, items: Items, index: Index, thresholds: Thresholds) -> None:
        self.items = items
        self.index = index
        self.thresholds = thresholds
        self.least: Least = least(items, index, thresholds)
        self._free: deque[Scratch] = deque()
        self._cuts: dict[tuple[bytes, ...], list[Cut]] = {}

    def cuts(self, templates: tuple[bytes, ...]) -> list[Cut]:
        """In which ways a file with some templates is read, one way for each item."""
        if not templates:
            return [prompts.WHOLE]
        if templates not in self._cuts:
            self._cuts[templates] = prompts.cuts(templates, self.index, self.items.populations)
        return self._cuts[templates]

    @contextmanager
    def working(self) -> Iterator[Scratch]:
        """Working memory for one thread, that of an earlier one if there is any."""
        try:
            memory = self._free.pop()
        except IndexError:
            memory = candidates.scratch(self.index, self.least.windows)
        yield memory
        self._free.append(memory)


def search_for(rows: Iterable[Row] | Iterable[Rows], thresholds: Thresholds, portions: Any = None) -> Search:
    """Index rows of tables, to look for them. `portions`: as for `index_rows`."""
    search = Search(*index_rows(joined(list(together(rows))), portions), thresholds)
    memory.give_back()  # an index is made of arrays several times its size
    return search
