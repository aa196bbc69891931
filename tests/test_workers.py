"""Processes that work is spread over."""

from __future__ import annotations

import os

import pytest

from bioclue_data.building.workers import OF_WORKERS, spread


def environment(name: str) -> tuple[str, str | None, int]:
    """What a worker began with."""
    return name, os.environ.get(name), os.getpid()


def test_workers_begin_with_variables_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MALLOC_ARENA_MAX", "3")
    before = dict(os.environ)
    found = list(spread(environment, sorted(OF_WORKERS), 2))
    assert dict(os.environ) == before
    values = {name: value for name, value, _ in found}
    assert values == OF_WORKERS | {"MALLOC_ARENA_MAX": "3"}
    assert os.getpid() not in {process for *_, process in found}


def test_one_worker_is_this_process() -> None:
    found = list(spread(environment, ["MALLOC_ARENA_MAX"], 1))
    assert found == [("MALLOC_ARENA_MAX", os.environ.get("MALLOC_ARENA_MAX"), os.getpid())]
