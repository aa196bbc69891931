"""`bioclue leakage corpora`."""

from __future__ import annotations

import click
import msgspec

from bioclue_data.commands import options
from bioclue_data.leakage import corpora


@click.command("corpora")
@options.as_json
def command(as_json: bool) -> None:
    """Show every known corpus: kind, language, licence, files, and the models that were tuned on it."""
    known = corpora.load().values()
    if as_json:
        options.echo_json([msgspec.to_builtins(corpus) for corpus in known])
        return
    for corpus in known:
        size = sum(file.bytes for file in corpus.files)
        files = f"{len(corpus.files)} files, {size / 1e6:.1f} MB" if corpus.files else "no files"
        if corpus.dataset:
            files = f"files of {corpus.dataset}"
        says = f"declares {len(corpus.declares)}" if corpus.declares else ""
        click.echo(
            f"{corpus.id:26} {corpus.kind:10} {corpus.language:8} {corpus.licence.id:29} {files:21} "
            f"{says:12} {','.join(corpus.models) or '-':20} {corpus.name}"
        )
    click.echo(f"{len(known)} corpora", err=True)
