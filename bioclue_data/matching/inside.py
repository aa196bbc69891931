"""Which fields of an item are part of another one of it, or most of them is."""
# mypy: disable-error-code="no-untyped-def, misc"

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from bioclue_data.matching.compare import is_run
from bioclue_data.matching.compiled import inlined, kernel

if TYPE_CHECKING:
    from bioclue_data.matching.index import Index


def inside(index: Index, wholes: Any, parts: Any, share: float) -> Any:
    """bool[fields]: is it one of `parts` of which so much is a run of one of `wholes` of the same item?

    Args:
        index: The fields.
        wholes: bool[fields].
        parts: bool[fields].
        share: Of its tokens; more than 0.
    """
    found = np.zeros(len(index.kinds), bool)
    sizes = np.ceil(np.diff(index.token_offsets) * share).astype(np.int64)
    _inside(index.token_hashes, index.token_offsets, index.item_offsets, (wholes, parts, sizes), found)
    return found


@kernel
def _inside(hashes, offsets, item_offsets, chosen, found):
    wholes, parts, sizes = chosen
    for item in range(item_offsets.size - 1):
        for part in range(item_offsets[item], item_offsets[item + 1]):
            for whole in range(item_offsets[item], item_offsets[item + 1]):
                if parts[part] and wholes[whole] and not found[part]:
                    bounds = offsets[whole], offsets[whole + 1]
                    found[part] = _has_run(hashes, (offsets[part], offsets[part + 1]), sizes[part], bounds)


@inlined
def _has_run(hashes, part, size, whole):
    """Have two fields a run of so many tokens in common?"""
    for at in range(whole[0], whole[1] - size + 1):
        for first in range(part[0], part[1] - size + 1):
            if is_run(hashes, first, size, hashes, at):
                return True
    return False
