"""Contracts are read, refused where they are wrong, and give Arrow schemas that survive Parquet."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bioclue_data.contracts.contract import arrow_schema, load, read_contract, tasks, unified_types
from bioclue_data.contracts.fields import Contract, Field, ListOf, Scalar, Struct
from bioclue_data.errors import RecordError, UsageError
from bioclue_data.locations import content
from tests.valid_rows import table_of, valid_rows, valid_table

TASKS = (
    "boolqa coref cqa dialogue ee mcqa mt nen ner nli qa rank re sts sum t2s tc".split()  # noqa: SIM905
)


def test_there_is_one_contract_per_task() -> None:
    assert list(tasks()) == TASKS
    for task in tasks():
        assert load(task).name == task
        assert load(task) is load(task)


def test_a_contract_has_common_columns_first() -> None:
    contract = load("nen")
    names = [field.name for field in contract.columns]
    assert names[:3] == ["item_id", "dataset", "split"]
    assert names[-4:] == ["text", "passages", "entities", "concepts"]
    assert contract.gold == ("entities.norms",)
    assert contract.required == {"text"}
    assert load("t2s").required == {"text", "kind"}


def test_fields_carry_their_flags_and_types() -> None:
    entities = {field.name: field for field in load("ner").content}["entities"]
    assert str(entities.type) == "list<mention>"
    assert isinstance(entities.type, ListOf)
    assert isinstance(entities.type.item, Struct)
    unified = {field.name: field for field in entities.type.item.fields}["unified"]
    assert (unified.null, unified.derived, unified.type) == (True, True, Scalar("string"))
    assert {field.name for field in load("mcqa").content if field.reveals} == {"answer_text", "rationale"}
    assert str({field.name: field for field in load("tc").content}["target"].type) == "target"


def test_an_unknown_task_suggests_near_names() -> None:
    with pytest.raises(UsageError, match="ner") as caught:
        load("nerr")
    assert caught.value.exit_code == 2


def test_unified_types_have_names_in_both_languages() -> None:
    assert {"disease", "drug", "gene_protein"} <= unified_types().keys()
    assert all(kind.name and kind.name_zh for kind in unified_types().values())


def test_loading_contracts_imports_nothing_heavy() -> None:
    code = (
        "import sys; from bioclue_data.contracts.contract import load, tasks; [load(t) for t in tasks()]; "
        "print([m for m in ('pyarrow', 'polars', 'pandera', 'numpy', 'jsonschema') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


HEAD = 'name = "toy"\ntitle = "Toy"\ntitle_zh = "玩具"\ndoc = "."\nversion = "1.0"\n'
FINE = (
    HEAD
    + 'gold = ["label"]\nchecks = ["C6"]\n[columns]\ntext = "string"\n'
    + 'label = { type = "string", null = true }\n'
)


def _toy(folder: Path, text: str) -> Contract:
    fragments = (content("schemas") / "fragments.toml").read_text(encoding="utf-8")
    (folder / "fragments.toml").write_text(fragments, encoding="utf-8")
    (folder / "toy.toml").write_text(text, encoding="utf-8")
    return read_contract(folder / "toy.toml")


def test_a_contract_can_be_read_from_any_folder(tmp_path: Path) -> None:
    assert _toy(tmp_path, FINE).content == (
        Field("text", Scalar("string")),
        Field("label", Scalar("string"), null=True),
    )


@pytest.mark.parametrize(
    ("old", "new", "where", "what"),
    [
        ('text = "string"', 'text = "sting"', "columns.text", "unknown type 'sting'"),
        ('text = "string"', 'text = "list<sting>"', "columns.text", "unknown type 'sting'"),
        ('text = "string"', 'text = { type = "string", nul = true }', "columns", "unknown field `nul`"),
        ('text = "string"', "text = 3", "columns", "got `int`"),
        ('text = "string"', 'item_id = "string"', "columns", "common column"),
        (
            'text = "string"',
            'text = "loop"\n[loop]\ninner = "list<loop>"\n[rest]',
            "loop.inner",
            "contains itself",
        ),
        ('text = "string"', 'text = "common"', "columns.text", "unknown type"),
        (
            'text = "string"',
            'text = "boxed"\n[boxed]\nlabel = "dictionary<string>"\n[rest]',
            "boxed.label",
            "row groups",
        ),
        ('checks = ["C6"]', 'checks = ["C6", "Z9"]', "checks[1]", "unknown rule code 'Z9'"),
        ('checks = ["C6"]', 'checks = ["C6", "C6"]', "checks[1]", "applied already"),
        ('checks = ["C6"]', 'checks = ["G1"]', "checks[0]", "applied already"),
        ('gold = ["label"]', 'gold = ["lable"]', "gold[0]", "'lable' is no column"),
        ('gold = ["label"]', 'gold = ["label.norms"]', "gold[0]", "is no column"),
        ('gold = ["label"]', 'gold = ["text"]', "gold[0]", "may not be null"),
        ('name = "toy"', 'name = "tory"', "name", "not the name of the file"),
        ('doc = "."\n', "", "toy.toml", "required field `doc`"),
        ("[columns]", "[colums]", "columns", "no table"),
        ("[columns]", "[columns", "toy.toml", "Expected"),
    ],
)
def test_a_wrong_contract_names_file_and_key(
    tmp_path: Path, old: str, new: str, where: str, what: str
) -> None:
    with pytest.raises(RecordError) as caught:
        _toy(tmp_path, FINE.replace(old, new))
    assert caught.value.where.startswith("schemas/toy.toml")
    assert where in caught.value.where
    assert what in caught.value.what
    assert caught.value.remedy


def test_arrow_types_and_nullability_are_the_contracts() -> None:
    schema = arrow_schema(load("ner"))
    entities = schema.field("entities")
    assert schema.field("split").type == pa.dictionary(pa.int32(), pa.string())
    assert entities.nullable
    assert not schema.field("text").nullable
    assert entities.type.value_field.name == "element"
    assert not entities.type.value_field.nullable
    assert not entities.type.value_type.field("spans").nullable
    assert entities.type.value_type.field("norms").nullable
    assert (
        arrow_schema(load("rank")).field("candidates").type.value_type.field("relevance").type == pa.float64()
    )


def _variants(task: str) -> pa.Table:
    """Rows with every nullable column null, then [] (where it is a list), then as they are."""
    nullable = [field.name for field in load(task).content if field.null]
    rows = valid_rows(task)
    nulls = [row | dict.fromkeys(nullable) for row in rows]
    lists = [field.name for field in load(task).content if isinstance(field.type, ListOf)]
    empty = [row | {name: [] for name in lists} for row in rows]
    return table_of(task, [*nulls, *empty, *rows])


@pytest.mark.parametrize("task", TASKS)
def test_a_table_comes_back_from_parquet_as_it_was(task: str, tmp_path: Path) -> None:
    table = _variants(task)
    table.validate(full=True)
    pq.write_table(table, tmp_path / "t.parquet")
    back = pq.read_table(tmp_path / "t.parquet")
    assert back.schema.equals(arrow_schema(load(task)), check_metadata=True)
    assert back.equals(table)
    assert back.to_pylist() == table.to_pylist()
    assert pq.read_schema(tmp_path / "t.parquet") == arrow_schema(load(task))


@pytest.mark.parametrize("task", TASKS)
def test_several_row_groups_can_be_read_at_once(task: str, tmp_path: Path) -> None:
    pq.write_table(valid_table(task), tmp_path / "t.parquet", row_group_size=1)
    with pq.ParquetFile(tmp_path / "t.parquet") as file:
        assert file.read().to_pylist() == valid_table(task).to_pylist()
        assert [batch.num_rows for batch in file.iter_batches(2)]


def test_null_and_empty_are_kept_apart(tmp_path: Path) -> None:
    rows = [{"text": "a", "passages": None, "entities": value} for value in (None, [])]
    pq.write_table(table_of("ner", rows), tmp_path / "t.parquet")
    back = pq.read_table(tmp_path / "t.parquet")
    assert back["entities"].to_pylist() == [None, []]
    assert back["leakage"].to_pylist() == [[], None]


@pytest.mark.parametrize("task", ["ner", "tc", "t2s"])
def test_datasets_reads_what_pyarrow_wrote(task: str, tmp_path: Path) -> None:
    pq.write_table(valid_table(task), tmp_path / "t.parquet")
    import datasets  # two seconds that the other tests need not pay

    frame = datasets.Dataset.from_parquet(str(tmp_path / "t.parquet"), cache_dir=str(tmp_path))
    assert frame.to_list() == valid_table(task).to_pylist()
