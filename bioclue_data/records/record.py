"""The grammar of a dataset record: `loaders/<dataset>/dataset.toml`, typed; unknown keys are refused.

A record declares one dataset. `unknown` is a value, never an absent key; a record of a dataset that nobody
has written a loader for yet (short form) has no `[splits]` and no `[read]`.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

SPLITS = ("train", "validation", "test")
Status = Literal["verified", "written", "declared"]
Language = Literal["en", "zh-Hans", "zh-Hant", "mul"]
Access = Literal["open", "registration", "credentialed", "copyrighted"]
Domain = Literal[
    "literature", "clinical", "consumer", "exam", "guideline",
    "trial", "patent", "terminology", "general", "mixed",
]  # fmt: skip
Unknown = Literal["unknown"]
Counts = dict[str, int]


class _Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


class Citation(_Strict, frozen=True, kw_only=True):
    """What BibTeX is made from; at least one identifier or a title."""

    title: str = ""
    year: int | None = None
    authors: str = ""
    venue: str = ""
    doi: str = ""
    acl: str = ""
    arxiv: str = ""
    pmid: str = ""
    url: str = ""


class Licence(_Strict, frozen=True, kw_only=True):
    """An id of `schemas/licences.toml` and the page or file it was read on (or where to look, if unknown)."""

    id: str
    read_on: str
    note: str = ""


class File(_Strict, frozen=True, kw_only=True):
    """One file of the source. `name` is a path below the addresses, or below an archive's root."""

    name: str
    bytes: int | Unknown = "unknown"
    sha256: str = "unknown"
    subset: str | None = None
    addresses: tuple[str, ...] = ()


class Group(_Strict, frozen=True, kw_only=True):
    """The files of a split, or of a side source: one file, several, a tree, or members of an archive."""

    file: str = ""
    bytes: int | Unknown = "unknown"
    sha256: str = "unknown"
    addresses: tuple[str, ...] = ()  # instead of base + file
    files: tuple[File, ...] = ()
    tree: str = ""  # a prefix ("." for all); the single files stand in files.tsv
    count: int | None = None  # files of the tree
    manifest: str = ""  # SHA-256 over the lines "<sha256>  <path>\n" of the tree, sorted by path
    archive: str | tuple[str, ...] = ""  # a key of [source.archives], or several with the same members
    members: tuple[str | File, ...] = ()  # names in the archive; "prefix/*" takes all below the prefix
    subset: str | None = None

    @property
    def prefix(self) -> str:
        """What the names of the tree's files begin with; `.` is the whole listing."""
        return "" if self.tree == "." else self.tree


class Split(Group, frozen=True, kw_only=True):
    """A split: its files, and what of them belongs to it."""

    withheld: tuple[str, ...] = ()  # layers whose gold the source keeps back
    only: str = ""  # a lookup: the items whose id is one of its keys
    without: str = ""  # a lookup: all other items


class Splits(_Strict, frozen=True, kw_only=True):
    """Who made the splits, and the splits. Data without a split is `train` with origin `none`."""

    origin: str
    train: Split | None = None
    validation: Split | None = None
    test: Split | None = None

    def items(self) -> list[tuple[str, Split]]:
        """The splits that the source has, in the usual order."""
        found = ((name, getattr(self, name)) for name in SPLITS)
        return [(name, split) for name, split in found if split is not None]


class Archive(_Strict, frozen=True, kw_only=True):
    """An archive that holds members named by splits or side sources."""

    file: str
    bytes: int | Unknown = "unknown"
    sha256: str = "unknown"
    addresses: tuple[str, ...] = ()


class Source(_Strict, frozen=True, kw_only=True):
    """Where the files are: ordered address prefixes, and archives by name."""

    base: tuple[str, ...] = ()
    archives: dict[str, Archive] = {}


class Lookup(_Strict, frozen=True, kw_only=True):
    """How a side source becomes a mapping: a table's two columns, or a JSON object (or list of ids)."""

    format: Literal["json", "lines", "table"]
    key: str = ""
    value: str = ""
    options: dict[str, Any] = {}


class Side(Group, frozen=True, kw_only=True):
    """A second source that a reader needs: an id list, a vocabulary, documents that items point to."""

    lookup: Lookup | None = None


class Terms(_Strict, frozen=True, kw_only=True):
    """Closed sets. Values of a map: the unified type for entities, the label that we store elsewhere."""

    entities: dict[str, str] = {}
    relations: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    corefs: tuple[str, ...] = ()
    labels: tuple[str, ...] | dict[str, str] = ()
    label: tuple[str, ...] | dict[str, str] = ()
    answer: tuple[str, ...] | dict[str, str] = ()
    roles: tuple[str, ...] = ()  # of arguments
    arguments: tuple[str, ...] = ()  # types of text arguments
    turns: tuple[str, ...] = ()  # labels of dialogue turns
    arity: int | None = None
    scale: tuple[float, float] | None = None
    joiner: str = " "  # between the pieces of a discontinuous mention's text
    json_schema: str = ""


class Published(_Strict, frozen=True, kw_only=True):
    """Counts that the authors give, in our names where they mean the same thing."""

    source: str
    train: Counts = {}
    validation: Counts = {}
    test: Counts = {}
    all: Counts = {}


class Observed(_Strict, frozen=True, kw_only=True):
    """Counts on the real files, as `bioclue measure` prints them; `reason`: why others were published."""

    train: Counts = {}
    validation: Counts = {}
    test: Counts = {}
    reason: str = ""


class Expected(_Strict, frozen=True, kw_only=True):
    """What must come out of a build."""

    published: Published | None = None
    observed: Observed = Observed()


class KnownFault(_Strict, frozen=True, kw_only=True):
    """A fault of the source, with its exact count per split; the build fails when a count changes."""

    rule: str
    reason: str
    tasks: tuple[str, ...] = ()  # only these of the record's tasks; empty: all that have the rule
    train: int = 0
    validation: int = 0
    test: int = 0


class Overlap(_Strict, frozen=True, kw_only=True):
    """Items shared with another dataset."""

    dataset: str
    unit: str
    items: int
    note: str = ""


class Record(_Strict, frozen=True, kw_only=True):
    """One dataset. See `docs/records.md` for the grammar with examples."""

    id: str
    name: str
    tasks: tuple[str, ...]
    language: Language
    domain: Domain | Unknown
    citation: Citation | Unknown
    licence: Licence
    access: Access
    name_zh: str = ""
    homepage: str = ""
    note: str = ""
    obtain: str = ""  # page where a gated dataset is asked for
    catalogue: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    derived_from: str = ""
    source: Source = Source()
    splits: Splits | None = None
    side: dict[str, Side] = {}
    read: dict[str, Any] = {}  # format = a reader module; the rest are its options
    terms: Terms = Terms()
    expected: Expected = Expected()
    known_faults: tuple[KnownFault, ...] = ()
    overlaps: tuple[Overlap, ...] = ()

    @property
    def config_language(self) -> str:
        """The language part of a config's name: `en`, `cn` or `encn`."""
        return {"en": "en", "mul": "encn"}.get(self.language, "cn")

    @property
    def gated(self) -> bool:
        """True if the source cannot simply be downloaded."""
        return self.access != "open"

    def status_of(self, split: str) -> Status:
        """`verified` if its counts were observed on the real file, `written` if a reader is declared."""
        if getattr(self.expected.observed, split):
            return "verified"
        return "written" if self.read else "declared"

    @property
    def status(self) -> Status:
        """The best status of its splits."""
        found = {self.status_of(name) for name, _ in self.splits.items()} if self.splits else set()
        order: tuple[Status, ...] = ("verified", "written")
        return next((status for status in order if status in found), "declared")
