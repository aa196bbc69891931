"""`bioclue leakage`: what of a benchmark has been seen in training."""

from __future__ import annotations

import click

from bioclue_data import memory
from bioclue_data.commands.groups import LazyGroup

COMMANDS = {
    "scan": "Look for items in training corpora.",
    "matrix": "Look for rows of each dataset in the others.",
    "corpora": "Show known training corpora.",
    "exposure": "Show what a model or corpus has seen of our datasets.",
}


@click.group("leakage", cls=LazyGroup, package=__name__, commands_help=COMMANDS)
def command() -> None:
    """Find out what of a benchmark has been seen in training."""
    memory.use_one_allocator()
