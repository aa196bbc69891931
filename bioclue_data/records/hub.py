"""The Hub's words for a dataset card: `schemas/hub.toml`, and what of its rules can be checked offline.

The Hub checks the YAML of a card when it is pushed (`/api/validate-yaml`); the client checks nothing itself.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import msgspec
import yaml

from bioclue_data import locations
from bioclue_data.records import licences
from bioclue_data.records.catalogue import parse_toml

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from bioclue_data.records.record import Record

LANGUAGES = {"en": ("en",), "zh-Hans": ("zh",), "zh-Hant": ("zh",), "mul": ("en", "zh")}
KNOWN = frozenset(
    (
        *("pretty_name", "language", "license", "license_name", "license_link", "tags"),
        *("task_categories", "task_ids", "size_categories"),
        *("extra_gated_prompt", "extra_gated_fields", "configs", "dataset_info"),
    )
)
LISTS = {
    "task_categories": "task_categories",
    "task_ids": "task_ids",
    "size_categories": "size_categories",
    "license": "licences",
}
NAME = re.compile(r"[a-z0-9][a-z0-9.-]*")
CONFIG = re.compile(r'[^<>:/\\|?*"\s]+')  # what `datasets` allows in a folder of its cache
LICENCE_FILES = ("LICENSE", "LICENSE.md")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # in C where it is: a sixth of the time
MOST_BYTES = 700_000
"""Of README.md. The Hub does not say what it takes; it has refused a card of about a megabyte
(huggingface/datasets, issue 7392)."""


class Vocabulary(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The closed lists, and our words in the Hub's."""

    task_categories: frozenset[str]
    task_ids: frozenset[str]
    licences: frozenset[str]
    size_categories: tuple[str, ...]
    gated_fields: frozenset[str]
    licence_ids: dict[str, str]
    tasks: dict[str, tuple[str, ...]]


@lru_cache(maxsize=1)
def vocabulary() -> Vocabulary:
    """The Hub's words, from `schemas/hub.toml`."""
    words: Vocabulary = parse_toml(locations.content("schemas") / "hub.toml", Vocabulary)
    return words


def size_category(rows: int) -> str:
    """The size category of a number of rows: `1K<n<10K`."""
    names: tuple[str, ...] = vocabulary().size_categories
    return names[min(max(len(str(rows)) - 3, 0), len(names) - 1)]


def task_words(tasks: Iterable[str]) -> dict[str, list[str]]:
    """`task_categories` and `task_ids` of our tasks, without what is empty."""
    words = [vocabulary().tasks[task] for task in tasks]
    found = {"task_categories": {w[0] for w in words}, "task_ids": {w[1] for w in words if len(w) > 1}}
    return {key: sorted(values) for key, values in found.items() if values}


def languages(records: Iterable[Record]) -> list[str]:
    """ISO 639-1 codes of the records' languages."""
    return sorted({code for record in records for code in LANGUAGES[record.language]})


def licence(records: Iterable[Record], link: str = "") -> dict[str, str]:
    """The licence keys of a card.

    Args:
        records: All datasets that the card speaks of.
        link: The file beside the card that lists several licences.

    Raises:
        RecordError: a licence is not in `schemas/licences.toml`.
    """
    found = {record.licence.id: licences.terms(record) for record in records}
    if len(found) != 1:
        several = {"license": "other", "license_name": "several", "license_link": link}
        return several if found else {"license": "unknown"}
    ((name, terms),) = found.items()
    if (known := _licence_id(name)) in vocabulary().licences:
        return {"license": known}
    name = re.sub(r"[^a-z0-9.]+", "-", name.removeprefix("LicenseRef-").lower())
    return {"license": "other", "license_name": name} | ({"license_link": terms.url} if terms.url else {})


def _licence_id(ours: str) -> str:
    known: dict[str, str] = vocabulary().licence_ids
    return known.get(ours, ours.lower())


def card_faults(text: str) -> list[str]:
    """What the Hub or `datasets` would refuse in a card; [] if nothing is known to be wrong."""
    if not text.startswith("---\n") or "\n---\n" not in text:
        return ["no YAML between two lines of ---"]
    size = len(text.encode())
    large = [f"{size} bytes: more than {MOST_BYTES}"] if size > MOST_BYTES else []
    return large + faults(yaml.load(text[4:].split("\n---\n", 1)[0], _LOADER))  # noqa: S506 - a safe one


def faults(header: Mapping[str, Any]) -> list[str]:
    """What would be refused in the YAML of a card."""
    found = [f"{key}: no key that our cards use" for key in header if key not in KNOWN]
    return [
        *found,
        *_wrong_words(header),
        *_wrong_licence(header),
        *_wrong_gate(header),
        *_wrong_configs(header.get("configs", [])),
        *_wrong_info(header),
    ]


def _wrong_words(header: Mapping[str, Any]) -> Iterator[str]:
    for key, words in LISTS.items():
        values = header.get(key) or []
        for value in [values] if isinstance(values, str) else values:
            if value not in getattr(vocabulary(), words):
                yield f"{key}: {value!r} is not in the Hub's list"
    for value in header.get("language", []):
        if not re.fullmatch(r"[a-z]{2,3}", str(value)):
            yield f"language: {value!r} is no ISO 639 code"
    for value in (header.get("pretty_name", "x"), *header.get("tags", [])):
        if not isinstance(value, str) or not value.strip():
            yield f"pretty_name, tags: {value!r} is no text"


def _wrong_licence(header: Mapping[str, Any]) -> Iterator[str]:
    name, link = header.get("license_name"), header.get("license_link")
    if not header.get("license"):
        yield "license: missing"
    if (header.get("license") == "other") != bool(name):
        yield "license_name: to be given with `other`, and only then"
    if name and not NAME.fullmatch(name):
        yield f"license_name: {name!r} is not in lower case with hyphens"
    if link and link not in LICENCE_FILES and not link.startswith(("https://", "http://")):
        yield f"license_link: {link!r} is neither a licence file nor an address"


def _wrong_gate(header: Mapping[str, Any]) -> Iterator[str]:
    if not isinstance(header.get("extra_gated_prompt", ""), str):
        yield "extra_gated_prompt: no text"
    for name, kind in header.get("extra_gated_fields", {}).items():
        word = kind.get("type") if isinstance(kind, dict) else kind
        if word not in vocabulary().gated_fields:
            yield f"extra_gated_fields: {name}: {word!r} is no type of field"


def _wrong_configs(configs: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    names: set[str] = set()
    for config in configs:
        name = str(config["config_name"])
        if not CONFIG.fullmatch(name) or name in names:
            yield f"configs: {name!r} cannot be a name, or is there twice"
        names.add(name)
        splits = [part["split"] for part in config["data_files"]]
        paths = [path for part in config["data_files"] for path in part["path"]]
        if not paths or not all(re.fullmatch(r"\w+(\.\w+)*", split) for split in splits):
            yield f"configs: {name}: no files, or a split that `datasets` cannot name: {splits}"
        if any(path.startswith("/") or ".." in path.split("/") for path in paths):
            yield f"configs: {name}: a path that leaves the folder"


def _wrong_info(header: Mapping[str, Any]) -> Iterator[str]:
    splits = {c["config_name"]: [p["split"] for p in c["data_files"]] for c in header.get("configs", [])}
    infos = header.get("dataset_info", [])
    if infos and [info["config_name"] for info in infos] != list(splits):
        yield "dataset_info: not one for each config, in their order"
    for info in infos:
        name = info["config_name"]
        if [split["name"] for split in info["splits"]] != splits.get(name):
            yield f"dataset_info: {name}: other splits than its files have"
        if sum(split["num_bytes"] for split in info["splits"]) != info["dataset_size"]:
            yield f"dataset_info: {name}: dataset_size is not the sum of its splits"
