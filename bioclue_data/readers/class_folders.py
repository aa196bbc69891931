"""A file per document in a folder per class; a document of several classes stands in several folders."""

from __future__ import annotations

from collections import defaultdict
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import msgspec

from bioclue_data.errors import SourceError
from bioclue_data.readers.document import Document, Sources

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bioclue_data.sources.files import SourceFile


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a record may say.

    Attributes:
        encoding: Of the documents.
    """

    encoding: str = "utf-8"


def read(sources: Sources, options: Options) -> Iterator[Document]:
    """Read document after document, in the order of their first file.

    Raises:
        SourceError: a file stands in no folder, or files of one name differ.
    """
    found: dict[str, list[SourceFile]] = defaultdict(list)
    for file in sources.files:
        found[PurePosixPath(file.name).name].append(file)
    for name, files in found.items():
        yield Document(
            source_id=name,
            file=files[0].name,
            locator=name,
            layers={"text": _text(files, options), "mode": "multi", "labels": [_folder(f) for f in files]},
            document_id=name,
        )


def _text(files: Sequence[SourceFile], options: Options) -> str:
    texts = []
    for file in files:
        with file.open_text(options.encoding) as stream:
            texts.append(stream.read())
    if differing := next((f for f, text in zip(files, texts, strict=True) if text != texts[0]), None):
        remedy = "documents of one name should be copies: get the source again"
        raise SourceError(f"the text differs from {files[0].name}", where=differing.name, remedy=remedy)
    return texts[0]


def _folder(file: SourceFile) -> str:
    if not (label := PurePosixPath(file.name).parent.name):
        raise SourceError("the file stands in no folder", where=file.name, remedy="correct the record")
    return label
