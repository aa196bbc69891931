"""A dataset of the test's own: a record, its files under a manual folder, and builds of it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bioclue_data import api
from bioclue_data.building.build import Outcome

HEAD = """
id = "{id}"
name = "Own"
tasks = {tasks}
language = "{language}"
domain = "clinical"
citation = "unknown"
licence = {{ id = "MIT", read_on = "LICENSE" }}
access = "{access}"
obtain = "https://sample.invalid/ask"
"""
NER = """
[splits]
origin = "official"
train = { file = "train.json" }
test = { file = "test.json", withheld = ["entities"] }
[read]
format = "json"
id = "id"
[read.columns]
text = "text"
entities = { each = "entities", start = "start", end = "end", type = "type", text = "text" }
[terms]
entities = { dis = "disease" }
"""


def item(
    number: int | str, text: str = "有蓝膝病", start: int = 1, end: int = 4, surface: str | None = None
) -> dict[str, Any]:
    """An item of the NER source: one mention."""
    mention = {
        "start": start,
        "end": end,
        "type": "dis",
        "text": text[start:end] if surface is None else surface,
    }
    return {"id": str(number), "text": text, "entities": [mention]}


@dataclass
class Own:
    """The dataset `own` below a folder."""

    root: Path
    id: str = "own"
    tasks: tuple[str, ...] = ("ner",)
    language: str = "zh-Hans"
    access: str = "open"
    body: str = NER
    builds: list[Outcome] = field(default_factory=list)

    def record(self, extra: str = "") -> None:
        folder = self.root / "records" / self.id
        folder.mkdir(parents=True, exist_ok=True)
        head = HEAD.format(
            id=self.id, tasks=json.dumps(self.tasks), language=self.language, access=self.access
        )
        (folder / "dataset.toml").write_text(head + self.body + extra, encoding="utf-8")

    def put(self, name: str, content: Any) -> Path:
        path = self.root / "manual" / self.id / name
        path.parent.mkdir(parents=True, exist_ok=True)
        data = content if isinstance(content, bytes) else json.dumps(content, ensure_ascii=False).encode()
        path.write_bytes(data)
        return path

    def build(self, *names: str, out: str = "bioclue", **options: Any) -> Outcome:
        from bioclue_data.records import catalogue

        catalogue.load.cache_clear()
        folders = {"manual": self.root / "manual", "records": self.root / "records"}
        return api.build(*(names or (self.id,)), out=self.root / out, offline=True, **folders | options)


def digest(folder: Path) -> dict[str, str]:
    """Path -> SHA-256 of every file below a folder."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
