from __future__ import annotations

import re

import pytest

from bioclue_data.readers import pubtator
from bioclue_data.readers.document import Sources
from tests.reader_files import documents, printed, read, real, refused, refuses_unknown_options, slices

MESH = {"prefixes": {"": "MESH"}, "composite": ["|"], "nil": "-1"}
TWO = (
    "\n\n"
    "101|t|Teapot fever\n"
    "101|a|Tea causes teapot fever .\n"
    "101\t0\t12\tTeapot fever\tDisease\tD01\n"
    "101\t13\t16\tTea\tChemical\tC02\n"
    "101\tCID\tC02\tD01\n"
    "\n"
    "102|t|茶壶热\n"
    "102|a|𝛼喝茶。\n"
    "102\t5\t6\t茶\tChemical\t-1\n"
)


def test_title_and_abstract_become_one_text(tmp_path) -> None:
    first, second = read(pubtator, tmp_path, {"a.txt": TWO}, concepts=MESH, relations={})
    assert first.layers["text"] == "Teapot fever\nTea causes teapot fever ."
    assert [(p["id"], p["type"], p["start"], p["end"]) for p in first.layers["passages"]] == [
        ("t", "title", 0, 12),
        ("a", "abstract", 13, 38),
    ]
    assert (first.source_id, first.document_id, first.group_id) == ("101", "101", "101")
    assert (first.file, first.locator) == ("a.txt", "line 3")
    assert second.source_id == "102"


def test_offsets_count_in_the_joined_text(tmp_path) -> None:
    first, second = read(pubtator, tmp_path, {"a.txt": TWO}, concepts=MESH, relations={})
    assert slices(first) == printed(first) == ["Teapot fever", "Tea"]
    assert [entity["id"] for entity in first.layers["entities"]] == ["T1", "T2"]
    assert second.layers["text"][5:6] == "喝"
    assert printed(second) == ["茶"]  # kept as printed, also where the offset is wrong: rule I3 reports it


def test_relations_hold_between_concepts(tmp_path) -> None:
    first, second = read(
        pubtator, tmp_path, {"a.txt": TWO}, concepts=MESH, relations={"roles": ["chemical", "disease"]}
    )
    assert first.layers["relations"] == [
        {
            "id": "R1",
            "type": "CID",
            "args": [
                {"role": "chemical", "kind": "concept", "ref": "MESH:C02"},
                {"role": "disease", "kind": "concept", "ref": "MESH:D01"},
            ],
        }
    ]
    assert second.layers["relations"] == []


def test_columns_after_the_arguments_become_attributes(tmp_path) -> None:
    text = "1|t|Tea and tea\n1\tLiking\tC1\tC2\tNovel\n"
    [found] = read(pubtator, tmp_path, {"a.txt": text}, concepts=MESH, relations={"attributes": ["novelty"]})
    assert found.layers["relations"][0]["attributes"] == [{"name": "novelty", "value": "Novel"}]
    assert [arg["role"] for arg in found.layers["relations"][0]["args"]] == ["arg1", "arg2"]


def test_five_columns_are_not_normalised_and_an_empty_sixth_is_no_concept(tmp_path) -> None:
    text = "1|t|Tea tea\n1\t0\t3\tTea\tFamily\n1\t4\t7\ttea\tGene\t\n"
    [found] = read(pubtator, tmp_path, {"a.txt": text}, concepts=MESH)
    assert "norms" not in found.layers["entities"][0]
    assert found.layers["entities"][1]["norms"] == []
    assert "relations" not in found.layers


def test_five_columns_may_say_that_no_concept_was_given(tmp_path) -> None:
    text = "1|t|Tea pot\n1\t0\t3\tTea\tX\n1\t4\t7\tpot\tX\tD1\n"
    [found] = read(pubtator, tmp_path, {"a.txt": text}, concepts=MESH, none_given=True)
    assert [len(entity["norms"]) for entity in found.layers["entities"]] == [0, 1]


def test_a_further_id_is_another_name_of_the_concept(tmp_path) -> None:
    concepts = {"alternative": [";"], "prefixes": {"RSID:": "dbSNP:rs", "": "tmVar"}}
    text = "1|t|a tea b\n1\t0\t1\ta\tX\tc|SUB|a\tRSID:9\n1\t6\t7\tb\tX\tc|SUB|b\n"
    [found] = read(pubtator, tmp_path, {"a.txt": text}, concepts=concepts, further_id=True)
    both, one = ([(n["db"], n["id"]) for n in e["norms"]] for e in found.layers["entities"])
    assert both == [("tmVar", "c|SUB|a"), ("dbSNP", "rs9")]
    assert one == [("tmVar", "c|SUB|b")]


def test_nil_and_parts_of_composites(tmp_path) -> None:
    text = "1|t|hot and cold tea\n1\t0\t16\thot and cold tea\tX\tD1|D2\thot tea|cold tea\n"
    text += "1\t13\t16\ttea\tX\t-1\n"
    [found] = read(pubtator, tmp_path, {"a.txt": text}, concepts=MESH, composite_parts=True)
    both, nil = found.layers["entities"]
    assert [norm["group"] for norm in both["norms"]] == [0, 0]
    assert both["attributes"] == [{"name": "parts", "value": "hot tea|cold tea"}]
    assert [(norm["id"], norm["relation"]) for norm in nil["norms"]] == [(None, "nil")]


def test_crlf_files_and_documents_without_a_blank_line_between(tmp_path) -> None:
    text = "1|t|Tea\r\n1|a|Tea .\r\n1\t4\t7\tTea\tX\r\n2|t|Pot\r\n2|t|Pot again\r\n"
    found = read(pubtator, tmp_path, {"a.txt": text})
    assert [(d.source_id, d.layers["text"]) for d in found] == [
        ("1", "Tea\nTea ."),
        ("2", "Pot"),
        ("2", "Pot again"),
    ]
    assert slices(found[0]) == ["Tea"]


def test_a_repeated_id_is_given_as_it_is(tmp_path) -> None:
    assert [d.source_id for d in read(pubtator, tmp_path, {"a.txt": "7|t|Tea\n\n7|t|Tea\n"})] == ["7", "7"]


def test_blocks_that_are_passages_are_numbered_in_their_document(tmp_path) -> None:
    text = "7|t|Tea\n7|a|\n7\t0\t3\tTea\tX\n\n8|t|Pot\n8|a|\n\n7|t|Cup\n7|a|\n7\t0\t3\tCup\tX\n"
    found = read(pubtator, tmp_path, {"a.txt": text}, block="passage")
    assert [(d.source_id, d.document_id, d.layers["text"]) for d in found] == [
        ("7-0", "7", "Tea"),
        ("8-0", "8", "Pot"),
        ("7-1", "7", "Cup"),
    ]


def test_other_passage_letters_and_another_joiner(tmp_path) -> None:
    text = "1|t|Tea\n1|m|\n1|a|Pot\n1\t5\t8\tPot\tX\n"
    names = {"t": "title", "m": "methods", "a": "abstract"}
    [found] = read(pubtator, tmp_path, {"a.txt": text}, passages=names, joiner=" ")
    assert found.layers["text"] == "Tea  Pot"
    assert slices(found) == ["Pot"]
    assert [p["type"] for p in found.layers["passages"]] == ["title", "abstract"]


@pytest.mark.parametrize(("unit", "start", "end"), [("code_points", 2, 4), ("utf8", 5, 11), ("utf16", 3, 5)])
def test_offsets_may_count_bytes_or_units(tmp_path, unit, start, end) -> None:
    text = f"1|t|𝛼 茶壶\n1\t{start}\t{end}\t茶壶\tX\n"
    [found] = read(pubtator, tmp_path, {"a.txt": text}, unit=unit)
    assert slices(found) == ["茶壶"]


def test_another_encoding(tmp_path) -> None:
    [found] = read(pubtator, tmp_path, {"a.txt": "1|t|茶\n".encode("gb18030")}, encoding="gb18030")
    assert found.layers["text"] == "茶"


@pytest.mark.parametrize(
    ("text", "options", "what", "line"),
    [
        ("1\t0\t3\tTea\tX\n", {}, "document above it is none", 1),
        ("1|t|Tea\n2\t0\t3\tTea\tX\n", {}, "document '2'", 2),
        ("1|t|Tea\nnonsense\n", {}, "nonsense", 2),
        ("1|t|Tea\n1|x|Pot\n", {}, r"text line \|x\|", 1),
        ("1|t|Tea\n1\t0\t3\tTea\tX\tD1\n", {}, "6 columns", 2),
        ("1|t|Tea\n1\t0\t3\tTea\tX\tD1\tTea\n", {"concepts": MESH}, "7 columns", 2),
        ("1|t|Tea\n1\t0\t3\tTea\n", {}, "4 columns", 2),
        ("1|t|Tea\n1\t0\tx\tTea\tX\n", {}, "'x'", 2),
        ("1|t|Tea\n1\tCID\tD1\tD2\n", {}, "4 columns", 2),
        ("1|t|Tea\n1\tCID\tD1\tD2\tNovel\n", {"relations": {}, "concepts": MESH}, "5 columns", 2),
        ("1|t|茶\n1\t1\t3\t茶\tX\n", {"unit": "utf8"}, "middle of a character", 2),
    ],
)
def test_what_the_options_do_not_provide_for_is_refused(tmp_path, text, options, what, line) -> None:
    error = refused(pubtator, tmp_path, {"folder/a.txt": text}, **options)
    assert re.search(what, error.what)
    assert error.where == f"folder/a.txt, line {line}"


def test_unknown_options_are_refused() -> None:
    refuses_unknown_options("pubtator")


OMIM = {"composite": ["|", "+"], "prefixes": {"OMIM:": "OMIM", "": "MESH"}, "strip": True}
AIONER = "ncbi/AIONER/*/data/pubtator/"
GENE = {"prefixes": {"": "NCBIGene"}, "alternative": [",", ";"], "nil": "-"}
VARIANTS = [
    "DNAMutation",
    "ProteinMutation",
    "OtherMutation",
    "AcidChange",
    "DNAAllele",
    "ProteinAllele",
    "SNP",
]
TMVAR = {
    **{kind: {"prefixes": {"": "tmVar"}} for kind in VARIANTS},
    "Gene": GENE,
    "Disease": {
        "prefixes": {"OMIM:": "OMIM", "OMIM_": "OMIM", "OMOM_": "OMIM", "": "MESH"},
        "alternative": [","],
        "nil": "-",
    },
    "Species": {"prefixes": {"": "NCBITaxon"}},
    "CellLine": {"prefixes": {"": "NCBITaxon"}},
}
BIORED = {
    "GeneOrGeneProduct": GENE,
    "OrganismTaxon": {"prefixes": {"": "NCBITaxon"}, "alternative": [","]},
    "SequenceVariant": {"beginnings": {"rs": "dbSNP"}, "prefixes": {"": "tmVar"}, "nil": "-"},
    "CellLine": {"beginnings": {"CVCL_": "Cellosaurus"}, "strip": True},
    "DiseaseOrPhenotypicFeature": {
        "prefixes": {"OMIM:": "OMIM", "": "MESH"}, "alternative": [","], "composite": ["|"], "nil": "-",
    },
}  # fmt: skip
CDR = {"concepts": MESH, "composite_parts": True, "relations": {"roles": ["chemical", "disease"]}}
CHEM = {"block": "passage", "concepts": {"prefixes": {"MESH:": "MESH"}, "alternative": [","], "nil": "-"}}
RED = {
    "concepts": {"prefixes": {"": "MESH"}, "alternative": [","], "nil": "-", "types": BIORED},
    "relations": {"attributes": ["novelty"]},
}
NCBI = "spyysalo/ncbi-disease/*/original-data/"
BIORED_FILES = "ndlongvn/BioRED-NER-RE/*/NER BioRED/BioRED/"


@pytest.mark.real
@pytest.mark.parametrize(
    ("pattern", "options", "counts"),  # documents, mentions, spans that differ from the text, relations
    [
        (NCBI + "train/NCBItrainset_corpus.txt", {"concepts": OMIM}, (593, 5145, 1, 0)),
        (NCBI + "devel/NCBIdevelopset_corpus.txt", {"concepts": OMIM}, (100, 787, 0, 0)),
        (NCBI + "test/NCBItestset_corpus.txt", {"concepts": OMIM}, (100, 960, 0, 0)),
        ("patverga/bran/*/data/cdr/CDR_TrainingSet.PubTator.txt.gz", CDR, (500, 9385, 0, 1038)),
        ("patverga/bran/*/data/cdr/CDR_DevelopmentSet.PubTator.txt.gz", CDR, (500, 9591, 0, 1012)),
        ("patverga/bran/*/data/cdr/CDR_TestSet.PubTator.txt.gz", CDR, (500, 9809, 0, 1066)),
        (AIONER + "tmVar3_Train.PubTator", {"concepts": {"types": TMVAR}}, (342, 7957, 21, 0)),
        (AIONER + "NLMchem_Test.PubTator", CHEM, (3428, 12411, 0, 0)),
        (AIONER + "GNormPlus_Train.PubTator", {"concepts": GENE}, (432, 5793, 35, 0)),
        (BIORED_FILES + "Train.PubTator", RED, (400, 13351, 0, 4178)),
        (BIORED_FILES + "Test.PubTator", RED, (100, 3535, 0, 1163)),
    ],
)
def test_real_counts(real_data, pattern, options, counts) -> None:
    found = documents(pubtator, Sources(real(real_data, pattern)), **options)
    differing = sum(a != b for d in found for a, b in zip(slices(d), printed(d), strict=True))
    mentions = sum(len(d.layers["entities"]) for d in found)
    relations = sum(len(d.layers.get("relations", [])) for d in found)
    assert (len(found), mentions, differing, relations) == counts
