"""Make `matching/characters.npz` and `building/scripts.txt` of the package.

`--check` compares (with the same Unicode and OpenCC only).
"""

from __future__ import annotations

import argparse
import sys
import unicodedata
from importlib.metadata import version

import numpy as np
import opencc

from bioclue_data.building import script
from bioclue_data.matching import characters


def main() -> int:
    """Write both, or with `--check` exit with 1 if one differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    libraries = f"unicode{unicodedata.unidata_version}-opencc{version('opencc')}"
    stamp = f"{libraries}-{characters.RULES}"
    stored = characters.load()
    if check and not f"{stored.version}-".startswith(f"{libraries}-"):
        print(f"made with {stored.version}, not {stamp}: not compared", file=sys.stderr)
        return 0
    convert = opencc.OpenCC("t2s").convert

    def simplify(character: str) -> str:
        simple = convert(character)
        return simple if len(simple) == 1 and ord(simple) < characters.SIZE else character

    made = characters.generate(simplify, stamp)
    scripts = script.generate(convert, opencc.OpenCC("s2t").convert)
    if check:
        same = np.array_equal(made.entries, stored.entries) and np.array_equal(
            made.expansions, stored.expansions
        )
        is_whole = same and made.version == stored.version
        return 0 if is_whole and script.FILE.read_text("utf-8") == scripts else 1
    characters.save(made)
    script.FILE.write_text(scripts, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
