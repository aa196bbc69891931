"""What every reader yields: one item of a source, in layers that bear the names of contract columns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bioclue_data.errors import RecordError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bioclue_data.sources.files import SourceFile

Layers = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Remark:
    """Something that a reader had to repair or could not take as it stands.

    It is counted, must be declared in the record's `known_faults`, and goes to the row's `quality`.
    """

    rule: str
    place: str
    detail: str


@dataclass(slots=True)
class Document:
    """One item as read.

    `layers` maps a column name of the contracts (`text`, `entities`, `options` …) to a plain Python value
    of the shape that the contract gives (lists of dicts; offsets are half open, in code points). A layer
    that the source does not annotate is absent; an annotated and empty one is `[]`. Fields that may be
    null can be left out of a dict. The reader never fills a layer with a default.
    """

    source_id: str
    file: str
    locator: str
    layers: Layers
    document_id: str | None = None
    group_id: str | None = None
    subset: str | None = None
    language: str | None = None
    extra: Mapping[str, Any] | None = None
    remarks: Sequence[Remark] = ()


@dataclass(frozen=True, slots=True)
class Sources:
    """The files that a reader is given: those of one split, and the side files that the record names.

    A side file that the record declares as a lookup arrives as a mapping from key to value.
    """

    files: Sequence[SourceFile]
    side: Mapping[str, Sequence[SourceFile]] = field(default_factory=dict)
    lookups: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def beside(self, name: str) -> Sequence[SourceFile]:
        """The files of a side source.

        Raises:
            RecordError: the record declares none of that name.
        """
        if name not in self.side:
            raise RecordError(f"there is no side source {name!r}", remedy=f"add [side.{name}]")
        return self.side[name]
