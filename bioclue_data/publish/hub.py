"""The Hugging Face Hub, through its own client: the one module of `publish` that touches the network.

Errors come out in our words and without a token in them. What may safely be asked twice is asked again after
a busy or failing answer; a commit is safe, because it names its parent.
"""

from __future__ import annotations

import re
import sys
import time
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from bioclue_data.building import folder as folders
from bioclue_data.errors import BioclueError, HubError
from bioclue_data.publish.plan import Plan, Remote, RemoteFile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from bioclue_data.building.folder import Manifest

T = TypeVar("T")
KIND = "dataset"
KEYS = frozenset(("version", "sample", "datasets", "contracts"))  # of a manifest that was published
ATTEMPTS = 5
PATIENCE = 600.0  # seconds: a server that asks for more is not waited for
BUSY = frozenset((408, 429, 500, 502, 503, 504))
TOKEN = re.compile(r"hf_[A-Za-z0-9_]{4,}|(?<=Bearer )\S+")
LOG_IN = "log in with `hf auth login`, or set HF_TOKEN to a token that may write there"


class Hub:
    """One dataset repository.

    Args:
        repo: `ORG/NAME`.
    """

    def __init__(self, repo: str) -> None:
        from huggingface_hub import HfApi  # noqa: PLC0415

        self.repo, self._api = repo, HfApi(library_name="bioclue-data")

    @property
    def endpoint(self) -> str:
        """Which Hub this is."""
        return self._api.endpoint

    def state(self) -> Remote | None:
        """The repository as it stands; None if there is none, or none that this user sees."""
        from huggingface_hub.errors import RepositoryNotFoundError  # noqa: PLC0415

        with self._told():
            try:
                facts = self._again(lambda: self._api.dataset_info(self.repo))
            except RepositoryNotFoundError as error:
                if type(error) is RepositoryNotFoundError:
                    return None
                raise
            head, private = str(facts.sha), bool(facts.private)
            files = self.files(head)
            manifest = self._manifest(head) if folders.MANIFEST in files else None
            return Remote(head, private, files, self._tags(), manifest)

    def files(self, revision: str) -> dict[str, RemoteFile]:
        """Path -> facts of every file at a revision."""
        from huggingface_hub.hf_api import RepoFile  # noqa: PLC0415

        with self._told():
            entries = self._again(
                lambda: list(
                    self._api.list_repo_tree(self.repo, recursive=True, revision=revision, repo_type=KIND)
                )
            )
        return {
            entry.path: RemoteFile(entry.size, entry.blob_id, entry.lfs.sha256 if entry.lfs else None)
            for entry in entries
            if isinstance(entry, RepoFile)
        }

    def read(self, path: str, revision: str) -> str:
        """The text of a file."""
        with self._told():
            local = self._again(
                lambda: self._api.hf_hub_download(self.repo, path, repo_type=KIND, revision=revision)
            )
        with open(local, encoding="utf-8") as file:  # noqa: PTH123 - a path of the client's
            return file.read()

    def fetch(self, paths: Iterable[str], revision: str, folder: Path) -> None:
        """Bring files of a revision into a folder, each to its path."""
        with self._told():
            for path in paths:
                self._again(
                    partial(
                        self._api.hf_hub_download,
                        self.repo,
                        path,
                        repo_type=KIND,
                        revision=revision,
                        local_dir=folder,
                    )
                )

    def _manifest(self, revision: str) -> Manifest | None:
        """What a push published; None if this is some other file of that name."""
        import json  # noqa: PLC0415

        try:
            manifest: Manifest = json.loads(self.read(folders.MANIFEST, revision))
        except json.JSONDecodeError:
            return None
        return manifest if isinstance(manifest, dict) and manifest.keys() >= KEYS else None

    def must_know_me(self) -> None:
        """Refuse to begin without a token that the Hub takes.

        Raises:
            HubError: there is none, or it has expired.
        """
        from huggingface_hub import get_token  # noqa: PLC0415

        if not get_token():
            raise HubError("nobody is logged in", where=self.endpoint, remedy=LOG_IN)
        with self._told():
            self._again(self._api.whoami)

    def create(self, *, private: bool) -> str:
        """Make the repository; gives its first commit."""
        with self._told():
            self._again(
                lambda: self._api.create_repo(self.repo, repo_type=KIND, private=private, exist_ok=True)
            )
            return str(self._again(lambda: self._api.dataset_info(self.repo)).sha)

    def gate(self, how: Literal["auto", "manual"]) -> None:
        """Let people ask for access before they load."""
        with self._told():
            self._again(lambda: self._api.update_repo_settings(self.repo, gated=how, repo_type=KIND))

    def commit(
        self, folder: Path, plan: Plan, parent: str, message: str, *, pull_request: bool
    ) -> tuple[str, str]:
        """Make one commit on top of `parent` with all that a plan changes; -> commit, address of the request.

        Raises:
            HubError: it did not come about, or another one came first; the repository is as it was.
        """
        from huggingface_hub.errors import HfHubHTTPError  # noqa: PLC0415

        operations = _operations(folder, plan)
        again = self._once if pull_request else self._again  # asked twice, there would be two requests
        with self._told():
            try:
                done = again(
                    lambda: self._api.create_commit(
                        self.repo,
                        operations,
                        commit_message=message,
                        repo_type=KIND,
                        parent_commit=parent,
                        create_pr=pull_request,
                    )
                )
            except HfHubHTTPError as error:
                if error.response.status_code == 412 and (landed := self._landed(folder, plan)):
                    return landed, ""
                raise
        return str(done.oid), str(done.pr_url or "")

    def _landed(self, folder: Path, plan: Plan) -> str:
        """The head, if it holds all that a plan wants: the answer to our own commit got lost."""
        head = str(self._again(lambda: self._api.dataset_info(self.repo)).sha)
        files = self.files(head)
        there = (p in files and files[p].is_like(folder / p) for p in (*plan.added, *plan.changed))
        return head if all(there) and not files.keys() & set(plan.removed) else ""

    def tag(self, name: str, commit: str) -> None:
        """Give a commit a name that stays."""
        from huggingface_hub.errors import HfHubHTTPError  # noqa: PLC0415

        with self._told():
            try:
                self._again(
                    lambda: self._api.create_tag(self.repo, tag=name, revision=commit, repo_type=KIND)
                )
            except HfHubHTTPError as error:
                if error.response.status_code != 409 or self._tags().get(name) != commit:
                    raise

    def _tags(self) -> dict[str, str]:
        refs = self._again(lambda: self._api.list_repo_refs(self.repo, repo_type=KIND))
        return {tag.name: tag.target_commit for tag in refs.tags}

    def first_items(self, config: str, revision: str) -> dict[str, str]:
        """Split -> item_id of its first row, as `datasets` streams it from the Hub."""
        import datasets  # noqa: PLC0415

        with self._told():
            loaded = datasets.load_dataset(self.repo, config, revision=revision, streaming=True)
            empty = {"item_id": ""}
            return {str(split): next(iter(rows), empty)["item_id"] for split, rows in loaded.items()}

    def _once(self, call: Callable[[], T]) -> T:
        return call()

    def _again(self, call: Callable[[], T]) -> T:
        """Call, and again while the Hub is busy or the line breaks."""
        from huggingface_hub.errors import HfHubHTTPError  # noqa: PLC0415

        for attempt in range(1, ATTEMPTS):
            try:
                return call()
            except _line_error() as error:
                wait = 2.0 ** (attempt - 1)
                if isinstance(error, HfHubHTTPError):
                    if error.response.status_code not in BUSY:
                        raise
                    wait = _asked_to_wait(error.response.headers.get("Retry-After"), wait)
                if wait > PATIENCE:
                    raise
                print(f"{self.endpoint} is busy: again in {wait:.0f} s", file=sys.stderr)  # noqa: T201
                time.sleep(wait)
        return call()

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Let the client's errors come out as ours."""
        from huggingface_hub.errors import HfHubHTTPError  # noqa: PLC0415

        try:
            yield
        except BioclueError:
            raise
        except HfHubHTTPError as error:
            raise self._of_status(error.response.status_code, error) from None
        except (_line_error(), OSError, RuntimeError, ValueError) as error:
            cause = error.__cause__ or error.__context__
            if isinstance(cause, HfHubHTTPError):
                raise self._of_status(cause.response.status_code, cause) from None
            what = redacted(f"{error}" + (f" ({cause})" if cause else ""))
            raise HubError(what, where=self.repo, remedy="nothing was published; try again") from None

    def _of_status(self, status: int, error: Exception) -> HubError:
        what, remedy = _WORDS.get(status, ("the Hub refused", "nothing was published; see its words"))
        return HubError(f"{what} ({status})\n  {redacted(_one_line(error))}", where=self.repo, remedy=remedy)


def _operations(folder: Path, plan: Plan) -> list[Any]:
    from huggingface_hub import CommitOperationAdd, CommitOperationDelete  # noqa: PLC0415

    put = [CommitOperationAdd(path, str(folder / path)) for path in (*plan.added, *plan.changed)]
    return [*put, *(CommitOperationDelete(path) for path in plan.removed)]


_WORDS = {
    401: ("the Hub does not take the token, or wants one", LOG_IN),
    403: ("this user may not do that", "ask an owner for write access, or use --create-pr"),
    404: ("there is no such repository or revision", "is ORG/NAME right?"),
    409: ("it exists already", "choose another name"),
    412: (
        "the repository moved: somebody committed since it was read",
        "look with --dry-run what would change now, then push again",
    ),
    429: ("the Hub asks to wait longer than a push should", "try again later: uploaded files are kept"),
}


def _line_error() -> type[Exception]:
    """What the HTTP library below the client raises: it is another one from time to time."""
    from huggingface_hub.errors import HTTPError  # type: ignore[attr-defined]  # noqa: PLC0415

    return HTTPError


def _asked_to_wait(header: str | None, default: float) -> float:
    return float(header) if header and header.isdigit() else default


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())


def redacted(text: str) -> str:
    """A text without anything that could be a token, the one in use among them."""
    from huggingface_hub import get_token  # noqa: PLC0415

    token = get_token()
    return TOKEN.sub("***", text.replace(token, "***") if token else text)
