"""Very short items are found where they stand by themselves, whatever marks are around them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tests.leakage import SCAN, Command, findings, lines

if TYPE_CHECKING:
    from collections.abc import Sequence

pytest_plugins = ("tests.leakage_fixtures",)

FORMS = [
    *("{}", "“{}”", "「{}」\n好", 'Answer this: "{}"', "回答：“{}”", "**{}**", "`{}`\nok"),
    *("- {}", "* {}", "● {}", "# {}", "> {}", "| {} | ok |", "{}____", "{}（ ）。", "{}\tok", "… {} …"),
    *("<s>[INST] {} [/INST] ok</s>", "<|user|>{}<|end|>ok", "<|im_start|>user\n{}<|im_end|>"),
    *("<｜User｜>{}<｜Assistant｜>ok", "ok<user>{}</user>ok", "ok\n{}</user>", "[Q]: {} [A]: ok"),
    *("【{}】", "【题目】{}【答案】好"),
    *("1. {}", "1) {}", "(1) {}", "(1). {}", "1、{}", "12．{}", "[1] {}", "A. {}", "Q1. {}", "**2.** {}"),
    *("ok\n 3. {}\nok", "题：1. {}", "一、{}", "（二）{}", "（三）、{}"),
    *("① {}", "⑴ {}", "❷ {}", "㈠ {}", "1\ufe0f\u20e3 {}"),
]
FORMS_ZH = [
    "①{}",
    "㈠{}",
    "Ⓐ{}",
    "十、{}；",
]  # before a Latin word a blank is needed: they would be one token
INSIDE = [
    *("there was {} in it", "then {}", "{} was there", "At last. {}", "好。{}", "ok, {}.", "好，{}，好"),
    *("ok “{}” ok", "ok (a), {}.", "ok (a). {}", "好（甲）。{}", "ok - {}", "see 1. {}", "1 {}", "No. {}"),
    *("5% {}", "B-{}", "甲、{}", "1.2. {}", "十一、{}", "ok > {}", "ok [3] {}"),
    *("{}, ok", "{}: ok", "{} (ok) ok.", "{} < 5 ok", "{} [3] ok"),
]
ITEM, ITEM_ZH = "zorbifan {}ase", "卓比{}酶"
LETTERS, HAN = "abcdefghijklmnopqrstuvwxyz", "金木水火土风云雷电山川河海日月星辰春夏秋冬东西南北梅兰竹菊松柏"
HAN += "红黄蓝绿青紫黑白米豆瓜果鱼鸟虫马牛羊"


def names(count: int) -> list[tuple[str, str]]:
    """Items of three words, or two and a half, each in English and Chinese."""
    return [(ITEM.format(LETTERS[i % 26] + LETTERS[i // 26]), ITEM_ZH.format(HAN[i])) for i in range(count)]


def scan(bioclue: Command, items: Sequence[str], records: Sequence[str]) -> set[str]:
    """The items that are found in records; all of them as copies."""
    Path("items.jsonl").write_text(lines([{"q": item} for item in items]), encoding="utf-8")
    Path("corpus.jsonl").write_text(lines([{"text": record} for record in records]), encoding="utf-8")
    done = bioclue(*SCAN, "corpus.jsonl", "--out", "out")
    assert done.code == 0
    found = findings("out")
    assert {row["verdict"] for row in found} <= {"exact"}
    return {items[int(row["item_id"])] for row in found}


def forms_found(bioclue: Command, forms: Sequence[str]) -> tuple[list[str], list[str]]:
    """Those forms in which an English item is found, and those in which a Chinese one is."""
    pairs = names(len(forms))
    items = [item for pair in pairs for item in pair]
    records = [form.format(item) for form, pair in zip(forms, pairs, strict=True) for item in pair]
    found = scan(bioclue, items, records)
    return (
        [form for form, (english, _) in zip(forms, pairs, strict=True) if english in found],
        [form for form, (_, chinese) in zip(forms, pairs, strict=True) if chinese in found],
    )


def test_by_itself(here: Path, bioclue: Command) -> None:
    assert forms_found(bioclue, FORMS) == (FORMS, FORMS)
    assert forms_found(bioclue, FORMS_ZH)[1] == FORMS_ZH


def test_inside_a_sentence(here: Path, bioclue: Command) -> None:
    assert forms_found(bioclue, INSIDE) == ([], [])


def test_an_item_with_marks_of_its_own_is_found_as_it_is(here: Path, bioclue: Command) -> None:
    items = [
        *("Define zorbifan:", "卓比酶是（ ）。", "卓比酶见于____", '"Zorbifan kinase"', "“卓比酶”是指"),
        *("(1)卓比酯", "¿Zorbifan ligase?", "● 卓比醇", "【卓比醛】", "卓比酮、", "——卓比酸", "2. 卓比糖"),
        "zorbifan oxidase <50",
    ]
    assert scan(bioclue, items, items) == {*items}
