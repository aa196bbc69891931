"""Reference pages under `docs/`: contracts, rules, commands, datasets. Generated; CI checks that they fit."""

from __future__ import annotations

import click

from bioclue_data import cli, rules
from bioclue_data import contract as contracts
from bioclue_data.catalogue import Catalogue
from bioclue_data.fields import ListOf, Struct, Type
from bioclue_data.readme import field_table
from bioclue_data.record import SPLITS, Record

Page = tuple[str, str]


def pages(catalogue: Catalogue) -> list[Page]:
    """(path below `docs/`, text) of every page."""
    return [
        ("contracts.md", contracts_page()),
        ("rules.md", rules_page()),
        ("cli.md", cli_page()),
        ("datasets.md", datasets_page(catalogue)),
    ]


def contracts_page() -> str:
    """All contracts: common columns, then one section per task, then the fragments."""
    loaded = [contracts.load(task) for task in contracts.tasks()]
    structs = {s.name: s for c in loaded for field in c.columns for s in _structs(field.type)}
    parts = [
        "# Contracts\n\nOne table per task type. Offsets are half open and count Unicode code points. "
        "`null` is not annotated, or withheld; `[]` is annotated and empty.\n",
        "## Columns of every table\n\n" + field_table(loaded[0].common),
        *(f"## `{c.name}`: {c.title} ({c.title_zh})\n\n{c.doc} Gold: {', '.join(f'`{g}`' for g in c.gold) or 'none'}.\n\n"
          f"{field_table(c.content)}\nRules: {', '.join(c.checks)}.\n" for c in loaded),
        *(f"## Fragment `{name}`\n\n{field_table(struct.fields)}" for name, struct in sorted(structs.items())),
    ]  # fmt: skip
    return "\n".join(parts)


def _structs(kind: Type) -> list[Struct]:
    if isinstance(kind, ListOf):
        return _structs(kind.item)
    if isinstance(kind, Struct):
        return [kind, *(s for field in kind.fields for s in _structs(field.type))]
    return []


def rules_page() -> str:
    """All rules with what they ask, why, and what to do."""
    lines = [
        f"| {rule.code} | {rule.title} | {rule.severity} | {rule.explanation} | {rule.remedy} |\n"
        for rule in rules.rules().values()
    ]
    head = (
        "# Rules\n\nEvery row keeps these. An error refuses the build, unless the record declares it with its exact "
        "count (`known_faults`); a warning is kept in the row's `quality`.\n\n"
        "| code | what holds | severity | why | what to do |\n|---|---|---|---|---|\n"
    )
    return head + "".join(lines)


def cli_page() -> str:
    """The help of every command."""
    context = click.Context(cli.group, info_name="bioclue", terminal_width=100)
    parts = ["# Commands\n", f"```\n{cli.group.get_help(context)}\n```\n"]
    for name in cli.COMMANDS:
        command = cli.group.get_command(context, name)
        assert command is not None
        inner = click.Context(command, info_name=name, parent=context, terminal_width=100)
        parts.append(f"## `bioclue {name}`\n\n```\n{command.get_help(inner)}\n```\n")
    return "\n".join(parts)


def datasets_page(catalogue: Catalogue) -> str:
    """Every dataset with its status, and published against observed counts where there are any."""
    records = [entry.record for entry in catalogue.entries.values()]
    head = "| dataset | tasks | language | access | licence | status |\n|---|---|---|---|---|---|\n"
    lines = [
        f"| [`{r.id}`](../cards/{r.id}.md) | {', '.join(r.tasks)} | {r.language} | {r.access} | {r.licence.id} | {_status(r)} |\n"
        for r in records
    ]
    counted = [r for r in records if r.expected.published and r.status == "verified"]
    table = "| dataset | split | count | published | observed |\n|---|---|---|---|---|\n"
    compared = "".join(line for r in counted for line in comparison(r))
    return (
        "# Datasets\n\nverified: the whole real file went through the loader. written: the loader was made from the "
        f"documented format. declared: no loader yet.\n\n{head}{''.join(lines)}\n"
        f"## Published against observed\n\n{table}{compared}"
    )


def _status(record: Record) -> str:
    splits = [f"{name} {record.status_of(name)}" for name, _ in record.splits.items()] if record.splits else []
    return ", ".join(splits) or record.status


def comparison(record: Record) -> list[str]:
    """Rows of the published-against-observed table; a difference shows the record's reason."""
    published, observed = record.expected.published, record.expected.observed
    if published is None:
        return []
    rows = []
    for split in SPLITS:
        for key, count in getattr(published, split).items():
            found = getattr(observed, split).get(key)
            reason = f" ({observed.reason})" if found is not None and found != count else ""
            rows.append(f"| `{record.id}` | {split} | {key} | {count} | {'' if found is None else found}{reason} |\n")
    return rows
