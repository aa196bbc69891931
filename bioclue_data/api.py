"""The Python API: `load_dataset`, `list_datasets`, `build`, `validate`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from bioclue_data import locations
from bioclue_data.errors import UsageError
from bioclue_data.records import catalogue as catalogues
from bioclue_data.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from bioclue_data.building.build import Outcome, Progress
    from bioclue_data.building.folder import Manifest
    from bioclue_data.contracts.check import Fault
    from bioclue_data.records.record import Access, Record
    from bioclue_data.sources.downloads import Stores


def list_datasets(
    *,
    task: str | None = None,
    language: str | None = None,
    access: Access | None = None,
    records: Path | None = None,
) -> list[Record]:
    """All records, or those of a task, a config language (`en`, `cn`, `encn`) and an access word."""
    return [
        entry.record
        for entry in catalogues.load(records).entries.values()
        if (task is None or task in entry.record.tasks)
        and (language is None or entry.record.config_language == language)
        and (access is None or entry.record.access == access)
    ]


def build(  # noqa: PLR0913
    *names: str,
    out: str | Path = "bioclue",
    sample: bool = False,
    mirror: str | None = None,
    manual: str | Path | None = None,
    offline: bool = False,
    records: str | Path | None = None,
    require: Literal["all"] | str | None = None,
    jobs: int = 1,
    progress: Progress | None = None,
) -> Outcome:
    """Build configs or datasets (without names: everything) into `out`; the arguments are the command's.

    Raises:
        UsageError, NotHereError, InvalidDataError: see `bioclue_data.building.build.build`.
    """
    from bioclue_data.building.build import Request  # noqa: PLC0415
    from bioclue_data.building.build import build as run  # noqa: PLC0415

    stores = None if sample else stores_of(mirror, manual, offline)
    folder = Path(records) if records is not None else None
    return run(Request(names, Path(out), stores, folder, require == "all", jobs), progress)


def stores_of(mirror: str | None, manual: str | Path | None, offline: bool) -> Stores:
    """Where sources are looked for, from the words of a command or call."""
    from bioclue_data.sources.downloads import Stores  # noqa: PLC0415

    return Stores(
        cache=locations.cache(),
        mirror=mirror if mirror is None or "://" in mirror else Path(mirror),
        manual=Path(manual) if manual is not None else None,
        offline=offline,
    )


def load_dataset(  # noqa: PLR0913
    path: str = "bioclue",
    name: str | None = None,
    *args: Any,
    clean: bool = False,
    sample: bool = False,
    mirror: str | None = None,
    manual: str | Path | None = None,
    records: str | Path | None = None,
    require: Literal["all"] | None = None,
    **kwargs: Any,
) -> Any:
    """Load a config with `datasets.load_dataset`, and build it into the user's cache first if need be.

    `load_dataset("bioclue", "ner_cn", split="train", streaming=True)` takes what `datasets.load_dataset`
    takes. A folder `./bioclue` that has the config is used as it is; else the config is built into the cache
    from the sources that `mirror`, `manual` and the network give. Any other `path` goes to `datasets`:
    a folder (`./bioclue`), a repository of the Hub.

    With `clean=True` rows found in a known corpus (exact, near_duplicate or suspected) are left out, of
    low confidence too. Rows that were never checked stay (`leakage` is null, not []), and so do those that
    authors declare to have trained on: `bioclue score` counts neither as clean.

    Raises:
        UsageError: the config does not exist (near names are suggested), or none was named; `clean` is no
            bool, or the rows have no column `leakage`; options of a build for another path.
    """
    import datasets  # noqa: PLC0415

    from bioclue_data import unleaked  # noqa: PLC0415

    if not isinstance(clean, bool):
        raise UsageError(f"clean={clean!r} is neither True nor False")
    chosen = {"mirror": mirror, "manual": manual, "records": records, "require": require}
    if path == "bioclue":
        path = _folder_of(name, sample=sample, **chosen)
    elif given := [option for option, value in {**chosen, "sample": sample}.items() if value]:
        raise UsageError(
            f"{', '.join(given)}: of a build, and nothing is built here",
            where=str(path),
            remedy='load_dataset("bioclue", …) builds',
        )
    load = unleaked.load if clean else datasets.load_dataset
    return load(path, name, *args, **kwargs)


def _folder_of(name: str | None, **options: Any) -> str:
    if name is None:
        raise UsageError(
            "which config?", remedy='load_dataset("bioclue", "ner_cn"); `bioclue list` shows them'
        )
    return str(built_folder([name], holds, **options).absolute())


def built_folder(
    configs: Sequence[str],
    enough: Callable[[Manifest, str], bool],
    *,
    sample: bool = False,
    records: str | Path | None = None,
    **options: Any,
) -> Path:
    """A folder with the configs: `./bioclue` if it is enough, else the user's cache, built if need be.

    Args:
        configs: Names of configs.
        enough: Whether a manifest serves a config.
        sample: Take the invented samples.
        records: The user's own records.
        options: More for `build`; given ones build anew.

    Raises:
        UsageError: a config does not exist.
    """
    folder = Path("bioclue")
    if not sample and _serves(folder, configs, enough):
        return folder
    for name in configs:
        catalogues.load(Path(records) if records else None).config(name)
    folder = locations.cache() / "built" / ("sample" if sample else VERSION) / "bioclue"
    if records or any(options.values()) or not _serves(folder, configs, enough):
        build(*configs, out=folder, sample=sample, records=records, **options)
    return folder


def _serves(folder: Path, configs: Iterable[str], enough: Callable[[Manifest, str], bool]) -> bool:
    from bioclue_data.building import folder as folders  # noqa: PLC0415

    manifest = folders.read_manifest(folder) if (folder / folders.MANIFEST).is_file() else None
    return manifest is not None and all(enough(manifest, config) for config in configs)


def holds(manifest: Manifest, config: str) -> bool:
    """Has the built folder a table of that config?"""
    return any(config in t["configs"] for built in manifest["datasets"].values() for t in built["tables"])


def validate(folder: str | Path, *, records: str | Path | None = None) -> list[Fault]:
    """Check a built folder: hashes, contracts, content hashes, counts; [] if all is as the manifest says."""
    from bioclue_data.building.validate import validate_folder  # noqa: PLC0415

    return validate_folder(Path(folder), Path(records) if records is not None else None)


def missing_lines(outcome: Outcome) -> Iterable[str]:
    """What is not here, by reason, with what the user can do; one line per dataset and split."""
    by_reason: dict[str, list[str]] = {}
    for dataset, gaps in outcome.missing.items():
        for split, gap in gaps.items():
            where = dataset if split == "*" else f"{dataset} {split}"
            by_reason.setdefault(gap["reason"], []).append(f"  {where}: {gap['what']} ({gap['remedy']})")
    for reason, lines in sorted(by_reason.items()):
        yield f"not here, {reason}: {len(lines)}"
        yield from (
            lines
            if reason != "declared"
            else [f"  {', '.join(line.split(':')[0].strip() for line in lines)}"]
        )


def terminal_progress() -> Progress | None:
    """A line per finished dataset on stderr, on a terminal only."""
    if not sys.stderr.isatty():
        return None

    def show(built: Any, number: int, total: int) -> None:
        rows = sum(table["rows"] for table in built.tables)
        state = "failed" if built.problems else f"{rows} rows" if rows else "not here"
        print(f"[{number}/{total}] {built.dataset}: {state}", file=sys.stderr)  # noqa: T201

    return show
