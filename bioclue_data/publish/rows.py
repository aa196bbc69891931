"""Which rows of published tables a release changes: the published tables are fetched and compared."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from bioclue_data.audit.compare import compare
from bioclue_data.building import folder as folders

if TYPE_CHECKING:
    from collections.abc import Collection

    from bioclue_data.building.folder import Manifest
    from bioclue_data.publish.hub import Hub
    from bioclue_data.publish.plan import Remote
    from bioclue_data.publish.stage import Stage


def changed(staged: Stage, hub: Hub, remote: Remote, paths: Collection[str]) -> list[dict[str, Any]]:
    """What `bioclue compare` says of the tables at these paths, there against here."""
    if not paths or remote.manifest is None:
        return []
    with TemporaryDirectory(dir=staged.folder.parent) as room:
        old, new = Path(room, "old"), Path(room, "new")
        hub.fetch(paths, remote.head, old)
        folders.write_manifest(old, _only(remote.manifest, paths))
        here = _only(staged.manifest, paths)
        folders.carry_over(staged.folder, new, [t for b in here["datasets"].values() for t in b["tables"]])
        folders.write_manifest(new, here)
        return compare(old, new)


def _only(manifest: Manifest, paths: Collection[str]) -> Manifest:
    """A manifest with the tables at these paths, and no others."""
    kept = {
        name: [table for table in built["tables"] if table["path"] in paths]
        for name, built in manifest["datasets"].items()
    }
    return manifest | {"datasets": {name: {"tables": tables} for name, tables in kept.items() if tables}}
