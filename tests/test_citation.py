"""Every BibTeX entry keeps the grammar of BibTeX: braces are counted as BibTeX counts them."""

from __future__ import annotations

import re

import pytest

from bioclue_data.records import catalogue
from bioclue_data.records.citation import bibtex
from bioclue_data.records.record import Citation

ENTRIES = catalogue.load().entries
ENTRY = re.compile(r"@(?P<kind>[a-z]+)\{(?P<key>[a-z0-9_]+),\n(?P<fields>(?:  [a-z]+ = \{.*\},\n)+)\}")
FIELDS = frozenset({"title", "author", "year", "journal", "doi", "eprint", "archiveprefix", "note", "url"})


def parsed(text: str) -> tuple[str, str, dict[str, str]]:
    """(kind, key, fields) of one entry; braces inside values must balance, backslashes do not help them."""
    found = ENTRY.fullmatch(text)
    assert found, text
    fields: dict[str, str] = {}
    for line in found["fields"].splitlines():
        name, _, value = line.strip().removesuffix("},").partition(" = {")
        assert name not in fields
        depth = 0
        for letter in value:
            depth += {"{": 1, "}": -1}.get(letter, 0)
            assert depth >= 0, line
        assert depth == 0, line
        fields[name] = value
    return found["kind"], found["key"], fields


@pytest.mark.parametrize("name", ENTRIES)
def test_every_record_has_an_entry_that_parses(name: str) -> None:
    record = ENTRIES[name].record
    text = bibtex(record)
    if not isinstance(record.citation, Citation):
        assert re.fullmatch(r"% [^\n]*", text)
        return
    kind, key, fields = parsed(text)
    assert (kind, key) in {("article", name), ("misc", name)}
    assert fields.keys() <= FIELDS
    assert fields["title"]
    assert re.fullmatch(r"(19|20)\d\d", fields.get("year", "2000"))
    assert re.fullmatch(r"10\.\d{4,9}/\S+", fields.get("doi", "10.1000/x"))
    assert not re.search(r"(?<!\\)[&%#]", fields["title"] + fields.get("author", ""))


def test_the_parser_sees_what_is_wrong() -> None:
    good = "@misc{a,\n  title = {A {B} c},\n}"
    assert parsed(good) == ("misc", "a", {"title": "A {B} c"})
    for bad in (
        good.replace("{B}", "{B"),
        good.replace("{B}", "}B{"),
        good.replace("},\n}", "}\n}"),
        good.replace("{a,", "{a b,"),
        good.replace("  title = {A {B} c},\n", "  year = {1},\n  year = {2},\n"),
    ):
        with pytest.raises(AssertionError):
            parsed(bad)
