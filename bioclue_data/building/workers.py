"""Work spread over processes."""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context
from typing import TYPE_CHECKING, TypeVar

from bioclue_data.errors import BioclueError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

OF_WORKERS = {
    "POLARS_MAX_THREADS": "1",  # the workers are the parallelism, and every thread keeps memory of its own
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_TRIM_THRESHOLD_": "65536",  # bytes; what is freed goes back at once
}
Job = TypeVar("Job")
Done = TypeVar("Done")


def spread(work: Callable[[Job], Done], jobs: Sequence[Job], workers: int) -> Iterator[Done]:
    """What comes of each job, in the order in which they are done; one worker: here, one after the other.

    Args:
        work: A function of a module; it is sent to processes by its name.
        jobs: Plain values; the longest first.
        workers: Jobs at the same time.

    Raises:
        BioclueError: a process died.
    """
    if workers <= 1 or len(jobs) <= 1:
        yield from map(work, jobs)
        return
    with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
        with _inherited(OF_WORKERS):
            futures = [pool.submit(work, job) for job in jobs]
        for future in as_completed(futures):
            try:
                yield future.result()
            except BrokenProcessPool as error:
                remedy = "it may have run out of memory: use fewer --jobs"
                raise BioclueError("a worker process died, nothing was written", remedy=remedy) from error


@contextmanager
def _inherited(variables: Mapping[str, str]) -> Iterator[None]:
    """Variables that processes begin with which are started meanwhile; what is set already stays."""
    new = {name: value for name, value in variables.items() if name not in os.environ}
    os.environ.update(new)
    try:
        yield
    finally:
        for name in new:
            del os.environ[name]
