"""Downloads by several processes, after a kill, and from a server that does anything at all."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bioclue_data.errors import DamagedError, NotHereError
from bioclue_data.sources.downloads import Found, Stores, Wanted
from bioclue_data.sources.stores import cache_path
from tests.fetching import DATA, OTHER, finished, get, want
from tests.hostile_server import PAGE, Act, Server, running


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("NO_PROXY", "*")
    with running() as server:
        yield server


@pytest.fixture
def stores(tmp_path: Path) -> Stores:
    return Stores(tmp_path / "cache")


def fetch_in_process(wanted: Wanted, stores: Stores) -> bytes:
    return get(wanted, stores).path.read_bytes()


def test_two_processes_fetch_a_file_once(server: Server, stores: Stores) -> None:
    wanted = want(server.put("/a", Act(DATA, delay=0.5)))
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        assert pool.starmap(fetch_in_process, [(wanted, stores)] * 2, chunksize=1) == [DATA, DATA]
    assert len(server.asked) == 1


def test_two_threads_fetch_a_file_once(server: Server, stores: Stores) -> None:
    wanted = want(server.put("/a", Act(DATA, delay=0.2)))
    threads = [threading.Thread(target=fetch_in_process, args=(wanted, stores)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(server.asked) == 1


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no such signal here")
def test_a_killed_process_leaves_something_to_go_on_with(server: Server, stores: Stores) -> None:
    address = server.put("/a", Act(DATA, stall=30_000), Act(DATA))
    process = multiprocessing.get_context("spawn").Process(
        target=fetch_in_process, args=(want(address), stores)
    )
    process.start()
    part = cache_path(stores.cache, address).with_name("a.part")
    wait_for(lambda: part.is_file() and part.stat().st_size == 30_000)
    os.kill(process.pid or 0, signal.SIGKILL)
    process.join()
    assert finished(stores) == []
    assert get(want(address), stores).path.read_bytes() == DATA
    assert server.asked[-1][1]["range"] == "bytes=30000-"


def wait_for(condition: Callable[[], bool]) -> None:
    for _ in range(2000):
        if condition():
            return
        time.sleep(0.01)
    pytest.fail("it did not happen")


ACTS = st.builds(
    Act,
    content=st.sampled_from([DATA, OTHER, DATA[:-1], DATA + b"x", PAGE, b""]),
    status=st.sampled_from([200, 200, 200, 200, 404, 416, 429, 500, 204, 304]),
    etag=st.sampled_from(['"one"', '"two"', 'W/"three"', None]),
    ranges=st.booleans(),
    conditions=st.booleans(),
    cut=st.sampled_from([None, None, 0, 1, 20_000, 59_999]),
    claims=st.sampled_from([None, None, 0, 59_999, 60_000, 60_001]),
    ends=st.sampled_from(["length", "length", "chunked", "close"]),
)


@given(first=st.lists(ACTS, min_size=1, max_size=4), second=ACTS, known=st.booleans())
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_whatever_a_server_does(
    server: Server, tmp_path: Path, first: list[Act], second: Act, known: bool
) -> None:
    stores = Stores(tmp_path / str(len(server.asked)))
    path = f"/{len(server.asked)}"
    wanted = want(server.put(f"{path}/a", *first), server.put(f"{path}/b", second), known=known)
    whole = {act.content for act in (*first, second)}
    for _ in range(2):
        try:
            found = get(wanted, stores)
        except (DamagedError, NotHereError) as error:
            assert error.remedy  # noqa: PT017 - both ways out are right
        else:
            assert found.path.read_bytes() == DATA or (not known and claimed(found, [*first, second], whole))
        assert all(content == DATA or not known for content in finished(stores))


def claimed(found: Found, acts: list[Act], whole: set[bytes]) -> bool:
    """Without a declared hash, what a server calls whole counts: one content, up to the length it claims."""
    content = found.path.read_bytes()
    lengths = {act.claims for act in acts}
    return content in whole or (len(content) in lengths and any(one.startswith(content) for one in whole))
