"""What is found of a candidate: the scores of its fields, put together as the verdicts look at them."""
# mypy: disable-error-code="no-untyped-def, misc"

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from bioclue_data.matching.compiled import inlined
from bioclue_data.matching.index import HALF, NEAR

ITEM, CONTEXT, SUPPORT = range(3)  # roles of fields
LESS = 0.1  # of a share that is needed of a half, against one of an item
LONG_ANSWER = np.float32(200)  # units of an answer that count beside the item, at most


class OfItem(NamedTuple):
    """What is found of an item's own fields, and of its contexts.

    Attributes:
        share, weight: Share of the item, and its length in units.
        aligned: The same share by alignment (see `matching.align`).
        plain: The same share where each of its windows counts the same.
        context: Share of its best context.
        covered: Share of tokens in long runs.
        item_run, longest: Units of the longest run of an item field; of an item or context field.
        exact: Is every item field there whole?
        asked: Is one of them there whole, that is no template and not very short?
        alone: Does every item field stand by itself, if it is there whole?
        template: Is every item field a template that many items have, and the item no pair?
        common: Has another item of the table each of its fields?
        pair: Has it halves?
        annotated: Is it one half without the other: a text of which the annotations are the other half?
        suspected, near: Is enough there of each half? True where the item is no pair.
        item_row, context_row: Row of the longest run of an item field, of a context; -1: none.
    """

    share: Any
    weight: Any
    aligned: Any
    plain: Any
    context: Any
    covered: Any
    item_run: Any
    longest: Any
    exact: Any
    asked: Any
    alone: Any
    template: Any
    common: Any
    pair: Any
    annotated: Any
    suspected: Any
    near: Any
    item_row: Any
    context_row: Any


class WithSupport(NamedTuple):
    """What is found of an item with what belongs to it.

    Attributes:
        share, aligned, weight: As in `OfItem`, of the item with its options or answer; shares 0 for pairs.
        options: Share of its options; 1 if it has none.
        answer: Units of the longest answer that is there, LONG_ANSWER at most.
        supported: Are an answer or two options there?
        answered: Are two answers or options there, or the only one?
    """

    share: Any
    aligned: Any
    weight: Any
    options: Any
    answer: Any
    supported: Any
    answered: Any


@inlined
def of_item(own, rows, facts, limits):
    """Shares and runs of the item's own fields, and of its context.

    Args:
        own: First and one past the last of the candidate's rows.
        rows: Fields, and their scores; see `verify.Scores`.
        facts: About all fields: roles, kinds, units, offsets of their tokens, templates, common, inside; see
            `Items`.
        limits: `Thresholds`.
    """
    share, in_order, plain, covered, weight = _shares(own, rows, facts)
    context, item_run, longest, item_row, context_row = _longest_runs(own, rows, facts)
    is_exact, is_asked, is_alone, is_template, is_common = _of_all_fields(own, rows, facts, limits)
    halves, is_suspected, is_near = _halves(own, rows, facts, limits)
    is_pair = halves > 0
    return OfItem(
        share, weight, in_order, plain, context, covered, item_run, longest,
        is_exact, is_asked, is_alone, is_template and not is_pair, is_common,
        is_pair, halves == 1, is_suspected, is_near, item_row, context_row,
    )  # fmt: skip


@inlined
def _shares(own, rows, facts):
    """Share of an item that is there, in order, by plain windows, and in long runs; and its length."""
    fields, fine, covered, _, aligned, _, plain = rows
    roles, _, units = facts[:3]
    share, in_order, windows, covers, weight = 0.0, 0.0, 0.0, 0.0, 0.0
    for row in range(own[0], own[1]):
        if roles[fields[row]] == ITEM:
            length = units[fields[row]]
            share += fine[row] * length
            in_order += aligned[row] * length
            windows += plain[row] * length
            covers += covered[row] * length
            weight += length
    known = max(weight, 1e-9)
    return share / known, in_order / known, windows / known, covers / known, weight


@inlined
def _longest_runs(own, rows, facts):
    """Share of the best context; units of the longest run of an item field, and of either; their rows."""
    fields, fine, _, longest = rows[:4]
    roles, _, units, offsets = facts[:4]
    context, item_run, context_run = np.float32(0), np.float32(0), np.float32(0)
    item_row, context_row, item_most, context_most = np.int64(-1), np.int64(-1), np.int32(-1), np.int32(-1)
    for row in range(own[0], own[1]):
        field = fields[row]
        size = offsets[field + 1] - offsets[field]
        run = np.float32(longest[row] * (units[field] / max(size, 1)))
        if roles[field] == CONTEXT:
            context, context_run = max(context, fine[row]), max(context_run, run)
            if longest[row] >= context_most:
                context_most, context_row = longest[row], row
        elif roles[field] == ITEM:
            item_run = max(item_run, run)
            if longest[row] >= item_most:
                item_most, item_row = longest[row], row
    return context, item_run, max(context_run, item_run), item_row, context_row


@inlined
def _of_all_fields(own, rows, facts, limits):
    """Is each item field there whole, or one that asks; is each alone, a template, common?"""
    fields, _, _, longest, _, alone, _ = rows
    roles, _, units, offsets, templates, common, _ = facts
    has_item = is_asked = False
    is_exact = is_alone = is_template = is_common = True
    for row in range(own[0], own[1]):
        field = fields[row]
        if roles[field] == ITEM:
            has_item = True
            size = offsets[field + 1] - offsets[field]
            is_whole = longest[row] == size and size > 0
            is_asked |= is_whole and units[field] >= limits.very_short and not templates[field]
            is_exact, is_alone = is_exact and is_whole, is_alone and alone[row]
            is_template, is_common = is_template and templates[field], is_common and common[field]
    return is_exact and has_item, is_asked, is_alone, is_template and has_item, is_common and has_item


@inlined
def _halves(own, rows, facts, limits):
    """How many halves the item has, and is enough there of each for `suspected`, and for `near_duplicate`?"""
    fields, fine, _, longest = rows[:4]
    roles, kinds, units, offsets = facts[:4]
    halves, is_suspected, is_near = 0, True, True
    suspected = limits.suspected_short, limits.suspected_long
    near = limits.near_short, limits.near_long
    for row in range(own[0], own[1]):
        field = fields[row]
        if roles[field] == ITEM and kinds[field] == HALF:
            halves += 1
            size, share, length = offsets[field + 1] - offsets[field], fine[row], units[field]
            is_whole = longest[row] == size and size > 0
            is_suspected &= _is_enough_of_half(share, length, is_whole, limits, suspected)
            is_near &= _is_enough_of_half(share, length, is_whole, limits, near)
    return halves, is_suspected, is_near


@inlined
def _is_enough_of_half(share, units, is_whole, limits, shares):
    """Is enough of a half there? From `half` units on LESS less than the share of long items is."""
    part = min(max((units - limits.short) / (limits.half - limits.short), 0.0), 1.0)
    needed = shares[0] + part * (shares[1] - LESS - shares[0])
    return is_whole or (share >= needed and units >= limits.short)


@inlined
def with_support(own, rows, facts, limits, item):
    """Are options or an answer there; share and length of the item with them. `item`: what is found of it."""
    fields, fine, _, longest, aligned = rows[:5]
    roles, kinds, units, offsets, _, _, inside = facts
    support = np.float32(limits.support)
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
        if inside[field]:
            continue
        counted = min(units[field], LONG_ANSWER)
        best = max(best, np.float32(fine[row] * counted))
        if fine[row] >= support and units[field] >= 1:
            answers += 1
            chosen = max(chosen, counted)
    weight = item.weight + length + chosen
    share, joint_in_order = 0.0, 0.0
    if (length > 0 or chosen > 0) and not item.pair:
        answer = min(best, chosen) if chosen > 0 else np.float32(0)
        known = max(weight, 1e-9)
        share = (item.share * item.weight + found_options + answer) / known
        joint_in_order = (item.aligned * item.weight + in_order + answer) / known
    share_of_options = found_options / length if length > 0 else 1.0
    is_supported, is_answered = options >= 2 or answers > 0, count > 0 and there >= min(count, 2)
    return WithSupport(share, joint_in_order, weight, share_of_options, chosen, is_supported, is_answered)
