"""From raw scalars to the scalar types of the contracts; nothing is guessed and nothing is lost."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

from bioclue_data.contracts.fields import SCALARS
from bioclue_data.readers.mapping.nodes import Node, fail, shown

Convert = Callable[[Any, Node], Any]

_WHOLE = re.compile(r"[+-]?[0-9]{1,18}")
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
_TRUTH = {"true": True, "false": False}


def converter(type_name: str, place: str) -> Convert:
    """A function to the Python type of an Arrow type of the contracts; `place` is the key of the record.

    It raises a SourceError with file, place and value for a value that is not of that type.
    """
    kind = SCALARS[type_name]
    if kind is int:
        return _whole(place, int(type_name.removeprefix("int")))
    make = {str: _text, float: _number, bool: _truth}[kind]
    return make(place)


def _text(place: str) -> Convert:
    def convert(value: Any, node: Node) -> str:
        if value.__class__ is str:
            text: str = value
            return text
        if isinstance(value, str):  # a parser's own kind of string
            return str(value)
        if isinstance(value, (bool, int)):
            return plain_text(value)
        remedy = "floats, lists and objects have no single spelling"
        return fail(node, f"{place}: {shown(value)} is not a text", remedy)

    return convert


def plain_text(value: Any) -> str:
    """A scalar as JSON spells it, a string as it is: what the keys of `map` and `where` are compared with."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _whole(place: str, bits: int) -> Convert:
    least, most = -(1 << bits - 1), (1 << bits - 1) - 1

    def convert(value: Any, node: Node) -> int:
        spelled = isinstance(value, str) and _WHOLE.fullmatch(value)
        number = int(value) if spelled or (isinstance(value, float) and value.is_integer()) else value
        if number.__class__ is int and least <= number <= most:
            whole: int = number
            return whole
        return fail(node, f"{place}: {shown(value)} is not a whole number of {bits} bits")

    return convert


def _number(place: str) -> Convert:
    def convert(value: Any, node: Node) -> float:
        plain = isinstance(value, (int, float)) and not isinstance(value, bool)
        if plain or (isinstance(value, str) and _NUMBER.fullmatch(value)):
            number = _as_float(value)
            if math.isfinite(number):
                return number
        return fail(node, f"{place}: {shown(value)} is not a finite number")

    return convert


def _as_float(value: Any) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf


def _truth(place: str) -> Convert:
    def convert(value: Any, node: Node) -> bool:
        if isinstance(value, bool):
            return value
        if isinstance(value, str) and value.lower() in _TRUTH:
            return _TRUTH[value.lower()]
        return fail(node, f"{place}: {shown(value)} is not true or false", "say what it means with `map`")

    return convert
