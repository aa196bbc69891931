"""Recall of the verdicts under perturbation, and false positives: the table that the thresholds rest on.

Items are sampled from real benchmarks, changed (seeded), wrapped in a template and foreign text, and looked
for. Negatives are other items of the same benchmarks, and records of corpora. An item that looks
like an indexed one to an aligner that shares no code with the matcher is a repetition, not a negative: most
of the question is there, or, of a question with an answer in free text, most of both together, for the same
answer may stand under other words of the question. Options are never compared so.
"""

from __future__ import annotations

import difflib
import random
import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np
import opencc
from table_rows import fields_of

from bioclue_data.leakage.scanning import Records, scan_records
from bioclue_data.leakage.search import Search, search_for
from bioclue_data.leakage.verdicts import NEAR_DUPLICATE, SUSPECTED, Thresholds
from bioclue_data.matching import reference
from bioclue_data.matching.tokens import texts_of

if TYPE_CHECKING:
    from bioclue_data.leakage.rows import Row

SAMPLE, NEGATIVES, RECORDS = 400, 2000, 4000
BARE = "without options"
TASKS = {"mcqa", "boolqa", "qa", "cqa"}
ANSWERED = {"qa", "cqa"}  # whose answers are free text
TEMPLATES = {
    "en": "Below is an instruction that describes a task. Write a response.\n\n### Input:\n",
    "zh": "请根据以下内容回答问题，并给出详细的解释。\n\n",
}
PER_DATASET = 1500
DEFAULT = Thresholds()
ALIKE = 0.8  # share of an item that an aligner finds in another
CURVE = (0.8, 0.75, 0.7, 0.6)  # `suspected_short` and `aligned_short`: what recall costs


TERMS = {
    "糖尿病": "diabetes", "高血压": "hypertension", "肺炎": "pneumonia", "肝炎": "hepatitis",
    "癌": "cancer", "感染": "infection", "发热": "fever", "咳嗽": "cough", "头痛": "headache",
    "疼痛": "pain", "出血": "bleeding", "贫血": "anemia", "哮喘": "asthma", "心脏": "heart",
    "肝": "liver", "肾": "kidney", "肺": "lung", "胃": "stomach", "血压": "blood pressure",
    "血糖": "blood glucose", "胰岛素": "insulin", "抗生素": "antibiotics", "青霉素": "penicillin",
    "阿司匹林": "aspirin", "手术": "surgery", "治疗": "treatment", "诊断": "diagnosis",
    "症状": "symptoms", "患者": "patient", "儿童": "children", "妊娠": "pregnancy", "血清": "serum",
    "细菌": "bacteria", "病毒": "virus", "肿瘤": "tumor", "骨折": "fracture", "水肿": "edema",
    "休克": "shock",
}  # fmt: skip


class Changes:
    """What is done to the text of an item, seeded."""

    def __init__(self, language: str, vocabulary: list[str]) -> None:
        self.random = random.Random(0)
        self.chinese = language == "zh"
        self.vocabulary = vocabulary
        self.traditional = opencc.OpenCC("s2t").convert

    def _words(self, text: str) -> list[str]:
        return list(text) if self.chinese else text.split(" ")

    def _joined(self, words: list[str]) -> str:
        return ("" if self.chinese else " ").join(words)

    def _deleted(self, text: str, share: float) -> str:
        return self._joined([word for word in self._words(text) if self.random.random() >= share])

    def _replaced(self, text: str, share: float) -> str:
        return self._joined(
            [
                self.random.choice(self.vocabulary) if self.random.random() < share else word
                for word in self._words(text)
            ]
        )

    def _reordered(self, text: str) -> str:
        clauses = [clause for clause in re.split(r"(?<=[，。；？！,.;?!])", text) if clause]
        self.random.shuffle(clauses)
        return "".join(clauses) if self.chinese else " ".join(map(str.strip, clauses))

    def _half(self, text: str) -> str:
        words = self._words(text)
        return self._joined(words[: max(1, len(words) // 2)])

    def has_terms(self, text: str) -> bool:
        """Does a text hold a term that can be translated?"""
        return self._terms_swapped(text) != text

    def _terms_swapped(self, text: str) -> str:
        pairs = TERMS.items() if self.chinese else ((english, chinese) for chinese, english in TERMS.items())
        edges = ("", "") if self.chinese else (r"\b", r"\b")
        for one, other in pairs:
            text = re.sub(f"{edges[0]}{one}{edges[1]}", other, text, flags=re.IGNORECASE)
        return text

    def table(self) -> dict[str, Any]:
        """Name -> change; the text as it is where only the order of options changes."""
        return {
            "verbatim": str,
            "width and case": lambda text: "".join(map(_wide, text.upper())),
            "Traditional": self.traditional,
            "deletions 10 %": lambda text: self._deleted(text, 0.1),
            "deletions 20 %": lambda text: self._deleted(text, 0.2),
            "substitutions 20 %": lambda text: self._replaced(text, 0.2),
            "substitutions 35 %": lambda text: self._replaced(text, 0.35),
            "clauses reordered": self._reordered,
            "options shuffled": str,
            "half item": self._half,
            "terms translated": self._terms_swapped,
        }


def _wide(character: str) -> str:
    return chr(ord(character) + 0xFEE0) if "!" <= character <= "~" else character


def rendered(row: Row, change: Any, shuffled: random.Random | None = None, *, bare: bool = False) -> str:
    """An item as corpora have it: question, options with letters, answer; `bare`: the question only."""
    if bare:
        return str(change(row.fields["question"]))
    texts: dict[str, list[str]] = defaultdict(list)
    for field, text in fields_of(row):
        if field.role != "context" and field.name != "rationale":
            texts[field.name].append(change(text))
    options, answers = texts.pop("options", []), texts.pop("answer", [])
    if shuffled:
        shuffled.shuffle(options)
    lines = [text for found in texts.values() for text in found]
    lines += [f"{chr(65 + place % 26)}. {option}" for place, option in enumerate(options)]
    return "\n".join([*lines, *answers[:1]])


def table(language: str, rows: list[Row], corpus: list[str]) -> str:
    """The table as text: shares found, at two verdicts and confident; false positives as counts."""
    indexed, held = _split(rows)
    chance = random.Random(0)
    changes = Changes(language, [w for text in corpus[:300] for w in _words(text[:400], language)])
    sample = chance.sample(range(len(indexed)), min(SAMPLE, len(indexed)))
    swapped = [at for at in range(len(indexed)) if changes.has_terms(_question(indexed[at]))]
    swapped = chance.sample(swapped, min(SAMPLE, len(swapped)))

    def wrapped(text: str) -> str:
        before, after = chance.choice(corpus)[:150], chance.choice(corpus)[:150]
        return f"{TEMPLATES[language]}{before}\n{text}\n{after}"

    lines = [
        f"{language}: {len(indexed)} items indexed, {len(sample)} changed; % suspected / near / confident"
    ]
    search = search_for((row._replace(public=False) for row in indexed), DEFAULT)
    table = changes.table()
    choice = [place for place in sample if indexed[place].task == "mcqa"]
    bare = {f"{BARE}, {name}": table[name] for name in ("verbatim", "deletions 10 %")}
    for name, change in {**table, **bare}.items():
        order = changes.random if name == "options shuffled" else None
        found: Counter[str] = Counter()
        chosen = choice if name in bare else swapped if name == "terms translated" else sample
        for place in chosen:
            text = rendered(indexed[place], change, order, bare=name in bare)
            seen = _scan([wrapped(text)], search).get(place)
            if seen and seen.best.verdict >= SUSPECTED:
                found["suspected"] += 1
                found["near"] += seen.best.verdict >= NEAR_DUPLICATE
                found["confident"] += seen.best.confident
        shares = (f"{100 * found[key] / len(chosen):.1f}" for key in ("suspected", "near", "confident"))
        lines.append(f"  {name:30} {' / '.join(shares)}")
    negatives = chance.sample(held, min(NEGATIVES, len(held)))
    lines.append(
        _false(f"of {len(negatives)} other items", [rendered(row, str) for row in negatives], search, indexed)
    )
    records = chance.sample(corpus, min(RECORDS, len(corpus)))
    lines.append(_false(f"of {len(records)} records", records, search, indexed))
    changed = {place: wrapped(rendered(indexed[place], table["deletions 10 %"])) for place in sample}
    for share in CURVE:
        lowered = Search(search.items, search.index, _lowered(share))
        seen = {place: _scan([text], lowered).get(place) for place, text in changed.items()}
        recall = sum(bool(s) and s.best.verdict >= SUSPECTED for s in seen.values()) / len(sample)
        wrong = _false("", [rendered(row, str) for row in negatives], lowered, indexed)
        lines.append(f"  short items {share}: deletions 10 % {100 * recall:.1f};{wrong}")
    return "\n".join(lines)


def _lowered(share: float) -> Thresholds:
    """The defaults with another share of short items for `suspected`, and of longer ones no higher one."""
    longer = {name: min(share, getattr(DEFAULT, name)) for name in ("suspected_long", "aligned_long")}
    return Thresholds(suspected_short=share, aligned_short=share, **longer)


def _words(text: str, language: str) -> list[str]:
    return list(text) if language == "zh" else text.split(" ")


def _split(rows: list[Row]) -> tuple[list[Row], list[Row]]:
    """Items to be indexed, and others: questions and answers of at most PER_DATASET items of a dataset."""
    counts: Counter[str] = Counter()
    chosen = []
    for row in rows:
        counts[row.dataset] += 1
        if row.task in TASKS and counts[row.dataset] <= PER_DATASET:
            chosen.append(row)
    middle = len(chosen) * 6 // 10
    known = {_question(row) for row in chosen[:middle]}
    return chosen[:middle], [row for row in chosen[middle:] if _question(row) not in known]


def _question(row: Row) -> str:
    return reference.normalise(str(row.fields["question"]))


def _scan(texts: list[str], search: Search) -> Any:
    return scan_records([Records(texts_of(texts), "", 0)], search, threads=1)


def _false(name: str, texts: list[str], search: Search, rows: list[Row]) -> str:
    """How many texts are flagged: confident, with low confidence, and those that an aligner finds alike.

    `rows`: what is looked for.
    """
    counts: Counter[str] = Counter()
    for text in texts:
        found = _scan([text], search)
        flagged = {place: seen for place, seen in found.items() if seen.best.verdict >= SUSPECTED}
        if flagged:
            counts[
                _kind({p: seen for p, seen in flagged.items() if seen.best.confident}, text, search, rows)
            ] += 1
    return (
        f"  flagged {name}: {counts['confident']}, with low confidence {counts['low']}, "
        f"repetitions {counts['question'] + counts['answer']}, {counts['answer']} of them with their answers"
    )


def _kind(confident: dict[int, Any], text: str, search: Search, rows: list[Row]) -> str:
    """What a flagged text is: by its question a repetition, by question and answer, or a false positive."""
    if any(_alike(search.items.text(seen.best.field), text) for seen in confident.values()):
        return "question"
    found = [rows[place] for place in confident]
    if any(row.task in ANSWERED and _alike(rendered(row, str), text) for row in found):
        return "answer"
    return "confident" if confident else "low"


def _alike(one: str, other: str) -> bool:
    """Does an aligner find most of one text, in pieces of some length, in the other?"""
    matcher = difflib.SequenceMatcher(None, one.lower(), other.lower(), autojunk=False)
    found = sum(block.size for block in matcher.get_matching_blocks() if block.size >= 4)
    return found >= ALIKE * np.maximum(len(one), 1)
