"""Written texts: answers, summaries, translations, replies.

`exact_match` and `token_f1` are SQuAD's (Rajpurkar et al. 2016), for Chinese over characters as in CMRC
2018; where there is no answer, none is right. `rouge_1`, `rouge_2`, `rouge_l` are F-measures of the library
`rouge-score` without stemming, over words, and over single Han characters (its own tokeniser drops them).
`bleu` is sacrebleu's corpus BLEU from 0 to 1, by characters (`zh`) for Chinese; `chrf` the mean of its
sentence scores. Of several references the best one counts; BLEU takes all at once. Of several predictions the
first one does.
"""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from bioclue_data.errors import UsageError
from bioclue_data.metrics.family import Family, Row
from bioclue_data.metrics.tokens import normalised, tokens
from bioclue_data.metrics.totals import mean

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bioclue_data.metrics.totals import Array, Counts, Totals

ROUGE = {"rouge_1": "rouge1", "rouge_2": "rouge2", "rouge_l": "rougeL"}
ORDERS = range(1, 5)
Texts = list[str]
Side = tuple[str, ...]


class _Tokenizer:
    """What `rouge-score` asks of a tokeniser."""

    def tokenize(self, text: str) -> list[str]:
        return tokens(text)


@cache
def _rouge() -> Any:
    try:
        from rouge_score.rouge_scorer import RougeScorer  # noqa: PLC0415
    except ImportError as error:
        raise _lacking("rouge-score") from error
    return RougeScorer(list(ROUGE.values()), tokenizer=_Tokenizer())


@cache
def _sacrebleu() -> Any:
    try:
        from sacrebleu import metrics  # noqa: PLC0415
    except ImportError as error:
        raise _lacking("sacrebleu") from error
    return metrics


@cache
def _bleu(chinese: bool) -> Any:
    return _sacrebleu().BLEU(tokenize="zh" if chinese else "13a")


@cache
def _chrf() -> Any:
    return _sacrebleu().CHRF()


def _lacking(library: str) -> UsageError:
    return UsageError(f"{library} is not installed", remedy="pip install 'bioclue-data[score]'")


def rouge(gold: Sequence[str], text: str) -> dict[str, float]:
    """ROUGE F-measures of a text; of several references the best counts, for each score by itself."""
    best = _rouge().score_multi(gold, text)
    return {name: best[key].fmeasure for name, key in ROUGE.items()}


def exact_match(gold: Sequence[str], text: str) -> float:
    """1.0 if a reference has the same tokens."""
    return float(any(normalised(reference) == normalised(text) for reference in gold))


def token_f1(gold: Sequence[str], text: str) -> float:
    """F1 of the tokens, as bags; of several references the best counts."""
    return max(_bag_f1(normalised(reference), normalised(text)) for reference in gold)


def _bag_f1(reference: list[str], text: list[str]) -> float:
    if not reference or not text:
        return float(reference == text)
    return 2 * (Counter(reference) & Counter(text)).total() / (len(reference) + len(text))


def _answer_counts(gold: Texts, predicted: Texts) -> Counts:
    if not gold or not predicted:
        return dict.fromkeys(("exact_match", "token_f1"), float(not gold and not predicted))
    return {"exact_match": exact_match(gold, predicted[0]), "token_f1": token_f1(gold, predicted[0])}


def _rouge_counts(gold: Texts, predicted: Texts) -> Counts:
    if not gold or not predicted:
        return dict.fromkeys(ROUGE, float(not gold and not predicted))
    return rouge(gold, predicted[0])


def _bleu_counts(gold: Texts, predicted: Texts, *, chinese: bool) -> Counts:
    """Right and all n-grams of orders 1 to 4, and both lengths."""
    if not gold:
        return {}
    one = _bleu(chinese).corpus_score(predicted[:1] or [""], [[reference] for reference in gold])
    counts = {f"right_{n}": one.counts[n - 1] for n in ORDERS} | {
        f"all_{n}": one.totals[n - 1] for n in ORDERS
    }
    return {**counts, "length": one.sys_len, "reference": one.ref_len}


def _bleu_score(totals: Totals) -> Array:
    right, every = ([totals[f"{side}_{n}"] for n in ORDERS] for side in ("right", "all"))
    lengths = zip(totals["length"], totals["reference"], strict=True)
    scores = []
    for at, (length, reference) in enumerate(lengths):
        counts = ([int(order[at]) for order in side] for side in (right, every))
        made = _sacrebleu().BLEU.compute_bleu(*counts, int(length), int(reference), smooth_method="exp")
        scores.append(made.score / 100)
    return np.where(totals["reference"] > 0, scores, np.nan)


def _answers(row: Row) -> Texts:
    return [answer["text"] for answer in row["answers"] or ()]


def _targets(row: Row) -> Texts:
    return [target["text"] for target in row["targets"] or ()]


def _is_chinese(row: Row) -> bool:
    spoken = next((target["language"] for target in row.get("targets") or () if target["language"]), None)
    return str(spoken or row["language"]).startswith("zh")


def reply_at(row: Row) -> int | None:
    """The turn to be produced: the target, else the last one of the doctor or system; None: there is none."""
    if row["target_turn"] is not None:
        return int(row["target_turn"])
    spoken = [turn["index"] for turn in row["turns"] if turn["role"] in {"doctor", "system"}]
    return int(spoken[-1]) if spoken else None


def _replies(gold: Row, row: Row) -> Texts:
    """The turn of a row at the place of the gold's reply."""
    at = reply_at(gold)
    return [turn["text"] for turn in row["turns"] or () if turn["index"] == at]


def _written(
    texts: Callable[[Row], Texts], count: Callable[[Texts, Texts], Counts]
) -> Callable[[Row, Row], Counts]:
    return lambda gold, predicted: count(texts(gold), texts(predicted))


def _translation_counts(gold: Row, predicted: Row) -> Counts:
    ours, theirs = _targets(gold), _targets(predicted)
    chrf = _chrf().sentence_score(theirs[0] if theirs else "", ours).score / 100 if ours else 0.0
    return {**_bleu_counts(ours, theirs, chinese=_is_chinese(gold)), "chrf": chrf}


def _reply_counts(gold: Row, predicted: Row) -> Counts:
    ours, theirs = _replies(gold, gold), _replies(gold, predicted)
    return {**_rouge_counts(ours, theirs), **_bleu_counts(ours, theirs, chinese=_is_chinese(gold))}


def _make(*names: str) -> Callable[[Totals], dict[str, Array]]:
    """Means of single scores, and BLEU of the sums."""
    return lambda totals: {
        name: _bleu_score(totals) if name == "bleu" else mean(totals, name) for name in names
    }


def _family(name: str, scores: Side, count: Callable[[Row, Row], Counts]) -> Family:
    return Family(name, scores, count, _make(*scores))


EXTRACTED = _family("extracted", ("token_f1", "exact_match"), _written(_answers, _answer_counts))
ANSWERS = _family("answers", ("rouge_l", "rouge_1", "rouge_2"), _written(_answers, _rouge_counts))
SUMMARY = _family("summary", ("rouge_l", "rouge_1", "rouge_2"), _written(_targets, _rouge_counts))
TRANSLATION = _family("translation", ("bleu", "chrf"), _translation_counts)
REPLY = _family("reply", ("rouge_l", "rouge_1", "rouge_2", "bleu"), _reply_counts)
