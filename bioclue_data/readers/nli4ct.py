"""NLI4CT: statements about sections of clinical trial records, which stand in files of their own.

The premise is a list of lines of the primary trial, followed by those of the secondary one where two are
compared. It becomes one text with a newline between lines; evidence, given as line numbers, becomes spans.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import msgspec

from bioclue_data.errors import SourceError
from bioclue_data.readers import json_values
from bioclue_data.readers.document import Document, Layers, Sources

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bioclue_data.sources.files import SourceFile

RELEASE = "check that items and trials are of the release that the record declares"


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a record may say: nothing but where the trials are."""

    # The side source with one JSON file per trial, named by its number.
    trials: str = "trials"


class _Item(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One statement, as the source writes it."""

    Type: str
    Section_id: str
    Primary_id: str
    Statement: str
    Secondary_id: str | None = None
    Label: str | None = None
    Primary_evidence_index: tuple[int, ...] | None = None
    Secondary_evidence_index: tuple[int, ...] | None = None


def read(sources: Sources, options: Options) -> Iterator[Document]:
    """Read statement after statement; `label` and `evidence` are absent where the source gives none.

    Raises:
        RecordError: there is no side source with the trials.
        SourceError: an item has another shape, or names a trial, a section or a line that is not there.
    """
    trials = _Trials(sources.beside(options.trials))
    for file in sources.files:
        for key, value in json_values.members(file):
            item = json_values.typed(value, _Item, f"{file.name}, {key}", RELEASE)
            yield _document(key, item, file, trials)


class _Trials:
    """The sections of the trials, each file read once (some megabytes of lines in all)."""

    def __init__(self, files: Sequence[SourceFile]) -> None:
        self._files = {PurePosixPath(file.name).stem: file for file in files}
        self._read: dict[str, dict[str, list[str]]] = {}

    def lines(self, trial: str, section: str, where: str) -> list[str]:
        """The lines of a section.

        Raises:
            SourceError: there is no such trial or section.
        """
        if trial not in self._files:
            raise SourceError(f"there is no trial {trial}", where=where, remedy=RELEASE)
        if trial not in self._read:
            self._read[trial] = _sections(self._files[trial])
        if section not in self._read[trial]:
            raise SourceError(f"trial {trial} has no section {section!r}", where=where, remedy=RELEASE)
        return self._read[trial][section]


def _sections(file: SourceFile) -> dict[str, list[str]]:
    value = json_values.typed(json_values.whole(file), dict[str, list[str] | str], file.name, RELEASE)
    return {name: part for name, part in value.items() if isinstance(part, list)}


def _document(key: str, item: _Item, file: SourceFile, trials: _Trials) -> Document:
    where = f"{file.name}, {key}"
    primary = trials.lines(item.Primary_id, item.Section_id, where)
    secondary: list[str] = []
    extra: dict[str, Any] = {"type": item.Type, "section": item.Section_id, "primary_lines": len(primary)}
    if item.Secondary_id is not None:
        secondary = trials.lines(item.Secondary_id, item.Section_id, where)
        extra["secondary_id"] = item.Secondary_id
    return Document(
        source_id=key,
        file=file.name,
        locator=f"/{key}",
        layers=_layers(item, primary, secondary, where),
        document_id=item.Primary_id,
        group_id=item.Primary_id,
        extra=extra,
    )


def _layers(item: _Item, primary: list[str], secondary: list[str], where: str) -> Layers:
    lines = [*primary, *secondary]
    layers: Layers = {"text_a": "\n".join(lines), "text_b": item.Statement}
    if item.Label is not None:
        layers["label"] = item.Label
    if item.Primary_evidence_index is not None or item.Secondary_evidence_index is not None:
        chosen = _chosen(item.Primary_evidence_index or (), len(primary), 0, where)
        chosen += _chosen(item.Secondary_evidence_index or (), len(secondary), len(primary), where)
        layers["evidence"] = [_evidence(lines, index) for index in chosen]
    return layers


def _chosen(indexes: tuple[int, ...], count: int, first: int, where: str) -> list[int]:
    """Line numbers of one trial as line numbers of the joined text."""
    for index in indexes:
        if not 0 <= index < count:
            what = f"evidence names line {index}, but the section has {count}"
            raise SourceError(what, where=where, remedy=RELEASE)
    return [first + index for index in sorted(set(indexes))]


def _evidence(lines: list[str], index: int) -> dict[str, Any]:
    start = sum(len(line) + 1 for line in lines[:index])
    return {"context": "text_a", "start": start, "end": start + len(lines[index]), "text": lines[index]}
