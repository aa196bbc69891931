"""Make `matching/common.npz` of the package, from the corpora and tables of the real files.

Of a table some rows are taken, of a corpus some texts. `--check` compares.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from itertools import chain, groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from write_flags import corpora_here

from bioclue_data import api
from bioclue_data.leakage import targets
from bioclue_data.leakage.reading import reader, templates
from bioclue_data.leakage.rows import joined, texts_of
from bioclue_data.matching import common

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bioclue_data.leakage.rows import Rows
    from bioclue_data.leakage.run import Source
    from bioclue_data.matching.tokens import Texts

ROWS, CORPUS_BYTES = 2000, 20_000_000


def of_corpus(source: Source) -> Iterator[Texts]:
    """Batches of a corpus' records, from the beginning."""
    size = 0
    for batch in chain.from_iterable(map(reader.read, source.files)):
        if size < CORPUS_BYTES:
            yield templates.without(batch.texts, batch.templates)
        size += int(batch.texts.offsets[-1])


def of_tables(built: Path) -> Iterator[list[Texts]]:
    """Items and contexts of each dataset, the first rows of each of its tables."""
    for _, of_dataset in groupby(targets.tables(built, targets.Choice()), key=lambda pair: pair[0]):
        yield [first_rows(built, dataset, table) for dataset, table in of_dataset]


def first_rows(built: Path, dataset: str, table: dict[str, Any]) -> Texts:
    """What the first rows of a table are looked for by, and their contexts and answers."""
    held: list[Rows] = []
    for rows in targets.rows_of_table(built, dataset, table):
        held.append(rows.part(0, ROWS - sum(map(len, held))))
        if sum(map(len, held)) >= ROWS:
            break
    return texts_of(joined(held).texts)


def main() -> int:
    """Write it, or with `--check` exit with 1 if it differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--built", type=Path, help="a folder with all real data built; else it is built")
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    real = Path(os.environ["BIOCLUE_REAL_DATA"])
    with tempfile.TemporaryDirectory() as temporary:
        built = arguments.built or Path(temporary) / "bioclue"
        if not arguments.built:
            api.build(out=built, mirror=str(real / "mirror"), manual=real / "manual", offline=True)
        made = common.generate(chain(of_tables(built), map(of_corpus, corpora_here(real))))
    print(f"{made.version}: {[int(np.bitwise_count(bits).sum()) for bits in made.filters]} bits")
    if arguments.check:
        return 0 if made.version == common.load().version else 1
    common.save(made)
    return 0


if __name__ == "__main__":
    sys.exit(main())
