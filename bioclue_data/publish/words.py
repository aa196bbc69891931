"""The words of a card, English and Chinese, for what a record says in codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bioclue_data.contracts import contract as contracts
from bioclue_data.records import licences

if TYPE_CHECKING:
    from bioclue_data.records.record import Record

LANGUAGES = {
    "en": "English",
    "zh-Hans": "simplified Chinese",
    "zh-Hant": "traditional Chinese",
    "mul": "Chinese and English",
}
LANGUAGES_ZH = {"en": "英文", "zh-Hans": "简体中文", "zh-Hant": "繁体中文", "mul": "中英文"}
DOMAINS = {
    "literature": "biomedical literature",
    "clinical": "clinical texts",
    "consumer": "texts of or for patients and the public",
    "exam": "examinations",
    "guideline": "guidelines",
    "trial": "clinical trials",
    "patent": "patents",
    "terminology": "vocabularies",
    "general": "general language",
    "mixed": "texts of several kinds",
    "unknown": "kind of text not stated",
}
DOMAINS_ZH = {
    "literature": "生物医学文献",
    "clinical": "临床文本",
    "consumer": "患者与公众相关的文本",
    "exam": "考试题",
    "guideline": "指南",
    "trial": "临床试验文本",
    "patent": "专利",
    "terminology": "术语",
    "general": "通用文本",
    "mixed": "多种文本",
    "unknown": "文本",
}
ACCESS = {
    "open": "Open: the source can be downloaded.",
    "registration": "After registration with the source.",
    "credentialed": "Credentialed: a data use agreement with the owner.",
    "copyrighted": "Copyrighted: from the owner only.",
}
ACCESS_ZH = {
    "open": "可直接下载",
    "registration": "需向来源方注册",
    "credentialed": "需与所有者签订使用协议",
    "copyrighted": "受版权保护，只能从所有者处取得",
}
STATUS = {
    "verified": "verified: the whole real file went through the loader",
    "written": "written: the loader follows the documented format, the real file was not at hand",
    "declared": "declared: no loader yet",
}
STATUS_ZH = {
    "verified": "已用真实文件验证",
    "written": "加载器已写好，尚未用真实文件验证",
    "declared": "已登记，尚无加载器",
}
ORIGINS = {
    "official": "Splits of a shared task or benchmark, as published (`official`).",
    "authors": "Splits of the dataset's authors (`authors`).",
    "none": "The source has no splits: all rows are `train` (`none`).",
    "hub": "Splits of a copy on the Hugging Face Hub (`hub`).",
}
FILES = 6
NO_TASK = "The record names no task of ours: the dataset has none, or it is not known yet.\n"
PATIENTS = (
    "Clinical texts. The record does not say whether and how they were de-identified; do not try to identify "
    "anybody."
)
CONSUMERS = (
    "Texts of or for patients and the public. Where people tell of their own health, do not try to identify "
    "them."
)


def summary(record: Record, rows: int) -> str:
    """One sentence: what it is, in what language, how much of it is known here."""
    titles = [contracts.load(task).title for task in record.tasks]
    what = _list([titles[0], *(title[0].lower() + title[1:] for title in titles[1:])]) if titles else "Data"
    size = f" {rows:,} rows were read from the real files." if rows else ""
    return f"{what} in {LANGUAGES[record.language]} ({DOMAINS[record.domain]}).{size}"


def summary_zh(record: Record, rows: int) -> str:
    """The same in Chinese, with licence and access."""
    what = "、".join(contracts.load(task).title_zh for task in record.tasks) or "任务未定"
    size = f"已从真实文件读取 {rows:,} 行。" if rows else ""
    parts = [LANGUAGES_ZH[record.language], DOMAINS_ZH[record.domain], STATUS_ZH[record.status]]
    publish = "可由我们公开发布" if licences.may_publish(record) else "不由我们发布"
    known = "不明" if record.licence.id == "unknown" else record.licence.id
    head = f"{record.name_zh or record.name}：{what}；{'，'.join(parts)}。{size}"
    return f"{head}许可：{known}；获取：{ACCESS_ZH[record.access]}；{publish}。"


def _list(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def labels(task: str) -> str:
    """What the labels of a task are, where it is not the source's names."""
    more = {"mcqa": ", answer keys", "sts": ", scores"}.get(task, "")
    return f"`{task}`{more}"


def origin(word: str) -> str:
    """Who made the splits: a word of the record as a sentence."""
    maker = word.removeprefix("benchmark:")
    return ORIGINS.get(word, f"Splits of the benchmark {maker} (`{word}`).")


def private(record: Record) -> str:
    """What to heed in texts about people; "" where the domain gives no cause."""
    return {"clinical": PATIENTS, "consumer": CONSUMERS}.get(record.domain, "")


def creation(record: Record) -> dict[str, str]:
    """Where the texts and labels come from, as far as the record says it."""
    kept = "as in the source: nothing folded, stripped or repaired" if record.read else ""
    return {
        "Source": ", ".join(dict.fromkeys(record.source.base)) or record.homepage,
        "Files": _files(record),
        "Format": f"`{record.read['format']}` (`bioclue_data/readers`)" if record.read else "",
        "Text and labels": kept,
    }


def _files(record: Record) -> str:
    names = [archive.file for archive in record.source.archives.values()]
    for _, split in record.splits.items() if record.splits else ():
        names += [name for name in (split.file, *(file.name for file in split.files)) if name]
        names += [f"{split.count} files below {split.tree}"] if split.tree and split.count else []
    shown = [f"`{name}`" for name in dict.fromkeys(names)]
    return ", ".join(shown[:FILES]) + (f" and {len(shown) - FILES} more" if len(shown) > FILES else "")
