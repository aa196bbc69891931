"""Fixtures for tests that push: a Hub, a process that talks to it, and folders to publish."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import hub, publishing
from tests.hub_client import Client
from tests.hub_store import Repo

NAMES = ("cmdd_ner", "cmedqaner_ner", "cmeee_ner", "jama_clinical_challenge", "sciq")


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publishing.sample(tmp_path_factory.mktemp("built") / "samples", *NAMES)


@pytest.fixture(scope="session")
def built(samples: Path) -> Path:
    return publishing.as_real(samples, samples.with_name("built"))


@pytest.fixture(scope="session")
def server() -> Iterator[hub.Hub]:
    with hub.running() as running:
        yield running


@pytest.fixture(scope="session")
def client(server: hub.Hub, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    process = Client(server.root, tmp_path_factory.mktemp("home"))
    yield process
    process.close()


@pytest.fixture
def repo(request: pytest.FixtureRequest, server: hub.Hub) -> Iterator[str]:
    """A name of its own for each test, which leaves no fault behind."""
    yield f"org/{request.node.originalname}-{len(request.node.name)}"
    left, server.faults = [fault for fault in server.faults if fault.times], []
    assert not left, "a fault that never came"


@pytest.fixture
def published(client: Client, built: Path, repo: str, server: hub.Hub) -> Repo:
    done = client("push", built, repo, "--only-redistributable")
    assert done["code"] == 0, done
    return server.store.repos[repo]
