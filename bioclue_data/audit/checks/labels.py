"""Labels: those that training never shows, shares that drift, classes that hardly occur."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from bioclue_data.audit.findings import found, none, of_split

if TYPE_CHECKING:
    from bioclue_data.audit.batch import Batch
    from bioclue_data.audit.table import Table

TASKS_WITH_LABELS = ("tc", "nli", "boolqa", "ner", "re", "ee")
DRIFT = 0.1  # total variation distance; two halves of one set of 500 labels differ by 0.03 to 0.06
DRIFT_ROWS = 200  # labels in either split: shares of fewer are chance
MAJORITY = 0.9  # share of one class from which accuracy says little
ITEMS = 50  # items from which shares are looked at
RARE = 5  # items of a class that are too few to score it


def unseen_label(table: Table) -> pl.DataFrame:
    """Items of test or validation with a label that no item of train has."""
    train = table.labels.filter(pl.col("split") == "train")["label"]
    if train.is_empty():
        return none()
    rows = table.gather(
        lambda batch: batch.labels.filter(
            pl.col("split") != "train", ~pl.col("label").is_in(train.implode())
        ),
        "labels",
    )
    return found(rows.unique(["item_id", "label"]), "label", pl.lit("label"))


def label_drift(table: Table) -> pl.DataFrame:
    """Splits whose shares of labels are far from those of train."""
    shares = table.labels.with_columns(total=pl.col("number").sum().over("split"))
    shares = shares.filter(pl.col("total") >= DRIFT_ROWS)
    shares = shares.with_columns(share=pl.col("number") / pl.col("total"))
    train = shares.filter(pl.col("split") == "train").select("label", before="share")
    parts = [none()]
    for split in sorted(set(shares["split"]) - {"train"}) if len(train) else ():
        both = shares.filter(pl.col("split") == split).join(train, on="label", how="full", coalesce=True)
        both = both.with_columns(change=pl.col("share").fill_null(0) - pl.col("before").fill_null(0))
        distance = both["change"].abs().sum() / 2
        if distance >= DRIFT:
            most = both.sort(pl.col("change").abs(), "label", descending=[True, False]).head(3)
            named = ", ".join(
                f"{label} {change:+.1%}" for label, change in most["label", "change"].iter_rows()
            )
            parts.append(of_split(split, "label", f"{distance:.2f} from train: {named}"))
    return pl.concat(parts)


def class_balance(table: Table) -> pl.DataFrame:
    """Splits in which nearly all items have one label, and splits with labels that hardly any item has."""
    counts = table.labels.select("split", "label", len="items").with_columns(
        total=pl.col("len").sum().over("split")
    )
    counts = counts.filter(pl.col("total") >= ITEMS)
    counts = counts.sort("split", "len", "label")
    parts = [none()]
    for split, label, number, total in counts.filter(pl.col("len") >= MAJORITY * pl.col("total")).iter_rows():
        parts.append(of_split(split, "label", f"{label}: {number} of {total}"))
    rare = counts.filter(pl.col("len") < RARE).group_by("split", maintain_order=True)
    for (split,), labels in rare:
        named = ", ".join(f"{label} {number}" for label, number in labels["label", "len"].head(5).iter_rows())
        parts.append(of_split(str(split), "label", f"{len(labels)} labels with fewer than {RARE}: {named}"))
    return pl.concat(parts)


def unanswerable(batch: Batch) -> pl.DataFrame:
    """Labelled questions without an answer, queries without a relevant candidate."""
    column = {"cqa": "answers", "mcqa": "answer_keys", "rank": "candidates"}[batch.task]
    gold = pl.col(column)
    if batch.task == "rank":
        gold = gold.list.eval(pl.element().filter(pl.element().struct.field("relevance") > 0))
    wanted = pl.col("labelled") & gold.is_not_null() & (gold.list.len() == 0)
    return found(batch.rows.filter(wanted), pl.lit("no gold"), pl.lit(column))


LOOKS = {
    "unseen_label": unseen_label,
    "label_drift": label_drift,
    "class_balance": class_balance,
}
LOOKS_AT_ROWS = {"unanswerable": unanswerable}
TASKS = {
    "unseen_label": TASKS_WITH_LABELS,
    "label_drift": TASKS_WITH_LABELS,
    "class_balance": ("tc", "nli", "boolqa"),
    "unanswerable": ("cqa", "mcqa", "rank"),
}
