"""Machine instructions that numba does not offer: loads and prefetching by address, 64 bytes at a time."""

from __future__ import annotations

from bioclue_data.matching.compiled import intrinsic

load64 = intrinsic("load64")
trailing_zeros = intrinsic("trailing_zeros")
ones = intrinsic("ones")
prefetch = intrinsic("prefetch")
word_masks = intrinsic("word_masks")
nonzero_mask = intrinsic("nonzero_mask")
lists_bits = intrinsic("lists_bits")
list_bits = intrinsic("list_bits")
three_byte_codes = intrinsic("three_byte_codes")
copy_until = intrinsic("copy_until")
markup_mask = intrinsic("markup_mask")
tag_mask = intrinsic("tag_mask")
sum_chosen = intrinsic("sum_chosen")
