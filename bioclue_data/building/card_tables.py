"""The tables of a built folder's README: what is inside, dataset by dataset, and what to know before use."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from bioclue_data.building import flags
from bioclue_data.building.hub_header import records_of
from bioclue_data.contracts import contract as contracts
from bioclue_data.contracts import rules
from bioclue_data.markdown import table
from bioclue_data.records import licences
from bioclue_data.records.record import SPLITS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bioclue_data.building.configs import Table
    from bioclue_data.building.folder import Manifest
    from bioclue_data.records.catalogue import Catalogue
    from bioclue_data.records.record import Record

Group = dict[str, list["Table"]]
OVERVIEW = ("config", "task", "datasets here", "rows", "the Hub can carry")
INSIDE = (
    "dataset", "alone", *SPLITS, "licence", "access", "faults", "overlaps", "leaked"
)  # fmt: skip
OVERLAPS = 3
NONE = "–"


def groups(manifest: Manifest) -> dict[str, Group]:
    """`<task>_<lang>` -> dataset -> its tables, derived datasets (of no shared config) included."""
    found: dict[str, Group] = {}
    for dataset, built in manifest["datasets"].items():
        for made in built["tables"]:
            name = made["path"].split("/")[0]
            found.setdefault(name, {}).setdefault(dataset, []).append(made)
    return dict(sorted(found.items()))


def overview(manifest: Manifest, catalogue: Catalogue) -> str:
    """One line for each task and language."""
    rows = [
        (
            f"[`{name}`](#{name})",
            _title(group),
            len(group),
            sum(made["rows"] for tables in group.values() for made in tables),
            carried(name, catalogue),
        )
        for name, group in groups(manifest).items()
    ]
    return table(OVERVIEW, rows)


def _title(group: Group) -> str:
    contract = contracts.load(next(iter(group.values()))[0]["task"])
    return f"{contract.title} {contract.title_zh}"


def carried(name: str, catalogue: Catalogue) -> str:
    """How many of the datasets that are known for a task and language may be published."""
    task, language = name.rsplit("_", 1)
    known = [
        entry.record
        for entry in catalogue.entries.values()
        if task in entry.record.tasks and entry.record.config_language == language
    ]
    return f"{sum(map(licences.may_publish, known))} of {len(known)} datasets"


def section(name: str, group: Group, catalogue: Catalogue) -> str:
    """The datasets of one task and language."""
    rows = [_line(name, dataset, tables, catalogue) for dataset, tables in sorted(group.items())]
    used = [
        at for at, head in enumerate(INSIDE) if head in SPLITS[:1] or any(row[at] != NONE for row in rows)
    ]
    shown = table([INSIDE[at] for at in used], [[row[at] for at in used] for row in rows])
    return f"### {name}\n\n{_title(group)}. The Hub can carry {carried(name, catalogue)}.\n\n{shown}"


def _line(name: str, dataset: str, tables: list[Table], catalogue: Catalogue) -> tuple[str, ...]:
    entry = catalogue.entries.get(dataset)
    record = entry.record if entry else None
    own = " ".join(f"`{config}`" for config in tables[0]["configs"] if config != name)
    only = (
        "" if name in tables[0]["configs"] else f" only: from `{record.derived_from}`" if record else " only"
    )
    link = f"[`{dataset}`]({record.homepage})" if record and record.homepage else f"`{dataset}`"
    return (
        link,
        own + only,
        *(_rows(tables, split) for split in SPLITS),
        licence_words(record) if record else "unknown",
        record.access if record else "unknown",
        ", ".join(f"{rule}: {number}" for rule, number in faults_of(tables).items()) or NONE,
        _overlaps(record) if record else NONE,
        _leaked(tables),
    )


def _rows(tables: list[Table], split: str) -> str:
    found = [made for made in tables if made["split"] == split]
    return (
        " ".join(f"{made['rows']}{'' if made['labelled'] else ' (gold withheld)'}" for made in found) or NONE
    )


def licence_words(record: Record) -> str:
    """A record's licence with its conditions: CC-BY-NC-SA-4.0 (non-commercial, share-alike)."""
    terms = licences.terms(record)
    words = {"non-commercial": terms.non_commercial, "share-alike": terms.share_alike}
    held = {"not published by us": not licences.may_publish(record)}
    marks = ", ".join(word for word, holds in (words | held).items() if holds)
    return f"{record.licence.id} ({marks})" if marks else record.licence.id


def faults_of(tables: Iterable[Table]) -> Counter[str]:
    """Declared faults of the source by rule, over all tables; warnings are no faults."""
    counts: Counter[str] = Counter()
    for made in tables:
        counts.update(made["faults"])
    return Counter(
        {rule: n for rule, n in sorted(counts.items()) if rules.describe(rule).severity == "error"}
    )


def _overlaps(record: Record) -> str:
    found = sorted(record.overlaps, key=lambda overlap: -overlap.items)
    named = [f"{overlap.dataset} ({overlap.items} {overlap.unit})" for overlap in found[:OVERLAPS]]
    more = [f"{len(found) - OVERLAPS} more"] if len(found) > OVERLAPS else []
    return "; ".join([*named, *more]) or NONE


def _leaked(tables: Iterable[Table]) -> str:
    checked = sum(made["checked"] for made in tables)
    return f"{sum(made['leaked'] for made in tables)} of {checked}" if checked else NONE


def corpora(manifest: Manifest) -> str:
    """The corpora that the rows were looked for in, with what was found; "" if there was none."""
    splits: dict[str, set[tuple[str, str]]] = {}
    found: dict[str, Counter[str]] = {}
    for name, built in manifest["datasets"].items():
        for made in built["tables"]:
            for check, verdicts in made.get("checks", {}).items():  # not in folders of before
                splits.setdefault(check, set()).add((name, made["split"]))
                found.setdefault(check, Counter()).update(verdicts)
    rows = [
        (*_named(check), len(splits[check]), _leaks(found[check]), found[check]["source_overlap"])
        for check in sorted(splits)
        if not check.endswith(f"#{flags.DECLARED}")
    ]
    head = ("corpus", "revision", "method", "splits checked", "rows leaked", "only the public text found")
    return table(head, rows) if rows else ""


def _named(check: str) -> tuple[str, str, str]:
    """Corpus, revision and method; a corpus by its path may have the signs between them in its name."""
    corpus, _, rest = check.rpartition("@")
    revision, _, method = rest.partition("#")
    return f"`{corpus}`", f"`{revision}`", f"`{method}`"


def _leaks(found: Counter[str]) -> int:
    return sum(found[verdict] for verdict in flags.LEAKED)


def licence_page(manifest: Manifest, catalogue: Catalogue) -> str:
    """`LICENSE.md`: every licence of the folder with its datasets."""
    by_id: dict[str, list[str]] = {}
    for record in records_of(manifest, catalogue):
        by_id.setdefault(record.licence.id, []).append(f"`{record.id}`")
    unknown = sorted(manifest["datasets"].keys() - catalogue.entries.keys())
    rows = [_licence_line(name, datasets) for name, datasets in sorted(by_id.items())]
    rows += [("no record at hand", "", "", ", ".join(f"`{name}`" for name in unknown))] if unknown else []
    return f"{LICENCE_PAGE}\n{table(('licence', 'name', 'terms', 'datasets'), rows)}"


def _licence_line(name: str, datasets: list[str]) -> tuple[Any, ...]:
    terms = licences.table()[name]
    words = {
        "redistribution allowed": terms.redistribute,
        "no redistribution": not terms.redistribute,
        "non-commercial": terms.non_commercial,
        "share-alike": terms.share_alike,
    }
    link = f"[{terms.name}]({terms.url})" if terms.url else terms.name
    return name, link, ", ".join(word for word, holds in words.items() if holds), ", ".join(datasets)


LICENCE_PAGE = """\
# Licences

Every dataset stays under its own licence, which stands in each of its rows (`licence`, `access`). What it
asks (to name the authors, to share alike, not to sell) holds for the rows here as for the source:
`citation.bib` has the authors. 各数据集遵循其自身的许可。
"""
