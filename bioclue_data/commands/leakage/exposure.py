"""`bioclue leakage exposure`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from bioclue_data.commands import options
from bioclue_data.errors import UsageError
from bioclue_data.leakage import exposure

if TYPE_CHECKING:
    from bioclue_data.leakage.exposure import Looked

NOTHING = (
    "nothing was measured: the files of these corpora are not published or were not at hand. What the model "
    "has seen is not known"
)


@click.command("exposure")
@click.option("--model", help="All corpora that this model was tuned on: taiyi, chatdoctor …")
@click.option("--corpus", help="One corpus, by its id.")
@options.as_json
def command(model: str | None, corpus: str | None, as_json: bool) -> None:
    """Show which datasets a model or corpus has seen: as its authors declare, and as scans have measured."""
    if (model is None) == (corpus is None):
        raise UsageError("whose exposure?", remedy="give --model or --corpus")
    asked = exposure.corpora_of(model) if model is not None else [str(corpus)]
    found = [*exposure.declared(asked), *exposure.measured(asked)]
    looked = exposure.looked(asked)
    if as_json:
        options.echo_json(
            {
                "corpora": [one._asdict() for one in looked],
                "exposure": [one._asdict() for one in found],
            }
        )
        return
    for one in found:
        through = f" (in {one.corpus})" if one.via else ""
        click.echo(
            f"{one.dataset or one.name:28} {one.split:10} {one.kind:9} {one.claim}{through}  [{one.source}]"
        )
    for kind, what in (("declared", "declarations"), ("measured", "measurements")):
        some = [one for one in found if one.kind == kind]
        ours = len({one.dataset for one in some if one.dataset})
        click.echo(f"{len(some)} {what}, {ours} of our datasets", err=True)
    _say_what_was_looked_at(looked)


def _say_what_was_looked_at(looked: list[Looked]) -> None:
    """Each corpus with what it is, and whether it was scanned: without a scan, none found says nothing."""
    for one in looked:
        through = f" (in {' > '.join(one.via)})" if one.via else ""
        what = "an evaluation set, no tuning data; " if one.kind == "evaluation" else ""
        scanned = f"{one.splits} splits were looked for in it" if one.splits else "never scanned"
        click.echo(f"corpus {one.corpus}{through}: {what}{scanned}", err=True)
    if not any(one.splits for one in looked):
        click.echo(NOTHING, err=True)
