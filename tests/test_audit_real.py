"""The audit finds again, in the real files, what their inventory says: counts only."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
import pytest

from bioclue_data.audit import baseline
from bioclue_data.audit.batch import Batch
from bioclue_data.audit.checks.language import other_script
from bioclue_data.audit.run import Audit, audit
from bioclue_data.building.build import Outcome
from bioclue_data.locations import content
from tests.shared_builds import part

pytest_plugins = ("tests.shared_fixtures",)
pytestmark = pytest.mark.real

DATASETS = (
    "chemprot_scibert",
    "cmeee",
    "cmeee_chip2020",
    "cmeee_v2",
    "cmeie",
    "ddi_corpus",
    "evidence_inference",
    "geokhoj_v1",
    "health_ner",
    "healthver",
    "medec",
    "medical_abstracts_tc",
    "medxpertqa_mm",
    "mmlu_medical",
    "mqp",
)


@pytest.fixture(scope="module")
def built(every_dataset: Outcome, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return part(every_dataset, tmp_path_factory.mktemp("audit") / "bioclue", *DATASETS).folder


@pytest.fixture(scope="module")
def audited(built: Path) -> Audit:
    return audit(built)


@pytest.fixture(scope="module")
def found(audited: Audit) -> dict[tuple[str, ...], int]:
    """Number of items by dataset, task, check and split."""
    keys = ("dataset", "task", "check", "split")
    counts = audited.findings.group_by(*keys).agg(pl.col("item_id").n_unique())
    return {row[:4]: row[4] for row in counts.iter_rows()}


@pytest.mark.parametrize(
    ("key", "items"),
    [
        # 172 pairs repeat in validation (198 surplus), 111 in test (129 surplus)
        (("healthver", "nli", "duplicate_in_split", "validation"), 370),
        (("healthver", "nli", "duplicate_in_split", "test"), 240),
        # 113 abstracts, 118 surplus rows, all with conflicting labels
        (("medical_abstracts_tc", "tc", "duplicate_in_split", "test"), 231),
        (("medical_abstracts_tc", "tc", "conflicting_gold", "test"), 231),
        # 65 duplicated texts with conflicting labels; 4 texts in train and test
        (("chemprot_scibert", "tc", "conflicting_gold", "train"), 50),
        (("chemprot_scibert", "tc", "conflicting_gold", "validation"), 30),
        (("chemprot_scibert", "tc", "conflicting_gold", "test"), 50),
        (("chemprot_scibert", "tc", "duplicate_across_splits", "test"), 4),
        # 67 duplicated texts inside splits
        (("chemprot_scibert", "tc", "duplicate_in_split", "train"), 50),
        (("chemprot_scibert", "tc", "duplicate_in_split", "validation"), 34),
        (("chemprot_scibert", "tc", "duplicate_in_split", "test"), 50),
        # 203 texts of validation with U+E313 or U+E316
        (("cmeie", "re", "private_use_character", "validation"), 203),
        # 78 questions in two subjects
        (("mmlu_medical", "mcqa", "duplicate_in_split", "test"), 156),
        # every first question stands in two pairs: a fact of the split
        (("mqp", "sts", "shared_half", "train"), 1),
        # 4 texts shared by train and test to the letter, 3 more but for case and signs; 3 ids twice in train
        (("geokhoj_v1", "tc", "duplicate_across_splits", "test"), 7),
        (("geokhoj_v1", "tc", "duplicate_across_splits", "train"), 7),
        (("geokhoj_v1", "tc", "broken_rule", "train"), 3),
        # 9 distinct test sentences (10 rows) in train to the letter, 35 rows more but for case and signs
        (("ddi_corpus", "ner", "duplicate_across_splits", "test"), 45),
        # documents of two or more sentences under two ids
        (("ddi_corpus", "ner", "document_twice", "train"), 60),
        (("ddi_corpus", "ner", "document_twice", "test"), 8),
        # 71 sentences with empty text, each in both tasks
        (("ddi_corpus", "re", "blank_field", "train"), 71),
        # CMeEE has no private-use characters (CMeIE has), but U+FEFF in 21 texts of validation (CHIP: 38)
        (("cmeee", "ner", "private_use_character", "validation"), 0),
        (("cmeee", "ner", "control_character", "validation"), 21),
        (("cmeee_v2", "ner", "control_character", "validation"), 21),
        (("cmeee_chip2020", "ner", "control_character", "train"), 38),
        # 198 texts of validation with literal HTML
        (("cmeee", "ner", "markup", "validation"), 198),
        # 10 of 257 prompts without a label that all annotators of a kind agree on
        (("evidence_inference", "nli", "broken_rule", "test"), 10),
        # Traditional as declared: one row with Simplified characters; one with U+FEFF; one in both splits
        (("health_ner", "ner", "other_script", "validation"), 1),
        (("health_ner", "ner", "other_script", "test"), 0),
        (("health_ner", "ner", "control_character", "validation"), 1),
        (("health_ner", "ner", "duplicate_across_splits", "test"), 1),
        (("medec", "tc", "mojibake", "validation"), 106),
        (("medxpertqa_mm", "mcqa", "image_reference", "test"), 664),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, tuple) else None,
)
def test_known_quirks_are_found_with_their_counts(
    found: dict[tuple[str, ...], int], key: tuple[str, ...], items: int
) -> None:
    assert found.get(key, 0) == items


def test_annotators_that_disagree_were_settled_before_the_table(found: dict[tuple[str, ...], int]) -> None:
    """Evidence Inference: the reader aggregates labels, so no prompt is in the table twice."""
    assert not [key for key in found if key[0] == "evidence_inference" and "gold" in key[2]]


@pytest.mark.parametrize(("split", "rows", "traditional"), [("validation", 2531, 2378), ("test", 3205, 3035)])
def test_the_traditional_script_of_health_ner_is_seen(
    built: Path, split: str, rows: int, traditional: int
) -> None:
    """Were the rows declared as Simplified, nearly all would be findings; the rest is short or shared."""
    (path,) = (built / "ner_cn" / "health_ner").glob(f"{split}-*.parquet")
    batch = Batch.of("ner", pq.read_table(path))
    batch.rows = batch.rows.with_columns(language=pl.lit("zh-Hans"))
    assert len(batch.rows) == rows
    assert len(other_script(batch)) == traditional


def test_documents_under_two_ids_are_named(built: Path) -> None:
    """DDI: of 24 documents with 11 texts, these have two sentences or more."""
    findings = audit(built, ["ddi_corpus"], codes=("document_twice",)).findings.filter(task="ner")
    assert findings["detail"].n_unique() == 4


def test_every_error_is_known_and_every_known_one_is_found(audited: Audit) -> None:
    accepted = baseline.load(content("schemas") / "audit_baseline.toml")
    judged = baseline.judge(audited.findings, accepted, set(audited.rows["dataset"]))
    errors = judged.findings.filter(severity="error")
    assert judged.stale == []
    assert errors["accepted"].null_count() == 0
    assert {one.dataset for one in accepted} & set(DATASETS) == set(errors["dataset"])
