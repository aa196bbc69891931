"""Which metrics a table has: by its task, by the mode of text classification, and CBLUE's official scores."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bioclue_data.contracts import contract as contracts
from bioclue_data.metrics import (
    coref,
    entities,
    labels,
    linking,
    links,
    ranking,
    scales,
    structures,
    texts,
)

if TYPE_CHECKING:
    from bioclue_data.metrics.family import Family, Row

TASKS: dict[str, Family] = {
    "boolqa": labels.ANSWER,
    "coref": coref.FAMILY,
    "cqa": texts.EXTRACTED,
    "dialogue": texts.REPLY,
    "ee": links.EVENTS,
    "mcqa": labels.OPTIONS,
    "mt": texts.TRANSLATION,
    "nen": linking.FAMILY,
    "ner": entities.FAMILY,
    "nli": labels.INFERENCE,
    "qa": texts.ANSWERS,
    "rank": ranking.FAMILY,
    "re": links.RELATIONS,
    "sts": scales.SIMILARITY,
    "sum": texts.SUMMARY,
    "t2s": structures.FAMILY,
}
MODES: dict[str, Family] = {"single": labels.SINGLE, "multi": labels.MULTI, "ordinal": scales.ORDINAL}
FAMILIES: dict[str, Family] = {family.name: family for family in (*TASKS.values(), *MODES.values())}

# The score that CBLUE's leaderboard shows, where its paper (arXiv:2106.08087), its baseline code or the
# overview of the shared task (CMedCausal: Macro-F1; CMeIE: micro) says so.
OFFICIAL: dict[tuple[str, str], str] = {
    ("cmeee", "ner"): "f1",
    ("cmeee_v2", "ner"): "f1",
    ("cmeie", "re"): "text_f1",
    ("cmeie_v2", "re"): "text_f1",
    ("cmedcausal", "re"): "macro_f1",
    ("chip_cdn", "nen"): "concept_f1",
    ("chip_ctc", "tc"): "macro_f1",
    ("chip_sts", "sts"): "macro_f1",
    ("kuake_qic", "tc"): "accuracy",
    ("kuake_qtr", "sts"): "accuracy",
    ("kuake_qqr", "sts"): "accuracy",
    ("kuake_ir", "rank"): "mrr_10",
}


def family(task: str, row: Row) -> Family:
    """The metrics of a table, from its task and one of its rows."""
    return MODES[row["mode"]] if task == "tc" else TASKS[task]


def scorable(task: str, row: Row) -> bool:
    """Has the row a gold that a prediction can be compared with?"""
    if task == "dialogue":
        return texts.reply_at(row) is not None
    columns = {path.partition(".")[0] for path in contracts.load(task).gold}
    return row["labelled"] and any(row[column] is not None for column in columns)


def nothing(task: str, row: Row) -> Row:
    """The row of a prediction that says nothing: lists are empty, values are null."""
    columns = {path.partition(".")[0] for path in contracts.load(task).gold} or {"turns"}
    return row | {name: [] if isinstance(row[name], list) else None for name in columns}


def headline(dataset: str, task: str, metrics: Family) -> str:
    """The score to look at first: CBLUE's official one, else the first of the family."""
    return OFFICIAL.get((dataset, task), metrics.scores[0])
