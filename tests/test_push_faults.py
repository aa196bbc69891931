"""`bioclue push` where the Hub fails or refuses: it is told, nothing arrives by half, no token is shown."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests import hub, publishing
from tests.hub_client import EXPIRED, READER, Client, environment
from tests.hub_store import Repo

pytest_plugins = ("tests.hub_fixtures",)


def forget(server: hub.Hub, folder: Path, dataset: str) -> set[str]:
    """Let the Hub have none of a dataset's large files; gives their hashes."""
    hashes = {table["sha256"] for table in publishing.edit(folder)["datasets"][dataset]["tables"]}
    for oid in hashes:
        server.store.objects.pop(oid, None)
    return hashes


def test_a_busy_hub_is_asked_again(client: Client, built: Path, server: hub.Hub, repo: str) -> None:
    forget(server, built, "sciq")
    server.faults += [
        hub.Fault("GET", "/whoami", status=503),
        hub.Fault("POST", "/repos/create", status=500),
        hub.Fault("POST", "/preupload/", status=429, headers={"Retry-After": "1"}),
        hub.Fault("PUT", "/lfs/", cut=True),
        hub.Fault("POST", "/commit/", status=429, headers={"Retry-After": "1"}),
        hub.Fault("POST", "/tag/", lost=True),
    ]
    done = client("push", built, repo, "--only-redistributable", "--tag", "auto")
    assert done["code"] == 0, done
    there = server.store.repos[repo]
    assert [commit.title for commit in there.commits.values()] == ["initial commit", "bioclue data 0.1.0"]
    assert there.refs["v0.1.0"] == there.head.oid


def test_a_lost_answer_to_a_commit_is_found_out(
    client: Client, built: Path, server: hub.Hub, repo: str
) -> None:
    server.faults.append(hub.Fault("POST", "/commit/", lost=True))
    done = client("push", built, repo, "--only-redistributable")
    assert done["code"] == 0, done
    there = server.store.repos[repo]
    assert len(there.commits) == 2
    assert there.head.oid in done["out"]


def test_a_broken_upload_publishes_nothing_and_is_resumed(
    client: Client, built: Path, server: hub.Hub, repo: str, tmp_path: Path
) -> None:
    fewer = publishing.without(built, tmp_path / "fewer", "sciq")
    assert client("push", fewer, repo, "--only-redistributable")["code"] == 0
    there = server.store.repos[repo]
    head, objects = there.head.oid, server.store.objects
    new = forget(server, built, "sciq")
    broken = sorted(new)[-1]
    server.faults.append(hub.Fault("PUT", f"/lfs/{broken}", status=400))
    done = client("push", built, repo, "--only-redistributable")
    assert done["code"] == 2
    assert "nothing was published" in done["err"]
    assert there.head.oid == head
    kept = new & objects.keys()
    before = len(server.asked)
    assert client("push", built, repo, "--only-redistributable")["code"] == 0
    put = {path.removeprefix("/lfs/") for method, path in server.asked[before:] if method == "PUT"}
    assert put & new == new - kept
    assert broken in put


def test_an_expired_token_is_never_shown(server: hub.Hub, built: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bioclue_data", "push", built, "org/expired", "--only-redistributable"]
    given = environment(server.root, tmp_path) | {"HF_TOKEN": EXPIRED}
    done = subprocess.run(command, env=given, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "does not take the token (401)" in done.stderr or "wants one (401)" in done.stderr
    assert "hf auth login" in done.stderr
    assert EXPIRED not in done.stdout + done.stderr
    assert not [
        path for path in tmp_path.rglob("*") if path.is_file() and EXPIRED.encode() in path.read_bytes()
    ]
    assert "org/expired" not in server.store.repos


@pytest.mark.parametrize(("token", "words"), [("", "nobody is logged in"), (READER, "may not do that (403)")])
def test_who_may_not_write_is_told(client: Client, built: Path, repo: str, token: str, words: str) -> None:
    done = client("push", built, repo, "--only-redistributable", token=token)
    assert done["code"] == 2
    assert words in done["err"]


def test_a_commit_in_between_is_a_conflict(
    client: Client, built: Path, published: Repo, server: hub.Hub, tmp_path: Path
) -> None:
    head = published.head.oid
    server.faults.append(hub.Fault("POST", "/commit/", status=412))
    fewer = publishing.without(built, tmp_path / "fewer", "cmdd")
    done = client("push", fewer, published.id, "--only-redistributable")
    assert done["code"] == 2
    assert "somebody committed" in done["err"]
    assert published.head.oid == head


def test_a_push_through_xet(built: Path, server: hub.Hub, repo: str, tmp_path: Path) -> None:
    server.xet, server.lent = tmp_path / "cas", built
    server.xet.mkdir()
    before = len(server.asked)
    process = Client(server.root, tmp_path / "home", HF_HUB_DISABLE_XET="0")
    try:
        done = process("push", built, repo, "--only-redistributable")
    finally:
        process.close()
        server.xet = None
    assert done["code"] == 0, done
    asked = [path for _, path in server.asked[before:]]
    assert any("/xet-write-token/" in path for path in asked)
    assert not any(path.startswith("/lfs/") for path in asked)
    assert [path for path in (tmp_path / "cas").rglob("*") if path.is_file()]
    assert "ner_cn/cmedqaner/test-00000-of-00001.parquet" in server.store.repos[repo].head.files
