"""The command `bioclue`: each command lives in a module of `commands/`, imported when it is called."""

from __future__ import annotations

import codecs
import errno
import io
import os
import sys

import click

from bioclue_data.commands.groups import LazyGroup
from bioclue_data.errors import BioclueError, UsageError
from bioclue_data.version import VERSION

COMMANDS = {
    "list": "Show datasets: what there is, and what works.",
    "info": "Show one dataset: licence, access, splits, counts, faults.",
    "build": "Build configs or datasets into a folder of Parquet files.",
    "score": "Score predictions: on all items, on clean and on leaked ones.",
    "validate": "Check a built folder against its contracts and manifest.",
    "export": "Write built tables in another format: jsonl, brat, conll …",
    "cite": "Print BibTeX of configs or datasets.",
    "new": "Start a record for a new dataset.",
    "audit": "Find what is wrong with built data, and what to do.",
    "compare": "Show what changed between two built folders.",
    "leakage": "Find out what of a benchmark has been seen in training.",
    "push": "Publish a built folder on the Hugging Face Hub.",
    "measure": "Print the `expected` counts of a dataset, as observed.",
}


@click.group(
    cls=LazyGroup,
    package="bioclue_data.commands",
    commands_help=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(VERSION, prog_name="bioclue")
def group() -> None:
    """Biomedical and clinical NLP datasets, English and Chinese, in one checked schema per task type.

    Results go to stdout, messages to stderr. Exit codes: 0 done, 1 invalid data or findings,
    2 usage, or something asked for by name that is not here, 130 interrupted.
    """


def main() -> None:
    """Run the command line; an error that a user can act on is printed without a traceback."""
    _print_everything()
    try:
        group()
    except BioclueError as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(error.exit_code)
    except OSError as error:  # a full disk, an output that went away, a folder that may not be written
        click.echo(f"error: {_of_system(error)}", err=True)
        sys.exit(UsageError.exit_code)


_MAY_NOT = "see that you may read and write here, or choose another place"
_REMEDIES = {
    errno.ENOSPC: "make room there, and run the same command again",
    errno.EDQUOT: "make room there, and run the same command again",
    errno.EFBIG: "the file system, or a limit (`ulimit -f`), takes no larger file: choose another place",
    errno.EACCES: _MAY_NOT,
    errno.EPERM: _MAY_NOT,
    errno.EROFS: _MAY_NOT,
}


def _of_system(error: OSError) -> UsageError:
    """An error of the system: the file, if it names one, and what to do, if that is known."""
    name = error.filename
    where = "" if name is None or isinstance(name, int) else os.fsdecode(name)
    return UsageError(
        error.strerror or str(error) or type(error).__name__,
        where=where,
        remedy=_REMEDIES.get(error.errno or 0, ""),
    )


def _print_everything() -> None:
    """Let no character stop the output: Chinese names on a terminal of another language, paths in any bytes.

    ASCII is what Python takes without a locale (`LANG=C`); terminals there know UTF-8.
    """
    codecs.register_error(_PRINTED, _printed)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            unknown = codecs.lookup(stream.encoding).name == "ascii"
            stream.reconfigure(encoding="utf-8" if unknown else stream.encoding, errors=_PRINTED)


_PRINTED = "bioclue.printed"


def _printed(error: UnicodeError) -> tuple[str | bytes, int]:
    """Bytes of a path as they are; for other characters that the encoding lacks their numbers."""
    try:
        return codecs.lookup_error("surrogateescape")(error)
    except UnicodeError:
        return codecs.lookup_error("backslashreplace")(error)
