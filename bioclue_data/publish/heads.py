"""At which commit this user last saw a repository, by a push or a dry run: kept in the cache folder."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from bioclue_data import locations

if TYPE_CHECKING:
    from pathlib import Path


def remember(endpoint: str, repo: str, head: str) -> None:
    """Note the commit."""
    path = _note(endpoint, repo)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"repo": repo, "head": head}), encoding="utf-8")


def last_seen(endpoint: str, repo: str) -> str:
    """The commit; empty if it was never seen, or was not there yet."""
    path = _note(endpoint, repo)
    return str(json.loads(path.read_text(encoding="utf-8"))["head"]) if path.is_file() else ""


def _note(endpoint: str, repo: str) -> Path:
    name = hashlib.sha256(f"{endpoint}/{repo}".encode()).hexdigest()[:16]
    return locations.cache() / "heads" / f"{name}.json"
