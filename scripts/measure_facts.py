"""Write `cards/facts.json`: facts of every dataset of a folder that was built from the real files."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from bioclue_data.building.folder import read_manifest
from bioclue_data.publish import facts

FACTS = Path(__file__).resolve().parent.parent / "cards" / "facts.json"


def main() -> int:
    """Measure the datasets of the folder; what is known of others stays."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("built", type=Path, help="a folder that `bioclue build --all` made from real files")
    built = parser.parse_args().built
    manifest = read_manifest(built)
    if manifest is None or manifest["sample"]:
        print(f"{built}: no folder built from real files", file=sys.stderr)
        return 2
    known = facts.load(FACTS)
    for dataset in manifest["datasets"]:
        print(dataset, file=sys.stderr)
        known[dataset] = facts.measured(built, manifest, dataset)
    FACTS.write_text(facts.text_of(known), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
