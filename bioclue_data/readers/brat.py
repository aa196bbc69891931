"""brat and BioNLP-ST stand-off: a text, and files of T, E, R, A, M, N, * and # lines in one id space."""

from __future__ import annotations

from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Literal

import msgspec

from bioclue_data.errors import SourceError
from bioclue_data.readers import brat_layers, brat_lines
from bioclue_data.readers.document import Document, Sources

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bioclue_data.sources.files import SourceFile


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which part of a file's name is the id of the whole document."""

    # What the name is cut at.
    separator: str
    # How many of its parts, from the left, are the id.
    keep: int


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a record may say about stand-off files."""

    # Suffix of the text files. The other files of a document have its name with another suffix.
    text: str = ".txt"
    # Instead of text files: the lookup that holds each document's text by its name.
    text_lookup: str = ""
    # Suffixes of the files whose T lines are mentions; a withheld split may lack all but the first.
    entities: tuple[str, ...] = (".ann",)
    # Types of T lines that are no mentions but passages: Title, Paragraph.
    passages: tuple[str, ...] = ()
    # Suffixes of the files with E lines. A T line there that only events name is a trigger, else a mention.
    events: tuple[str, ...] = ()
    # Suffixes of the files with R lines.
    relations: tuple[str, ...] = ()
    # What stands for an event in a relation: the event, or its trigger as a mention. The event's id is then
    # an attribute of the relation, named as the role.
    relation_events: Literal["event", "trigger"] = "event"
    # Suffixes of the files with N lines: concept ids of mentions.
    norms: tuple[str, ...] = ()
    # The source's name of a vocabulary -> ours.
    vocabularies: dict[str, str] = {}
    # What `*` lines are: sets of coreferent mentions, or relations with any number of equal arguments.
    equiv: Literal["coref", "relation"] | None = None
    # Kinds of lines (A, E, M, N, R, * or #) that are there and that nobody reads. # lines else go to `extra`.
    drop: tuple[brat_lines.Kind, ...] = ()
    # Whether the number at the end of an event's role (Theme2) goes.
    role_digits: Literal["keep", "strip"] = "keep"
    # The source's role -> ours.
    roles: dict[str, str] = {}
    # What the files of one document share: the path without the suffix, or the file name alone.
    match: Literal["path", "name"] = "path"
    # The part of the name that is the document's id, where a file is a section; absent: the name.
    document: Part | None = None
    # File names, as shell patterns, that nobody reads; any other unknown file is an error.
    ignore: tuple[str, ...] = ()
    # Whether a mention's text may run over several lines.
    wrapped: bool = False
    # Encoding of all files.
    encoding: str = "utf-8"

    @property
    def annotations(self) -> tuple[str, ...]:
        """All suffixes but the text's, each once, in the order in which the files are read."""
        return tuple(dict.fromkeys((*self.entities, *self.events, *self.relations, *self.norms)))


@dataclass
class _Bundle:
    """The files of one document by suffix."""

    name: str
    files: dict[str, SourceFile] = field(default_factory=dict)


def read(sources: Sources, options: Options) -> Iterator[Document]:
    """Read documents one after the other, in the order of their first files.

    Layers whose files are not there for any document (a withheld test) are absent.

    Raises:
        SourceError: a file is unknown or missing, or a line is none of the format's.
    """
    bundles = _bundles(sources.files, options)
    present = frozenset(suffix for bundle in bundles for suffix in bundle.files)
    texts = _texts(sources, options, bundles)
    for bundle in bundles:
        _complete(bundle, present, options)
        yield _document(bundle, texts, present, options)


def _bundles(files: Sequence[SourceFile], options: Options) -> list[_Bundle]:
    bundles: dict[str, _Bundle] = {}
    for file in files:
        suffix = _suffix(file, options)
        if suffix is None:
            continue
        path = file.name.removesuffix(suffix)
        name = path.rsplit("/", 1)[-1]
        bundle = bundles.setdefault(path if options.match == "path" else name, _Bundle(name))
        if suffix in bundle.files:
            raise SourceError(
                f"two files are {name}{suffix}: the other is {bundle.files[suffix].name}",
                where=file.name,
                remedy='use match = "path" in `[read]`, or give the folders to two subsets of the split',
            )
        bundle.files[suffix] = file
    return list(bundles.values())


def _suffix(file: SourceFile, options: Options) -> str | None:
    known = sorted({*options.annotations, options.text}, key=len, reverse=True)
    found = next((suffix for suffix in known if file.name.endswith(suffix)), None)
    name = file.name.rsplit("/", 1)[-1]
    if any(fnmatchcase(name, pattern) for pattern in options.ignore):
        return None
    if found is None:
        raise SourceError(
            "nobody reads this file",
            where=file.name,
            remedy="name it in `ignore` of `[read]`, or its suffix in one of the options for kinds of lines",
        )
    return found


def _texts(sources: Sources, options: Options, bundles: list[_Bundle]) -> Mapping[str, str]:
    if not options.text_lookup:
        return {}
    texts = sources.lookups[options.text_lookup]
    if lost := texts.keys() - {bundle.name for bundle in bundles}:
        raise SourceError(
            f"{len(lost)} texts have no annotation file, the first is {min(lost)!r}",
            where=f"lookup {options.text_lookup}",
            remedy="complete the files of the split",
        )
    return texts


def _complete(bundle: _Bundle, present: frozenset[str], options: Options) -> None:
    needed = {options.entities[0], *(present - {options.text})}
    if not options.text_lookup:
        needed.add(options.text)
    if missing := sorted(needed - bundle.files.keys()):
        raise SourceError(
            f"document {bundle.name} has no file {bundle.name}{missing[0]}",
            where=next(iter(bundle.files.values())).name,
            remedy="check that the source is complete; only a whole split may lack a kind of file",
        )


def _document(
    bundle: _Bundle, texts: Mapping[str, str], present: frozenset[str], options: Options
) -> Document:
    annotations = brat_layers.Annotations()
    for suffix in options.annotations:
        if suffix in bundle.files:
            for line in brat_lines.read(bundle.files[suffix], options.encoding, wrapped=options.wrapped):
                annotations.add(line, suffix, options)
    layers = {"text": _text(bundle, texts, options), **brat_layers.layers(annotations, present, options)}
    name = _document_id(bundle.name, options.document)
    return Document(
        source_id=bundle.name,
        file=bundle.files.get(options.text, bundle.files[options.annotations[0]]).name,
        locator=bundle.name,
        layers=layers,
        document_id=name,
        group_id=name,
        extra={"notes": annotations.notes} if annotations.notes else None,
    )


def _text(bundle: _Bundle, texts: Mapping[str, str], options: Options) -> str:
    if not options.text_lookup:
        with bundle.files[options.text].open_text(options.encoding) as text:
            return text.read()
    if bundle.name not in texts:
        raise SourceError(
            f"the lookup {options.text_lookup} has no text for {bundle.name}",
            where=bundle.files[options.annotations[0]].name,
            remedy="check that the source is complete",
        )
    return texts[bundle.name]


def _document_id(name: str, part: Part | None) -> str:
    return part.separator.join(name.split(part.separator)[: part.keep]) if part else name
