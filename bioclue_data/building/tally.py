"""Counts of what was read: items per layer, per type and per label. `expected` is compared with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections import Counter

    from bioclue_data.readers.document import Layers

TYPED = ("entities", "relations", "events", "corefs")
LABELS = ("label", "labels", "answer")


def add(counts: Counter[str], layers: Layers) -> None:
    """Count one document: `documents`, elements of every list layer, `<layer>.<type or label>`, norms."""
    counts["documents"] += 1
    for name, value in layers.items():
        if isinstance(value, list):
            counts[name] += len(value)
        if name in TYPED:
            _add_types(counts, name, value or [])
        elif name in LABELS and value is not None:
            counts.update(f"{name}.{label}" for label in (value if isinstance(value, list) else [value]))


def _add_types(counts: Counter[str], layer: str, elements: list[dict[str, Any]]) -> None:
    counts.update(f"{layer}.{element['type']}" for element in elements)
    for element in elements:
        if norms := element.get("norms"):
            counts["norms"] += len(norms)
