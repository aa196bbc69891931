"""What is found of each candidate: the scores of its fields, put together as the verdicts look at them."""
# mypy: disable-error-code="no-untyped-def, misc"

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from bioclue_data.matching.compiled import inlined, kernel
from bioclue_data.matching.index import HALF, NEAR

if TYPE_CHECKING:
    from bioclue_data.leakage.items import Items
    from bioclue_data.leakage.verdicts import Thresholds
    from bioclue_data.matching.bounds import Bounds
    from bioclue_data.matching.index import Index
    from bioclue_data.matching.verify import Scores

ITEM, CONTEXT, SUPPORT = range(3)  # roles of fields
LESS = 0.1  # of a share that is needed of a half, against one of an item
LONG_ANSWER = np.float32(200)  # units of an answer that count beside the item, at most


class Evidence(NamedTuple):
    """What is found of each candidate; the rows of one are `starts[k]:starts[k + 1]`.

    Attributes:
        share, weight: Share of the item, and its length in units.
        joint, joint_weight: The same of the item with its options or answer; share 0 for pairs.
        aligned, joint_aligned: The same shares by alignment (see `matching.align`).
        options: Share of its options; 1 if it has none.
        context: Share of its best context.
        covered: Share of tokens in long runs.
        item_run, longest: Units of the longest run of an item field; of an item or context field.
        exact: Is every item field there whole?
        alone: Does every item field stand by itself, if it is there whole?
        template: Is every item field a template that many items have, and the item no pair?
        common: Has another item of the table each of its fields?
        supported: Are an answer or two options there?
        answered: Are two answers or options there, or the only one?
        pair: Has it halves?
        suspected, near: Is enough there of each half? True where the item is no pair.
        item_row, context_row: Row of the longest run of an item field, of a context; -1: none.
    """

    share: Any
    weight: Any
    joint: Any
    joint_weight: Any
    aligned: Any
    joint_aligned: Any
    options: Any
    context: Any
    covered: Any
    item_run: Any
    longest: Any
    exact: Any
    alone: Any
    template: Any
    common: Any
    supported: Any
    answered: Any
    pair: Any
    suspected: Any
    near: Any
    item_row: Any
    context_row: Any


_KINDS = (*[np.float64] * 7, np.float32, np.float64, *[np.float32] * 2, *[bool] * 9, *[np.int64] * 2)


def evidence(
    scores: Scores | Bounds, items: Items, index: Index, thresholds: Thresholds
) -> tuple[Any, Evidence]:
    """Put the scores of each candidate's fields together -> `starts`, and what is found."""
    count = int(scores.candidates[-1]) + 1 if len(scores.candidates) else 0
    found = Evidence(*(np.zeros(count, kind) for kind in _KINDS))
    starts = np.searchsorted(scores.candidates, np.arange(count + 1)).astype(np.int64)
    rows = scores.fields, scores.fine, scores.covered, scores.longest, scores.aligned, scores.alone
    facts = items.roles, items.kinds, items.units, index.token_offsets, items.templates, items.common
    short, half, support = thresholds.short, thresholds.half, thresholds.support
    limits = (
        np.float32(support), float(short), float(half),
        float(thresholds.suspected_short), float(thresholds.suspected_long),
        float(thresholds.near_short), float(thresholds.near_long),
    )  # fmt: skip
    _evidence(starts, rows, facts, limits, found)
    return starts, found


@kernel
def _evidence(starts, rows, facts, limits, found):
    for k in range(starts.size - 1):
        own = starts[k], starts[k + 1]
        _of_the_item(k, own, rows, facts, limits, found)
        _with_support(k, own, rows, facts, limits[0], found)


@inlined
def _of_the_item(k, own, rows, facts, limits, found):
    """Shares and runs of the item's own fields, and of its context."""
    fields, fine, covered, longest, aligned, alone = rows
    roles, kinds, units, offsets, templates, common = facts
    share, in_order, covers, weight = 0.0, 0.0, 0.0, 0.0
    item_row, context_row, item_most, context_most = np.int64(-1), np.int64(-1), np.int32(-1), np.int32(-1)
    has_item = False
    found.exact[k] = found.alone[k] = found.template[k] = found.common[k] = True
    found.suspected[k] = found.near[k] = True
    for row in range(own[0], own[1]):
        field = fields[row]
        role, size = roles[field], offsets[field + 1] - offsets[field]
        run = np.float32(longest[row] * (units[field] / max(size, 1)))
        if role == CONTEXT:
            found.context[k] = max(found.context[k], fine[row])
            found.longest[k] = max(found.longest[k], run)
            if longest[row] >= context_most:
                context_most, context_row = longest[row], row
        if role != ITEM:
            continue
        has_item = True
        if longest[row] >= item_most:
            item_most, item_row = longest[row], row
        whole = longest[row] == size and size > 0
        share += fine[row] * units[field]
        in_order += aligned[row] * units[field]
        covers += covered[row] * units[field]
        weight += units[field]
        found.item_run[k] = max(found.item_run[k], run)
        found.exact[k] &= whole
        found.alone[k] &= alone[row]
        found.template[k] &= templates[field]
        found.common[k] &= common[field]
        if kinds[field] == HALF:
            found.pair[k] = True
            found.suspected[k] &= _enough(fine[row], units[field], whole, limits[1:3], limits[3:5])
            found.near[k] &= _enough(fine[row], units[field], whole, limits[1:3], limits[5:7])
    found.longest[k] = max(found.longest[k], found.item_run[k])
    known = max(weight, 1e-9)
    found.share[k], found.aligned[k], found.covered[k] = share / known, in_order / known, covers / known
    found.weight[k] = weight
    found.exact[k] &= has_item
    found.common[k] &= has_item
    found.template[k] &= has_item and not found.pair[k]
    found.item_row[k], found.context_row[k] = item_row, context_row


@inlined
def _enough(share, units, whole, lengths, shares):
    """Is enough of a half there? From `half` units on LESS less than the share of long items is."""
    short, half = lengths
    part = min(max((units - short) / (half - short), 0.0), 1.0)
    needed = shares[0] + part * (shares[1] - LESS - shares[0])
    return whole or (share >= needed and units >= short)


@inlined
def _with_support(k, own, rows, facts, support, found):
    """Are options or an answer there; share and length of the item with them."""
    fields, fine, _, longest, aligned, _ = rows
    roles, kinds, units, offsets, _, _ = facts
    options, found_options, in_order, length = 0, 0.0, 0.0, 0.0
    answers, there, count = 0, 0, 0
    best, chosen = np.float32(0), np.float32(0)
    for row in range(own[0], own[1]):
        field = fields[row]
        if roles[field] != SUPPORT:
            continue
        count += 1
        there += fine[row] >= support
        if kinds[field] == NEAR:
            size = offsets[field + 1] - offsets[field]
            options += longest[row] == size and size > 0
            found_options += fine[row] * units[field]
            in_order += aligned[row] * units[field]
            length += units[field]
            continue
        counted = min(units[field], LONG_ANSWER)
        best = max(best, np.float32(fine[row] * counted))
        if fine[row] >= support and units[field] >= 1:
            answers += 1
            chosen = max(chosen, counted)
    found.supported[k] = options >= 2 or answers > 0
    found.answered[k] = count > 0 and there >= min(count, 2)
    weight = found.weight[k] + length + chosen
    found.joint_weight[k] = weight
    found.options[k] = found_options / length if length > 0 else 1
    if (length > 0 or chosen > 0) and not found.pair[k]:
        answer = min(best, chosen) if chosen > 0 else np.float32(0)
        known = max(weight, 1e-9)
        found.joint[k] = (found.share[k] * found.weight[k] + found_options + answer) / known
        found.joint_aligned[k] = (found.aligned[k] * found.weight[k] + in_order + answer) / known
