"""What a model said of a document of lm-evaluation-harness, as a row; also from the samples that it logs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from bioclue_data.prompting.answers import parse
from bioclue_data.prompting.vocabulary import Vocabulary

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bioclue_data.export import Row

Document = dict[str, Any]


def predicted(doc: Document, results: Sequence[Any]) -> Row:
    """The row with what the model said in the place of the gold.

    Args:
        doc: A document.
        results: The text that was written, or a log-likelihood (and whether it is greedy) for each choice.
    """
    text = results[0]
    if not isinstance(text, str):
        likely = [float(likelihood) for likelihood, _ in results]
        text = doc["choices"][likely.index(max(likely))]
    return parse(doc["task"], json.loads(doc["gold"]), text, Vocabulary(tuple(doc["names"])))


def is_sample(line: Mapping[str, Any]) -> bool:
    """Is this a line of the samples that the harness logs?"""
    return isinstance(line.get("doc"), dict) and "filtered_resps" in line and "gold" in line["doc"]


def prediction(sample: Mapping[str, Any]) -> Row:
    """The prediction of a logged sample."""
    return predicted(sample["doc"], sample["filtered_resps"])
