"""Reading invented sources with a `[read]` table, as a build does."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bioclue_data import readers
from bioclue_data.readers.document import Document, Layers, Sources
from bioclue_data.readers.mapping import Mapper, Node, file_node
from bioclue_data.sources.files import SourceFile

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

REAL = "mirror/raw.githubusercontent.com"


def source(folder: Path, name: str, content: str | bytes, subset: str | None = None) -> SourceFile:
    """A file with that content."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return SourceFile(name, path, "0" * 12, subset=subset)


def read_files(
    read: str, *files: SourceFile, lookups: Mapping[str, Mapping[str, str]] | None = None
) -> list[Document]:
    """All documents of the files, read as the TOML text says (the content of `[read]`)."""
    table = tomllib.loads(read)
    options = readers.options(table["format"], table, "dataset.toml")
    module = readers.load(table["format"])
    return list(module.read(Sources(files, lookups=lookups or {}), options))


def layers_of(
    columns: str, item: Any, *, read: str = "", lookups: Mapping[str, Mapping[str, str]] | None = None
) -> Layers:
    """The layers that a mapping (TOML below `[columns]`) makes of one plain item."""
    table = tomllib.loads(f"{read}\n[columns]\n{columns}")
    options = readers.options("json", table, "dataset.toml")
    root = file_node(SourceFile("items.json", Path("items.json"), "0" * 12))
    (document,) = Mapper(options, lookups or {}).documents([Node(item, None, 0, root, "/0")])
    return document.layers


def found(folder: Path, pattern: str) -> SourceFile:
    """The one real file below the folder that has this name or pattern."""
    (path,) = sorted(folder.glob(pattern))
    return SourceFile(path.name, path, "0" * 12)
