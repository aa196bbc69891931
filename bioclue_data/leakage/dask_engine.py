"""Units scanned by the workers of a Dask cluster: of this machine, or of any scheduler.

Index and items are saved once for each group of rows, in a folder that all workers see; a worker maps them
into memory once. A unit whose worker is lost goes to another one. Workers read the corpora themselves.
"""

from __future__ import annotations

import pickle
import tempfile
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bioclue_data.errors import UsageError
from bioclue_data.leakage import findings, run
from bioclue_data.leakage.search import Search
from bioclue_data.matching import index as indexes
from bioclue_data.visible import readable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bioclue_data.leakage.items import Items
    from bioclue_data.leakage.parts import Result
    from bioclue_data.leakage.verdicts import Thresholds

RETRIES = 3
TIMEOUT = 20.0  # seconds until a scheduler must have answered
ITEMS = "items.pickle"


@contextmanager
def engine(scheduler: str | None, workers: int) -> Iterator[run.Engine]:
    """An engine for `run.Options`, and its cluster while the context lasts.

    Args:
        scheduler: Address of a scheduler; None: a cluster of this machine.
        workers: Of a cluster of this machine.

    Raises:
        UsageError: Dask is not installed, or no scheduler answers.
    """
    with _client(scheduler, workers) as client:

        def scan(
            units: Sequence[run.Unit], search: Search, options: run.Options, say: run.Say
        ) -> Iterator[tuple[run.Unit, Result]]:
            with _saved(search, options.parts) as folder:
                yield from _results(client, units, folder, options.thresholds, say)

        yield scan


@contextmanager
def _client(scheduler: str | None, workers: int) -> Iterator[Any]:
    try:
        from distributed import Client, LocalCluster  # noqa: PLC0415
    except ImportError as error:
        remedy = "pip install 'bioclue-data[dask]'"
        raise UsageError(f"--engine dask needs the package distributed: {error}", remedy=remedy) from None
    if scheduler is None:
        with (
            LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=":0") as cluster,
            Client(cluster) as client,
        ):
            yield client
        return
    try:
        client = Client(scheduler, timeout=TIMEOUT)
    except (OSError, ValueError) as error:
        remedy = "start one with `dask scheduler`, and workers with `dask worker ADDR`"
        raise UsageError(f"no scheduler answers: {error}", where=scheduler, remedy=remedy) from error
    with client:
        yield client


@contextmanager
def _saved(search: Search, parts: Path | None) -> Iterator[Path]:
    """A folder with items and index, beside the parts: where workers of other machines find it."""
    items, index = search.items, search.index
    if parts:
        parts.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="index-", dir=parts) as name:
        folder = Path(name).absolute()
        indexes.save(index, folder)
        (folder / ITEMS).write_bytes(pickle.dumps(items, protocol=5))
        yield folder


def _results(
    client: Any, units: Sequence[run.Unit], folder: Path, thresholds: Thresholds, say: run.Say
) -> Iterator[tuple[run.Unit, Result]]:
    from distributed import as_completed  # noqa: PLC0415

    futures = {
        client.submit(work, _portable(unit), str(folder), thresholds, retries=RETRIES, pure=False): unit
        for unit in units
    }
    for future in as_completed(list(futures)):
        unit = futures.pop(future)
        if future.status == "finished":
            result: Result = future.result()
        else:
            result = (
                findings.table([]),
                {"records": 0, "bytes": 0, "templates": 0, "problems": _lost(unit, future), "lost": True},
            )
        if say:
            say(f"{unit.source.corpus}: {unit.files[0]}")
        yield unit, result


def _portable(unit: run.Unit) -> run.Unit:
    """The unit for another process: whole paths, and of its corpus no other files."""
    files = tuple(file if "://" in file else str(Path(file).absolute()) for file in unit.files)
    return unit._replace(files=files, source=replace(unit.source, files=files, folder=unit.source.root))


def _lost(unit: run.Unit, future: Any) -> list[str]:
    error = future.exception()
    return [f"{readable(file)}: not scanned: {type(error).__name__}: {error}" for file in unit.files]


def work(unit: run.Unit, folder: str, thresholds: Thresholds) -> Result:
    """What a worker does."""
    return run.scan_unit(unit, _loaded(folder, thresholds), threads=1)


@lru_cache(maxsize=1)
def _loaded(folder: str, thresholds: Thresholds) -> Search:
    place = Path(folder)
    items: Items = pickle.loads((place / ITEMS).read_bytes())  # noqa: S301 - our own, of this run
    return Search(items, indexes.load(place), thresholds)
