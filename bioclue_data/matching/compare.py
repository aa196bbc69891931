"""The comparison of one field with one stretch of a text: shares, runs and spans.

A pair of neighbours in the field is looked up by its hash in a small table; equal ones are chained.
"""
# mypy: disable-error-code="no-untyped-def, misc"

from __future__ import annotations

from typing import Any

import numpy as np

from bioclue_data.matching.compiled import inlined, part
from bioclue_data.matching.index import HALF, WIDE
from bioclue_data.matching.tokens import BASE, U

STRETCH = 1.5  # length of the compared stretch, in lengths of the field
SLACK = 8  # tokens more
EQUAL = np.float32(1e-5)  # weights that differ by less, relatively, are equal
OWN = np.float32(0.93)  # share of a half's weight that marks its own place
RUN_OF_WORDS, RUN_OF_SINGLES = 8, 13  # tokens of a run that counts as covered
SEEN_WORDS = 64  # of the bitmap that most pairs of a text are told by that the field has not


def working_memory(longest: int, longest_text: int) -> tuple[Any, ...]:
    """Arrays for fields and texts of up to so many tokens, wiped by whoever uses them."""
    places = 1 << (2 * longest + 1).bit_length()
    of_tokens = [np.zeros(longest + 1, kind) for kind in (*[np.int32] * 6, *[np.uint8] * 2)]
    # keys, first position of the key in the field, next position with the same key, how often it is in the
    # field from here on, how often in the stretch, run that ended here a token before, run that ends here
    # now, the token it was written for, covered, wide window found; of the text: the place of each of its
    # windows in the field, and its token
    matched = np.empty(longest_text, np.int32), np.empty(longest_text, np.int32)
    return np.zeros(places, U), np.zeros(places, np.int32), *of_tokens, matched, np.zeros(SEEN_WORDS, U)


@inlined
def _pair(hashes, t, first):
    """Hash of token t and the one before, 0 if the text has none before."""
    if t == first:
        return U(0)
    value = hashes[t - 1] * U(BASE) + hashes[t]
    return value if value != U(0) else U(1)


@inlined
def _note(value, seen):
    """Mark a hash in the bitmap."""
    seen[value >> U(58)] |= U(1) << ((value >> U(52)) & U(63))


@inlined
def _may_have(value, seen):
    """Is a hash marked? Next to none is that the field has not."""
    return (seen[value >> U(58)] >> ((value >> U(52)) & U(63))) & U(1) != U(0)


@inlined
def _place_of(value, keys, places):
    """Where a hash stands in the table, or where it could."""
    place = (value >> U(20)) & places
    while keys[place] != U(0) and keys[place] != value:
        place = (place + U(1)) & places
    return place


@part
def _fill_table(hashes, first, size, working):
    """Put the pairs of a field's tokens into the table -> its size less one, a mask of places."""
    keys, heads, following, times, counts = working[:5]
    seen = working[11]
    seen[:] = U(0)
    places = U(1)
    while places < U(2 * size + 2):
        places *= U(2)
    places -= U(1)
    for place in range(places + U(1)):
        keys[place] = U(0)
    for j in range(size - 1, -1, -1):
        counts[j] = 0
        following[j] = -1
        value = _pair(hashes, first + j, first)
        if value == U(0):
            continue
        place = _place_of(value, keys, places)
        times[j] = 1
        if keys[place] == value:
            following[j] = heads[place]
            times[j] += times[heads[place]]
        keys[place] = value
        heads[place] = j
        _note(value, seen)
    return places


@part
def compare(hashes, text_arrays, begin, end, stored, field, working, out, row):
    """Fill one row; -> first and one past the last token of the stretch, and of a half's own place."""
    field_hashes, _, offsets, fine, wide, kinds, _ = stored
    first, last = offsets[field], offsets[field + 1]
    size = last - first
    total_fine, total_wide, windows = np.float32(0), np.float32(0), np.int64(0)
    for t in range(first, last):
        total_fine += fine[t]
        total_wide += wide[t]
        windows += fine[t] > 0
    if total_fine == 0:
        return compare_whole(hashes, text_arrays, begin, end, field_hashes, first, last, out, row)
    keys, heads, _, times, counts = working[:5]
    matched, seen = working[10], working[11]
    places = _fill_table(field_hashes, first, size, working)
    table = keys, heads, counts, times, seen
    width = np.int64(size * STRETCH) + SLACK
    weights = fine[first:last]
    best_begin, best_end = _best_stretch(hashes, begin, end, width, weights, table, places, matched)
    if best_end <= best_begin:
        return np.int64(0), np.int64(0), np.int64(0), np.int64(0)
    own_begin, own_end = best_begin, best_end
    if kinds[field] == HALF:
        own_begin, own_end = _own_place(hashes, best_begin, best_end, weights, table, places, matched)
    share, run_end = _runs(
        hashes, text_arrays, (best_begin, best_end), stored, (first, last), working, places, out, row
    )
    if out[5][row] == size:
        own_begin, own_end = run_end - size, run_end
    one = np.float32(1)  # weights are added in another order than those of the field
    out[2][row] = min(share[0] / total_fine, one)
    out[3][row] = min(share[1] / total_wide, one) if total_wide > 0 else out[2][row]
    out[10][row] = np.float32(share[2]) / np.float32(windows)
    return best_begin, best_end, own_begin, own_end


@part
def _best_stretch(hashes, begin, end, width, weights, table, places, matched):
    """The stretch of `width` tokens with the most weight of the field's windows, cut to what was found.

    A window counts as often as the field has it. Of several stretches it is the one where that weight stands
    closest together: there is the field itself, if it is there.
    """
    keys, heads, counts, times, seen = table
    matches, tokens = matched
    found = 0
    for t in range(U(max(begin, 1)), U(end)):
        value = hashes[t - U(1)] * U(BASE) + hashes[t]
        if not _may_have(value, seen):
            continue
        place = _place_of(value, keys, places)
        if keys[place] == value and value != U(0):
            matches[found] = heads[place]
            tokens[found] = t
            found += 1
    best, weight, shortest = np.float32(0), np.float32(0), np.int64(0)
    best_first, best_last, tail = 0, -1, 0
    for head in range(found):
        j = matches[head]
        counts[j] += 1
        if counts[j] <= times[j]:
            weight += weights[j]
        while counts[matches[tail]] > times[matches[tail]] or tokens[head] - tokens[tail] > width:
            j = matches[tail]
            if counts[j] <= times[j]:
                weight -= weights[j]
            counts[j] -= 1
            tail += 1
        span = np.int64(tokens[head] - tokens[tail])
        more = weight - best
        if more > EQUAL * best or (more >= -EQUAL * best and span < shortest):
            best, shortest, best_first, best_last = weight, span, tail, head
    if best_last < 0:
        return np.int64(0), np.int64(0)
    half = (width + shortest) // 2  # what stands in it more than once may have been left out at its edges
    while best_first > 0 and tokens[best_last] - tokens[best_first - 1] <= half:
        best_first -= 1
    while best_last + 1 < found and tokens[best_last + 1] - tokens[best_first] <= width:
        best_last += 1
    return np.int64(tokens[best_first] - 1), np.int64(tokens[best_last] + 1)


@part
def _own_place(hashes, begin, end, weights, table, places, matched):
    """The shortest part of a stretch with nearly all of the weight in it: where the field itself stands."""
    keys, heads, counts, _, _ = table
    matches, tokens = matched
    found, total = 0, np.float32(0)
    counts[: weights.size] = 0
    for t in range(begin, end):
        value = _pair(hashes, t, begin)
        if value == U(0):
            continue
        place = _place_of(value, keys, places)
        if keys[place] == value:
            j = heads[place]
            matches[found], tokens[found] = j, t
            found += 1
            total += weights[j] if counts[j] == 0 else np.float32(0)
            counts[j] = 1
    counts[: weights.size] = 0
    weight, tail, shortest = np.float32(0), 0, np.int64(1) << 40
    own_begin, own_end = begin, end
    for head in range(found):
        j = matches[head]
        weight += weights[j] if counts[j] == 0 else np.float32(0)
        counts[j] += 1
        while tail < head:
            j = matches[tail]
            rest = weight - (weights[j] if counts[j] == 1 else np.float32(0))
            if rest < OWN * total:
                break
            weight = rest
            counts[j] -= 1
            tail += 1
        if weight >= OWN * total and tokens[head] - tokens[tail] < shortest:
            shortest = np.int64(tokens[head] - tokens[tail])
            own_begin, own_end = np.int64(tokens[tail] - 1), np.int64(tokens[head] + 1)
    return own_begin, own_end


@inlined
def _run_before(now, before, stamp, j, t):
    """Tokens of the run that ended at the field's token before j and the text's token before t."""
    if j == 0:
        return np.int64(0)
    if stamp[j - 1] == t:
        return np.int64(before[j - 1])
    return np.int64(now[j - 1]) if stamp[j - 1] == t - 1 else np.int64(0)


@part
def _runs(hashes, text_arrays, stretch, stored, field, working, places, out, row):
    """Runs of common tokens in the stretch: the longest, those that cover.

    Returns:
        The weight found of FINE and of WIDE windows, and how many FINE ones; and one past the last token of
        the longest run.
    """
    _, starts, ends, single = text_arrays
    fine, wide = stored[3], stored[4]
    first, size = field[0], field[1] - field[0]
    keys, heads, following, _, counts, before, now, stamp, covered, found_wide = working[:10]
    for j in range(size + 1):
        counts[j] = before[j] = now[j] = 0
        covered[j] = found_wide[j] = 0
        stamp[j] = -1
    weight, wide_weight, windows = np.float32(0), np.float32(0), np.int64(0)
    longest, longest_end, tokens = np.int64(0), np.int64(0), np.int64(0)
    for t in range(stretch[0], stretch[1]):
        value = _pair(hashes, t, stretch[0])
        place = _place_of(value, keys, places)
        if value == U(0) or keys[place] != value:
            continue
        j = heads[place]
        if counts[j] == 0:
            counts[j] = 1
            weight += fine[first + j]
            windows += 1
        least = RUN_OF_SINGLES if single[t] else RUN_OF_WORDS
        least_before = RUN_OF_SINGLES if single[t - 1] else RUN_OF_WORDS
        while j >= 0:
            run = max(_run_before(now, before, stamp, j, t), np.int64(1)) + 1
            before[j] = now[j] if stamp[j] == t - 1 else 0
            now[j], stamp[j] = run, t
            if run > longest:
                longest, longest_end = run, np.int64(t)
            if run >= (WIDE.single if single[t] else WIDE.word) and found_wide[j] == 0:
                found_wide[j] = 1
                wide_weight += wide[first + j]
            if run >= least:
                fresh = np.int64(1) if run > least_before else run
                covered[j + 1 - fresh : j + 1] = 1
            j = following[j]
    for j in range(size):
        tokens += covered[j]
    out[4][row], out[5][row] = tokens / size, longest
    out[6][row], out[7][row] = starts[stretch[0]], ends[stretch[1] - 1]
    if longest > 0:
        out[8][row], out[9][row] = starts[longest_end - longest + 1], ends[longest_end]
    return (weight, wide_weight, windows), longest_end + 1


@inlined
def is_run(hashes, first, size, others, at):
    """Do these tokens stand among others at a place?"""
    j = 0
    while j < size and hashes[first + j] == others[at + j]:
        j += 1
    return j == size


@part
def compare_whole(hashes, text_arrays, begin, end, field_hashes, first, last, out, row):
    """Is the field there whole, token by token? If it is not, the row stays as it was."""
    size = last - first
    nothing = (np.int64(0), np.int64(0), np.int64(0), np.int64(0))
    if size == 0:
        return nothing
    for t in range(begin, end - size + 1):
        if is_run(field_hashes, first, size, hashes, t):
            out[2][row] = out[3][row] = out[10][row] = 1
            out[4][row] = 0
            out[5][row] = size
            out[6][row] = out[8][row] = text_arrays[1][t]
            out[7][row] = out[9][row] = text_arrays[2][t + size - 1]
            return np.int64(t), np.int64(t + size), np.int64(t), np.int64(t + size)
    return nothing
