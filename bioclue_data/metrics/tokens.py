"""How texts are compared: words of English, characters of Chinese."""

from __future__ import annotations

import re
import string
import unicodedata

CJK = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_TOKEN = re.compile(f"[{CJK}]|[^\\W_{CJK}]+")
_ARTICLES = re.compile(r"\b(a|an|the)\b")


def tokens(text: str) -> list[str]:
    """One token for each Han character and each run of other letters or digits, in lower case."""
    return _TOKEN.findall(text.lower())


def normalised(text: str) -> list[str]:
    """Tokens of an answer as SQuAD's evaluation compares them; for Chinese as CMRC's: characters.

    Lower case, without punctuation and English articles. English words are what blanks part.
    """
    kept = "".join(char for char in text.lower() if not _is_punctuation(char))
    words = _ARTICLES.sub(" ", kept).split()
    return [token for word in words for token in re.findall(f"[{CJK}]|[^{CJK}]+", word)]


def _is_punctuation(char: str) -> bool:
    return char in string.punctuation or unicodedata.category(char).startswith("P")
