"""Chat: `messages` of user and assistant, as Hugging Face trainers take them; every labelled split.

A dialogue is what was said: patients are users, doctors and systems assistants; turns of one side after the
other are joined by a line end, and what comes after the last one of an assistant is left out. Every other
row is a question and its answer. `item_id` leads back to the row.
"""

from __future__ import annotations

import json
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bioclue_data.export import Row
    from bioclue_data.export.prompted._part import Part

COPIES_ROWS = True
SIDES = {"patient": "user", "doctor": "assistant", "system": "assistant", "other": "user"}
Message = dict[str, str]


def write(parts: Sequence[Part], out: Path, folder: Path) -> None:  # noqa: ARG001 - it copies rows
    """A file for each labelled table, where the table is."""
    for part in parts:
        for table in part.one.tables:
            if table["labelled"]:
                path = out / Path(table["path"]).with_suffix(".jsonl")
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text("".join(map(_line, _chats(part, table))), encoding="utf-8")


def _line(chat: dict[str, Any]) -> str:
    return json.dumps(chat, ensure_ascii=False) + "\n"


def _chats(part: Part, table: dict[str, Any]) -> list[dict[str, Any]]:
    made = (
        (row, _spoken(row) if part.one.task == "dialogue" else _asked(part, row)) for row in part.rows(table)
    )
    return [{"item_id": row["item_id"], "messages": messages} for row, messages in made if len(messages) > 1]


def _asked(part: Part, row: Row) -> list[Message]:
    question = part.question(row)
    return [
        {"role": "user", "content": question["prompt"]},
        {"role": "assistant", "content": question["target"]},
    ]


def _spoken(row: Row) -> list[Message]:
    sides = groupby(row["turns"], key=lambda turn: SIDES[turn["role"]])
    messages = [{"role": side, "content": "\n".join(turn["text"] for turn in turns)} for side, turns in sides]
    return messages[:-1] if messages and messages[-1]["role"] == "user" else messages
