"""What `--corpus` names: a known corpus, a path, a glob or an address."""

from __future__ import annotations

import glob
from collections.abc import Collection, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from bioclue_data.errors import UsageError
from bioclue_data.visible import readable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bioclue_data.leakage.reading import Listing
    from bioclue_data.leakage.run import Source

SAID = 3  # files in an error
RESULTS = ("findings.parquet", "scan.json", "report.html", "parts")
Apart = Mapping[Path, str]  # files and folders, and why they are left out


def expanded(names: Iterable[str]) -> list[str]:
    """Corpus names, with `all` as every known corpus that has files."""
    from bioclue_data.leakage import corpora  # noqa: PLC0415

    known = [corpus.id for corpus in corpora.load().values() if corpus.files or corpus.dataset]
    return list(dict.fromkeys(found for name in names for found in (known if name == "all" else [name])))


def corpora_of(
    names: Collection[str], stores: Any, fields: tuple[str, ...], revision: str, apart: Apart
) -> list[Source]:
    """The corpora of all names; see `sources` and `distinct`.

    Raises:
        UsageError: a name is that of a known corpus, and of something here.
    """
    _refuse_both(names)
    return distinct(sources(name, stores, fields, revision, apart) for name in expanded(names))


def apart_of(target: Path, out: Path) -> Apart:
    """What is no part of a corpus that it lies in: what is checked, and the results in --out."""
    return {target: "what is checked"} | {out / name: "results of this scan" for name in RESULTS}


def distinct(corpora: Iterable[Source]) -> list[Source]:
    """Corpora of which no two have one name: findings say which one they are from.

    Raises:
        UsageError: two folders or files have the same name.
    """
    found: dict[str, Source] = {}
    for source in corpora:
        if source.corpus in found:
            remedy = "rename one of them, or scan them one after the other"
            raise UsageError(f"two corpora are called {source.corpus!r}", remedy=remedy)
        found[source.corpus] = source
    return list(found.values())


def sources(
    name: str,
    stores: Any,
    fields: tuple[str, ...],
    revision: str = "",
    apart: Apart = MappingProxyType({}),
) -> Source:
    """A corpus by its id, or whatever lies at a path or address, but for what is `apart`.

    Raises:
        UsageError: it is neither.
        NotHereError: a known corpus is not here.
    """
    from bioclue_data.leakage import corpora, revisions, run  # noqa: PLC0415
    from bioclue_data.leakage.reading import addresses, corpus_files  # noqa: PLC0415

    if name in corpora.load():
        found = corpora.find([name], stores)
        files = tuple(str(file.path) for file in found)
        revision = revisions.of_digests(file.sha256 for file in found)
        return run.Source(name, revision, files, fields, states=revisions.states_of(files))
    if not name.strip():
        raise UsageError("--corpus names nothing", remedy="`--corpus .` is the folder that you are in")
    name = addresses.local(name)
    if "://" not in name and not _home(name).exists() and not glob.has_magic(name):
        try:
            corpora.get(name)
        except UsageError as error:
            what = f"{name!r} is neither a path here nor a known corpus"
            raise UsageError(what, remedy=error.remedy) from None
    listing = corpus_files.files([name], apart)
    if not listing.files:
        raise _nothing_to_read(name, listing)
    title = readable(name if "://" in name else Path(name).expanduser().absolute().name)
    states = revisions.states_of(listing.files)  # of before they are hashed
    revision = revision or revisions.of(listing.files)
    beside = tuple(listing.skipped), tuple(listing.problems)
    return run.Source(title, revision, tuple(listing.files), fields, *beside, states=states)


def _refuse_both(names: Iterable[str]) -> None:
    """Refuse names of known corpora that something here has, too: one of both would be taken for clean.

    Raises:
        UsageError: there is such a name.
    """
    from bioclue_data.leakage import corpora  # noqa: PLC0415

    for name in names:
        if (name == "all" or name in corpora.load()) and Path(name).exists():
            what = f"{name!r} is known as a corpus, and something here is called so, too"
            remedy = f"--corpus ./{name} for the one here; scan from another folder for the known one"
            raise UsageError(what, remedy=remedy)


def _home(name: str) -> Path:
    """The path, with the home folders that `~` stands for.

    Raises:
        UsageError: there is no such user.
    """
    try:
        return Path(name).expanduser()
    except RuntimeError:
        what, remedy = (
            f"{name!r} is in the home of a user whom this system does not know",
            "give the whole path",
        )
        raise UsageError(what, remedy=remedy) from None


def _nothing_to_read(name: str, listing: Listing) -> UsageError:
    remedy = "give a path, or a name of `bioclue leakage corpora`"
    if "://" in name:
        remedy = "look at the address, the network and your rights; or fetch the files, and give their path"
    said = "; ".join(listing.problems[:SAID]) or f"only what is skipped: {', '.join(listing.skipped[:SAID])}"
    return UsageError(f"no corpus to read: {said}", remedy=remedy)
