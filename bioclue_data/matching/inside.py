"""Which fields of an item are part of another one of it."""
# mypy: disable-error-code="no-untyped-def, misc"

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from bioclue_data.matching.compare import is_run
from bioclue_data.matching.compiled import kernel

if TYPE_CHECKING:
    from bioclue_data.matching.index import Index


def inside(index: Index, wholes: Any, parts: Any) -> Any:
    """bool[fields]: is it one of `parts` whose tokens are a run of one of `wholes` of the same item?

    Args:
        index: The fields.
        wholes: bool[fields].
        parts: bool[fields].
    """
    found = np.zeros(len(index.kinds), bool)
    _inside(index.token_hashes, index.token_offsets, index.item_offsets, (wholes, parts), found)
    return found


@kernel
def _inside(hashes, offsets, item_offsets, chosen, found):
    wholes, parts = chosen
    for item in range(item_offsets.size - 1):
        for part in range(item_offsets[item], item_offsets[item + 1]):
            size = offsets[part + 1] - offsets[part]
            for whole in range(item_offsets[item], item_offsets[item + 1]):
                if not (parts[part] and wholes[whole]) or found[part]:
                    continue
                for at in range(offsets[whole], offsets[whole + 1] - size + 1):
                    if is_run(hashes, offsets[part], size, hashes, at):
                        found[part] = True
                        break
