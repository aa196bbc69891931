"""Findings of an audit to look at, drawn at random by seed: to the terminal only, for the texts are others'.

How many of them were no fault goes to `looked`, `wrong` and `seed` of the check in schemas/checks.toml.
"""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path

import polars as pl
import pyarrow.compute as pc

from bioclue_data.audit import check as checks
from bioclue_data.audit.batch import Batch
from bioclue_data.audit.tables import read, units
from bioclue_data.visible import visible


def main() -> None:
    """Print a sample of each check asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="the built folder that was audited")
    parser.add_argument("findings", type=Path, help="findings.parquet of its audit")
    parser.add_argument("--check", action="append", choices=list(checks.words()), help="none: all")
    parser.add_argument("--number", type=int, default=50)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--characters", type=int, default=160, help="of a text")
    given = parser.parse_args()
    findings = pl.read_parquet(given.findings)
    for code in given.check or checks.words():
        found = findings.filter(check=code)
        chosen = found.sample(min(given.number, len(found)), seed=given.seed, shuffle=True)
        print(f"\n== {code}: {len(chosen)} of {len(found)}, seed {given.seed}")
        for row in chosen.iter_rows(named=True):
            show(given.folder, row, given.characters)


def show(folder: Path, finding: dict[str, str], characters: int) -> None:
    """A finding, its item, and the first other item that it names."""
    print(f"- {finding['item_id'] or finding['dataset'] + ':' + finding['split']} {finding['place']}")
    print(f"    {visible(finding['detail'] or '')!r}")
    if finding["item_id"]:
        other = re.search(r"[\w.-]+:(?:train|validation|test):[^,\s]+", finding["detail"] or "")
        for item in (finding["item_id"], *([other[0]] if other else [])):
            print(f"    > {text_of(folder, finding['dataset'], finding['task'], item, characters)}")


def text_of(folder: Path, dataset: str, task: str, item: str, characters: int) -> str:
    """The beginning of what an item asks."""
    split = item.removeprefix(f"{dataset}:").split(":")[0]
    (paths,) = [paths for _, name, paths in units(folder, (dataset,)) if name == task]
    rows = read([path for path in paths if path.name.startswith(split)])
    inputs = Batch.of(task, rows.filter(pc.field("item_id") == item)).inputs
    return json.dumps(inputs["raw"].item()[:characters], ensure_ascii=False) if len(inputs) else "(no text)"


if __name__ == "__main__":
    main()
