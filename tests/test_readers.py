"""The registry: a reader is found by being there, and its options are checked where the record is read."""

from __future__ import annotations

import subprocess
import sys

import msgspec
import pytest

from bioclue_data import readers
from bioclue_data.errors import RecordError


def test_every_format_is_a_reader() -> None:
    for name in readers.formats():
        module = readers.load(name)
        assert callable(module.read)
        assert issubclass(module.Options, msgspec.Struct)
        assert module.Options.__struct_config__.frozen
        assert module.Options.__struct_config__.forbid_unknown_fields


def test_helpers_are_no_formats() -> None:
    assert {"json", "jsonl", "table", "xml"} <= set(readers.formats())
    assert not {"document", "json_items", "json_text", "lines", "mapping", "workbook"} & set(
        readers.formats()
    )


def test_listing_formats_imports_no_reader() -> None:
    code = "import sys; from bioclue_data import readers; readers.formats(); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    loaded = done.stdout.split()
    assert not {"lxml", "openpyxl", "pyarrow", "polars"} & set(loaded)
    assert not [name for name in loaded if name.startswith("bioclue_data.readers.")]


def test_an_unknown_format_gets_near_names() -> None:
    with pytest.raises(RecordError, match="'jsn'") as caught:
        readers.load("jsn", "x/dataset.toml")
    assert caught.value.where == "x/dataset.toml"
    assert "json" in caught.value.remedy


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"columns": {}, "colour": 1}, "colour"),
        ({"columns": {}, "encoding": 8}, r"\$\.encoding"),
        ({"columns": {"texts": "a"}}, r"columns.*no column 'texts'.*text"),
        ({"columns": {"text": "a..b"}}, r"columns\.text: 'a\.\.b' is not a path"),
        ({"columns": {"text": {"pfad": "a"}}}, r"columns\.text.*pfad"),
        ({"columns": {"entities": {"each": "e", "type": "t"}}}, r"columns\.entities.*needs `start`"),
        (
            {"columns": {"options": {"each": "o", "key": "@key"}}},
            r"columns\.options: every option needs text",
        ),
        (
            {"columns": {"multiple": "=perhaps"}},
            r"columns\.multiple: 'perhaps' is not true or false",
        ),
        ({}, "columns"),
    ],
)
def test_wrong_options_name_file_and_key(table: dict[str, object], message: str) -> None:
    with pytest.raises(RecordError, match=message) as caught:
        readers.options("json", table, "x/dataset.toml")
    assert caught.value.where == "x/dataset.toml"


def test_the_key_format_may_stand_in_the_table() -> None:
    assert readers.options("jsonl", {"format": "jsonl", "columns": {"text": "t"}}, "x").columns == {
        "text": "t"
    }
