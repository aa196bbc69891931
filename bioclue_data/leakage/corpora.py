"""Known corpora, `corpora/<id>.toml`: what they are, who was trained on them, what authors say they hold.

A declaration needs no scan. What a scan finds is a finding, and stands elsewhere.
"""

from __future__ import annotations

import difflib
from functools import lru_cache
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote

import msgspec

from bioclue_data import locations
from bioclue_data.errors import NotHereError, RecordError, UsageError
from bioclue_data.records import licences
from bioclue_data.records.catalogue import parse_toml
from bioclue_data.records.record import Access, Citation, Language, Licence, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from bioclue_data.sources.stores import Found, Stores, Wanted

Part = Literal["train", "validation", "test", "all", "unknown"]
Kind = Literal["tuning", "evaluation"]


class _Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


class File(_Strict, frozen=True, kw_only=True):
    """One file; `name` is its path below the corpus's `base`."""

    name: str
    bytes: int
    sha256: str


class Declaration(_Strict, frozen=True, kw_only=True):
    """What the authors say that a corpus holds: one of a dataset of ours, another corpus, or another name.

    Attributes:
        dataset: Id of a record.
        corpus: Id of a corpus.
        name: What is neither.
        split: The part of it.
        claim: What they say, in our words.
        source: Where they say it.
    """

    split: Part
    claim: str
    source: str
    dataset: str = ""
    corpus: str = ""
    name: str = ""

    @property
    def target(self) -> str:
        """The dataset, corpus or name."""
        return self.dataset or self.corpus or self.name


class Corpus(_Strict, frozen=True, kw_only=True):
    """A corpus that models were tuned on, or that they are tested with.

    Attributes:
        kind: tuning; evaluation: tests and prompts of others, that nobody says to have trained on.
        format: How its records look.
        text_fields: The fields with text to match; empty: all, or not known.
        models: Ids of the models that were tuned on it.
        base: What the addresses of the files begin with.
        files: Its files, pinned; empty if there are none to fetch.
        listed: How many files stand in `<id>.tsv` beside the record (path, bytes, sha256).
        dataset: The record whose files it is, instead of files of its own.
        official: False for the copy of somebody else.
        declares: What the authors say that it holds.
    """

    id: str
    name: str
    language: Language
    homepage: str
    citation: Citation | Unknown
    licence: Licence
    access: Access
    format: str
    kind: Kind = "tuning"
    name_zh: str = ""
    note: str = ""
    text_fields: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    base: str = ""
    files: tuple[File, ...] = ()
    listed: int = 0
    dataset: str = ""
    official: bool = True
    declares: tuple[Declaration, ...] = ()

    def address(self, file: File) -> str:
        """Where a file can be fetched."""
        return self.base + quote(file.name)


@lru_cache(maxsize=1)
def load() -> dict[str, Corpus]:
    """Every corpus by its id, in alphabetical order.

    Raises:
        RecordError: a record is wrong; every wrong one is named.
    """
    found: dict[str, Corpus] = {}
    wrong: list[str] = []
    for path in sorted(locations.content("corpora").glob("*.toml")):
        try:
            corpus = _read(path)
        except RecordError as error:
            wrong.append(str(error))
        else:
            found[corpus.id] = corpus
    for corpus in found.values():
        inside = (said.corpus for said in corpus.declares if said.corpus)
        wrong += [f"{corpus.id}: declares {n!r}, which is no corpus" for n in inside if n not in found]
    if wrong:
        raise RecordError("\n".join(wrong))
    return found


def _read(path: Path) -> Corpus:
    corpus: Corpus = parse_toml(path, Corpus)
    files = corpus.files + _listing(path.with_suffix(".tsv"))
    wrong = [] if corpus.id == path.stem else [f"id is {corpus.id!r}"]
    if len(files) != len(corpus.files) + corpus.listed:
        wrong.append(f"lists {len(files) - len(corpus.files)} files, declared are {corpus.listed}")
    if corpus.licence.id not in licences.table():
        wrong.append(f"licence {corpus.licence.id!r} is not in schemas/licences.toml")
    if corpus.kind == "evaluation" and corpus.models:
        wrong.append("an evaluation set has no models that were tuned on it")
    if files and not corpus.base:
        wrong.append("files without a base")
    wrong += [
        f"a declaration names one dataset, corpus or name: {said.target!r}"
        for said in corpus.declares
        if [said.dataset, said.corpus, said.name].count("") != 2
    ]
    if wrong:
        raise RecordError("; ".join(wrong), where=str(path), remedy="correct the record")
    return msgspec.structs.replace(corpus, files=files)


def _listing(path: Path) -> tuple[File, ...]:
    if not path.is_file():
        return ()
    rows = (line.split("\t") for line in path.read_text(encoding="utf-8").splitlines())
    return tuple(File(name=name, bytes=int(size), sha256=digest) for name, size, digest in rows)


def get(name: str) -> Corpus:
    """The corpus of an id.

    Raises:
        UsageError: there is none; near names are suggested.
    """
    corpora = load()
    if name not in corpora:
        near = difflib.get_close_matches(name, corpora, n=3, cutoff=0.5)
        remedy = f"did you mean {', '.join(near)}?" if near else "`bioclue leakage corpora` shows every name"
        raise UsageError(f"no corpus is called {name!r}", remedy=remedy)
    return corpora[name]


def find(ids: Iterable[str], stores: Stores) -> list[Found]:
    """The files of corpora, on this machine: from --manual, a mirror, the cache or the network.

    Raises:
        NotHereError: a corpus has no files that can be fetched, or one of them is not here.
        DamagedError: a file has other content than declared.
        UsageError: no corpus has that name.
    """
    from bioclue_data.sources.downloads import Access as Way  # noqa: PLC0415 - listing needs no downloads
    from bioclue_data.sources.downloads import acquire_all  # noqa: PLC0415

    found: list[Found] = []
    for corpus in map(get, ids):
        way = Way(corpus.access, corpus.homepage)
        found += acquire_all(_wanted(corpus), way, stores)
    return found


def _wanted(corpus: Corpus) -> list[Wanted]:
    from bioclue_data.records import catalogue, needs  # noqa: PLC0415
    from bioclue_data.sources.stores import Wanted  # noqa: PLC0415

    if corpus.dataset:
        entry = catalogue.load().find(corpus.dataset)
        splits = entry.record.splits.items() if entry.record.splits else []
        wanted = [need for _, split in splits for need in needs.needs(entry, split)]
        return [Wanted(corpus.dataset, n.name, n.addresses, n.bytes, n.sha256) for n in wanted]
    if not corpus.files:
        raise NotHereError(
            f"the files of {corpus.id} are not known ({corpus.note or 'none are published'})",
            remedy=f"get it from {corpus.homepage} and give its path instead of its id",
        )
    return [
        Wanted(corpus.id, file.name, (corpus.address(file),), file.bytes, file.sha256)
        for file in corpus.files
    ]
