"""What tests of downloads fetch, and how."""

from __future__ import annotations

import hashlib
import random

from bioclue_data.sources.downloads import Access, Found, Patience, Stores, Wanted, acquire

DATA = random.Random(1).randbytes(60_000)
OTHER = random.Random(2).randbytes(60_000)
OPEN = Access("open", "https://example.org/data")
QUICK = Patience(attempts=3, timeout=10, pause=0.001, longest_pause=0.01)


def want(*addresses: str, content: bytes = DATA, known: bool = True, name: str = "data/train.tsv") -> Wanted:
    digest = hashlib.sha256(content).hexdigest()
    return Wanted("invented", name, addresses, len(content) if known else None, digest if known else None)


def get(wanted: Wanted, stores: Stores, patience: Patience = QUICK) -> Found:
    return acquire(wanted, OPEN, stores, patience=patience)


def finished(stores: Stores) -> list[bytes]:
    """Everything in the cache that bears a final name."""
    paths = (path for path in stores.cache.rglob("*") if path.is_file())
    return [path.read_bytes() for path in paths if not path.name.endswith((".part", ".json", ".lock"))]
