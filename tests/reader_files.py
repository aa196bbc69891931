"""Source files of a test's own, and the documents that a reader makes of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bioclue_data import readers
from bioclue_data.errors import SourceError
from bioclue_data.readers.document import Document, Sources
from bioclue_data.sources.files import SourceFile

Files = Mapping[str, str | bytes]


def write(folder: Path, files: Files) -> list[SourceFile]:
    """Write files below a folder; text in UTF-8, line ends as they are."""
    found = []
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        found.append(SourceFile(name, path, "000000000000"))
    return found


def documents(reader: Any, sources: Sources, /, **options: Any) -> list[Document]:
    """Read with options as a record would give them."""
    return list(reader.read(sources, msgspec.convert(options, reader.Options)))


def read(reader: Any, folder: Path, files: Files, /, **options: Any) -> list[Document]:
    """Write files and read them."""
    return documents(reader, Sources(write(folder, files)), **options)


def refused(reader: Any, folder: Path, files: Files, /, **options: Any) -> SourceError:
    """The error that reading ends in; it names a place and a remedy."""
    with pytest.raises(SourceError) as caught:
        read(reader, folder, files, **options)
    assert caught.value.where
    assert caught.value.remedy
    return caught.value


def slices(document: Document) -> list[str]:
    """What stands at the spans of each mention, joined by blanks."""
    text = document.layers["text"]
    found = document.layers["entities"]
    return [" ".join(text[s["start"] : s["end"]] for s in entity["spans"]) for entity in found]


def printed(document: Document) -> list[str]:
    """The texts of the mentions, as the source prints them."""
    return [entity["text"] for entity in document.layers["entities"]]


def real(root: Path, pattern: str, prefix: str = "mirror/raw.githubusercontent.com/") -> list[SourceFile]:
    """Real files below the mirror, sorted by name; skips the test where there are none."""
    paths = sorted(path for path in (root / prefix).glob(pattern) if path.is_file())
    if not paths:
        pytest.skip(f"not here: {pattern}")
    return [SourceFile(path.relative_to(root).as_posix(), path, "000000000000") for path in paths]


def refuses_unknown_options(reader_format: str) -> None:
    """A misspelt option is no option."""
    with pytest.raises(Exception, match="no_such_option"):
        readers.options(reader_format, {"no_such_option": 1}, "record")
