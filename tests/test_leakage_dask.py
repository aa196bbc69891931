"""Units scanned by Dask: the same findings as threads give, also when workers are lost."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bioclue_data.errors import UsageError
from bioclue_data.leakage import dask_engine, revisions, run
from tests import leakage as own

distributed = pytest.importorskip("distributed")


@pytest.fixture(autouse=True)
def one_file_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "BUNDLE", 1)


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as cluster:
        yield cluster


def test_the_same_as_threads_also_when_a_worker_is_killed(cluster: Any, tmp_path: Path) -> None:
    corpus = own.corpus(tmp_path / "corpus", count=24)
    expected, about = run.check(own.rows(), [corpus])
    with distributed.Client(cluster) as client:
        victims = [client.run(os.getpid)[address] for address in list(client.scheduler_info()["workers"])[:1]]

    def say(text: str) -> None:
        while victims:
            os.kill(victims.pop(), signal.SIGKILL)

    with dask_engine.engine(cluster.scheduler_address, 2) as engine:
        options = run.Options(parts=tmp_path / "parts", engine=engine)
        table, summary = run.check(own.rows(), [corpus], options, say)
        assert victims == []
        assert table.equals(expected)
        assert summary == about
        assert len(list((tmp_path / "parts").iterdir())) == 24
        again, _ = run.check(own.rows(), [corpus], options, lambda text: pytest.fail("scanned again"))
    assert again.equals(expected)


def test_a_unit_that_always_fails_is_told_and_tried_again(
    cluster: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = own.corpus(tmp_path / "corpus", count=3)
    portable = dask_engine._portable

    def broken(unit: run.Unit) -> run.Unit:
        made = portable(unit)
        return made._replace(source=None) if made.files[0].endswith("001.jsonl") else made  # type: ignore[arg-type]

    monkeypatch.setattr(dask_engine, "_portable", broken)
    with dask_engine.engine(cluster.scheduler_address, 2) as engine:
        options = run.Options(parts=tmp_path / "parts", engine=engine)
        table, summary = run.check(own.rows(), [corpus], options)
        assert [row["item_id"] for row in table.to_pylist() if row["verdict"] == "exact"] == [
            "own:test:0",
            "own:test:2",
        ]
        (problem,) = summary.problems
        assert "001.jsonl: not scanned: " in problem
        monkeypatch.setattr(dask_engine, "_portable", portable)
        table, summary = run.check(own.rows(), [corpus], options)
    assert (summary.problems, table["verdict"].to_pylist()[:3]) == ([], ["exact"] * 3)


def test_a_cluster_of_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own.corpus(tmp_path / "corpus", count=2)
    monkeypatch.chdir(tmp_path)
    files = ("corpus/000.jsonl", "corpus/001.jsonl")
    corpus = run.Source("own", revisions.of(files), files)
    with dask_engine.engine(None, 1) as engine:
        table, _ = run.check(own.rows(), [corpus], run.Options(engine=engine))
    assert table.equals(run.check(own.rows(), [corpus])[0])


def test_no_scheduler_and_no_dask(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dask_engine, "TIMEOUT", 0.5)
    with pytest.raises(UsageError, match="no scheduler answers"), dask_engine.engine("tcp://127.0.0.1:9", 1):
        pass
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(UsageError, match=r"bioclue-data\[dask\]"), dask_engine.engine(None, 1):
        pass
