"""All frames and all tests, joined from the families of rules."""

from __future__ import annotations

from collections import ChainMap
from types import MappingProxyType

from bioclue_data.contracts.rules import common, links, mentions, questions, structures, texts

_FAMILIES = (common, mentions, links, questions, texts, structures)

FRAMES = MappingProxyType(dict(ChainMap(*(family.FRAMES for family in _FAMILIES))))
"""Every frame by name."""

LOOKS = MappingProxyType(dict(ChainMap(*(dict(family.LOOKS) for family in _FAMILIES))))
"""What each rule looks at, by code. G8 is not among them: nulls are found in the Arrow table itself."""
