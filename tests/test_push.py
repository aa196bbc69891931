"""`bioclue push` against a Hub: what arrives, what the Hub's faults do, and that nothing arrives by half."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests import hub, publishing
from tests.hub_client import OWNER, READER, ROOT, Client, environment
from tests.hub_store import Repo, small

pytest_plugins = ("tests.hub_fixtures",)
HELD = ("cmeee", "jama_clinical_challenge")
LOAD = """
import json, os, sys
import datasets

repo, config, revision, *tokens = sys.argv[1:]
ways = {"plain": {}, "streamed": {"streaming": True}, "by revision": {"revision": revision}}
for token in tokens:
    os.environ["HF_TOKEN"] = token
    found = {}
    try:
        for way, arguments in ways.items():
            loaded = datasets.load_dataset(repo, config, **arguments)
            found[way] = {split: list(rows) for split, rows in loaded.items()}
    except Exception as error:
        found = f"{type(error).__name__}: {error}"
    print(json.dumps(found, default=str))
"""


def load(server: hub.Hub, home: Path, *arguments: str) -> list[Any]:
    """Load, once for each token, in a process that knows the plain `datasets` library only."""
    ours = environment(server.root, home)
    del ours["PYTHONPATH"]
    command = [sys.executable, "-c", LOAD, *arguments]
    done = subprocess.run(command, env=ours, cwd=home, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def rows(folder: Path, *paths: str) -> list[dict[str, Any]]:
    found = [row for path in paths for row in pq.ParquetFile(folder / path).read().to_pylist()]
    return json.loads(json.dumps(found, default=str))


def test_samples_travel_to_another_process(
    client: Client, samples: Path, server: hub.Hub, repo: str, tmp_path: Path
) -> None:
    done = client("push", samples, repo, "--private", "--only-redistributable")
    assert done["code"] == 0, done
    assert "loaded" in done["out"]
    there = server.store.repos[repo]
    assert there.private
    assert not [path for path in there.head.files if path.endswith(".parquet") and path.split("/")[1] in HELD]
    stranger, answer = load(server, tmp_path, repo, "ner_cn", there.head.oid, READER, OWNER)
    assert "DatasetNotFoundError" in stranger
    expected = {
        "train": rows(samples, "ner_cn/cmedqaner/train-00000-of-00001.parquet"),
        "validation": rows(
            samples,
            "ner_cn/cmdd/validation-00000-of-00001.parquet",
            "ner_cn/cmedqaner/validation-00000-of-00001.parquet",
        ),
        "test": rows(
            samples,
            "ner_cn/cmdd/test-00000-of-00001.parquet",
            "ner_cn/cmedqaner/test-00000-of-00001.parquet",
        ),
    }
    assert answer == dict.fromkeys(("plain", "streamed", "by revision"), expected)


def test_what_is_held_back_stops_the_push(client: Client, built: Path, server: hub.Hub, repo: str) -> None:
    before = len(server.asked)
    done = client("push", built, repo)
    assert done["code"] == 1
    for dataset in HELD:
        assert f"bioclue build {dataset} --manual DIR" in done["err"]
    assert "access is copyrighted" in done["err"]
    assert len(server.asked) == before


def test_held_back_datasets_leave_record_flags_and_recipe(published: Repo, server: hub.Hub) -> None:
    files = published.head.files
    record = server.store.content(files["held_back/cmeee/dataset.toml"])
    assert record == (ROOT / "loaders" / "cmeee" / "dataset.toml").read_bytes()
    readme = server.store.content(files["README.md"]).decode()
    assert "bioclue build cmeee --manual DIR" in readme
    assert "3 of 5 datasets are here" in readme
    assert "| `cmeee` | `ner_cn` |" in readme
    assert f'load_dataset("{published.id}"' in readme
    manifest = json.loads(server.store.content(files["manifest.json"]))
    assert sorted(manifest["datasets"]) == ["cmdd", "cmedqaner", "sciq"]
    assert sorted(manifest["held_back"]) == sorted(HELD)


def test_samples_do_not_pass_for_data(client: Client, samples: Path, server: hub.Hub, repo: str) -> None:
    done = client("push", samples, repo, "--only-redistributable")
    assert done["code"] == 2
    assert "invented samples" in done["err"]
    server.store.repos[repo] = Repo(repo)
    assert client("push", samples, repo, "--only-redistributable", "--private")["code"] == 2
    assert list(server.store.repos[repo].head.files) == [".gitattributes"]


def test_nothing_changed_makes_no_commit(client: Client, built: Path, published: Repo) -> None:
    done = client("push", built, published.id, "--only-redistributable")
    assert done["code"] == 0
    assert "nothing changed" in done["out"]
    assert len(published.commits) == 2


def test_a_dry_run_says_what_a_push_does(
    client: Client, built: Path, published: Repo, server: hub.Hub, tmp_path: Path
) -> None:
    fewer = publishing.without(built, tmp_path / "fewer", "cmdd")
    before = len(server.asked)
    asked = ("push", fewer, published.id, "--only-redistributable", "--json")
    dry = json.loads(client(*asked, "--dry-run")["out"])
    assert {method for method, _ in server.asked[before:]} <= {"GET", "HEAD"}
    old = published.head
    done = json.loads(client(*asked)["out"])
    for name in ("added", "changed", "removed", "rows", "version", "previous", "held_back", "head"):
        assert dry[name] == done[name], name
    new = published.head
    assert new.parent == old.oid == dry["head"]
    assert set(done["removed"]) == old.files.keys() - new.files.keys()
    assert "ner_cn/cmdd/test-00000-of-00001.parquet" in done["removed"]
    assert done["rows"]["cmdd_ner"] == [2, 0]
    assert (done["previous"], done["version"]) == ("0.1.0", "0.2.0")
    changes = server.store.content(new.files["CHANGELOG.md"]).decode()
    assert changes.index("## 0.2.0") < changes.index("- Datasets removed: `cmdd`") < changes.index("## 0.1.0")
    assert "version: 0.2.0" in server.store.content(new.files["README.md"]).decode()


def test_a_release_note_names_rows_and_fields(
    client: Client, built: Path, published: Repo, server: hub.Hub, tmp_path: Path
) -> None:
    folder = publishing.copy(built, tmp_path / "corrected")
    facts = publishing.edit(folder)["datasets"]
    table = next(t for t in facts["sciq"]["tables"] if t["rows"] > 1)
    publishing.rewrite(folder, table, lambda rows: rows.slice(1))
    publishing.edit(folder, datasets=facts)
    done = client("push", folder, published.id, "--only-redistributable")
    assert done["code"] == 0, done
    assert "version 0.1.1" in done["out"]
    changes = server.store.content(published.head.files["CHANGELOG.md"]).decode()
    before, now = table["rows"] + 1, table["rows"]
    assert f"| `{table['path']}` | {before} | {now} |" in changes
    assert "| `sciq` | mcqa | 0 | 1 | 0 |  |" in changes


def test_a_remote_that_moved_is_looked_at_first(
    client: Client, built: Path, published: Repo, tmp_path: Path
) -> None:
    theirs = published.head.files | {"LICENSE": small(b"theirs"), "README.md": small(b"theirs")}
    published.refs["main"] = published.add(published.head.oid, "theirs", theirs)
    asked = ("push", built, published.id, "--only-redistributable")
    done = client(*asked)
    assert done["code"] == 2
    assert "moved" in done["err"]
    dry = client(*asked, "--dry-run")
    assert "~ README.md" in dry["out"]
    assert client(*asked)["code"] == 0
    assert published.head.files["LICENSE"] == small(b"theirs")
    assert published.head.files["README.md"] != small(b"theirs")


@pytest.mark.parametrize(
    "foreign", [{"data/train.csv": b"a,b"}, {"manifest.json": b"{}"}, {"manifest.json": b"?"}]
)
def test_a_foreign_repository_is_left_alone(
    client: Client, built: Path, server: hub.Hub, repo: str, foreign: dict[str, bytes]
) -> None:
    theirs = server.store.repos[f"{repo}{len(str(foreign))}"] = Repo(f"{repo}{len(str(foreign))}")
    files = {path: small(content) for path, content in foreign.items()}
    theirs.refs["main"] = theirs.add(theirs.head.oid, "theirs", files)
    done = client("push", built, theirs.id, "--only-redistributable")
    assert done["code"] == 2
    assert next(iter(foreign)) in done["err"]
    assert theirs.head.files == files


def test_a_pull_request_leaves_main_alone(
    client: Client, built: Path, published: Repo, tmp_path: Path
) -> None:
    main = published.head
    fewer = publishing.without(built, tmp_path / "fewer", "sciq")
    asked = ("push", fewer, published.id, "--only-redistributable", "--create-pr")
    assert client(*asked, "--tag", "auto")["code"] == 2
    assert client(*asked, "--gated", "auto")["code"] == 2
    done = client(*asked)
    assert done["code"] == 0, done
    assert "/discussions/1" in done["out"]
    assert published.head == main
    request = published.at("refs/pr/1")
    assert request.parent == main.oid
    assert not [path for path in request.files if "sciq" in path]


def test_releases_are_tagged_once(
    client: Client, built: Path, server: hub.Hub, repo: str, tmp_path: Path
) -> None:
    asked = ("push", built, repo, "--only-redistributable", "--tag")
    assert client(*asked, "one")["code"] == 2
    assert client(*asked, "auto")["code"] == 0
    there = server.store.repos[repo]
    assert there.refs["v0.1.0"] == there.head.oid
    assert client(*asked, "auto")["code"] == 0
    assert len(there.commits) == 2
    fewer = publishing.without(built, tmp_path / "fewer", "sciq")
    low = client("push", fewer, repo, "--only-redistributable", "--tag", "0.1.5")
    assert low["code"] == 2
    assert "0.2.0 or above" in low["err"]
    there.refs["v0.2.0"] = there.head.parent
    there.tags.add("v0.2.0")
    taken = client("push", fewer, repo, "--only-redistributable", "--tag", "auto")
    assert taken["code"] == 2
    assert "the tag v0.2.0 exists" in taken["err"]
    assert len(there.commits) == 2
    assert client("push", fewer, repo, "--only-redistributable", "--tag", "v1.0.0")["code"] == 0
    assert there.refs["v1.0.0"] == there.head.oid != there.refs["v0.1.0"]


def test_what_is_there_already_can_be_tagged_and_gated(client: Client, built: Path, published: Repo) -> None:
    head = published.head
    asked = ("push", built, published.id, "--only-redistributable", "--tag", "auto", "--gated", "auto")
    done = client(*asked)
    assert done["code"] == 0, done
    assert (published.head, published.refs["v0.1.0"], published.gated) == (head, head.oid, "auto")
    wrong = client("push", built, published.id, "--only-redistributable", "--tag", "0.3.0")
    assert wrong["code"] == 2
    assert "nothing changed since 0.1.0" in wrong["err"]


def test_a_gated_repository_asks_first(
    client: Client, built: Path, server: hub.Hub, repo: str, tmp_path: Path
) -> None:
    before = len(server.asked)
    assert client("push", built, repo, "--only-redistributable", "--gated", "manual")["code"] == 0
    asked = [path.rsplit("/", 2)[-2:] for method, path in server.asked[before:] if method in {"PUT", "POST"}]
    assert asked.index([repo.split("/")[1], "settings"]) < asked.index(["commit", "main"])
    there = server.store.repos[repo]
    assert there.gated == "manual"
    there.granted.add("reader")
    nobody, reader = load(server, tmp_path, repo, "sciq_mcqa", "main", "", READER)
    assert "gated dataset" in nobody
    assert reader["plain"]["test"] == rows(built, "mcqa_en/sciq/test-00000-of-00001.parquet")


def test_a_dirty_folder_stays(client: Client, built: Path, repo: str, tmp_path: Path) -> None:
    folder = publishing.copy(built, tmp_path / "dirty")
    (folder / "notes.txt").write_text("mine")
    table = folder / "mcqa_en" / "sciq" / "test-00000-of-00001.parquet"
    content = table.read_bytes()
    table.unlink()
    table.write_bytes(content + b" ")
    done = client("push", folder, repo, "--only-redistributable")
    assert done["code"] == 1
    assert "notes.txt: no build made it" in done["err"]
    assert "sciq/test-00000-of-00001.parquet: its content is not what was built" in done["err"]


def test_rows_that_break_their_contract_stay(client: Client, built: Path, repo: str, tmp_path: Path) -> None:
    folder = publishing.copy(built, tmp_path / "invalid")
    facts = publishing.edit(folder)["datasets"]
    table = next(t for t in facts["sciq"]["tables"] if t["split"] == "test")
    publishing.rewrite(folder, table, lambda rows: rows.drop_columns(["question"]))
    publishing.edit(folder, datasets=facts)
    done = client("push", folder, repo, "--only-redistributable")
    assert done["code"] == 1
    assert "nothing was published" in done["err"]


def _flagged(rows: pa.Table, *corpora: str) -> pa.Table:
    """Rows with a flag for each corpus."""
    flag = {"revision": "1", "method": "m", "verdict": "exact", "low_confidence": False, "score": 1.0}
    flags = [flag | {"corpus": corpus, "field": "text", "matched": "secret.jsonl#7"} for corpus in corpora]
    columns = {"leakage": flags, "leakage_checked": [f"{corpus}@1#m" for corpus in corpora]}
    for name, value in columns.items():
        at = rows.schema.get_field_index(name)
        field = rows.schema.field(at)
        rows = rows.set_column(at, field, pa.array([value] * len(rows), field.type))
    return rows


def test_flags_of_held_back_rows_go_without_text(
    client: Client, built: Path, server: hub.Hub, repo: str, tmp_path: Path
) -> None:
    folder = publishing.copy(built, tmp_path / "flagged")
    facts = publishing.edit(folder)["datasets"]
    table = facts["cmeee"]["tables"][0]
    publishing.rewrite(folder, table, lambda rows: _flagged(rows, "medqa_train", "my_notes"))
    publishing.edit(folder, datasets=facts)
    hashes = pq.ParquetFile(folder / table["path"]).read(columns=["content_hash"]).column(0).to_pylist()
    done = client("push", folder, repo, "--only-redistributable")
    assert done["code"] == 0, done
    files = server.store.repos[repo].head.files
    flags = pq.read_table(pa.BufferReader(server.store.content(files["held_back/leakage.parquet"])))
    common = {
        "dataset": "cmeee",
        "split": table["split"],
        "corpus": "medqa_train",
        "revision": "1",
        "method": "m",
    }
    scored = {"verdict": "exact", "low_confidence": False, "score": 1.0, "field": "text"}
    expected = [{"content_hash": one} | common | scored for one in sorted(set(hashes))]
    assert sorted(flags.to_pylist(), key=lambda row: row["content_hash"]) == expected
    assert hashes


def test_corpora_of_your_own_are_named_before_they_are_public(
    client: Client, built: Path, repo: str, tmp_path: Path
) -> None:
    folder = publishing.copy(built, tmp_path / "scanned")
    facts = publishing.edit(folder)["datasets"]

    publishing.rewrite(
        folder, facts["sciq"]["tables"][0], lambda rows: _flagged(rows, "my_notes", "medqa_train")
    )
    publishing.edit(folder, datasets=facts)
    done = client("push", folder, repo, "--only-redistributable", "--dry-run")
    assert "corpora of your own: my_notes\n" in done["err"]
