"""The endpoints of the test Hub: what each answers, and which path leads to which."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from bioclue_data.records.hub import card_faults
from tests.hub_store import LARGE, Blob, RefusedError, Repo, large, small

if TYPE_CHECKING:
    from tests.hub import Handler

PAGE = 7  # entries of a listing; the Hub's 1000 would hide what pagination can break
REPO = r"/(?P<repo>[^/]+/[^/]+)"


def whoami(ask: Handler) -> Any:
    if ask.user is None:
        raise RefusedError(401, "Invalid credentials in Authorization header")
    return {"type": "user", "name": ask.user, "orgs": [], "auth": {"type": "access_token"}}


def create(ask: Handler) -> Any:
    asked = ask.json()
    name = f"{asked['organization']}/{asked['name']}"
    ask.store.may_write(name, ask.user)
    if name in ask.store.repos:
        ask.send(
            409,
            {"error": "You already created this dataset repo", "url": f"{ask.server.root}/datasets/{name}"},
        )
        return None
    ask.store.repos[name] = Repo(name, private=asked.get("visibility") == "private")
    return {"url": f"{ask.server.root}/datasets/{name}"}


def info(ask: Handler, repo: str, revision: str = "main") -> Any:
    found = ask.store.seen(repo, ask.user)
    commit = found.at(revision)
    files = [{"rfilename": path} for path in sorted(commit.files)]
    facts = {"id": repo, "sha": commit.oid, "private": found.private, "gated": found.gated}
    return {**facts, "disabled": False, "downloads": 0, "likes": 0, "tags": [], "siblings": files}


def refs(ask: Handler, repo: str) -> Any:
    found = ask.store.seen(repo, ask.user)

    def entry(name: str, kind: str) -> dict[str, str]:
        return {"name": name, "ref": f"refs/{kind}/{name}", "targetCommit": found.refs[name]}

    branches = [entry(name, "heads") for name in found.refs if name not in {*found.tags, *found.requests}]
    return {"branches": branches, "converts": [], "tags": [entry(tag, "tags") for tag in sorted(found.tags)]}


def tree(ask: Handler, repo: str, revision: str, path: str = "") -> Any:
    files = ask.store.seen(repo, ask.user).at(revision).files
    below = {name: blob for name, blob in files.items() if not path or name.startswith(f"{path}/")}
    if not below:
        raise RefusedError(404, f"{path} does not exist on {revision}", "EntryNotFound")
    expand = ask.query.get("expand") in {"true", "True"}
    entries = _entries(below, path, recursive=ask.query.get("recursive") in {"true", "True"}, expand=expand)
    start = int(ask.query.get("cursor", 0))
    if start + PAGE < len(entries):
        address = urlsplit(ask.path)
        rest = "&".join(part for part in address.query.split("&") if not part.startswith("cursor="))
        link = f'<{ask.server.root}{address.path}?{rest}&cursor={start + PAGE}>; rel="next"'
        ask.send(200, entries[start : start + PAGE], {"Link": link})
        return None
    return entries[start:]


def _entries(files: dict[str, Blob], path: str, *, recursive: bool, expand: bool) -> list[dict[str, object]]:
    folders: dict[str, dict[str, object]] = {}
    found = []
    for name, blob in sorted(files.items()):
        inner = name[len(path) + 1 :] if path else name
        parents = [name[: len(name) - len(inner) + at] for at, sign in enumerate(inner) if sign == "/"]
        for parent in parents if recursive else parents[:1]:
            oid = hashlib.sha1(parent.encode()).hexdigest()
            folders.setdefault(parent, {"type": "directory", "oid": oid, "size": 0, "path": parent})
        if recursive or not parents:
            found.append(blob.entry(name, expand=expand))
    return [*folders.values(), *found]


def paths_info(ask: Handler, repo: str, revision: str) -> Any:
    files = ask.store.seen(repo, ask.user).at(revision).files
    asked = ask.json() if ask.body.startswith(b"{") else parse_qs(ask.body.decode())
    return [files[path].entry(path, expand=False) for path in asked["paths"] if path in files]


def settings(ask: Handler, repo: str) -> Any:
    ask.store.may_write(repo, ask.user)
    found, asked = ask.store.seen(repo, ask.user), ask.json()
    found.gated = asked.get("gated", found.gated)
    found.private = asked["visibility"] == "private" if "visibility" in asked else found.private
    return {}


def tag(ask: Handler, repo: str, revision: str) -> Any:
    ask.store.may_write(repo, ask.user)
    found, name = ask.store.seen(repo, ask.user), ask.json()["tag"]
    if name in found.refs:
        raise RefusedError(409, "Tag reference exists already")
    found.refs[name] = found.at(revision).oid
    found.tags.add(name)
    return {}


def branch(ask: Handler, repo: str, revision: str) -> Any:
    ask.store.may_write(repo, ask.user)
    found = ask.store.seen(repo, ask.user)
    if revision in found.refs:
        raise RefusedError(409, "Reference already exists")
    found.refs[revision] = found.at(ask.json().get("startingPoint", "main")).oid
    return {}


def validate_yaml(ask: Handler) -> Any:
    wrong = card_faults(ask.json()["content"])
    if wrong:
        ask.send(400, {"errors": [{"message": text} for text in wrong], "warnings": [], "error": wrong[0]})
        return None
    return {"errors": [], "warnings": []}


def preupload(ask: Handler, repo: str, revision: str) -> Any:
    if "create_pr" not in ask.query:
        ask.store.may_write(repo, ask.user)
    there = ask.store.seen(repo, ask.user).at(revision).files

    def mode(file: dict[str, Any]) -> dict[str, Any]:
        is_large = file["path"].endswith(".parquet") or file["size"] > LARGE
        known = there.get(file["path"])
        facts = {"uploadMode": "lfs" if is_large else "regular", "shouldIgnore": False}
        return {"path": file["path"], **facts, "oid": (known.sha256 or known.git) if known else None}

    return {
        "files": [mode(file) for file in ask.json()["files"]],
        "commitOid": ask.store.repos[repo].head.oid,
    }


def lfs_batch(ask: Handler, repo: str) -> Any:
    if ask.user is None:
        raise RefusedError(401, "Invalid username or password.")

    def action(wanted: dict[str, Any]) -> dict[str, Any]:
        if wanted["oid"] in ask.store.objects:
            return wanted
        put = {"href": f"{ask.server.root}/lfs/{wanted['oid']}"}
        verify = {"href": f"{ask.server.root}/datasets/{repo}.git/info/lfs/verify"}
        return {**wanted, "actions": {"upload": put, "verify": verify}}

    return {"transfer": "basic", "objects": [action(wanted) for wanted in ask.json()["objects"]]}


def lfs_put(ask: Handler, oid: str) -> Any:
    if ask.headers.get("Authorization"):
        raise RefusedError(400, "the store of large files is no place for a token")
    if hashlib.sha256(ask.body).hexdigest() != oid:
        raise RefusedError(400, "BadDigest")
    ask.store.pending[oid] = ask.body
    return b""


def lfs_verify(ask: Handler, repo: str) -> Any:
    wanted = ask.json()
    if len(ask.store.pending.get(wanted["oid"], b"")) != wanted["size"]:
        raise RefusedError(404, "no such object")
    ask.store.objects[wanted["oid"]] = ask.store.pending.pop(wanted["oid"])
    return {}


def xet_token(ask: Handler, repo: str, revision: str) -> Any:
    ask.store.may_write(repo, ask.user)
    if ask.server.xet is None:
        raise RefusedError(404, "no xet here")
    address = f"local://{ask.server.xet}"
    headers = {"X-Xet-Cas-Url": address, "X-Xet-Access-Token": "xet", "X-Xet-Token-Expiration": "4102444800"}
    ask.send(200, {"casUrl": address, "accessToken": "xet", "exp": 4102444800}, headers)
    return None


def commit(ask: Handler, repo: str, revision: str) -> Any:
    request = ask.query.get("create_pr") == "1"
    if not request:
        ask.store.may_write(repo, ask.user)
    elif ask.user is None:
        raise RefusedError(401, "Invalid username or password.")
    lines = [json.loads(line) for line in ask.body.splitlines()]
    files = {line["value"]["path"]: _blob(ask, line) for line in lines[1:]}
    found = ask.store.seen(repo, ask.user)
    oid, ref = found.commit(revision, lines[0]["value"], files, request=request)
    made = {
        "commitOid": oid,
        "commitUrl": f"{ask.server.root}/datasets/{repo}/commit/{oid}",
        "hookOutput": "",
    }
    number = ref.rsplit("/", 1)[-1]
    return (
        {**made, "pullRequestUrl": f"{ask.server.root}/datasets/{repo}/discussions/{number}"}
        if request
        else made
    )


def _blob(ask: Handler, line: dict[str, Any]) -> Blob | None:
    value = line["value"]
    if line["key"] == "deletedFile":
        return None
    if line["key"] == "file":
        return small(base64.b64decode(value["content"]))
    assert line["key"] == "lfsFile"
    if value["oid"] not in ask.store.objects:
        ask.server.lend(value["oid"])
    return large(value["oid"], len(ask.store.objects[value["oid"]]))


def resolve(ask: Handler, repo: str, revision: str, path: str) -> Any:
    found = ask.store.readable(repo, ask.user).at(revision)
    if path not in found.files:
        raise RefusedError(404, f"{path} does not exist", "EntryNotFound", {"X-Repo-Commit": found.oid})
    blob = found.files[path]
    headers = {"X-Repo-Commit": found.oid, "ETag": f'"{blob.git}"', "Accept-Ranges": "bytes"}
    if blob.sha256:
        headers |= {"X-Linked-Size": str(blob.size), "X-Linked-Etag": f'"{blob.sha256}"'}
        ask.send(302, b"", headers | {"Location": f"{ask.server.elsewhere}/cdn/{blob.sha256}"})
    else:
        _send_range(ask, blob.content, headers)


def cdn(ask: Handler, oid: str) -> Any:
    if ask.headers.get("Authorization"):
        raise RefusedError(400, "the store of large files is no place for a token")
    _send_range(ask, ask.store.objects[oid], {"ETag": f'"{oid}"', "Accept-Ranges": "bytes"})


def _send_range(ask: Handler, content: bytes, headers: dict[str, str]) -> None:
    asked = re.fullmatch(r"bytes=(\d+)-(\d*)", ask.headers.get("Range", ""))
    if asked is None:
        ask.send(200, content, headers)
    elif int(asked[1]) >= len(content):
        ask.send(416, b"", headers | {"Content-Range": f"bytes */{len(content)}"})
    else:
        start, end = int(asked[1]), min(int(asked[2] or len(content)), len(content) - 1)
        where = f"bytes {start}-{end}/{len(content)}"
        ask.send(206, content[start : end + 1], headers | {"Content-Range": where})


ROUTES: list[tuple[str, str, Callable[..., Any]]] = [
    ("GET", "/api/whoami-v2", whoami),
    ("POST", "/api/repos/create", create),
    ("POST", "/api/validate-yaml", validate_yaml),
    ("GET", f"/api/datasets{REPO}", info),
    ("GET", f"/api/datasets{REPO}/revision/(?P<revision>[^/]+)", info),
    ("GET", f"/api/datasets{REPO}/refs", refs),
    ("GET", f"/api/datasets{REPO}/tree/(?P<revision>[^/]+)(/(?P<path>.+))?", tree),
    ("POST", f"/api/datasets{REPO}/paths-info/(?P<revision>[^/]+)", paths_info),
    ("PUT", f"/api/datasets{REPO}/settings", settings),
    ("POST", f"/api/datasets{REPO}/tag/(?P<revision>[^/]+)", tag),
    ("POST", f"/api/datasets{REPO}/branch/(?P<revision>[^/]+)", branch),
    ("POST", f"/api/datasets{REPO}/preupload/(?P<revision>[^/]+)", preupload),
    ("GET", f"/api/datasets{REPO}/xet-write-token/(?P<revision>[^/]+)", xet_token),
    ("POST", f"/api/datasets{REPO}/commit/(?P<revision>[^/]+)", commit),
    ("POST", f"/datasets{REPO}.git/info/lfs/objects/batch", lfs_batch),
    ("POST", f"/datasets{REPO}.git/info/lfs/verify", lfs_verify),
    ("PUT", "/lfs/(?P<oid>[0-9a-f]{64})", lfs_put),
    ("GET|HEAD", f"/datasets{REPO}/resolve/(?P<revision>[^/]+)/(?P<path>.+)", resolve),
    ("GET|HEAD", "/cdn/(?P<oid>[0-9a-f]{64})", cdn),
]
