"""JSON Lines: one JSON value per line, mapped by `[read.columns]`; blank lines are passed over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bioclue_data.errors import SourceError
from bioclue_data.readers.json_text import parsed
from bioclue_data.readers.lines import lines
from bioclue_data.readers.mapping import Mapper, Mapping, Node, below, file_node, names_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bioclue_data.readers.document import Document, Sources
    from bioclue_data.sources.files import SourceFile


BLANK = " \t\r\n"


class Options(Mapping, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Options of the format `jsonl`; `items` is a path inside the value of each line.

    Attributes:
        encoding: Of the files.
        nan_is_null: NaN, as Python writes it into what is then no JSON, means null; else it is an error.
    """

    encoding: str = "utf-8"
    nan_is_null: bool = False


def read(sources: Sources, options: Options) -> Iterator[Document]:
    """Yield the items of the files; blank lines are passed over.

    Raises:
        SourceError: a line is not JSON (with line and column), or an item does not fit the mapping.
    """
    mapper = Mapper(options, sources.lookups)
    for file in sources.files:
        yield from mapper.documents(_items(file, options))


def _items(file: SourceFile, options: Options) -> Iterator[Node]:
    names, root, position = names_of(options.items), file_node(file), 0
    with file.open_text(options.encoding) as text:
        for number, line in enumerate(lines(text), start=1):
            if not line.strip(BLANK):
                continue
            outer = Node(
                _value(line, file.name, number, nan_is_null=options.nan_is_null),
                None,
                position,
                root,
                f"line {number}",
            )
            for item in below(outer, names):
                item.position, position = position, position + 1
                yield item


def _value(line: str, name: str, number: int, *, nan_is_null: bool) -> Any:
    value = parsed(line, name, number, nan_is_null=nan_is_null)
    if isinstance(value, list) and value and isinstance(value[0], dict):
        raise SourceError(
            "this line is an array of objects",
            where=f"{name}, line {number}",
            remedy='if it is the whole file: format = "json"',
        )
    return value
