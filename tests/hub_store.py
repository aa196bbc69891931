"""What the test Hub holds: repositories as git has them, and large files; and who may do what."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass, field

ATTRIBUTES = b"*.parquet filter=lfs diff=lfs merge=lfs -text\n"
LARGE = 10_000_000


class RefusedError(Exception):
    """An answer that is no success."""

    def __init__(
        self, status: int, message: str, code: str = "", headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status, self.message, self.code, self.headers = status, message, code, headers or {}


@dataclass(frozen=True)
class Blob:
    """A file of a commit; of a large one the content lies in the store of large files."""

    size: int
    git: str
    sha256: str | None = None
    content: bytes = b""

    def entry(self, path: str, *, expand: bool) -> dict[str, object]:
        """As the tree and the paths' information give it."""
        facts: dict[str, object] = {"type": "file", "oid": self.git, "size": self.size, "path": path}
        if self.sha256:
            facts["lfs"] = {"oid": self.sha256, "size": self.size, "pointerSize": 134}
        if expand:
            facts["lastCommit"] = {"id": "0" * 40, "title": "a commit", "date": "2026-01-01T00:00:00.000Z"}
        return facts


def small(content: bytes) -> Blob:
    return Blob(len(content), _git(content), content=content)


def large(sha256: str, size: int) -> Blob:
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{sha256}\nsize {size}\n"
    return Blob(size, _git(pointer.encode()), sha256)


def _git(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


@dataclass(frozen=True)
class Commit:
    oid: str
    parent: str
    title: str
    files: dict[str, Blob]


@dataclass
class Repo:
    """One repository. `refs` maps main, tags and refs/pr/N to commits; `granted` may read a gated one."""

    id: str
    private: bool = False
    gated: str | bool = False
    granted: set[str] = field(default_factory=set)
    commits: dict[str, Commit] = field(default_factory=dict)
    refs: dict[str, str] = field(default_factory=dict)
    tags: set[str] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.refs["main"] = self.add("", "initial commit", {".gitattributes": small(ATTRIBUTES)})

    def add(self, parent: str, title: str, files: dict[str, Blob]) -> str:
        """Make a commit that no ref names yet."""
        lines = "".join(f"{path} {blob.git}\n" for path, blob in sorted(files.items()))
        oid = hashlib.sha1(f"{parent}\n{title}\n{len(self.commits)}\n{lines}".encode()).hexdigest()
        self.commits[oid] = Commit(oid, parent, title, files)
        return oid

    def at(self, revision: str) -> Commit:
        """The commit of a branch, tag, request or full hash."""
        oid = self.refs.get(revision, revision)
        if oid not in self.commits:
            raise RefusedError(404, f"Invalid rev id: {revision}", "RevisionNotFound")
        return self.commits[oid]

    @property
    def head(self) -> Commit:
        return self.at("main")

    @property
    def requests(self) -> list[str]:
        return sorted(ref for ref in self.refs if ref.startswith("refs/pr/"))

    def commit(
        self, revision: str, header: dict[str, str], files: dict[str, Blob | None], *, request: bool
    ) -> tuple[str, str]:
        """Apply changed (or, with None, deleted) files on top of a ref; -> commit, ref."""
        with self.lock:
            base, parent = self.at(revision), header.get("parentCommit")
            if request and parent:
                base = self.at(parent)
            elif parent and not base.oid.startswith(parent):
                raise RefusedError(412, "A commit has happened since. Please refresh and try again.")
            changed = dict(base.files)
            for path, blob in files.items():
                if blob is not None:
                    changed[path] = blob
                elif changed.pop(path, None) is None:
                    raise RefusedError(404, "A file with this name doesn't exist", "EntryNotFound")
            oid = self.add(base.oid, header["summary"], changed)
            ref = f"refs/pr/{len(self.requests) + 1}" if request else revision
            self.refs[ref] = oid
            return oid, ref


class Store:
    """All repositories and large files, who may do what, and what goes wrong."""

    def __init__(self) -> None:
        self.repos: dict[str, Repo] = {}
        self.objects: dict[str, bytes] = {}
        self.pending: dict[str, bytes] = {}
        self.users = {"hf_ownerOWNERowner": "owner", "hf_readerREADERreader": "reader"}
        self.members = {"org": {"owner"}}

    def user(self, authorization: str | None) -> str | None:
        """Who asks; None without a token."""
        if authorization is None:
            return None
        token = authorization.removeprefix("Bearer ")
        if token not in self.users:
            message = "Invalid credentials in Authorization header"
            raise RefusedError(401, f"{message} {token}", headers={"X-Error-Message": message})
        return self.users[token]

    def may_write(self, repo: str, user: str | None) -> None:
        if user is None:
            raise RefusedError(401, "Invalid username or password.")
        if user not in self.members.get(_owner(repo), ()):
            raise RefusedError(403, "You don't have the rights to create or change this")

    def seen(self, name: str, user: str | None) -> Repo:
        """A repository, if this user may know of it."""
        repo = self.repos.get(name)
        member = user in self.members.get(_owner(name), ())
        if repo is None or (repo.private and not member):
            raise RefusedError(401 if user is None else 404, "Repository not found", "RepoNotFound")
        return repo

    def readable(self, name: str, user: str | None) -> Repo:
        """A repository, if this user may read its files."""
        repo = self.seen(name, user)
        member = user in self.members.get(_owner(name), ())
        if repo.gated and not member and user not in repo.granted:
            status = 401 if user is None else 403
            raise RefusedError(status, f"Access to dataset {name} is restricted.", "GatedRepo")
        return repo

    def content(self, blob: Blob) -> bytes:
        return self.objects[blob.sha256] if blob.sha256 else blob.content


def _owner(repo: str) -> str:
    return repo.split("/", maxsplit=1)[0]
