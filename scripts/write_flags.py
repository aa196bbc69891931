"""Make the flags that ship: every verified dataset against every known corpus whose files are here.

Writes `corpora/findings.parquet` and `corpora/checked.json`, without text. `--check` scans the named datasets
only and compares them with what ships.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

from bioclue_data import api
from bioclue_data.building import flags as built_flags
from bioclue_data.errors import NotHereError
from bioclue_data.leakage import exposure, flags, run, targets
from bioclue_data.leakage.corpora import load as load_corpora
from bioclue_data.leakage.naming import expanded, sources
from bioclue_data.records import catalogue

ROOT = Path(__file__).resolve().parent.parent
SPLITS = ("train", "validation", "test")


def corpora_here(real: Path) -> list[run.Source]:
    """Every known corpus whose files are on this machine."""
    stores = api.stores_of(str(real / "mirror"), real / "manual", offline=True)
    found = []
    for name in expanded(["all"]):
        try:
            found.append(sources(name, stores, ()))
        except NotHereError as error:
            print(f"not here: {name}: {error.what.splitlines()[0]}", file=sys.stderr)
    return found


def flags_of(folder: Path, datasets: tuple[str, ...], corpora: list[run.Source]) -> built_flags.Flags:
    """Flags of the datasets that the folder holds, or of some."""
    literature = {n for n, e in catalogue.load().entries.items() if e.record.domain == "literature"}
    rows = targets.rows_of_folder(folder, targets.Choice(datasets=datasets), literature)
    table, summary = run.check(
        rows, corpora, run.Options(keep=flags.KEPT), say=lambda text: print(text, file=sys.stderr)
    )
    for problem in summary.problems:
        print(f"problem: {problem}", file=sys.stderr)
    checks = {(d["dataset"], d["split"]): summary.checks for d in summary.datasets}
    return flags.counted(folder, flags.of_findings(table, checks))


def declared() -> dict[tuple[str, str], list[str]]:
    """(dataset, split) -> "corpus@revision" of the corpora whose authors say that they hold it."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for said in exposure.declared(list(load_corpora())):
        if not said.dataset or said.split == "unknown":
            continue
        for split in _splits(said.dataset):
            if said.split in ("all", split):
                found[said.dataset, split].add(f"{said.corpus}@{built_flags.DECLARED}")
    return {key: sorted(names) for key, names in found.items()}


def _splits(dataset: str) -> list[str]:
    """The splits that a record has; all that there may be where none is written down."""
    splits = catalogue.load().find(dataset).record.splits
    return [name for name, _ in splits.items()] if splits else list(SPLITS)


def differences(built: Path, new: built_flags.Flags, shipped: built_flags.Flags) -> list[str]:
    """What a new scan finds otherwise than what ships, for the splits that it scanned.

    Of rows of the same content in several splits, of other datasets too, the strongest finding ships: so the
    rows are counted by what ships.
    """
    counts = flags.counted(built, replace(shipped, checked=new.checked)).counts
    wrong = [
        f"{key}: checked with other corpora"
        for key, checks in new.checked.items()
        if shipped.checked.get(key) != checks
    ]
    wrong += [
        f"{key}: counted {counts.get(key)}, ships {shipped.counts.get(key)}"
        for key in new.checked
        if shipped.counts.get(key) != counts.get(key)
    ]
    for key, leaks in new.leaks.items():
        known = {leak["corpus"]: flags.strength(leak) for leak in shipped.leaks.get(key, [])}
        wrong += [
            f"{key}: {leak['corpus']} {flags.strength(leak)}, ships {known.get(leak['corpus'])}"
            for leak in leaks
            if leak["corpus"] not in known or known[leak["corpus"]] < flags.strength(leak)
        ]
    return wrong


def main() -> int:
    """Write or compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--built", type=Path, help="a folder with all real data built; else it is built")
    parser.add_argument("--check", nargs="+", metavar="DATASET", help="compare these with what ships")
    arguments = parser.parse_args()
    real = Path(os.environ["BIOCLUE_REAL_DATA"])
    with tempfile.TemporaryDirectory() as temporary:
        built = arguments.built or Path(temporary) / "bioclue"
        names = tuple(arguments.check or ())
        if not arguments.built:
            api.build(*names, out=built, mirror=str(real / "mirror"), manual=real / "manual", offline=True)
        found = flags_of(built, names, corpora_here(real))
        if arguments.check:
            wrong = differences(built, found, built_flags.read(ROOT / "corpora"))
            print("\n".join(wrong[:20]), file=sys.stderr)
            return 1 if wrong else 0
    flags.write_shipped(ROOT / "corpora", found, declared())
    print(f"{sum(map(len, found.leaks.values()))} findings of {len(found.checked)} splits")
    return 0


if __name__ == "__main__":
    sys.exit(main())
