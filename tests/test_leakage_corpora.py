"""The registry of known corpora, and what models have seen by declaration."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from bioclue_data import locations
from bioclue_data.errors import NotHereError, RecordError, UsageError
from bioclue_data.leakage import corpora, exposure, revisions
from bioclue_data.records import catalogue
from bioclue_data.sources.stores import Stores
from tests.test_cli import bioclue


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two corpora of the test's own; `one` has a file in a mirror, and holds `two`."""
    content = b'[{"a": "text"}]'
    digest = hashlib.sha256(content).hexdigest()
    common = (
        'language = "en"\nhomepage = "https://example.org"\ncitation = "unknown"\naccess = "open"\n'
        'licence = { id = "MIT", read_on = "LICENSE" }\nformat = "JSON"\n'
    )
    folder = tmp_path / "corpora"
    folder.mkdir()
    (folder / "one.toml").write_text(
        f'id = "one"\nname = "One"\nmodels = ["some_model"]\n{common}'
        f'base = "https://example.org/x/"\nlisted = 1\n'
        f'[[files]]\nname = "a b.json"\nbytes = {len(content)}\nsha256 = "{digest}"\n'
        '[[declares]]\ncorpus = "two"\nsplit = "all"\nclaim = "c"\nsource = "s"\n'
        '[[declares]]\nname = "Elsewhere"\nsplit = "unknown"\nclaim = "c"\nsource = "s"\n'
    )
    (folder / "one.tsv").write_text(f"b/c.json\t{len(content)}\t{digest}\n")
    (folder / "two.toml").write_text(
        f'id = "two"\nname = "Two"\n{common}'
        '[[declares]]\ndataset = "bc5cdr"\nsplit = "test"\nclaim = "c"\nsource = "s"\n'
        '[[declares]]\ncorpus = "one"\nsplit = "all"\nclaim = "c"\nsource = "s"\n'
    )
    for name in ("a b.json", "b/c.json"):
        path = tmp_path / "mirror/example.org/x" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    before = locations.content
    monkeypatch.setattr(locations, "content", lambda name: folder if name == "corpora" else before(name))
    corpora.load.cache_clear()
    yield tmp_path
    corpora.load.cache_clear()


def test_every_record_is_right_and_names_datasets_that_exist() -> None:
    known = corpora.load()
    datasets = catalogue.load().entries
    assert len(known) >= 68
    for corpus in known.values():
        names = {corpus.dataset, *(said.dataset for said in corpus.declares)} - {""}
        assert names <= set(datasets), corpus.id
        assert all(corpus.address(file).startswith("https://") for file in corpus.files)
        assert all(len(file.sha256) == 64 for file in corpus.files)
        assert len({(said.target, said.split, said.claim) for said in corpus.declares}) == len(
            corpus.declares
        )


def test_taiyi_declares_its_own_table() -> None:
    rows = [said for said in corpora.get("taiyi_final").declares if said.dataset]
    assert len(rows) == 89
    assert len({said.dataset for said in rows}) == 77
    found = exposure.declared(exposure.corpora_of("Taiyi"))
    assert {said.dataset for said in rows} <= {one.dataset for one in found}


def test_a_model_has_seen_what_the_corpora_inside_its_corpora_hold(own: Path) -> None:
    assert exposure.models() == {"some_model": ["one"]}
    assert exposure.corpora_of("Some-Model") == ["one"]
    first, second = exposure.declared(["one"])
    assert (first.dataset, first.split, first.corpus, first.via) == ("bc5cdr", "test", "two", ("one",))
    assert (second.name, second.corpus, second.via) == ("Elsewhere", "one", ())
    with pytest.raises(UsageError, match="did you mean some_model"):
        exposure.corpora_of("some_mode")


@pytest.mark.parametrize(
    ("asked", "known"),
    [
        ("Taiyi-7B", "taiyi"),
        ("medalpaca-13b", "medalpaca"),
        ("pmc-llama_7b", "pmc_llama"),
        ("BioMistral", ""),
        ("HuatuoGPT-II", "huatuogpt_2"),
        ("HuatuoGPT-II-34B", "huatuogpt_2"),
        ("huatuogpt-3b", "huatuogpt"),
        ("taiyib", ""),
    ],
)
def test_sizes_and_numerals_in_the_name_of_a_model_are_understood(asked: str, known: str) -> None:
    if known:
        assert exposure.corpora_of(asked) == exposure.models()[known]
    else:
        with pytest.raises(UsageError, match="did you mean"):
            exposure.corpora_of(asked)


def test_an_evaluation_set_is_no_tuning_data() -> None:
    tests = [corpus for corpus in corpora.load().values() if corpus.kind == "evaluation"]
    assert {"zhongjing_tests", "clinical_camel_eval"} <= {corpus.id for corpus in tests}
    assert not [corpus.id for corpus in tests if corpus.models]
    assert "alpacare_eval_and_seed" not in exposure.corpora_of("alpacare")
    done = bioclue("leakage", "exposure", "--corpus", "zhongjing_tests")
    assert "corpus zhongjing_tests: an evaluation set, no tuning data; " in done.stderr


def test_what_was_never_scanned_is_told() -> None:
    done = bioclue("leakage", "exposure", "--model", "zhongjing")
    assert done.returncode == 0
    assert "corpus cmtmedqa: never scanned" in done.stderr
    assert "nothing was measured" in done.stderr
    found = json.loads(bioclue("leakage", "exposure", "--model", "zhongjing", "--json").stdout)
    assert found["corpora"] == [{"corpus": "cmtmedqa", "kind": "tuning", "via": [], "splits": 0}]
    done = bioclue("leakage", "exposure", "--model", "bentsao")
    assert "nothing was measured" not in done.stderr


def test_the_files_of_a_corpus_are_found_in_a_mirror(own: Path) -> None:
    stores = Stores(own / "cache", mirror=own / "mirror", offline=True)
    found = corpora.find(["one"], stores)
    assert [file.path.name for file in found] == ["a b.json", "c.json"]
    paths = [str(file.path) for file in found]
    assert revisions.of_digests(file.sha256 for file in found) == revisions.of(paths)
    with pytest.raises(NotHereError, match="not known"):
        corpora.find(["two"], stores)
    shutil.rmtree(own / "mirror/example.org/x/b")
    with pytest.raises(NotHereError):
        corpora.find(["one"], stores)


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ('colour = "red"', "unknown field"),
        ("listed = 7", "lists 1 files, declared are 7"),
        ('licence = { id = "nothing", read_on = "x" }', "not in schemas/licences.toml"),
        ('base = ""', "files without a base"),
        ('kind = "evaluation"', "has no models that were tuned on it"),
        ('kind = "test"', "kind"),
        ('id = "other"', "id is 'other'"),
    ],
)
def test_a_wrong_record_is_named_with_its_fault(own: Path, line: str, complaint: str) -> None:
    path = own / "corpora/one.toml"
    key = line.partition(" ")[0]
    kept = [old for old in path.read_text().split("\n") if not old.startswith(f"{key} =")]
    path.write_text("\n".join([line, *kept]))
    with pytest.raises(RecordError, match=complaint):
        corpora.load()


def test_a_declaration_names_one_thing_that_exists(own: Path) -> None:
    path = own / "corpora/two.toml"
    said = path.read_text()
    path.write_text(said.replace('dataset = "bc5cdr"', 'dataset = "bc5cdr"\nname = "BC5CDR"'))
    with pytest.raises(RecordError, match="names one dataset"):
        corpora.load()
    corpora.load.cache_clear()
    path.write_text(said.replace('corpus = "one"', 'corpus = "three"'))
    with pytest.raises(RecordError, match="'three', which is no corpus"):
        corpora.load()


def test_commands() -> None:
    found = json.loads(bioclue("leakage", "corpora", "--json").stdout)
    assert {"taiyi_final", "smilechat_1k"} <= {corpus["id"] for corpus in found}
    done = bioclue("leakage", "corpora")
    assert len(done.stdout.splitlines()) == len(found)
    found = json.loads(bioclue("leakage", "exposure", "--model", "taiyi", "--json").stdout)
    assert {one["kind"] for one in found["exposure"]} == {"declared", "measured"}
    assert "bc5cdr" in {one["dataset"] for one in found["exposure"]}
    assert {"taiyi_example", "taiyi_final"} <= {one["corpus"] for one in found["corpora"]}
    done = bioclue("leakage", "exposure", "--corpus", "natural_instructions")
    assert "14 of 14 sampled sentences" in done.stdout
