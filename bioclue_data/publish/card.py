"""`cards/<dataset>.md`: what we claim about a dataset in public, under the headings of the Hub's cards.

From its record, the measured facts of `cards/facts.json` and the flags that ship. A heading of which nothing
is known is left out; nothing is filled with a guess.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from bioclue_data.building.readme import front_matter
from bioclue_data.contracts import contract as contracts
from bioclue_data.contracts import rules
from bioclue_data.markdown import page, table
from bioclue_data.publish import leaks, words
from bioclue_data.publish.pages import COMPARED, comparison
from bioclue_data.records import hub, licences
from bioclue_data.records.citation import bibtex
from bioclue_data.records.record import SPLITS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bioclue_data.publish.facts import Facts
    from bioclue_data.records.catalogue import Catalogue
    from bioclue_data.records.record import Record

    Measured = Mapping[str, Mapping[str, Facts]]

PAGE = Path(__file__).parent / "page" / "card.md"
SIZES = ("task", "split", "rows", "characters", "repeats", "in other splits")


def card(catalogue: Catalogue, record: Record, facts: Measured) -> str:
    """The card of one dataset, in Markdown with the Hub's YAML; English, with a Chinese summary.

    Args:
        catalogue: Knows the configs that the dataset is in.
        record: The dataset.
        facts: Task -> split -> what was measured on real files; empty if none are at hand.
    """
    compared = comparison(record)
    context = {
        "header": front_matter(header(record, facts)),
        "id": record.id,
        "title": f"{record.name} ({record.name_zh})" if record.name_zh else record.name,
        "config": f"{record.id}_{record.tasks[0]}" if record.read else "",
        "summary": words.summary(record, rows_of(facts)),
        "summary_zh": words.summary_zh(record, rows_of(facts)),
        "tasks": _tasks(catalogue, record),
        "fields": ", ".join(map(_contract_link, record.tasks)),
        "counts": _counts(record, facts),
        "compared": table(COMPARED[1:], [row[1:] for row in compared]) if compared else "",
        "published": record.expected.published.source if record.expected.published else "",
        "faults": _faults(record),
        "overlaps": _overlaps(record),
        "private": words.private(record),
        "bibtex": bibtex(record),
    }
    return page(PAGE, context | _listed(record) | _measured(record, facts) | leaks.facts_of(record))


def header(record: Record, facts: Measured) -> dict[str, Any]:
    """The YAML of the card."""
    rows = rows_of(facts)
    return {
        "pretty_name": record.name,
        "language": hub.languages([record]),
        **hub.licence([record]),
        **hub.task_words(record.tasks),
        **({"size_categories": [hub.size_category(rows)]} if rows else {}),
        "tags": ["biology", "medical", *([record.domain] if record.domain != "unknown" else [])],
    }


def rows_of(facts: Measured) -> int:
    """Rows of the largest task: the tasks of a dataset are views of the same documents."""
    return max((sum(found["rows"] for found in splits.values()) for splits in facts.values()), default=0)


def _tasks(catalogue: Catalogue, record: Record) -> str:
    rows = []
    for task in record.tasks:
        contract = contracts.load(task)
        configs = ", ".join(f"`{name}`" for name in catalogue.configs_of(record, task))
        rows.append(
            (f"`{task}`", f"{contract.title} {contract.title_zh}", words.LANGUAGES[record.language], configs)
        )
    return table(("task", "what", "language", "configs"), rows) if rows else words.NO_TASK


def _contract_link(task: str) -> str:
    contract = contracts.load(task)
    anchor = f"{task}-{contract.title}-{contract.title_zh}".lower().replace(" ", "-").replace("/", "")
    return f"[`{task}`](../docs/contracts.md#{anchor.replace(',', '')})"


def _listed(record: Record) -> dict[str, Any]:
    """What stands in lists of name and value; what is not known is left out."""
    terms = licences.terms(record)
    recipe = "no" + (f": build it with `bioclue build {record.id} --manual DIR`" if record.read else "")
    conditions = {"non-commercial": terms.non_commercial, "share-alike": terms.share_alike}
    lists = {
        "description": {
            "Name in bioclue": ", ".join(f"`{name}`" for name in (record.id, *record.aliases)),
            "Homepage": record.homepage,
            "Domain": record.domain if record.domain != "unknown" else "",
            "Derived from": f"`{record.derived_from}`" if record.derived_from else "",
            "Note": record.note,
        },
        "creation": words.creation(record),
        "terms": {
            "Licence": f"{record.licence.id}: {_linked(terms)}, read on {record.licence.read_on}",
            "Conditions": ", ".join(word for word, holds in conditions.items() if holds),
            "Note": record.licence.note,
            "Access": words.ACCESS[record.access] + (f" Ask at {record.obtain}" if record.obtain else ""),
            "Published by us": "yes" if licences.may_publish(record) else recipe,
        },
    }
    return {name: [pair for pair in pairs.items() if pair[1]] for name, pairs in lists.items()}


def _linked(terms: licences.Terms) -> str:
    return f"[{terms.name}]({terms.url})" if terms.url else terms.name


def _measured(record: Record, facts: Measured) -> dict[str, Any]:
    sizes = [
        (f"`{task}`", split, found["rows"], _characters(found), found["same_within"], found["same_across"])
        for task, splits in facts.items()
        for split, found in splits.items()
    ]
    labels = [(words.labels(task), shown) for task, splits in facts.items() if (shown := _labels(splits))]
    return {
        "splits": _splits(record),
        "sizes": table(SIZES, sizes) if sizes else "",
        "labels": labels,
        "unified": _unified(record),
    }


def _characters(found: Facts) -> str:
    least, _, median, _, most, maximum = found["characters"]
    return f"{least}, {median}, {most}, {maximum}"


def _labels(splits: Mapping[str, Facts]) -> str:
    """Label by split, most frequent first, with its share of all labels given there."""
    known = {split: found for split, found in splits.items() if found.get("labels")}
    counts = {split: found["labels"] for split, found in known.items()}
    names = sorted(
        {name for labels in counts.values() for name in labels},
        key=lambda name: (-sum(labels.get(name, 0) for labels in counts.values()), name),
    )
    rows = [(name, *(_share(found, name) for found in known.values())) for name in names]
    if any(found["more_labels"] for found in known.values()):
        rows.append(("(others)", *(f"{found['more_labels']} names" for found in known.values())))
    return table(("label", *counts), rows) if rows else ""


def _share(found: Facts, name: str) -> str:
    number = found["labels"].get(name, 0)
    if not number and found["more_labels"]:
        return "in (others)"
    return f"{number} ({number / found['all_labels']:.1%})"


def _splits(record: Record) -> str:
    if record.splits is None:
        return ""
    rows = [
        (name, words.STATUS[record.status_of(name)], ", ".join(split.withheld) or "–")
        for name, split in record.splits.items()
    ]
    return f"{words.origin(record.splits.origin)}\n\n{table(('split', 'status', 'gold withheld'), rows)}"


def _counts(record: Record, facts: Measured) -> str:
    """Counts of the record by split; labels that the tables above count are left out."""
    observed = {split: getattr(record.expected.observed, split) for split in SPLITS}
    splits = [split for split, counts in observed.items() if counts]
    shown = {
        label for found in facts.values() for split in found.values() for label in split.get("labels", ())
    }
    keys = dict.fromkeys(key for counts in observed.values() for key in counts)
    rows = [
        (key, *(observed[split].get(key, "–") for split in splits))
        for key in keys
        if key.partition(".")[2] not in shown
    ]
    return table(("count", *splits), rows) if rows else ""


def _unified(record: Record) -> str:
    known = contracts.unified_types()
    rows = [(source, _unified_name(known, ours)) for source, ours in record.terms.entities.items()]
    return table(("type in the source", "unified"), rows) if rows else ""


def _unified_name(known: Mapping[str, contracts.UnifiedType], ours: str) -> str:
    return f"{ours} {known[ours].name_zh}" if ours else "–"


def _faults(record: Record) -> str:
    head = ("rule", *SPLITS, "reason")
    rows = [
        (
            f"[{f.rule}](../docs/rules.md): {rules.describe(f.rule).title}",
            f.train,
            f.validation,
            f.test,
            f.reason,
        )
        for f in record.known_faults
    ]
    return table(head, rows) if rows else ""


def _overlaps(record: Record) -> str:
    rows = [(f"[`{o.dataset}`]({o.dataset}.md)", o.items, o.unit, o.note or "–") for o in record.overlaps]
    return table(("with", "items", "unit", "note"), rows) if rows else ""
