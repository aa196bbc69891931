"""MIE: a JSON array of dialogues, each an array of windows of five utterances with the labels of the window.

The windows at the beginning of a dialogue are filled up with empty utterances in front, which are left out of
the text; the others are joined by newlines.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from bioclue_data.readers import json_values
from bioclue_data.readers.document import Document, Sources

if TYPE_CHECKING:
    from collections.abc import Iterator


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Nothing: the format has no variants."""


class _Window(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    utterances: list[str]
    label: list[str]


def read(sources: Sources, options: Options) -> Iterator[Document]:  # noqa: ARG001 - the protocol's
    """Read window after window; the id is the dialogue's position in the file and its own in the dialogue.

    Raises:
        SourceError: a file has another shape.
    """
    for file in sources.files:
        for number, value in enumerate(json_values.elements(file)):
            windows = json_values.typed(value, list[_Window], f"{file.name}, /{number}", json_values.AGAIN)
            for position, window in enumerate(windows):
                yield _document(window, file.name, number, position)


def _document(window: _Window, name: str, dialogue: int, position: int) -> Document:
    return Document(
        source_id=f"{dialogue}/{position}",
        file=name,
        locator=f"/{dialogue}/{position}",
        layers={
            "text": "\n".join(filter(None, window.utterances)),
            "mode": "multi",
            "labels": window.label,
        },
        group_id=f"{name}#{dialogue}",
    )
